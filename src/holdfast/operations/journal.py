"""Hands many records to a store without waiting for each, and holds back when too many wait."""

from threading import Semaphore
from typing import Final

from holdfast.operations.ports import Store
from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.records import Record

MOST_WAITING: Final = 4_096


class Journal:
    """A writer of one file's records; when `flush` returns, all of them are on disk."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._room = Semaphore(MOST_WAITING)
        self._error: BaseException | None = None
        self._was_empty = store.last_seq() == 0

    def may_hold(self, event_id: str) -> bool:
        """Tell whether the store had an event before this run; a store that was empty had none."""
        return not self._was_empty and self._store.by_event(event_id) is not None

    def write(self, record: Record) -> None:
        """Queue a record; StoreError when an earlier one could not be written."""
        self._room.acquire()
        self._refuse_after_failure()
        self._store.submit(record, self._done)

    def _done(self, error: BaseException | None) -> None:
        self._error = self._error or error
        self._room.release()

    def flush(self) -> None:
        """Wait until everything is on disk."""
        for _ in range(MOST_WAITING):
            self._room.acquire()
        self._room.release(MOST_WAITING)
        self._refuse_after_failure()

    def _refuse_after_failure(self) -> None:
        if self._error is not None:
            raise StoreError(f"the records could not be written: {self._error}") from self._error
