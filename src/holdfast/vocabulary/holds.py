"""A hold: a dated stop with a legal basis; its history is acts that are only ever added, its state is their fold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.vocabulary.judgement import Scalar


class HoldState(StrEnum):
    """Where a hold stands."""

    PLACED = "placed"
    PAUSED_AGAIN = "paused_again"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    NOT_ACCEPTED = "not_accepted"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Instruction(StrEnum):
    """What the bank must do with the held operation now."""

    WAIT = "wait"
    EXECUTE = "execute"
    DO_NOT_EXECUTE = "do_not_execute"


class ActKind(StrEnum):
    """What can happen to a hold."""

    PLACE = "place"
    NOTIFY = "notify"  # a notice was delivered, or could not be
    SHOW = "show"  # the client opened the hold's page
    CONFIRM = "confirm"
    CANCEL = "cancel"
    LAPSE = "lapse"  # the term ended
    RELEASE = "release"  # the ground is gone: the record left the list
    RESTRAIN = "restrain"  # an authority's notice keeps the money, or sends it back
    PROPOSE_WITHDRAWAL = "propose_withdrawal"
    WITHDRAW = "withdraw"
    EXECUTE = "execute"  # the bank reported that the operation was executed
    FAIL = "fail"  # the bank reported that it was not


class Actor(StrEnum):
    """Who acts on a hold."""

    CLIENT = "client"
    TRUSTED_PERSON = "trusted_person"
    BANK = "bank"
    CLOCK = "clock"
    FEED = "feed"
    AUTHORITY = "authority"
    VERIFICATION = "verification"  # the owner passed the check that the decision asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAct:
    """One act on a hold, without personal data.

    `at_ms` is the instant at which it has its legal effect: the end of the term for a lapse, whenever that was
    noticed. `provision` is the law behind it. `policy`, `until`, `confirm_by` (RFC 3339, tenant's offset) are the
    terms after it, `due_ms` the instant after which the hold moves on by itself. `executed` is what the bank reported
    last, `None` before any report. `details` say more, by act: `method` and `verified` of a proof, `list` and
    `list_version` of a match, `decision_id` of a new decision, `breach` of an execution against the procedure.
    """

    hold_id: str
    act: ActKind
    at_ms: int
    by: Actor
    from_state: HoldState | None
    to_state: HoldState
    instruction: Instruction
    provision: str
    policy: str
    until: str | None
    confirm_by: str | None
    due_ms: int | None
    executed: bool | None = None
    details: Mapping[str, Scalar] = field(default_factory=dict)
