"""A server on a sick disk: `FILE serve ...`, whose commits fail while FILE says how.

The word `before` in the file fails a commit that wrote nothing; `after` reports failure of one that is on disk all
the same, which is what a failing `fsync` may leave behind.
"""

import sqlite3
import sys
from pathlib import Path
from typing import Any, ClassVar

from holdfast import app
from holdfast.cli.main import main as command
from holdfast.store.sqlite.store import SqliteStore


class SickConnection(sqlite3.Connection):
    """The writer's connection on that disk."""

    sign: ClassVar[Path]

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Fail a commit before or after it happened."""
        state = self.sign.read_text() if sql == "COMMIT" and self.sign.exists() else ""
        if state == "before":
            raise sqlite3.OperationalError("disk I/O error")
        done = super().execute(sql, parameters)
        if state == "after":
            raise sqlite3.OperationalError("disk I/O error")
        return done


class SickStore(SqliteStore):
    """The real store over that connection."""

    @classmethod
    def open(cls, directory: Path, **more: Any) -> "SickStore":
        """Open as the real store does."""
        return super().open(directory, connect=_connect, **more)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=SickConnection)


def main() -> None:
    """Run `holdfast` on the disk that the first word makes sick."""
    SickConnection.sign = Path(sys.argv.pop(1))
    vars(app).update(SqliteStore=SickStore)
    command()
