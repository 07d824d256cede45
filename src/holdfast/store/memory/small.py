"""The small tables in memory: contents by hash, API keys, sources, single strings, snapshots, and the outbox."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256

from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.errors import ConflictError, NotFoundError
from holdfast.vocabulary.stored import ApiKeyRow, Snapshot, WaitingRow


class MemoryTables:
    """Contents, API keys, sources, meta and outbox of the store in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._contents: dict[str, bytes] = {}
        self._meta: dict[str, str] = {}
        self._sources: dict[str, int] = {}
        self._api_keys: dict[str, ApiKeyRow] = {}
        self._messages: dict[int, WaitingRow] = {}
        self._snapshots: list[Snapshot] = []

    def put_content(self, kind: str, data: bytes) -> str:  # noqa: ARG002 - the kind is for people who look at the table
        """Keep a pack, ruleset or model for ever, and give its SHA-256 as hex; again does nothing."""
        content_hash = sha256(data).hexdigest()
        self._contents[content_hash] = bytes(data)
        return content_hash

    def content(self, content_hash: str) -> bytes | None:
        """Give what is kept under a hash (hex)."""
        return self._contents.get(content_hash)

    def set_meta(self, name: str, value: str) -> None:
        """Keep one small string under a name."""
        self._meta[name] = value

    def get_meta(self, name: str) -> str | None:
        """Give the string of a name."""
        return self._meta.get(name)

    def sources(self) -> dict[str, int]:
        """Give, for each declared source, the instant (epoch ms) since which it is complete."""
        return dict(self._sources)

    def put_key(self, row: ApiKeyRow) -> None:
        """Keep a new API key's hash and scopes; an id that is taken is a `ConflictError`."""
        if row.id in self._api_keys:
            raise ConflictError(f"an API key with the id `{row.id}` exists already")
        self._api_keys[row.id] = row

    def keys(self) -> tuple[ApiKeyRow, ...]:
        """Give every API key ever made, oldest first."""
        return tuple(sorted(self._api_keys.values(), key=lambda row: (row.created_ms, row.id)))

    def revoke_key(self, key_id: str, revoked_ms: int) -> None:
        """Take an API key's power; the first revocation counts, an unknown id is a `NotFoundError`."""
        row = self._api_keys.get(key_id)
        if row is None:
            raise NotFoundError(f"there is no API key with the id `{key_id}`")
        if row.revoked_ms is None:
            self._api_keys[key_id] = replace(row, revoked_ms=revoked_ms)

    def pending(self, limit: int, *, after: int = 0, now_ms: int | None = None) -> tuple[WaitingRow, ...]:
        """Give up to `limit` messages with ids above `after` that may go out at `now_ms`."""
        now = self._clock.now_ms() if now_ms is None else now_ms
        stopped: set[str] = set()
        ready: list[WaitingRow] = []
        for row in self._messages.values():
            if row.retry_at_ms > now:
                stopped.add(row.subject)
            elif row.subject not in stopped and row.id > after:
                ready.append(row)
        return tuple(ready[:limit])

    def undelivered(self) -> tuple[int, WaitingRow | None]:
        """Count the messages that are not delivered yet, and give the oldest."""
        return len(self._messages), next(iter(self._messages.values()), None)

    def delivered(self, ids: Iterable[int]) -> None:
        """Take delivered messages off the queue; unknown ids do nothing."""
        for message_id in ids:
            self._messages.pop(message_id, None)

    def failed(self, message_id: int, error: str, *, retry_at_ms: int) -> None:
        """Note that a delivery failed and when to try again."""
        row = self._messages.get(message_id)
        if row is not None:
            self._messages[message_id] = replace(row, attempts=row.attempts + 1, error=error, retry_at_ms=retry_at_ms)

    def write_snapshot(self, seq: int, arrays: Mapping[str, bytes | memoryview]) -> None:
        """Keep the memory state after record `seq`; the newest two are kept."""
        others = [one for one in self._snapshots if one.seq != seq]
        self._snapshots = sorted(
            [*others, Snapshot(seq, {name: bytes(data) for name, data in arrays.items()})], key=lambda one: one.seq
        )[-2:]
