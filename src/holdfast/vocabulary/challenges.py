"""What a decision asks of a person before its operation goes on: a session of verification, and what passing does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from holdfast.vocabulary.identity import Check, Purpose
from holdfast.vocabulary.outcome import MeasureKind

PURPOSE_OF: Final[Mapping[str, Purpose]] = {
    "transfer": Purpose.TRANSFER,
    "payout": Purpose.WITHDRAW,
    "login": Purpose.LOGIN,
    "listing_published": Purpose.LISTING_PUBLISH,
    "listing_edited": Purpose.LISTING_PUBLISH,
    "seller_registered": Purpose.ONBOARDING,
    "seller_changed": Purpose.OWNER_RECHECK,
    "profile_change": Purpose.OWNER_RECHECK,
    "message_sent": Purpose.OWNER_RECHECK,
}
"""What the person behind an event is verified for where a pack says nothing else; of other types nobody is."""

FITS: Final[Mapping[Purpose, frozenset[str]]] = {
    Purpose.TRANSFER: frozenset({"transfer"}),
    Purpose.WITHDRAW: frozenset({"payout"}),
    Purpose.RECEIVE: frozenset({"payout"}),
    Purpose.LISTING_PUBLISH: frozenset({"listing_published", "listing_edited"}),
}
"""The types of event to which a purpose belongs; one that stands for no operation of its own belongs to all."""

MOVES_MONEY: Final = frozenset({"transfer", "payout"})
"""The types of event whose session binds amount and payee, so that passing it may let the operation go."""

USUAL_CHECKS: Final = (Check.FACE_MATCH, Check.PAD)
"""What is checked where a decision asks for a verification and no pack says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """The session that a decision asks for; it expires at `expires_ms`.

    `releases` says that passing it lets the held operation go: nothing but who asks was in question.
    """

    id: str
    purpose: Purpose
    checks: tuple[Check, ...]
    expires_ms: int
    acr: str = ""
    releases: bool = False


def asks_session(measure: Mapping[str, object]) -> bool:
    """Tell whether a measure asks for a session: a law's own way of verifying somebody, without `checks`, does not."""
    return measure.get("kind") == MeasureKind.VERIFY_IDENTITY.value and ("checks" in measure or "duty" not in measure)
