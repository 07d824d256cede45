"""Labelled points at which a server under test kills itself: a store and a gateway that die when their count is up.

Nothing here can be reached from the product: a test's own entry point puts these in the place of the real ones.
"""

import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Final

from holdfast.gateways.file import FileGateway
from holdfast.store.sqlite.store import SqliteStore
from holdfast.vocabulary.deliveries import Outgoing, Receipt
from holdfast.vocabulary.records import Record

IN_SERVER: Final = (
    "before append",
    "after append",
    "after fsync",
    "before checkpoint",
    "after checkpoint",
    "during recovery",
    "before delivery",
    "after delivery",
    "before the outbox is cleared",
)
IN_COMPACTOR: Final = ("while a snapshot is written", "before a snapshot is named", "after a snapshot is named")


class Trap:
    """The point at which this process dies, and at which of its passings; the count is per process."""

    point: ClassVar[str] = ""
    count: ClassVar[int] = 0

    @classmethod
    def arm(cls, point: str, count: int) -> None:
        """Die at the `count`-th passing of a point."""
        cls.point, cls.count = point, count

    @classmethod
    def passing(cls, point: str) -> None:
        """Die here if this is the place and the time."""
        if point != cls.point:
            return
        cls.count -= 1
        if cls.count <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalConnection(sqlite3.Connection):
    """The writer's connection, with the points around one group."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Pass the points of a statement."""
        if sql == "BEGIN IMMEDIATE":
            Trap.passing("before append")
        if sql == "COMMIT":
            Trap.passing("after append")
        if sql == "PRAGMA wal_checkpoint(PASSIVE)":
            Trap.passing("before checkpoint")
        done = super().execute(sql, parameters)
        if sql == "COMMIT":
            Trap.passing("after fsync")
        if sql == "PRAGMA wal_checkpoint(PASSIVE)":
            done.fetchall()
            Trap.passing("after checkpoint")
            return super().execute("SELECT 1")
        return done


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=MortalConnection)


class MortalStore(SqliteStore):
    """The real store over a mortal connection."""

    @classmethod
    def open(cls, directory: Path, **more: Any) -> "MortalStore":
        """Open as the real store does."""
        return super().open(directory, connect=_connect, **more)

    def replay(self, after_seq: int = 0, upto: int | None = None) -> Iterator[Record]:
        """Read the log, perhaps not to its end."""
        for record in super().replay(after_seq, upto):
            Trap.passing("during recovery")
            yield record

    def delivered(self, ids: Any) -> None:
        """Take messages off the outbox, perhaps not."""
        Trap.passing("before the outbox is cleared")
        super().delivered(ids)


class MortalGateway(FileGateway):
    """The real gateway, with the points around one delivery."""

    async def send(self, message: Outgoing) -> Receipt:
        """Deliver one message, perhaps the last."""
        Trap.passing("before delivery")
        receipt = await super().send(message)
        Trap.passing("after delivery")
        return receipt
