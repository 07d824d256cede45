"""Lists in memory: every version as its difference from the one before."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from holdfast.store.cursors import read_cursor, write_cursor
from holdfast.vocabulary.errors import Bug, ConflictError, NotFoundError
from holdfast.vocabulary.lists import ListEntry, ListKind, ListStep, ListVersion
from holdfast.vocabulary.stored import Page

Place = tuple[str, str, str]


@dataclass(kw_only=True)
class _Version:
    """A version, staged while `published` is `None`; a removed value has no entry."""

    changes: dict[Place, ListEntry | None] = field(default_factory=dict)
    bare: dict[Place, ListEntry] = field(default_factory=dict)
    published: ListVersion | None = None


class MemoryLists:
    """Lists of the store in memory; see the lists of the SQLite store for the contract."""

    def __init__(self) -> None:
        self._lists: dict[str, dict[str, _Version]] = {}

    def stage_list_change(
        self, list_id: str, version: str, *, added: Sequence[ListEntry] = (), removed: Sequence[ListEntry] = ()
    ) -> None:
        """Stage added and removed values of a version that is not published yet, unseen."""
        staged = self._staged(list_id, version)
        for entry in added:
            staged.changes[_place(entry)] = entry
        for entry in removed:
            staged.changes[_place(entry)] = None
            staged.bare[_place(entry)] = ListEntry(kind=entry.kind, value=entry.value, bic=entry.bic)

    def drop_staged(self, list_id: str, version: str) -> None:
        """Throw away what was staged for a version and never published."""
        known = self._lists.get(list_id, {}).get(version)
        if known is not None and known.published is None:
            del self._lists[list_id][version]

    def drop_all_staged(self) -> None:
        """Throw away everything staged and never published."""
        for list_id, versions in self._lists.items():
            for version in list(versions):
                self.drop_staged(list_id, version)

    def lists(self) -> tuple[str, ...]:
        """Name every list that has a published version, sorted."""
        return tuple(sorted(list_id for list_id in self._lists if self.list_versions(list_id)))

    def list_versions(self, list_id: str) -> tuple[ListVersion, ...]:
        """Give a list's published versions, oldest first."""
        return tuple(one.published for one in self._lists.get(list_id, {}).values() if one.published is not None)

    def list_entries(
        self, list_id: str, *, cursor: str | None = None, limit: int = 500, version: str | None = None
    ) -> Page[ListEntry]:
        """Give the entries of a list as they were at a version (by default the newest), a page at a time."""
        named = [one.version for one in self.list_versions(list_id)]
        at, *after = read_cursor(cursor, parts=4) if cursor else [version or (named[-1] if named else ""), "", "", ""]
        if at and at not in named:
            raise NotFoundError(f"the list `{list_id}` has no version `{at}`")
        entries: dict[Place, ListEntry | None] = {}
        for name in named[: named.index(at) + 1] if at else []:
            entries |= self._lists[list_id][name].changes
        rows = sorted((place, entry) for place, entry in entries.items() if entry and place > (*after,))
        following = write_cursor(at, *rows[limit - 1][0]) if len(rows) > limit else None
        return Page(items=tuple(entry for _, entry in rows[:limit]), next=following)

    def list_reader(self, list_id: str) -> Callable[[Sequence[ListKind]], Iterator[ListEntry]]:
        """Give a reader of the newest version of a list."""
        entries = self.list_entries(list_id, limit=2**31).items
        return lambda kinds: (entry for entry in entries if entry.kind in kinds)

    def list_change(
        self, list_id: str, version: str, *, cursor: str | None = None, limit: int = 500
    ) -> Page[tuple[ListEntry, bool]]:
        """Give what a version changed, a page at a time: each value with true if it was added, false if removed."""
        known = self._lists.get(list_id, {}).get(version)
        if known is None or known.published is None:
            raise NotFoundError(f"the list `{list_id}` has no version `{version}`")
        after = tuple(read_cursor(cursor, parts=3)) if cursor else ("", "", "")
        places = sorted(place for place in known.changes if place > after)
        following = write_cursor(*places[limit - 1]) if len(places) > limit else None
        items = ((known.changes[place] or known.bare[place], known.changes[place] is not None) for place in places)
        return Page(items=tuple(items)[:limit], next=following)

    def list_steps(self, list_id: str, kind: ListKind, value: str) -> tuple[ListStep, ...]:
        """Give every step of a list's history that touched a value (as the list keeps it), oldest first."""
        before: dict[Place, ListEntry] = {}
        steps = []
        for version in self.list_versions(list_id):
            known = self._lists[list_id][version.version]
            for place in sorted(place for place in known.changes if place[:2] == (kind.value, value)):
                entry = known.changes[place]
                shown = entry or before.get(place) or known.bare[place]
                steps.append(ListStep(version=version, entry=shown, added=entry is not None))
                before[place] = shown
        return tuple(steps)

    def _publish(self, version: ListVersion) -> None:
        try:
            self._staged(version.list, version.version).published = version
        except ConflictError as error:
            raise Bug(f"a record publishes a version out of turn: {error.message}") from error

    def _staged(self, list_id: str, version: str) -> _Version:
        versions = self._lists.setdefault(list_id, {})
        known = versions.get(version)
        if known is not None and known.published is not None:
            raise ConflictError(f"version `{version}` of the list `{list_id}` is published already")
        staged = [name for name, one in versions.items() if one.published is None]
        if staged and staged[0] != version:
            raise ConflictError(f"version `{staged[0]}` of the list `{list_id}` is being imported")
        return versions.setdefault(version, _Version())


def _place(entry: ListEntry) -> Place:
    return (entry.kind.value, entry.value, entry.bic or "")
