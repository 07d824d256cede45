"""Idempotency keys in one table a day: written with their record, dropped whole after 30 days."""

import sqlite3
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, Final

from holdfast.store.sqlite.keyfilter import KeyFilter
from holdfast.store.sqlite.queries import day_query, query
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.records import Record

KEPT_DAYS: Final = 30
_CHUNK: Final = 65_536


def day_of(record: Record) -> int:
    """Give the day, counted from 1970-01-01, on which a record was received."""
    return record.received_ms // DAY_MS


class KeyDays:
    """The keys of the last days; one thread writes, any thread asks."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._days = tuple(int(row[0]) for row in connection.execute(query("list_days")))
        keys = [
            b"".join(row[0] for row in rows)
            for day in self._days
            for rows in _chunks(connection.execute(day_query("keys_of_day", day)))
        ]
        self._filter = KeyFilter(sum(map(len, keys)) // 16)
        for chunk in keys:
            self._filter.add_many(chunk)

    @property
    def days(self) -> tuple[int, ...]:
        """The days whose keys are kept, newest first."""
        return self._days

    def maybe(self, key: bytes) -> bool:
        """Tell whether a key may have been used before; it never says no wrongly."""
        return self._filter.maybe(key)

    def find(self, key: bytes, ask: Callable[[str, bytes], Sequence[Any]]) -> Any | None:
        """Give the row of the first answer to a key; `ask` runs one statement for one key."""
        if not self._filter.maybe(key):
            return None
        for day in self._days:
            rows = ask(day_query("find_key", day), key)
            if rows:
                return rows[0]
        return None

    def insert(self, connection: sqlite3.Connection, records: Sequence[Record]) -> None:
        """Write the keys of a run of records; one that is stored already is a `Bug`."""
        keyed = [record for record in records if record.key]
        for record in keyed:
            if self.find(record.key, lambda sql, key: connection.execute(sql, (key,)).fetchall()):
                raise Bug(f"the idempotency key of record {record.seq} is stored already")
        for day, run in groupby(keyed, key=day_of):
            self._insert_day(connection, day, [(record.key, record.seq) for record in run])

    def expire(self, connection: sqlite3.Connection, now_ms: int) -> int:
        """Drop the tables older than 30 days, and give their number."""
        oldest = now_ms // DAY_MS - KEPT_DAYS
        gone = [day for day in self._days if day < oldest]
        self._days = tuple(day for day in self._days if day >= oldest)
        for day in gone:
            connection.execute(day_query("drop_day", day))
        return len(gone)

    def _insert_day(self, connection: sqlite3.Connection, day: int, rows: list[tuple[bytes, int]]) -> None:
        if day not in self._days:
            connection.execute(day_query("create_day", day))
            self._days = tuple(sorted((*self._days, day), reverse=True))
        for key, _ in rows:
            self._filter.add(key)
        try:
            connection.executemany(day_query("insert_key", day), rows)
        except sqlite3.IntegrityError as error:
            raise Bug(f"two records from {rows[0][1]} to {rows[-1][1]} have one idempotency key") from error


def _chunks(cursor: sqlite3.Cursor) -> Sequence[list[Any]]:
    return list(iter(lambda: cursor.fetchmany(_CHUNK), []))
