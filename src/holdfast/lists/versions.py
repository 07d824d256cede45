"""Versions of a list: their names, the change from one to the next, and the list as it was at an old one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from holdfast.vocabulary.errors import NotFoundError
from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.lists import ListChange, ListEntry, ListKind, ListVersion

Name = tuple[ListKind, str, str | None]
UNDOES: Final = "undo of "
"""How the source of a version begins that takes back what another one changed; the other's name follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a new version says of itself beside its entries.

    `kinds` names the kinds that a full snapshot covers, empty for single entries; `published_ms` is the source's
    own instant; instants are epoch milliseconds.
    """

    list: str
    loaded_ms: int
    published_ms: int | None = None
    source: str | None = None
    by: str | None = None
    kinds: tuple[ListKind, ...] = ()


def name_of(entry: ListEntry) -> Name:
    """Give what tells one entry of a list from another: kind, value and BIC."""
    return entry.kind, entry.value, entry.bic


def next_name(previous: str | None, loaded_ms: int) -> str:
    """Name the version after `previous`: its number and the instant of loading, such as `17.20260508T090000Z`.

    The name tells nothing of the content, because it is shown to people who may not see the content.
    """
    number = int(previous.partition(".")[0]) + 1 if previous else 1
    return f"{number}.{from_ms(loaded_ms):%Y%m%dT%H%M%SZ}"


def made_version(stamp: Stamp, before: ListVersion | None, *, entries: int, added: int, removed: int) -> ListVersion:
    """Make the version that follows `before`."""
    return ListVersion(
        list=stamp.list,
        version=next_name(before.version if before else None, stamp.loaded_ms),
        loaded_ms=stamp.loaded_ms,
        published_ms=stamp.published_ms,
        entries=entries,
        added=added,
        removed=removed,
        source=stamp.source,
        by=stamp.by,
        kinds=stamp.kinds,
    )


def as_of(changes: Iterable[ListChange], version: str) -> ListChange:
    """Fold one list's changes, oldest first, up to `version`: one change that opens the list as it was then.

    Applying it to an empty book gives that version's answers; its `added` are the entries in the order in which
    they came. Takes time and memory in proportion to the whole history. Raises NotFoundError if no change made
    the version.
    """
    entries: dict[Name, ListEntry] = {}
    kinds: dict[ListKind, None] = {}
    for change in changes:
        if change.opens:
            entries.clear()
        for gone in change.removed:
            entries.pop(name_of(gone), None)
        entries.update((name_of(entry), entry) for entry in change.added)
        kinds |= dict.fromkeys(change.kinds)
        if change.version.version == version:
            return replace(change, added=tuple(entries.values()), removed=(), kinds=tuple(kinds), opens=True)
    raise NotFoundError(f"the list has no version `{version}`", pointer="/version")


def undone_by(version: ListVersion) -> str | None:
    """Name the version that this one takes back."""
    source = version.source or ""
    return source.removeprefix(UNDOES) if source.startswith(UNDOES) else None


def in_force_snapshot(versions: Sequence[ListVersion]) -> ListVersion | None:
    """Give the newest full snapshot that was not taken back; `versions` are a list's, oldest first."""
    undone = {undone_by(version) for version in versions}
    whole = [one for one in versions if one.kinds and undone_by(one) is None and one.version not in undone]
    return whole[-1] if whole else None
