"""What only the store on disk has: a directory with one owner, keys, files, and tables that forget."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from holdfast.store.sqlite import writer
from holdfast.store.sqlite.indexing import PORTION_ROWS, ROWS_EACH, RUN_RECORDS
from holdfast.vocabulary.errors import Bug, StoreError
from holdfast.vocabulary.lists import ListEntry, ListKind
from tests.unit.store.making import DAY_MS, NOW_MS, key_of, record, sqlite_store, submit_all

CANARY = b"4081-canary-7810"
DAY = f"keys_{NOW_MS // DAY_MS}"


def raw(directory: Path) -> bytes:
    """Give every byte of the directory's files but the key."""
    files = [path for path in directory.rglob("*") if path.is_file() and path.name != "secret.key"]
    return b"".join(path.read_bytes() for path in files)


def test_a_second_opener_is_told_who_is_first(tmp_path: Path) -> None:
    """A directory has one owner: another opening, in this process or in another, names the first process."""
    store = sqlite_store(tmp_path / "data")
    with pytest.raises(StoreError, match=f"in use by process {os.getpid()}"):
        sqlite_store(tmp_path / "data", seed=2)
    program = (
        "import sys; from pathlib import Path; from tests.unit.store.making import sqlite_store;"
        "sqlite_store(Path(sys.argv[1]), seed=3)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "data")], check=False, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert f"in use by process {os.getpid()}" in done.stderr
    store.close()
    sqlite_store(tmp_path / "data", seed=4).close()


def test_nobody_else_reads_the_directory(tmp_path: Path) -> None:
    """Whatever the process's mask, folders have mode 0700 and files 0600."""
    before = os.umask(0)
    try:
        store = sqlite_store(tmp_path / "data")
        submit_all(store, [record(1)])
        store.write_snapshot(1, {"a": b"1"})
        modes = {
            path: stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "data", *(tmp_path / "data").rglob("*")]
        }
        store.close()
    finally:
        os.umask(before)
    assert {path.name: oct(mode) for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}
    assert {"holdfast.db", "holdfast.db-wal", "secret.key", "lock", "snapshots"} <= {path.name for path in modes}


def test_the_directorys_key_is_needed_and_the_right_one(tmp_path: Path) -> None:
    """Without its key, or with another, a directory does not open, and no new key is made for it."""
    sqlite_store(tmp_path / "data").close()
    with pytest.raises(StoreError, match="not the key of this directory"):
        sqlite_store(tmp_path / "data", seed=2, secret=bytes(32))
    with pytest.raises(StoreError, match="31 bytes"):
        sqlite_store(tmp_path / "other", seed=2, secret=bytes(31))
    (tmp_path / "data" / "secret.key").unlink()
    with pytest.raises(StoreError, match=r"secret\.key"):
        sqlite_store(tmp_path / "data", seed=2)
    assert not (tmp_path / "data" / "secret.key").exists()


def test_a_key_that_the_operator_brings_is_not_written_down(tmp_path: Path) -> None:
    """With `secret` no key stands beside the data, and the same secret opens it again."""
    store = sqlite_store(tmp_path / "data", secret=b"k" * 32)
    submit_all(store, [record(1)])
    store.close()
    assert not (tmp_path / "data" / "secret.key").exists()
    store = sqlite_store(tmp_path / "data", seed=2, secret=b"k" * 32)
    assert list(store.replay()) == [record(1)]
    store.close()
    assert b"k" * 32 not in raw(tmp_path / "data")


def test_personal_parts_are_never_on_disk_in_the_clear(tmp_path: Path) -> None:
    """A value in event or facts is found in no file, and neither is a name of it in a compression dictionary."""
    store = sqlite_store(tmp_path / "data")
    records = [
        record(seq, event=b'{"payer":"%s"}' % CANARY, facts=b'{"f%d":"%s"}' % (seq, CANARY), subject=b"")
        for seq in range(1, 300)
    ]
    submit_all(store, records[:1])
    submit_all(store, records[1:])
    assert list(store.replay()) == records
    assert CANARY not in raw(tmp_path / "data")
    with sqlite3.connect(tmp_path / "data" / "holdfast.db") as connection:
        dictionaries = connection.execute("SELECT sealed, public FROM dictionaries").fetchall()
    connection.close()
    assert len(dictionaries) == 2
    assert b'"payer":' in dictionaries[0][0]
    assert not any(CANARY in part for row in dictionaries for part in row)
    store.close()


