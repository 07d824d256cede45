"""What is written to the log: one durable record for each event taken."""

from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.vocabulary.lists import ListVersion


class RecordKind(StrEnum):
    """Kinds of record in the one log; log order is apply order."""

    EVENT = "event"  # an event without a decision
    DECISION = "decision"  # an event with its decision
    REVISION = "revision"  # a decision made again with an input that came later
    LIST = "list"  # a list's new version
    SOURCE = "source"  # a source declared complete
    CLOCK = "clock"  # the test clock moved
    HOLD = "hold"  # an act on a hold


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
class SourceRow:
    """The instant (epoch milliseconds) since which everything that `source` saw has been reported."""

    source: str
    complete_since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry of the log.

    `key` is the 16-byte idempotency key of (route-independent) event id, empty for records that no client
    retries; `body_hash` the 16-byte hash of the canonical event; `event` and `facts` hold personal data and are
    stored encrypted under the key of `subject`; `judgement`, `envelope` and `reply` hold none.

    `hold` places a hold, or gives a placed one its new terms; `closed_holds` are those that this record ends;
    `source` declares a source complete; `list_version` makes a staged version of a list the current one.
    `outbox` is taken off its queue when it was delivered and is not read back. `forgotten` says, on reading, that
    the key of `subject` was destroyed, so that `event` and `facts` are empty for ever.
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
    closed_holds: tuple[str, ...] = ()
    source: SourceRow | None = None
    list_version: ListVersion | None = None
    forgotten: bool = False
