"""The place of the writer in a store that is opened beside its owner."""

import sqlite3
from collections.abc import Callable
from typing import Any

from holdfast.store.sqlite.writer import Done, Writer
from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.records import Record

_REFUSAL = "the store was opened beside its server and cannot be written"


class NoWriter(Writer):
    """A writer that refuses everything; it has no thread and no connection."""

    def __init__(self) -> None:
        self._failure = None

    def waiting(self) -> int:
        """Give 0: nothing is ever taken."""
        return 0

    def expect(self, *, more: bool) -> None:
        """Do nothing."""

    def submit(self, record: Record, done: Done) -> None:  # noqa: ARG002 - every record is refused alike
        """Refuse a record."""
        done(StoreError(_REFUSAL))

    def call(self, command: Callable[[sqlite3.Connection], Any]) -> Any:  # noqa: ARG002 - as above
        """Refuse a command."""
        raise StoreError(_REFUSAL)

    def close(self) -> None:
        """Do nothing."""
