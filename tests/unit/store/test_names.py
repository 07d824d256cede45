"""How a store names people: with a key since schema 5, and for ever without one in a directory made before."""

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.store import MemoryStore, SqliteStore
from holdfast.store.backups import restoring, write_backup
from holdfast.store.names import Names
from holdfast.store.sqlite.queries import migrate, migrations
from holdfast.vocabulary.errors import StoreError
from holdfast.wire.canonical import short_hash
from tests.unit.store.making import SECRET, StillClock, accept, made_before_keys, random_bytes, record, sqlite_store

NAME = b"phone\x1f+79161237731"
OTHER_SECRET = b"o" * 32


def test_without_a_key_names_are_what_they_were() -> None:
    """The empty key gives what every program before schema 5 wrote, of any length; a key gives something else."""
    for data in (b"", NAME, NAME * 100):
        assert Names(b"").hash(data) == Names(b"").hash(data) == short_hash(data)
        assert Names(SECRET).hash(data) not in {short_hash(data), Names(OTHER_SECRET).hash(data)}
    assert (Names(b"").keyed, Names(SECRET).keyed) == (False, True)


def test_a_new_directory_names_people_by_its_own_key(tmp_path: Path) -> None:
    """The name is none that anybody can compute, the same at every opening, and another in another directory."""
    store = sqlite_store(tmp_path / "data")
    name = store.keyed_hash(NAME)
    assert (len(name), store.keeps_keyed_names) == (16, True)
    assert name != short_hash(NAME)
    store.close()
    again = sqlite_store(tmp_path / "data", seed=2)
    assert (again.keyed_hash(NAME), again.keeps_keyed_names) == (name, True)
    again.close()
    beside = SqliteStore.open_beside(tmp_path / "data", clock=StillClock(), random_bytes=random_bytes())
    assert beside.keyed_hash(NAME) == name
    beside.close()
    other = sqlite_store(tmp_path / "other", seed=3)
    assert other.keyed_hash(NAME) != name
    other.close()


def test_the_key_of_names_has_no_other_use() -> None:
    """No other purpose gives the key under which people are named."""
    store = MemoryStore(clock=StillClock(), secret=SECRET)
    assert store.keyed_hash(NAME) == Names(store.derive("names")).hash(NAME)
    used = ("wrap", "windows", "templates", "fingerprint", "salt 1")
    assert store.keyed_hash(NAME) not in {Names(store.derive(purpose)).hash(NAME) for purpose in used}


def test_an_older_directory_keeps_its_names(tmp_path: Path) -> None:
    """Brought forward, opened again, read beside, backed up and restored, it names people as it always did."""
    data = made_before_keys(tmp_path / "data")
    for seed in (1, 2):
        store = sqlite_store(data, seed=seed)
        assert (store.keyed_hash(NAME), store.keeps_keyed_names) == (short_hash(NAME), False)
        store.close()
    beside = SqliteStore.open_beside(data, clock=StillClock(), random_bytes=random_bytes())
    assert beside.keyed_hash(NAME) == short_hash(NAME)
    beside.close()
    assert restored(data, tmp_path) == short_hash(NAME)


def test_a_restored_directory_names_people_as_the_one_backed_up(tmp_path: Path) -> None:
    """What says how people are named goes with the database, and the key is the directory's own."""
    store = sqlite_store(tmp_path / "data")
    accept(store, record(1))
    name = store.keyed_hash(NAME)
    store.close()
    assert restored(tmp_path / "data", tmp_path) == name


def restored(data: Path, aside: Path) -> bytes:
    """Back a directory up, restore it, and give how the restored one names a person."""
    write_backup(data, aside / "backup", version="1", made_at="now")
    with restoring(aside / "backup", aside / "again", secret=(data / "secret.key").read_bytes()):
        pass
    store = sqlite_store(aside / "again", seed=7)
    name = store.keyed_hash(NAME)
    store.close()
    return name


def test_a_start_that_is_killed_leaves_no_directory_without_keyed_names(tmp_path: Path) -> None:
    """Whichever statement of the very first start is its last, the directory names people by a key afterwards."""
    died, deadly = True, 0
    while died:
        deadly += 1
        data = tmp_path / f"killed {deadly}"
        died = killed_at(data, deadly)
        store = sqlite_store(data, seed=2)
        assert store.keeps_keyed_names
        store.close()
    assert deadly > len(migrations())


def killed_at(data: Path, deadly: int) -> bool:
    """Make a directory in a process of its own that kills itself before a statement; tell whether it died."""
    child = os.fork()
    if not child:
        try:
            sqlite_store(data, connect=lambda path: Deadly(path, deadly))
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


class Deadly(sqlite3.Connection):
    """A connection that kills its process before a statement, counted over all connections."""

    passed = 0

    def __init__(self, path: Path, deadly: int) -> None:
        super().__init__(path, isolation_level=None, check_same_thread=False)
        self._deadly = deadly
        self.set_trace_callback(self._count)

    def _count(self, _statement: str) -> None:
        Deadly.passed += 1
        if Deadly.passed == self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def test_an_older_program_refuses_a_directory_with_keyed_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that knows no key for names refuses the schema, and does not write a name beside the keyed ones."""
    sqlite_store(tmp_path / "data").close()
    older = migrations()[:4]
    monkeypatch.setattr("holdfast.store.sqlite.queries.migrations", lambda: older)
    database = tmp_path / "data" / "holdfast.db"
    refused = pytest.raises(StoreError, match="the schema of this directory is 5, this program knows 4")
    with closing(sqlite3.connect(database, isolation_level=None)) as connection, refused:
        migrate(connection)
