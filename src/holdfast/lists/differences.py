"""What a full snapshot changes in a list, and what a feed of marked identifiers changes in its marks."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace

from holdfast.lists.versions import Name, Stamp, made_version, name_of
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.lists import ListChange, ListEntry, ListVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """The change that a feed of marks makes, and the marked identifiers that are not on the list.

    The unmatched are kept by the caller with the feed and handed to the next `difference` as `marked`, so that
    they are marked the moment they come.
    """

    change: ListChange
    unmatched: tuple[ListEntry, ...]


def difference(
    current: Iterable[ListEntry],
    snapshot: Iterable[ListEntry],
    *,
    stamp: Stamp,
    before: ListVersion | None = None,
    marked: Container[Name] | None = None,
) -> ListChange:
    """Compare a list with a full snapshot of the kinds `stamp.kinds`: what is absent from it is removed.

    Entries of other kinds are left alone, because every type of feed is a snapshot of its own. `current` and
    `snapshot` are normalised; a value that the snapshot repeats counts once, the last one. The police mark does
    not come with the snapshot: it is set from `marked` where that is given, else kept. An entry stays as first
    added when only its source's instant moved. `before` is the version of `current`, `None` for a first load.
    """
    kinds = frozenset(stamp.kinds)
    if not kinds:
        raise Bug("a snapshot covers no kind")
    standing = {name_of(entry): entry for entry in current}
    fresh: dict[Name, ListEntry] = {}
    seen: set[Name] = set()
    for entry in snapshot:
        if entry.kind not in kinds:
            raise Bug(f"a snapshot of `{', '.join(sorted(kinds))}` holds a `{entry.kind}`")
        name = name_of(entry)
        new = _with_mark(entry, standing.get(name), marked)
        if _differs(standing.get(name), new):
            fresh[name] = new
        else:
            fresh.pop(name, None)
        seen.add(name)
    absent = {name: entry for name, entry in standing.items() if entry.kind in kinds and name not in seen}
    changed = [standing[name] for name in fresh if name in standing]
    entries = len(seen | standing.keys()) - len(absent)
    removed = (*absent.values(), *changed)
    version = made_version(stamp, before, entries=entries, added=len(fresh), removed=len(removed))
    return ListChange(version=version, added=tuple(fresh.values()), removed=removed, kinds=stamp.kinds)


def marking(current: Iterable[ListEntry], marked: Iterable[ListEntry], *, stamp: Stamp, before: ListVersion) -> Marking:
    """Set the police mark on what a feed of marked identifiers names, clear it on what it no longer names.

    Touches the kinds `stamp.kinds` only, adds no entry and removes none. A marked account without BIC marks every
    entry of the account.
    """
    named = {name_of(entry): entry for entry in marked}
    kinds = frozenset(stamp.kinds)
    old, new = [], []
    matched: set[Name] = set()
    entries = 0
    for entry in current:
        entries += 1
        if entry.kind not in kinds:
            continue
        hits = {name for name in (name_of(entry), (entry.kind, entry.value, None)) if name in named}
        matched |= hits
        if entry.police != bool(hits):
            old.append(entry)
            new.append(replace(entry, police=bool(hits)))
    version = made_version(stamp, before, entries=entries, added=len(new), removed=len(old))
    change = ListChange(version=version, added=tuple(new), removed=tuple(old))
    return Marking(change=change, unmatched=tuple(entry for name, entry in named.items() if name not in matched))


def _with_mark(entry: ListEntry, standing: ListEntry | None, marked: Container[Name] | None) -> ListEntry:
    """Give a snapshot's entry with the mark that it will carry."""
    if marked is not None:
        police = name_of(entry) in marked or (entry.kind, entry.value, None) in marked
    else:
        police = entry.police or (standing is not None and standing.police)
    return entry if entry.police == police else replace(entry, police=police)


def _differs(standing: ListEntry | None, new: ListEntry) -> bool:
    """Tell whether an entry is new, or says something else than before."""
    return standing is None or (standing.police, standing.reason, standing.document, standing.expires_ms) != (
        new.police,
        new.reason,
        new.document,
        new.expires_ms,
    )
