"""What is written to the log: one durable record for each event taken."""

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

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
    NOTICE = "notice"  # a notice to a client, as it was sent
    CLAIM = "claim"  # a claim was made, assessed again or settled
    EXPOSURE = "exposure"  # money that the bank may owe, found after the decision
    RESTRICTION = "restriction"  # a limit on a client began or ended with a list's version
    SELLER = "seller"  # a strike against a seller, or an appeal
    LISTING = "listing"  # an objection to a listing's notice, the answer to it, or a step of handing its addresses over
    VERIFICATION = "verification"  # an act on a session of identity verification
    TEMPLATE = "template"  # a template of a face was kept, or destroyed
    ERASURE = "erasure"  # the key of a person's data was destroyed
    SWITCH = "switch"  # a sign or a rule was switched to act less for a time, or switched back


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A message for the worker to deliver at least once, in order for each subject."""

    topic: str
    subject: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A hold as it stands after a record; its history is in the records of its thread.

    Instants are epoch milliseconds. `until_ms` is the last instant of its term, `due_ms` the instant after which the
    hold moves on by itself (`None`: no timer). `client` is the subject under whose key its record is kept, `state` a
    word of HoldState.
    """

    id: str
    decision_id: str
    policy: str
    placed_ms: int
    until_ms: int
    confirm_by_ms: int | None
    state: str = "placed"
    due_ms: int | None = None
    client: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """A claim as it stands after a record. Amounts are minor units, instants epoch milliseconds.

    `liability` is `owed`, `not_owed` or `cannot_prove`; `due_ms` is the last instant for the answer, `None` where the
    law sets no clock; `state` is `open`, `paid`, `refused` or `withdrawn`.
    """

    id: str
    decision_id: str
    kind: str
    state: str
    liability: str
    amount_minor: int
    currency: str
    received_ms: int
    due_ms: int | None
    client: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRow:
    """Money that one decision's course put at risk or saved.

    `kind` is `executed_in_breach`, `late_feed`, `let_through`, `saved`, `stolen` or `returned`; `at_ms` is when it
    happened. A negative amount takes back what an earlier row counted.
    """

    decision_id: str
    kind: str
    amount_minor: int
    currency: str
    at_ms: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationRow:
    """A session of identity verification as it stands after a record; its history is in the records of its thread.

    `state` is a word of SessionState; `due_ms` the instant (epoch milliseconds) from which the worker must look at it
    (`None`: no timer); `decision_id` the decision that asked for it, empty where none did.
    """

    id: str
    state: str
    due_ms: int | None = None
    decision_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """The instant (epoch milliseconds) since which everything that `source` saw has been reported."""

    source: str
    complete_since_ms: int


class Record(Struct, frozen=True, kw_only=True):
    """One entry of the log.

    `key` is the 16-byte idempotency key of (route-independent) event id, empty for records that no client
    retries; `body_hash` the 16-byte hash of the canonical event, made like the name in `subject`; `event` and `facts`
    hold personal data and are stored encrypted under the key of `subject`; `judgement`, `envelope` and `reply` none.

    `hold` places a hold, or says how a placed one stands now; `act` is what happened to it (HoldAct, canonical JSON;
    empty where the record places it, which the judgement tells). `threads` are the ids of the holds, decisions and
    claims whose story this record belongs to, so that all of it can be read back in order; the hold's and the claim's
    own id need not be named. `claim`, `verification` and `exposures` keep their tables. `source` declares a source
    complete; `list_version` makes a staged version of a list the current one.
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
    act: bytes = b""
    hold: HoldRow | None = None
    outbox: tuple[OutboxRow, ...] = ()
    threads: tuple[str, ...] = ()
    claim: ClaimRow | None = None
    exposures: tuple[ExposureRow, ...] = ()
    source: SourceRow | None = None
    list_version: ListVersion | None = None
    forgotten: bool = False
    verification: VerificationRow | None = None


def threads_of(record: Record) -> tuple[str, ...]:
    """Name every story that a record belongs to, each once."""
    if not record.threads and record.hold is None and record.claim is None:
        return ()
    own = (record.hold.id if record.hold else "", record.claim.id if record.claim else "")
    return tuple(dict.fromkeys(thread for thread in (*own, *record.threads) if thread))
