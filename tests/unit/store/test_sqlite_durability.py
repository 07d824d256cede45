"""Nothing acknowledged is lost, and nothing lost is acknowledged."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.store import SqliteStore
from holdfast.store.sqlite.merging import FAN
from holdfast.vocabulary.errors import StoreError
from tests.unit.store.making import key_of, record, sqlite_store, submit_all

ROUNDS = 40
MOST_ROUNDS = 400


def test_a_killed_process_loses_no_acknowledged_record(tmp_path: Path) -> None:
    """In 40 rounds of SIGKILL at a random moment every record that was acknowledged is there, equal, without a gap."""
    chance = Random(7)
    command = [sys.executable, "-m", "tests.unit.store.crashing", str(tmp_path / "data")]
    total = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as nursery:
        for round_number in range(ROUNDS):
            acknowledged = _run_and_kill(nursery, round_number + 2, chance.uniform(0.0, 0.03))
            store = sqlite_store(tmp_path / "data", seed=1_000 + round_number)
            try:
                kept = list(store.replay(total))
            finally:
                store.close()
            expected = range(total + 1, total + len(kept) + 1)
            assert kept == [record(seq, facts=b"x" * (seq % 977)) for seq in expected]
            total += len(kept)
            assert max(acknowledged, default=0) <= total
        assert nursery.stdin is not None
        nursery.stdin.close()
    assert total > ROUNDS
    store = sqlite_store(tmp_path / "data", seed=9_999)
    found = [store.find(key_of(f"tr-{seq}")) for seq in range(1, total + 1)]
    assert [one and one.seq for one in found] == list(range(1, total + 1))
    store.close()


def test_a_process_killed_while_it_merges_its_index_loses_no_place_in_it(tmp_path: Path) -> None:
    """After 40 rounds of SIGKILL or more, in the middle of runs and merges, all is indexed once and found."""
    chance, database = Random(8), tmp_path / "data" / "holdfast.db"
    command = [sys.executable, "-m", "tests.unit.store.crashing", str(tmp_path / "data"), "16"]
    acknowledged = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as nursery:
        for seed in range(2, MOST_ROUNDS + 2):  # a slow machine needs more of them until runs are merged
            acknowledged = max(acknowledged, *_run_and_kill(nursery, seed, chance.uniform(0.02, 0.1)))
            if seed > ROUNDS and _asked(database, "SELECT min(no) FROM runs") >= FAN:
                break
        assert nursery.stdin is not None
        nursery.stdin.close()
    store = sqlite_store(tmp_path / "data", seed=9_999)
    last = store.last_seq()
    assert last >= acknowledged
    for seq in range(1, last + 1, 7):
        found, known = store.find(key_of(f"tr-{seq}")), store.by_event(f"tr-{seq}")
        assert (found and found.seq, known and known.seq) == (seq, seq)
    store.close()
    assert _asked(database, "SELECT min(no) FROM runs") >= FAN
    assert _asked(database, "SELECT count(*) - count(DISTINCT seq) FROM events") == 0


def _asked(database: Path, question: str) -> int:
    """Ask a database for one number, without a touch."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        (found,) = connection.execute(question).fetchone()
    return int(found or 0)


def _run_and_kill(nursery: subprocess.Popen[str], seed: int, after_s: float) -> list[int]:
    """Let a writer run for a moment, kill it, and give the numbers that it acknowledged."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{seed}\n")
    pid = 0
    lines: list[str] = []
    while not (pid and lines):
        word = nursery.stdout.readline()
        if word.startswith("pid"):
            pid = int(word.split()[1])
        else:
            lines.append(word)
    time.sleep(after_s)
    os.kill(pid, signal.SIGKILL)
    while (word := nursery.stdout.readline()) != "dead\n":
        assert word, "the nursery ended"
        lines.append(word)
    return [int(word) for word in lines]


class _Failing(sqlite3.Connection):
    """A connection whose commits fail when a test says so, as on a dying disk."""

    broken = False

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Fail the commit in place of the disk."""
        if self.broken and sql == "COMMIT":
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, parameters)


