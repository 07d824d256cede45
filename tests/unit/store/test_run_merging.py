"""Runs of the index become fewer, and no row is lost or doubled meanwhile, wherever a process ends."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.store.sqlite import indexing
from holdfast.store.sqlite.merging import FAN, RunMerger, due
from holdfast.store.sqlite.queries import day_query, query
from tests.unit.store.making import key_of, record, sqlite_store, submit_all

DAYS = (20_001, 20_000)
ROWS = 12


@pytest.fixture
def index(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Give tables of an index, empty."""
    sqlite_store(tmp_path / "data").close()
    connection = sqlite3.connect(tmp_path / "data" / "holdfast.db", isolation_level=None)
    for day in DAYS:
        connection.execute(day_query("create_day", day))
    connection.execute("BEGIN")
    yield connection
    connection.close()


def fill(connection: sqlite3.Connection, run: int) -> None:
    """Write a run of a few rows, the first half of its keys on the older day."""
    for place in range(ROWS):
        seq = run * ROWS + place
        key = key_of(str(seq))
        day = DAYS[place < ROWS // 2]
        connection.execute(day_query("insert_key", day), (run, key, seq))
        hashed = int.from_bytes(key[:8], "big", signed=True)
        connection.execute(query("insert_event"), (run, hashed, seq))
    connection.execute(query("insert_run"), (run, run * ROWS + ROWS - 1))


def refuse_loss(connection: sqlite3.Connection, runs: int) -> None:
    """Check that each row of all runs is found once, by its key and by its event."""
    for seq in range(ROWS, (runs + 1) * ROWS):
        key = key_of(str(seq))
        found = [row for day in DAYS for row in connection.execute(day_query("find_key", day), (key,))]
        assert found == [(seq,)]
        hashed = int.from_bytes(key[:8], "big", signed=True)
        assert connection.execute(query("find_event"), (hashed,)).fetchall() == [(seq,)]
    assert connection.execute("SELECT count(*) FROM events").fetchone() == (runs * ROWS,)


def runs_of(connection: sqlite3.Connection) -> list[int]:
    """Give the numbers of the runs, in order."""
    return sorted(row[0] for row in connection.execute(query("list_runs")))


def merger_of(connection: sqlite3.Connection) -> RunMerger:
    """Give a merger that begins with what stands in the tables."""
    return RunMerger(runs_of(connection), run_rows=ROWS, portion_rows=4)


def test_sixteen_runs_become_one_and_again(index: sqlite3.Connection) -> None:
    """Of 600 runs a few dozen stay: two of 256, five of 16 and eight of one, with every row in its place."""
    merger = merger_of(index)
    for run in range(1, 601):
        fill(index, run)
        merger.add(run)
        while merger.step(index, DAYS):
            pass
    assert runs_of(index) == [256, 512, 528, 544, 560, 576, 592, *range(593, 601)]
    refuse_loss(index, 600)
    assert index.execute(query("last_run")).fetchone() == (600, 601 * ROWS - 1)


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(st.integers(1, 60), min_size=1, max_size=12))
def test_a_process_may_end_between_any_two_steps(tmp_path_factory: pytest.TempPathFactory, steps: list[int]) -> None:
    """Whoever opens the tables next finds every row once, and merges on to the same runs."""
    folder = tmp_path_factory.mktemp("index")
    sqlite_store(folder / "data").close()
    index = sqlite3.connect(folder / "data" / "holdfast.db", isolation_level=None)
    for day in DAYS:
        index.execute(day_query("create_day", day))
    index.execute("BEGIN")
    for run in range(1, 2 * FAN + 1):
        fill(index, run)
    for count in steps:
        merger = merger_of(index)
        for _ in range(count):
            merger.step(index, DAYS)
    refuse_loss(index, 2 * FAN)
    merger = merger_of(index)
    while merger.step(index, DAYS):
        pass
    assert runs_of(index) == [16, 32]
    refuse_loss(index, 2 * FAN)
    index.close()


def test_a_day_that_ends_meanwhile_is_left_out(index: sqlite3.Connection) -> None:
    """When a day's keys are dropped in the middle of a merge, the rest goes on."""
    for run in range(1, FAN + 1):
        fill(index, run)
    merger = merger_of(index)
    for _ in range(9):
        merger.step(index, DAYS)
    index.execute(day_query("drop_day", DAYS[1]))
    while merger.step(index, DAYS[:1]):
        pass
    assert runs_of(index) == [16]
    assert len(index.execute(day_query("keys_of_day", DAYS[0])).fetchall()) == FAN * ROWS // 2


def test_the_smallest_merge_comes_first() -> None:
    """A run of sixteen is made before a run of 256; an old store with many runs is taken from its beginning."""
    assert due([]) is None
    assert due(list(range(1, 16))) is None
    assert due(list(range(1, 40))) == (16, list(range(1, 16)), 16)
    assert due([16, *range(17, 40)]) == (32, list(range(17, 32)), 16)
    assert due([16 * number for number in range(1, 17)]) == (256, [16 * number for number in range(1, 16)], 256)
    assert due([256, 272, 273]) is None


def test_merging_keeps_up_with_what_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing but records come, merges of two sizes end soon after they are due, and all is found."""
    monkeypatch.setattr(indexing, "RUN_RECORDS", 64)
    monkeypatch.setattr(indexing, "PORTION_ROWS", 16)
    store = sqlite_store(tmp_path / "data")
    count = (FAN * FAN + 10 * FAN) * 64
    for start in range(1, count, 64):
        submit_all(store, [record(seq) for seq in range(start, start + 64)])
    connection = sqlite3.connect(tmp_path / "data" / "holdfast.db")
    assert runs_of(connection)[:4] == [256, 272, 288, 304]
    assert len(runs_of(connection)) <= 1 + 10 + FAN
    connection.close()
    some = range(1, count, 97)
    assert [found.seq for seq in some if (found := store.find(key_of(f"tr-{seq}")))] == list(some)
    assert [known.seq for seq in some if (known := store.by_event(f"tr-{seq}"))] == list(some)
    store.close()
