"""What operations need from the outside; `app` fills these in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from holdfast.vocabulary.lists import ListChange, ListEntry, ListVersion
from holdfast.vocabulary.records import Record

Done = Callable[[BaseException | None], None]


class Found(Protocol):
    """What a used idempotency key leads to."""

    @property
    def body_hash(self) -> bytes:
        """The 16-byte hash of the canonical event that used the key."""
        ...

    @property
    def seq(self) -> int:
        """The record's place in the log."""
        ...


class Store(Protocol):
    """The durable log and what is read back from it; `submit` alone may be called while a decision is made."""

    def submit(self, record: Record, done: Done) -> None:
        """Queue a record; `done` is called on another thread after it is on disk, or with the error."""
        ...

    def find(self, key: bytes) -> Found | None:
        """Look up an idempotency key among the durable records."""
        ...

    def record(self, seq: int) -> Record | None:
        """Give one durable record by its place in the log."""
        ...

    def decision(self, decision_id: str) -> Record | None:
        """Give the durable record of one decision."""
        ...

    def by_event(self, event_id: str) -> Record | None:
        """Give the durable record of one event."""
        ...

    def replay(self, after_seq: int = 0) -> Iterator[Record]:
        """Give all durable records after a place, in log order."""
        ...

    def last_seq(self) -> int:
        """Give the place of the last durable record; 0 in an empty log."""
        ...

    def put_content(self, kind: str, data: bytes) -> str:
        """Keep content under its SHA-256 and give that; keeping it again changes nothing."""
        ...

    def content(self, digest: str) -> bytes | None:
        """Give content by its SHA-256."""
        ...