def test_a_destroyed_key_is_in_no_file(tmp_path: Path) -> None:
    """After `forget` the wrapped key is neither in the database nor in its write-ahead log."""
    store = sqlite_store(tmp_path / "data")
    submit_all(store, [record(seq) for seq in range(1, 9)])
    with sqlite3.connect(tmp_path / "data" / "holdfast.db") as connection:
        ((wrapped,),) = connection.execute("SELECT wrapped FROM subjects WHERE subject = ?", (b"subject-1",))
    connection.close()
    assert wrapped in raw(tmp_path / "data")
    store.forget(b"subject-1")
    assert wrapped not in raw(tmp_path / "data")
    store.close()


def test_a_record_cannot_be_changed_or_taken_away(tmp_path: Path) -> None:
    """The database itself refuses to update or delete a record."""
    store = sqlite_store(tmp_path / "data")
    submit_all(store, [record(1)])
    store.close()
    connection = sqlite3.connect(tmp_path / "data" / "holdfast.db")
    for statement in ("UPDATE log SET kind = 'event'", "DELETE FROM log", "REPLACE INTO log SELECT * FROM log"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_a_changed_record_is_noticed(tmp_path: Path) -> None:
    """A flipped bit in a personal part, or a part moved to another record, is an error that names the record."""
    store = sqlite_store(tmp_path / "data")
    submit_all(store, [record(1), record(2, subject=b"subject-1")])
    store.close()
    connection = sqlite3.connect(tmp_path / "data" / "holdfast.db")
    connection.execute("DROP TRIGGER log_is_never_updated")
    connection.execute("UPDATE log SET sealed = (SELECT sealed FROM log WHERE seq = 1) WHERE seq = 2")
    connection.commit()
    connection.close()
    store = sqlite_store(tmp_path / "data", seed=2)
    with pytest.raises(StoreError, match="record 2 is damaged"):
        list(store.replay())
    store.close()


def test_rubbish_is_no_database(tmp_path: Path) -> None:
    """A file that is no database is an error, and the directory is free again after it."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "holdfast.db").write_bytes(b"rubbish" * 1_000)
    for _ in range(2):
        with pytest.raises(StoreError, match="cannot be opened") as damaged:
            sqlite_store(tmp_path / "data", secret=bytes(32))
        assert "restore a backup" in damaged.value.advice
    with pytest.raises(StoreError, match="is a file") as wrong:
        sqlite_store(tmp_path / "data" / "holdfast.db", secret=bytes(32))
    assert "name a folder" in wrong.value.advice


def test_keys_are_unique_over_days_and_groups(tmp_path: Path) -> None:
    """A key that came on an earlier day, or stands twice in one group, is a `Bug` and stores nothing."""
    store = sqlite_store(tmp_path / "data")
    submit_all(store, [record(1)])
    (error,) = submit_all(store, [record(2, key=key_of("tr-1"), received_ms=NOW_MS + 3 * DAY_MS)])
    assert isinstance(error, Bug)
    store.close()
    store = sqlite_store(tmp_path / "data", seed=2)
    inside, gate = threading.Event(), threading.Event()

    def held_up(_error: BaseException | None) -> None:
        inside.set()
        gate.wait(10)

    store.submit(record(2), held_up)
    inside.wait(10)
    answers: list[BaseException | None] = []
    for seq in (3, 4, 5):
        store.submit(record(seq, key=key_of("twice") if seq > 3 else b""), answers.append)
    gate.set()
    store.close()
    assert [type(answer) for answer in answers] == [Bug, Bug, Bug]
    store = sqlite_store(tmp_path / "data", seed=3)
    assert [one.seq for one in store.replay()] == [1, 2]
    store.close()


def test_keys_and_events_are_found_wherever_they_stand(tmp_path: Path) -> None:
    """In memory, in runs of several days, and after reopening, keys and event ids are found and still refused twice."""
    store = sqlite_store(tmp_path / "data")
    count = 2 * RUN_RECORDS + 100
    records = [
        record(seq, received_ms=NOW_MS + seq * 4 * DAY_MS // count, key=key_of(f"tr-{seq}")) for seq in range(1, count)
    ]
    assert submit_all(store, records) == [None] * len(records)
    for seed in (2, 3):
        some = range(1, count, 37)
        assert [found.seq for seq in some if (found := store.find(key_of(f"tr-{seq}")))] == list(some)
        assert [known.seq for seq in some if (known := store.by_event(f"tr-{seq}"))] == list(some)
        assert store.by_event("tr-0") is None
        store.close()
        store = sqlite_store(tmp_path / "data", seed=seed)
    (error,) = submit_all(store, [record(count, key=key_of("tr-5"))])
    assert isinstance(error, Bug)
    assert len(store._index.days) >= 3
    store.close()


def rows_of(path: Path, sql: str) -> int:
    """Count by a statement, beside the store; `DAY` in it is the table of today's keys."""
    connection = sqlite3.connect(path)
    count = int(connection.execute(sql.replace("DAY", DAY)).fetchone()[0])
    connection.close()
    return count


def test_no_group_waits_for_a_whole_run(tmp_path: Path) -> None:
    """A run goes to its tables a portion with each group, and stands as a run only when all of it does."""
    store, database = sqlite_store(tmp_path / "data"), tmp_path / "data" / "holdfast.db"
    each = PORTION_ROWS // ROWS_EACH
    submit_all(store, [record(seq) for seq in range(1, RUN_RECORDS)])
    for seq in range(RUN_RECORDS, RUN_RECORDS + 5 * each):
        submit_all(store, [record(seq)])
    assert PORTION_ROWS < rows_of(database, "SELECT count(*) FROM DAY") <= 5 * PORTION_ROWS
    assert rows_of(database, "SELECT count(*) FROM runs") == 0
    last = RUN_RECORDS + 2 * each + 2 * RUN_RECORDS // ROWS_EACH
    submit_all(store, [record(seq) for seq in range(RUN_RECORDS + 5 * each, last + 1)])
    assert rows_of(database, "SELECT last_seq FROM runs") == RUN_RECORDS
    assert rows_of(database, "SELECT count(*) FROM events") == RUN_RECORDS
    assert not store._index._written_keys
    store.close()


def test_what_an_unfinished_run_left_is_taken_away(tmp_path: Path) -> None:
    """A process that ends in the middle of a run harms nothing: all is found, refused twice, and indexed once."""
    data = tmp_path / "data"
    store, count = sqlite_store(data), RUN_RECORDS + 80
    submit_all(store, [record(seq) for seq in range(1, RUN_RECORDS)])
    for seq in range(RUN_RECORDS, count + 1):
        submit_all(store, [record(seq)])
    store.close()
    assert rows_of(data / "holdfast.db", "SELECT count(*) FROM DAY") >= PORTION_ROWS
    store = sqlite_store(data, seed=2)
    assert rows_of(data / "holdfast.db", "SELECT count(*) FROM DAY") == 0
    assert store.find(key_of("tr-7")) is not None
    (error,) = submit_all(store, [record(count + 1, key=key_of("tr-7"))])
    assert isinstance(error, Bug)
    store.close()
    store = sqlite_store(data, seed=3)
    submit_all(store, [record(seq) for seq in range(count + 1, 2 * count)])
    some = range(1, 2 * count, 41)
    assert [found.seq for seq in some if (found := store.find(key_of(f"tr-{seq}")))] == list(some)
    assert [known.seq for seq in some if (known := store.by_event(f"tr-{seq}"))] == list(some)
    assert rows_of(data / "holdfast.db", "SELECT count(*) - count(DISTINCT seq) FROM events") == 0
    store.close()


def test_keys_that_expire_in_the_middle_of_a_run_are_gone(tmp_path: Path) -> None:
    """Days end whole, whether their keys stand in memory, in a run that is being written, or in tables."""
    store = sqlite_store(tmp_path / "data")
    submit_all(store, [record(seq, received_ms=NOW_MS - 40 * DAY_MS) for seq in range(1, RUN_RECORDS + 2)])
    submit_all(store, [record(seq) for seq in range(RUN_RECORDS + 2, RUN_RECORDS + 10)])
    assert store.expire_keys(NOW_MS) == 1
    assert store.find(key_of("tr-5")) is None
    assert store.find(key_of(f"tr-{RUN_RECORDS + 5}")) is not None
    assert store.by_event("tr-5") is not None
    store.close()


def test_the_writer_gets_the_interpreter_soon_unless_calls_stand_in_line(tmp_path: Path) -> None:
    """The thread that decides keeps the interpreter for a fifth of a millisecond, and longer only in a crowd."""
    usual = sys.getswitchinterval()
    try:
        store = sqlite_store(tmp_path / "data")
        submit_all(store, [record(1)])
        assert sys.getswitchinterval() == pytest.approx(writer.EAGER_SECONDS)
        store.expect(more=True)
        assert sys.getswitchinterval() == pytest.approx(writer.CROWDED_SECONDS)
        store.expect(more=False)
        assert sys.getswitchinterval() == pytest.approx(writer.EAGER_SECONDS)
        store.close()
    finally:
        sys.setswitchinterval(usual)


def test_a_group_grows_for_longer_only_while_more_is_expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a crowd a group waits once; while calls stand in line it waits again, but not when it is large enough."""
    store, waits = sqlite_store(tmp_path / "data"), list[float]()
    grow = store._handles.writer._let_gather
    monkeypatch.setattr(writer, "sleep", waits.append)
    grow()
    assert len(waits) == 1
    store.expect(more=True)
    grow()
    assert len(waits) == 1 + writer.GATHER_TURNS
    monkeypatch.setattr(writer, "ENOUGH_RECORDS", 0)
    grow()
    assert len(waits) == 1 + writer.GATHER_TURNS
    store.close()


def test_a_callback_may_not_wait_for_the_writer(tmp_path: Path) -> None:
    """Writing from inside `done` would wait for ever; it is a `Bug` instead."""
    store = sqlite_store(tmp_path / "data")
    caught: list[BaseException] = []
    ready = threading.Event()

    def done(_error: BaseException | None) -> None:
        try:
            store.set_meta("a", "b")
        except Bug as bug:
            caught.append(bug)
        ready.set()

    store.submit(record(1), done)
    assert ready.wait(10)
    assert len(caught) == 1
    store.close()


def test_a_large_import_does_not_hold_records_up(tmp_path: Path) -> None:
    """While 50,000 values are staged, records go on being answered between the chunks."""
    store = sqlite_store(tmp_path / "data")
    values = [ListEntry(kind=ListKind.ACCOUNT, value=f"{number:020d}") for number in range(50_000)]
    importer = threading.Thread(target=lambda: store.stage_list_change("big", "v1", added=values))
    importer.start()
    taken = 0
    while importer.is_alive():
        taken += 1
        assert submit_all(store, [record(taken)]) == [None]
    importer.join()
    assert taken > 3
    assert store.list_entries("big").items == ()
    store.close()


def test_an_import_that_a_crash_broke_off_is_forgotten(tmp_path: Path) -> None:
    """What was staged and not published is gone at the next opening, so that the list can be imported again."""
    store = sqlite_store(tmp_path / "data")
    values = [ListEntry(kind=ListKind.ACCOUNT, value=f"{number:020d}") for number in range(4_001)]
    store.stage_list_change("big", "v1", added=values)
    store.close()
    store = sqlite_store(tmp_path / "data", seed=2)
    store.stage_list_change("big", "v2", added=values[:1])
    assert store._ask("changes", 1, "big", "", "", "", 10) == [
        ("account", f"{0:020d}", "", msgspec.json.encode(values[0]))
    ]
    store.close()


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    """A directory that a newer version wrote is an error, and is not written to."""
    sqlite_store(tmp_path / "data").close()
    connection = sqlite3.connect(tmp_path / "data" / "holdfast.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="schema of this directory is 99"):
        sqlite_store(tmp_path / "data", seed=2)


def test_a_key_table_that_is_gone_is_empty(tmp_path: Path) -> None:
    """A reader that asks for a day whose table is gone, as while keys expire, gets nothing instead of an error."""
    store = sqlite_store(tmp_path / "data")
    submit_all(store, [record(seq) for seq in range(1, RUN_RECORDS + 2)])
    store._index._days = (1, *store._index.days, 0)
    assert store.find(key_of("tr-1")) is not None
    store.close()
