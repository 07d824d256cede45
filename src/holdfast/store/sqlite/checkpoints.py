"""Keeping the write-ahead log short: its pages are copied into the database beside the writer, not in its way.

A checkpoint of a long log copies thousands of pages and waits twice for the disk. A second connection does so in a
thread of its own while groups go on being committed; then the writer copies the few pages that came meanwhile, after
which SQLite begins the log anew. The limit of the file's size is set to the same number of bytes, so that a file that
is longer than this always means a log that is.
Measured with groups of 32: a checkpoint after every group, which a file that never shrinks asks for, took 14 us a
record and 32 % of the writer's time; one for every 16 MB takes less than 2 us.
Source: https://www.sqlite.org/wal.html, "Avoiding Excessively Large WAL Files".
"""

import sqlite3
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Final

CHECKPOINT_BYTES: Final = 16 << 20
_PASSIVE: Final = "PRAGMA wal_checkpoint(PASSIVE)"


class Checkpoints:
    """The two connections that copy the log of one database; `aside` is this object's own and closed by it."""

    def __init__(self, writing: sqlite3.Connection, aside: sqlite3.Connection, wal: Path) -> None:
        for connection in (writing, aside):
            connection.execute(f"PRAGMA journal_size_limit = {CHECKPOINT_BYTES}").fetchall()
            connection.execute("PRAGMA synchronous = FULL").fetchall()
        self._writing = writing
        self._aside = aside
        self._wal = wal
        self._due = CHECKPOINT_BYTES
        self._asked: SimpleQueue[bool] = SimpleQueue()
        self._copying = threading.Lock()
        self._busy = self._copied = False
        self._failure: sqlite3.Error | None = None
        self._thread = threading.Thread(target=self._run, name="holdfast-checkpoint", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Start a copy when the log is long, or end one; the writer's thread calls this between groups.

        Raises what went wrong meanwhile.
        """
        if self._failure is not None:
            raise self._failure
        if self._copied:
            self._copied = False
            self._writing.execute(_PASSIVE).fetchall()
            self._busy = False
            return
        size = self._wal.stat().st_size
        if size <= CHECKPOINT_BYTES:
            self._due = CHECKPOINT_BYTES
        elif size > self._due and not self._busy:
            self._due = size + CHECKPOINT_BYTES  # while somebody reads the old pages for long, not after every group
            self._busy = True
            self._asked.put(True)

    def truncate(self) -> bool:
        """Leave no page in the log, and tell whether that was possible; the writer's thread calls this."""
        with self._copying:
            busy = self._writing.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def close(self) -> None:
        """End a copy that is under way, and stop."""
        self._asked.put(False)
        self._thread.join()
        self._aside.close()

    def _run(self) -> None:
        while self._asked.get():
            try:
                with self._copying:
                    self._aside.execute(_PASSIVE).fetchall()
                self._copied = True
            except sqlite3.Error as error:
                self._failure = error
