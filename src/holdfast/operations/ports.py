"""What operations need from the outside; `app` fills these in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from holdfast.vocabulary.lists import ListEntry, ListKind, ListVersion
from holdfast.vocabulary.records import Record
from holdfast.vocabulary.stored import ApiKeyRow, Found, Page, Snapshot

ListReader = Callable[[Sequence[ListKind]], Iterator[ListEntry]]
Done = Callable[[BaseException | None], None]


class Store(Protocol):
    """The durable log and what is read back from it; `submit` alone may be called while a decision is made."""

    def submit(self, record: Record, done: Done) -> None:
        """Queue a record; `done` is called on another thread after it is on disk, or with the error."""
        ...

    def find(self, key: bytes) -> Found | None:
        """Look up an idempotency key among the durable records."""
        ...

    def decision(self, decision_id: str) -> Record | None:
        """Give the durable record of one decision."""
        ...

    def by_event(self, event_id: str) -> Record | None:
        """Give the durable record of one event."""
        ...

    def replay(self, after_seq: int = 0, upto: int | None = None) -> Iterator[Record]:
        """Give the durable records after one place up to and with another, in log order."""
        ...

    def last_seq(self) -> int:
        """Give the place of the last durable record; 0 in an empty log."""
        ...

    def put_content(self, kind: str, data: bytes) -> str:
        """Keep content under its SHA-256 and give that; keeping it again changes nothing."""
        ...

    def content(self, content_hash: str) -> bytes | None:
        """Give content by its SHA-256."""
        ...

    def sources(self) -> dict[str, int]:
        """Give the instant since which each declared source is complete."""
        ...

    def stage_list_change(
        self, list_id: str, version: str, *, added: Sequence[ListEntry] = (), removed: Sequence[ListEntry] = ()
    ) -> None:
        """Stage part of a list's next version, durably and unseen, until a record publishes it."""
        ...

    def drop_staged(self, list_id: str, version: str) -> None:
        """Throw away what was staged for a version and never published."""
        ...

    def list_reader(self, list_id: str) -> ListReader:
        """Give a reader of the newest version of a list, which may be sent to another process."""
        ...

    def drop_all_staged(self) -> None:
        """Throw away everything staged and never published."""
        ...

    def lists(self) -> tuple[str, ...]:
        """Name every list that has a published version."""
        ...

    def list_versions(self, list_id: str) -> tuple[ListVersion, ...]:
        """Give a list's published versions, oldest first."""
        ...

    def list_entries(
        self, list_id: str, *, cursor: str | None = None, limit: int = 500, version: str | None = None
    ) -> Page[ListEntry]:
        """Give the entries of a list at a version, a page at a time."""
        ...

    def list_change(
        self, list_id: str, version: str, *, cursor: str | None = None, limit: int = 500
    ) -> Page[tuple[ListEntry, bool]]:
        """Give what a version changed, a page at a time: each entry, and whether it was added."""
        ...

    def decisions(self, limit: int, cursor: str | None = None) -> Page[Record]:
        """Give decisions, newest first, a page at a time."""
        ...

    def set_meta(self, name: str, value: str) -> None:
        """Keep a small text by name."""
        ...

    def get_meta(self, name: str) -> str | None:
        """Give a small text by name."""
        ...

    def put_key(self, row: ApiKeyRow) -> None:
        """Keep an API key's hash and scopes."""
        ...

    def keys(self) -> tuple[ApiKeyRow, ...]:
        """Give every API key."""
        ...

    def revoke_key(self, key_id: str, revoked_ms: int) -> None:
        """End an API key."""
        ...

    def write_snapshot(self, seq: int, arrays: Mapping[str, bytes | memoryview]) -> None:
        """Write the memory state after one record, whole or not at all."""
        ...

    def latest_snapshot(self) -> Snapshot | None:
        """Give the newest whole snapshot that is not ahead of the log."""
        ...

    def close(self) -> None:
        """Write what waits and release the directory."""
        ...
