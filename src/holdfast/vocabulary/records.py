"""What is written to the log: one durable record for each event taken."""

from dataclasses import dataclass, field
from enum import StrEnum


class RecordKind(StrEnum):
    """Kinds of record in the one log; log order is apply order."""

    EVENT = "event"  # an event without a decision
    DECISION = "decision"  # an event with its decision
    LIST = "list"  # a list's new version
    SOURCE = "source"  # a source declared complete
    CLOCK = "clock"  # the test clock moved


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A message for the worker to deliver at least once, in order for each subject."""

    topic: str
    subject: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A hold as it was placed; its later acts are records of their own. Instants are epoch milliseconds."""

    id: str
    decision_id: str
    policy: str
    placed_ms: int
    until_ms: int
    confirm_by_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry of the log.

    `key` is the 16-byte idempotency key of (route-independent) event id, empty for records that no client
    retries; `body_hash` the 16-byte hash of the canonical event; `event` and `facts` hold personal data and are
    stored encrypted under the key of `subject`; `judgement`, `envelope` and `reply` hold none.
    """

    seq: int
    kind: RecordKind
    occurred_ms: int
    received_ms: int
    key: bytes = b""
    body_hash: bytes = b""
    event_id: str = ""
    decision_id: str = ""
    subject: bytes = b""
    event: bytes = b""
    facts: bytes = b""
    judgement: bytes = b""
    envelope: bytes = b""
    reply: bytes = b""
    hold: HoldRow | None = None
    outbox: tuple[OutboxRow, ...] = field(default_factory=tuple)
