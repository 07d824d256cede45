"""What every part of the SQLite store shares: the writer and the readers."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from holdfast.store.sqlite.queries import query
from holdfast.store.sqlite.readers import Readers
from holdfast.store.sqlite.writer import Writer
from holdfast.vocabulary.clock import Clock

Result = TypeVar("Result")


class Handles(NamedTuple):
    """The open ends of one database."""

    writer: Writer
    readers: Readers
    clock: Clock
    path: Path


class Part:
    """One subject of the store's contract over the shared writer and readers."""

    _handles: Handles

    def _ask(self, name: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a named statement on a reading connection."""
        return self._handles.readers.ask(name, *values)

    def _call(self, command: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run a command in the writer's next group, and wait until it is on disk."""
        return self._handles.writer.call(command)

    def _change(self, name: str, *values: Any) -> int:
        """Run one named statement in the writer's next group, and give the number of rows it changed."""
        return self._call(lambda connection: connection.execute(query(name), values).rowcount)

    def _change_many(self, name: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one named statement for many rows in the writer's next group."""
        self._call(lambda connection: connection.executemany(query(name), rows))
