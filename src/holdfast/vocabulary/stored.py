"""What a store answers, beside the records themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct

from holdfast.vocabulary.records import RecordKind

Item = TypeVar("Item")


class Found(Struct, frozen=True, kw_only=True):
    """The record of an idempotency key: what a retry needs of it, and nothing that would need decryption."""

    seq: int
    kind: RecordKind
    occurred_ms: int
    received_ms: int
    body_hash: bytes
    event_id: str
    judgement: bytes
    envelope: bytes
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
    """One link of the hash chain over the log; `vocabulary.chain` says how it is computed.

    `digest` is the hash of the record itself, `link` that of the link before it followed by `digest`. `parts` are the
    hashes of the record's parts by name, of which `digest` is made together with `header`; those of `event` and `facts`
    are over `salt` followed by the part. `salt` is empty where there is neither, and once the subject was forgotten.
    """

    seq: int
    before: bytes
    header: bytes
    parts: Mapping[str, bytes]
    digest: bytes
    link: bytes
    salt: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFault:
    """The first record that is not what was written.

    `differs` names what is wrong with it: `missing`; `header` (its number, kind, instants or ids; so also a record that
    was moved or put in); the name of a part; `unreadable`; `link` (it does not follow the record before it, or its own
    proof was changed); or `head` (the head that the operator kept is another).
    """

    seq: int
    differs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a walk along the hash chain found; without a `fault` every record is as it was written.

    `seq` is the last record that was found right and `head` its link, which an operator may keep elsewhere, so that a
    log that was cut off or written anew as a whole is found as well. `records` were checked, of which `forgotten` have
    lost their personal parts with their subject's key; `unlinked` ones before them are older than the chain.
    """

    records: int
    forgotten: int
    unlinked: int
    seq: int
    head: bytes
    fault: ChainFault | None = None
