"""What a store answers, beside the records themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from holdfast.vocabulary.records import RecordKind

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The first answer to an idempotency key: what a retry needs, and nothing that would need decryption."""

    seq: int
    kind: RecordKind
    body_hash: bytes
    reply: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """One page of a listing; `next` is the cursor of the page after it, `None` on the last."""

    items: tuple[Item, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """An outbox message that is not delivered yet; ids grow in log order. Instants are epoch milliseconds."""

    id: int
    topic: str
    subject: str
    payload: bytes
    attempts: int = 0
    error: str = ""
    retry_at_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRow:
    """An API key: its hash and scopes, never the key itself. Instants are epoch milliseconds."""

    id: str
    hash: bytes
    scopes: tuple[str, ...]
    created_ms: int
    expires_ms: int | None = None
    revoked_ms: int | None = None


class Snapshot(NamedTuple):
    """The memory state after record `seq`: named arrays as bytes."""

    seq: int
    arrays: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureTotal:
    """The sum of one kind of exposure in one currency, and how many rows it is made of."""

    kind: str
    currency: str
    amount_minor: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """One link of the hash chain over the log.

    `digest` is the SHA-256 of the record itself, `link` that of the link before it followed by `digest`; both 32 bytes.
    `parts` are the SHA-256 of the record's parts by name, of which `digest` is made together with `header`.
    """

    seq: int
    before: bytes
    header: bytes
    parts: Mapping[str, bytes]
    digest: bytes
    link: bytes
