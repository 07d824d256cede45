"""What every part of the SQLite store shares: the writer and the readers."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

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

    def _newest(
        self, table: str, place: tuple[int, str], *, limit: int, states: Sequence[str], client: bytes | None
    ) -> list[tuple[Any, ...]]:
        """Give what a page needs of a table of states and clients: rows older than a place, in no promised order.

        A state has an index of its own; a client has so few rows that its states are looked at one by one.
        """
        if client is not None:
            return self._ask(f"{table}_of_client", *place, client, msgspec.json.encode(states).decode(), limit)
        if not states:
            return self._ask(f"{table}_before", *place, limit)
        return [row for state in set(states) for row in self._ask(f"{table}_of_state", *place, state, limit)]

    def _call(self, command: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run a command in the writer's next group, and wait until it is on disk."""
        return self._handles.writer.call(command)

    def _change(self, name: str, *values: Any) -> int:
        """Run one named statement in the writer's next group, and give the number of rows it changed."""
        return self._call(lambda connection: connection.execute(query(name), values).rowcount)

    def _change_many(self, name: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one named statement for many rows in the writer's next group."""
        self._call(lambda connection: connection.executemany(query(name), rows).rowcount)
