"""Which record has a key or an event id: an index that is written in sorted runs.

Keys and event ids come in random order. Put into a tree one by one they would make the disk write a page for every
32 bytes; so the newest stand in memory and every 8,192 records go to the tables as one sorted run, appended at the
end. A run is written a portion with each group that follows: all at once took 130 ms of the writer, in which nobody got
an answer. After a crash the newest are read again from the log, and what an unfinished run had left is taken away. Runs
are merged, so that they stay few. Keys stand in one table a day, which is dropped whole after 30 days; event ids are
kept for ever, as 64-bit hashes.
Measured on a bare table of 200,000 rows: trees filled one by one raised the CPU for each row from 12 to 39 us and the
slowest hundredth of commits from 1 to 28 ms. Runs brought commit and checkpoint from 35 to 10 us a record; a look-up
pays for it with one search in each run.
Source of the idea: P. O'Neil et al., The log-structured merge-tree, Acta Informatica 33 (1996).
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.store.sqlite.keyfilter import KeyFilter
from holdfast.store.sqlite.merging import RunMerger
from holdfast.store.sqlite.queries import day_query, insert_many, query
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.records import Record

KEPT_DAYS: Final = 30
RUN_RECORDS: Final = 8_192
PORTION_ROWS: Final = 256
ROWS_EACH: Final = 8  # written or moved for each new record, which brings two: a run is whole before the next is due
_CHUNK: Final = 65_536
_KEY_BYTES: Final = 16
Ask = Callable[[str, Any], Sequence[Sequence[Any]]]
Portion = tuple[str, Sequence[Sequence[Any]]]


class Place(NamedTuple):
    """Where an event stands: the number of its record, and the hash under which tables know it."""

    seq: int
    hash: int


class RecordIndex:
    """The index of keys and event ids; the writer's thread writes, any thread asks.

    A question sees every record that was committed before it; it may name one that is not committed yet, which
    the log then does not have. `with_keys=False` leaves the keys out, which takes memory and time to read.
    """

    def __init__(self, connection: sqlite3.Connection, *, with_keys: bool = True) -> None:
        self._with_keys = with_keys
        days = connection.execute(query("list_days")).fetchall() if with_keys else ()
        self._days = tuple(int(row[0]) for row in days)
        run, indexed = connection.execute(query("last_run")).fetchone()
        self._run = int(run)
        if with_keys:
            _take_away_unfinished(connection, self._run, self._days)
        self._filter = _filled(connection, self._days)
        self._keys: dict[bytes, tuple[int, int]] = {}
        self._events: dict[str, Place] = {}
        self._written_keys: dict[bytes, tuple[int, int]] = {}
        self._written_events: dict[str, Place] = {}
        self._portions: Iterator[Portion] | None = None
        self._is_whole, self._owed = False, 0
        runs = [int(row[0]) for row in connection.execute(query("list_runs"))]
        self._merger = RunMerger(runs, run_rows=RUN_RECORDS, portion_rows=PORTION_ROWS)
        self._last_seq = self._begun = int(indexed)
        for seq, received_ms, key, event_id in connection.execute(query("unindexed"), (indexed,)):
            self._add(seq, day=received_ms // DAY_MS, key=key, event_id=event_id)

    @property
    def days(self) -> tuple[int, ...]:
        """The days, counted from 1970-01-01, whose keys have a table, newest first."""
        return self._days

    def find_key(self, key: bytes, ask: Ask) -> int | None:
        """Give the number of the record with a key of the last 30 days; `ask` runs one statement with one value."""
        if not self._with_keys:
            raise Bug("a key was looked up in an index that was opened without keys")
        recent = self._keys.get(key) or self._written_keys.get(key)
        if recent is not None:
            return recent[1]
        if not self._filter.maybe(key):
            return None
        for day in self._days:
            rows = ask(day_query("find_key", day), key)
            if rows:
                return int(rows[0][0])
        return None

    def find_event(self, event_id: str, ask: Ask) -> list[int]:
        """Give the numbers, in log order, of the records that may have an event id."""
        recent = self._events.get(event_id) or self._written_events.get(event_id)
        found = [int(row[0]) for row in ask(query("find_event"), _hash(event_id))]
        return sorted({*found, recent.seq} if recent else found)

    def append(self, connection: sqlite3.Connection, records: Sequence[Record]) -> None:
        """Index a run of new records; a key that is stored already, or of another length, is a `Bug`."""
        self._refuse_known(connection, [record for record in records if record.key])
        for record in records:
            self._add(record.seq, day=record.received_ms // DAY_MS, key=record.key, event_id=record.event_id)
        if self._portions is None and not self._is_whole and self._last_seq - self._begun >= RUN_RECORDS:
            self._begin_run(connection)
        self._owed += ROWS_EACH * len(records)
        while self._owed >= PORTION_ROWS:
            self._owed -= PORTION_ROWS
            if not (self._go_on(connection) or self._merger.step(connection, self._days)):
                self._owed = 0

    def expire(self, connection: sqlite3.Connection, now_ms: int) -> int:
        """Drop the tables of days that are more than 30 days ago, and give their number."""
        oldest = now_ms // DAY_MS - KEPT_DAYS
        if any(day < oldest for day, _ in chain(self._keys.values(), self._written_keys.values())):
            self._write_all(connection)
        gone = [day for day in self._days if day < oldest]
        self._days = tuple(day for day in self._days if day >= oldest)
        for day in gone:
            connection.execute(day_query("drop_day", day))
        return len(gone)

    def committed(self) -> None:
        """Hear that all is on disk: readers find a run that is whole there, and memory can let go of it."""
        if self._is_whole:
            self._is_whole = False
            self._written_keys, self._written_events = {}, {}

    def _refuse_known(self, connection: sqlite3.Connection, records: Sequence[Record]) -> None:
        """Raise Bug where a key is stored already, or comes twice; a run of new keys costs one look at the filter."""
        keys = [record.key for record in records]
        for record in records:
            if len(record.key) != _KEY_BYTES:
                raise Bug(f"the idempotency key of record {record.seq} has {len(record.key)} bytes instead of 16")
        recent = not (self._keys.keys().isdisjoint(keys) and self._written_keys.keys().isdisjoint(keys))
        if len(set(keys)) == len(keys) and not recent and not self._filter.maybe_any(keys):
            return
        seen: dict[bytes, int] = {}
        for record in records:
            known = seen.get(record.key) or self.find_key(record.key, partial(_ask, connection))
            if known is not None:
                raise Bug(f"the idempotency key of record {record.seq} is that of record {known} already")
            seen[record.key] = record.seq

    def _add(self, seq: int, *, day: int, key: bytes, event_id: str) -> None:
        if key:
            self._keys[key] = (day, seq)
        if event_id and event_id not in self._events:
            self._events[event_id] = Place(seq, _hash(event_id))
        self._last_seq = seq

    def _begin_run(self, connection: sqlite3.Connection) -> None:
        """Let what stands in memory become the run that is written next."""
        self._run += 1
        self._begun = self._last_seq
        self._filter.add_many(b"".join(self._keys))
        for day in {day for day, _ in self._keys.values()}:
            self._make_day(connection, day)
        self._portions = _portions(self._run, self._keys, self._events)
        self._written_keys, self._keys = self._written_keys | self._keys, {}
        self._written_events, self._events = self._events | self._written_events, {}

    def _go_on(self, connection: sqlite3.Connection) -> bool:
        """Write a portion of the run that is on its way, if one is, and note when it is whole."""
        if self._portions is None:
            return False
        portion = next(self._portions, None)
        if portion is not None:
            insert_many(connection, *portion)
        else:
            connection.execute(query("insert_run"), (self._run, self._begun))
            self._merger.add(self._run)
            self._portions, self._is_whole = None, True
        return True

    def _write_all(self, connection: sqlite3.Connection) -> None:
        """Write the run that is on its way, and then what stands in memory, to the end."""
        while self._go_on(connection):
            pass
        if self._keys:
            self._begin_run(connection)
        while self._go_on(connection):
            pass

    def _make_day(self, connection: sqlite3.Connection, day: int) -> None:
        if day not in self._days:
            connection.execute(day_query("create_day", day))
            self._days = tuple(sorted((*self._days, day), reverse=True))


def _ask(connection: sqlite3.Connection, sql: str, key: Any) -> list[tuple[Any, ...]]:
    return connection.execute(sql, (key,)).fetchall()


def _portions(run: int, keys: Mapping[bytes, tuple[int, int]], events: Mapping[str, Place]) -> Iterator[Portion]:
    """Give the rows of a run, sorted, a portion at a time, each with the statement that inserts them."""
    by_day: dict[int, dict[bytes, int]] = defaultdict(dict)
    for key, (day, seq) in keys.items():
        by_day[day][key] = seq
    for day, rows in by_day.items():
        words = np.frombuffer(b"".join(rows), dtype=">u8").reshape(-1, 2)
        order = np.lexsort((words[:, 1], words[:, 0]))
        yield from _cut(day_query("insert_key", day), [*rows.items()], order, run=run)
    hashes = [(one.hash, one.seq) for one in events.values()]
    order = np.argsort(np.array([hashed for hashed, _ in hashes], dtype=np.int64))
    yield from _cut(query("insert_event"), hashes, order, run=run)


def _cut(sql: str, rows: Sequence[tuple[Any, int]], order: NDArray[np.intp], *, run: int) -> Iterator[Portion]:
    """Cut rows into portions, in an order that NumPy found: to sort them as tuples kept everybody waiting for 15 ms."""
    for start in range(0, len(order), PORTION_ROWS):
        yield sql, [(run, *rows[place]) for place in order[start : start + PORTION_ROWS].tolist()]


def _take_away_unfinished(connection: sqlite3.Connection, run: int, days: Sequence[int]) -> None:
    """Take away what a process that ended had written of the run after the last whole one."""
    for day in days:
        connection.execute(day_query("drop_unfinished_keys", day), (run,))
    connection.execute(query("drop_unfinished_events"), (run,))


def _hash(event_id: str) -> int:
    return int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest(), "big", signed=True)


def _filled(connection: sqlite3.Connection, days: Sequence[int]) -> KeyFilter:
    """Fill a filter with the keys of all days, a chunk at a time."""
    chunks = [
        b"".join(chain.from_iterable(rows))
        for day in days
        for rows in _chunks(connection.execute(day_query("keys_of_day", day)))
    ]
    made = KeyFilter(sum(map(len, chunks)) // _KEY_BYTES)
    for chunk in chunks:
        made.add_many(chunk)
    return made


def _chunks(cursor: sqlite3.Cursor) -> list[list[Any]]:
    return list(iter(lambda: cursor.fetchmany(_CHUNK), []))
