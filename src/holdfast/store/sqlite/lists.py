"""Lists: staged in chunks, published by the record that names the version, kept for ever as differences."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from holdfast.store.cursors import read_cursor, write_cursor
from holdfast.store.sqlite.parts import Part
from holdfast.store.sqlite.queries import query
from holdfast.vocabulary.errors import ConflictError, NotFoundError
from holdfast.vocabulary.lists import ListEntry, ListKind, ListStep, ListVersion
from holdfast.vocabulary.stored import Page

CHUNK: Final = 2_000
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(ListEntry).decode
_decode_kinds: Final = msgspec.json.Decoder(tuple[ListKind, ...]).decode


class Lists(Part):
    """Lists of the SQLite store."""

    def stage_list_change(
        self, list_id: str, version: str, *, added: Sequence[ListEntry] = (), removed: Sequence[ListEntry] = ()
    ) -> None:
        """Stage added and removed values of a version that is not published yet, durably and unseen.

        May be called many times for one version; it writes chunks of 2,000 rows, so that records never wait long.
        A record with `list_version` publishes all of it in one small commit. An added value that is on the list
        replaces its entry. Another version of the list that is being staged, or a version that is published
        already, is a `ConflictError`.
        """
        self._call(lambda connection: _staged_no(connection, list_id, version))
        rows = [_change(list_id, entry, _encode(entry)) for entry in added]
        rows += [_change(list_id, entry, None) for entry in removed]
        for start in range(0, len(rows), CHUNK):
            self._call(partial(_stage, version=version, rows=rows[start : start + CHUNK]))

    def drop_staged(self, list_id: str, version: str) -> None:
        """Throw away what was staged for a version and never published; an unknown one does nothing."""
        for number, of, name in self._ask("staged_versions"):
            if (of, name) == (list_id, version):
                self._drop(number)

    def drop_all_staged(self) -> None:
        """Throw away everything staged and never published, as after a crash in the middle of an import."""
        for number, _, _ in self._ask("staged_versions"):
            self._drop(number)

    def lists(self) -> tuple[str, ...]:
        """Name every list that has a published version, sorted."""
        return tuple(str(row[0]) for row in self._ask("lists"))

    def list_versions(self, list_id: str) -> tuple[ListVersion, ...]:
        """Give a list's published versions, oldest first."""
        return tuple(_version(row) for row in self._ask("versions", list_id))

    def list_entries(
        self, list_id: str, *, cursor: str | None = None, limit: int = 500, version: str | None = None
    ) -> Page[ListEntry]:
        """Give the entries of a list as they were at a version (by default the newest), a page at a time.

        A cursor names its version, so that pages of one listing fit together while new versions are published.
        An unknown list is empty; an unknown version is a `NotFoundError`.
        """
        number, *place = read_cursor(cursor, parts=4) if cursor else ["", "", "", ""]
        at = int(number) if number else self._number(list_id, version)
        rows = self._ask("entries", list_id, *place, at, limit + 1)
        following = None if len(rows) <= limit else write_cursor(str(at), *rows[limit - 1][:3])
        return Page(items=tuple(_decode(row[3]) for row in rows[:limit]), next=following)

    def list_reader(self, list_id: str) -> "ListReader":
        """Give a reader of the newest version of a list, which any process of this machine may use."""
        return ListReader(path=self._handles.path, list=list_id, number=self._number(list_id, None))

    def list_change(
        self, list_id: str, version: str, *, cursor: str | None = None, limit: int = 500
    ) -> Page[tuple[ListEntry, bool]]:
        """Give what a version changed, a page at a time: each value with true if it was added, false if removed.

        A removed value is an entry with nothing but kind, value and bic. An unknown version is a `NotFoundError`.
        """
        place = read_cursor(cursor, parts=3) if cursor else ["", "", ""]
        rows = self._ask("changes", self._number(list_id, version), list_id, *place, limit + 1)
        following = None if len(rows) <= limit else write_cursor(*rows[limit - 1][:3])
        return Page(items=tuple(_changed(row) for row in rows[:limit]), next=following)

    def list_steps(self, list_id: str, kind: ListKind, value: str) -> tuple[ListStep, ...]:
        """Give every step of a list's history that touched a value (as the list keeps it), oldest first.

        An entry that a version changed is one step with its new form; an entry that it removed stands as it was. An
        account has a step for each BIC.
        """
        before: dict[str, ListEntry] = {}
        steps = []
        for row in self._ask("list_steps", list_id, kind.value, value):
            entry, added = _changed(row[-4:])
            steps.append(
                ListStep(version=_version(row[:-4]), entry=entry if added else before.get(row[-2], entry), added=added)
            )
            before[row[-2]] = entry
        return tuple(steps)

    def _number(self, list_id: str, version: str | None) -> int:
        if version is None:
            return int(self._ask("last_version", list_id)[0][0] or 0)
        rows = self._ask("version_no", list_id, version)
        if not rows or rows[0][1] is None:
            raise NotFoundError(f"the list `{list_id}` has no version `{version}`")
        return int(rows[0][0])

    def _drop(self, number: int) -> None:
        while self._change("drop_changes", number, CHUNK) == CHUNK:
            pass
        self._change("drop_version", number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReader:
    """A reader of one version of a list over a connection of its own, so that it can be sent to another process."""

    path: Path
    list: str
    number: int

    def __call__(self, kinds: Sequence[ListKind]) -> Iterator[ListEntry]:
        """Read the entries of some kinds, in no promised order."""
        connection = sqlite3.connect(self.path)
        try:
            connection.execute("PRAGMA query_only = ON")
            for kind in kinds:
                rows = connection.execute(query("entries_of_kind"), (self.list, kind.value, self.number))
                yield from (_decode(row[0]) for row in rows)
        finally:
            connection.close()


def _staged_no(connection: sqlite3.Connection, list_id: str, version: str) -> int:
    """Give the number of the version that is being staged, started now if nothing is."""
    known = connection.execute(query("version_no"), (list_id, version)).fetchone()
    if known is not None and known[1] is not None:
        raise ConflictError(f"version `{version}` of the list `{list_id}` is published already")
    staged = connection.execute(query("staged_version"), (list_id,)).fetchone()
    if staged is None:
        staged = connection.execute(query("insert_version"), (list_id, version)).fetchone()
    elif staged[1] != version:
        raise ConflictError(f"version `{staged[1]}` of the list `{list_id}` is being imported")
    return int(staged[0])


def _stage(connection: sqlite3.Connection, *, version: str, rows: list[tuple[Any, ...]]) -> None:
    number = _staged_no(connection, rows[0][0], version)
    connection.executemany(query("stage_change"), [(*row[:4], number, row[4]) for row in rows])


def _change(list_id: str, entry: ListEntry, data: bytes | None) -> tuple[Any, ...]:
    return (list_id, entry.kind.value, entry.value, entry.bic or "", data)


def _changed(row: tuple[Any, ...]) -> tuple[ListEntry, bool]:
    kind, value, bic, data = row
    if data is None:
        return ListEntry(kind=ListKind(kind), value=value, bic=bic or None), False
    return _decode(data), True


def _version(row: tuple[Any, ...]) -> ListVersion:
    list_id, version, loaded_ms, published_ms, entries, added, removed, source, by, kinds = row
    return ListVersion(
        list=list_id,
        version=version,
        loaded_ms=loaded_ms,
        published_ms=published_ms,
        entries=entries,
        added=added,
        removed=removed,
        source=source,
        by=by,
        kinds=() if kinds is None else _decode_kinds(kinds),
    )
