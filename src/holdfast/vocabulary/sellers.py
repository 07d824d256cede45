"""What a person at the marketplace or the seller did about a seller's standing; acts are only ever added."""

from dataclasses import dataclass
from enum import StrEnum


class SellerActKind(StrEnum):
    """What can happen to a seller's standing."""

    STRIKE = "strike"  # a person found that the seller broke a rule
    APPEAL = "appeal"  # the seller objects to a strike
    SETTLE = "settle"  # another person heard the appeal
    LIFT = "lift"  # a strike is taken back without an appeal


class StrikeGround(StrEnum):
    """What a strike is given for."""

    SCAM = "scam"
    COPIED_LISTING = "copied_listing"
    MISLEADING_LISTING = "misleading_listing"
    OFF_PLATFORM = "off_platform"
    PHISHING_LINK = "phishing_link"
    RENTED_ACCOUNT = "rented_account"
    ABUSE = "abuse"
    OTHER = "other"


class AppealResult(StrEnum):
    """How an appeal ended; one that is upheld lifts its strike."""

    UPHELD = "upheld"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerAct:
    """One act on a seller's standing, without personal data; the reason in words is kept under the seller's key.

    `id` is that of the strike or the appeal, `strike` the strike that an appeal or a lift is about, `by` who acted.
    `of` is the event id of the listing, message or complaint behind a strike, which ends at `expires_ms`.
    """

    act: SellerActKind
    id: str
    at_ms: int
    by: str
    strike: str = ""
    ground: str = ""
    of: str = ""
    expires_ms: int | None = None
    result: str = ""
