"""A process that dies while it brings a schema forward leaves a directory that the next one brings forward."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from holdfast.store.sqlite.queries import migrate, migrations
from tests.migration.test_filled_store import filled_with_1, filled_with_2, opened
from tests.unit.store.making import accept, record

MOST_STATEMENTS = 500


def content(database: Path) -> list[str]:
    """Give everything that a database holds, as text."""
    with closing(sqlite3.connect(database)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()
        return [str(version), *connection.iterdump()]


def migrate_until(database: Path, deadly: int) -> bool:
    """Bring a database forward in a process of its own that kills itself before a statement; tell whether it died."""
    child = os.fork()
    if not child:
        _migrate_and_die(database, deadly)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _migrate_and_die(database: Path, deadly: int) -> None:
    passed = 0

    def count(_statement: str) -> None:
        nonlocal passed
        passed += 1
        if passed == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.set_trace_callback(count)
    try:
        migrate(connection)
    finally:
        os._exit(0)


@pytest.mark.parametrize("fill", [filled_with_1, filled_with_2])
def test_a_kill_at_any_statement_is_made_good_by_the_next_start(fill: Callable[[Path], Path], tmp_path: Path) -> None:
    """Whichever statement is the last, the next opening ends with the same content as one that nothing disturbed."""
    old = fill(tmp_path / "old")
    whole = Path(shutil.copytree(old, tmp_path / "whole"))
    assert not migrate_until(whole / "holdfast.db", 0)
    wanted = content(whole / "holdfast.db")
    deadly, died = 0, True
    while died and deadly < MOST_STATEMENTS:
        deadly += 1
        one = Path(shutil.copytree(old, tmp_path / f"killed {deadly}"))
        died = migrate_until(one / "holdfast.db", deadly)
        with closing(sqlite3.connect(one / "holdfast.db", isolation_level=None)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone()[0] <= len(migrations())
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            migrate(connection)
        assert content(one / "holdfast.db") == wanted
    assert deadly > len(migrations())
    assert not died


def test_a_store_goes_on_after_a_killed_start(tmp_path: Path) -> None:
    """Records are read and written after a start that died half-way, and the chain holds."""
    directory = filled_with_2(tmp_path / "data")
    assert migrate_until(directory / "holdfast.db", 2)
    store = opened(directory)
    accept(store, record(6))
    assert [one.seq for one in store.replay()] == [1, 2, 3, 4, 5, 6]
    assert (store.verify_chain().records, store.verify_chain().fault) == (6, None)
    store.close()