def test_a_failed_commit_acknowledges_nothing_and_stops_the_store(tmp_path: Path) -> None:
    """After one failed commit no submit is taken, even when the disk is well again, until the store is reopened."""
    connections: list[_Failing] = []

    def connect(path: Path) -> sqlite3.Connection:
        made = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=_Failing)
        connections.append(made)
        return made

    store = sqlite_store(tmp_path / "data", connect=connect)
    assert submit_all(store, [record(1)]) == [None]
    connections[0].broken = True
    for error in submit_all(store, [record(2), record(3)]):
        assert isinstance(error, StoreError)
        assert "disk I/O error" in str(error)
    connections[0].broken = False
    (later,) = submit_all(store, [record(2)])
    assert isinstance(later, StoreError)
    with pytest.raises(StoreError, match="stopped"):
        store.set_meta("home", "RU")
    assert [one.seq for one in store.replay()] == [1]
    store.close()
    again = sqlite_store(tmp_path / "data", seed=2)
    assert submit_all(again, [record(2)]) == [None]
    again.close()


def test_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    """The writer synchronises the write-ahead log at every commit, and answers after the commit, not before."""
    steps: list[str] = []

    class Telling(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            if sql == "COMMIT":
                steps.append(str(super().execute("PRAGMA synchronous").fetchone()[0]))
                steps.append(str(super().execute("PRAGMA journal_mode").fetchone()[0]))
            done = super().execute(sql, parameters)
            steps.append(sql.split(maxsplit=1)[0])
            return done

    def connect(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Telling)

    store = sqlite_store(tmp_path / "data", connect=connect)
    steps.clear()
    store.submit(record(1), lambda error: steps.append(f"answer {error}"))
    store.close()
    assert [step for step in steps if step not in {"INSERT", "SELECT"}] == [
        "BEGIN",
        "2",
        "wal",
        "COMMIT",
        "answer None",
    ]


def test_a_full_disk_is_never_acknowledged(tmp_path: Path) -> None:
    """When the files may grow no more, exactly the acknowledged records are there after reopening."""
    program = (
        "import sys; from tests.unit.store.test_sqlite_durability import fill; from pathlib import Path;"
        "fill(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "data")], check=True, capture_output=True, text=True
    )
    acknowledged, refused = (int(number) for number in done.stdout.split()[-2:])
    assert acknowledged > 0
    assert refused > 0
    store = sqlite_store(tmp_path / "data", seed=3)
    kept = [one.seq for one in store.replay()]
    store.close()
    assert kept == list(range(1, acknowledged + 1))


def fill(directory: Path) -> None:
    """Write until the limit on file size bites; print how many records were acknowledged and how many were not."""
    store = sqlite_store(directory)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    noise = Random(1).randbytes
    answers = []
    for start in range(1, 600, 20):
        answers += submit_all(store, [record(seq, facts=noise(2_000)) for seq in range(start, start + 20)])
    taken = answers.count(None)
    assert answers[:taken] == [None] * taken, "a record was acknowledged after one that was refused"
    assert all(isinstance(error, StoreError) for error in answers[taken:])
    print(taken, len(answers) - taken)  # noqa: T201 - the parent reads it
    sys.stdout.flush()
    os._exit(0)  # without closing, as a process that gives up


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.one_of(st.integers(1, 40), st.just("reopen"), st.just("die")), max_size=8))
def test_any_interleaving_keeps_exactly_what_was_acknowledged(steps: list[int | str]) -> None:
    """However submits, closings and deaths without closing follow each other, the log is what was acknowledged."""
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "data"
        written: list[object] = []
        store = sqlite_store(directory, seed=0)
        for number, step in enumerate(steps, 1):
            if isinstance(step, int):
                batch = [record(len(written) + place) for place in range(1, step + 1)]
                assert submit_all(store, batch) == [None] * step
                written += batch
                continue
            _end(store, dies=step == "die")
            store = sqlite_store(directory, seed=number)
            assert list(store.replay()) == written
            assert all(store.find(key_of(f"tr-{seq}")) for seq in range(1, len(written) + 1))
        assert list(store.replay()) == written
        store.close()


def _end(store: SqliteStore, *, dies: bool) -> None:
    """Close a store, or give up its lock alone, as the end of a process does."""
    if not dies:
        store.close()
        return
    store._handles.writer.close()
    store._handles.readers.close()
    assert store._lock is not None
    store._lock.release()


def test_answers_come_in_log_order_from_many_groups(tmp_path: Path) -> None:
    """Callbacks run in the order of the records, each once, and after `close` all have run."""
    store = sqlite_store(tmp_path / "data")
    order: list[int] = []
    lock = threading.Lock()
    for seq in range(1, 3_001):

        def done(error: BaseException | None, seq: int = seq) -> None:
            assert error is None
            with lock:
                order.append(seq)

        store.submit(record(seq), done)
    store.close()
    assert order == list(range(1, 3_001))
