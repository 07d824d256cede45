"""Reading connections: as many as threads that read at once, never in the writer's way."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from holdfast.store.sqlite.queries import query
from holdfast.vocabulary.errors import StoreError

Connect = Callable[[], sqlite3.Connection]


class Readers:
    """A stack of idle connections; a statement takes one, or opens one when none is idle."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._idle: list[sqlite3.Connection] = []
        self._closed = False

    def ask(self, name: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a named statement and give all its rows."""
        return self.run(query(name), *values)

    def run(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and give all its rows; a failing database is a `StoreError`."""
        with self._borrow() as connection:
            try:
                return connection.execute(sql, values).fetchall()
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise StoreError(f"the database cannot be read: {error}") from error

    def close(self) -> None:
        """Close what is idle; whoever still reads closes its own."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _borrow(self) -> Iterator[sqlite3.Connection]:
        if self._closed:
            raise StoreError("the store is closed")
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
        try:
            yield connection
        finally:
            if self._closed:
                connection.close()
            else:
                self._idle.append(connection)
