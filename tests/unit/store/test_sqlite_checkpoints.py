"""The write-ahead log stays short, and copying it stands in nobody's way."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest

from holdfast.store import SqliteStore
from holdfast.store.sqlite import checkpoints
from holdfast.vocabulary.errors import StoreError
from tests.unit.store.making import accept, record, sqlite_store, submit_all

LIMIT_BYTES = 200_000
PASSIVE = "PRAGMA wal_checkpoint(PASSIVE)"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a log be long early."""
    monkeypatch.setattr(checkpoints, "CHECKPOINT_BYTES", LIMIT_BYTES)


def fill(store: SqliteStore, first: int, count: int) -> int:
    """Write some records, each a group of its own; gives the number of the next."""
    for seq in range(first, first + count):
        accept(store, record(seq))
    return first + count


def until(met: Callable[[], bool]) -> None:
    """Wait for what another thread does, within reason."""
    for _ in range(2_000):
        if met():
            return
        time.sleep(0.005)
    raise AssertionError("it did not happen")


def test_a_long_log_begins_anew(tmp_path: Path) -> None:
    """However much is written, the log's file stays near its limit, and all is there."""
    store = sqlite_store(tmp_path)
    wal, next_seq = tmp_path / "holdfast.db-wal", 1
    sizes = []
    for _ in range(200):
        next_seq = fill(store, next_seq, 1)
        sizes.append(wal.stat().st_size)
    assert max(sizes) > LIMIT_BYTES
    assert max(sizes) < 4 * LIMIT_BYTES
    assert store.verify_chain().records == next_seq - 1
    store.close()


def test_a_long_reader_does_not_make_every_group_a_checkpoint(tmp_path: Path) -> None:
    """While somebody reads the old pages the log grows, copies are tried rarely, and after it the log begins anew."""
    passes: list[str] = []
    store = sqlite_store(tmp_path, connect=connector(Watched, passes))
    next_seq = fill(store, 1, 3)
    with closing(sqlite3.connect(tmp_path / "holdfast.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM log").fetchone()
        next_seq = fill(store, next_seq, 120)
        assert 0 < len(passes) < 30
        assert (tmp_path / "holdfast.db-wal").stat().st_size > 2 * LIMIT_BYTES
    for _ in range(100):
        next_seq = fill(store, next_seq, 3)
        if (tmp_path / "holdfast.db-wal").stat().st_size <= 2 * LIMIT_BYTES:
            break
    assert (tmp_path / "holdfast.db-wal").stat().st_size <= 2 * LIMIT_BYTES
    store.close()


def test_groups_are_committed_while_the_log_is_copied(tmp_path: Path) -> None:
    """A copy that takes long keeps no group waiting, and no second one is started beside it."""
    Halting.gate.clear()
    Halting.entered.clear()
    passes: list[str] = []
    store = sqlite_store(tmp_path, connect=connector(Halting, passes))
    try:
        next_seq = fill(store, 1, 60)
        until(Halting.entered.is_set)
        next_seq = fill(store, next_seq, 60)
        assert len(passes) == 1
    finally:
        Halting.gate.set()
    until(lambda: fill_one(store) and len(passes) >= 2)
    store.close()


def fill_one(store: SqliteStore) -> bool:
    """Write one more record."""
    accept(store, record(store.last_seq() + 1))
    return True


def test_a_failing_copy_stops_the_store(tmp_path: Path) -> None:
    """When the disk fails under a copy, what was acknowledged stays and nothing more is."""
    store = sqlite_store(tmp_path, connect=connector(Failing, []))
    answers = submit_all(store, [record(1)])
    while answers[-1] is None and len(answers) < 1_000:
        answers += submit_all(store, [record(len(answers) + 1)])
    assert isinstance(answers[-1], StoreError)
    assert "disk I/O error" in str(store.failure)
    store.close()
    again = sqlite_store(tmp_path, seed=2)
    assert again.last_seq() == answers.index(answers[-1])
    again.close()


class Watched(sqlite3.Connection):
    """A connection that notes its checkpoints."""

    passes: list[str]

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Note a checkpoint."""
        if sql == PASSIVE:
            self.passes.append(threading.current_thread().name)
        return super().execute(sql, parameters)


class Halting(Watched):
    """A connection whose copies wait for a gate."""

    gate: ClassVar[threading.Event] = threading.Event()
    entered: ClassVar[threading.Event] = threading.Event()

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Wait before a checkpoint."""
        if sql == PASSIVE:
            self.passes.append(threading.current_thread().name)
            self.entered.set()
            self.gate.wait(30)
        return sqlite3.Connection.execute(self, sql, parameters)


class Failing(Watched):
    """A connection on a disk that fails under a checkpoint."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Fail a checkpoint."""
        if sql == PASSIVE:
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, parameters)


def connector(kind: type[Watched], passes: list[str]) -> Callable[[Path], sqlite3.Connection]:
    """Give what opens connections of a kind, which note their checkpoints in one list."""

    def connect(path: Path) -> sqlite3.Connection:
        made = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=kind)
        made.passes = passes
        return made

    return connect
