"""What people do about a listing: object to its notice, hear that, ask for its addresses and hand them over."""

from dataclasses import dataclass
from enum import StrEnum


class ListingActKind(StrEnum):
    """What can be done about a listing; acts are only ever added."""

    APPEAL = "appeal"  # the seller objects to the notice
    SETTLE = "settle"  # a person heard the objection
    ASK = "ask"  # a person asks for the addresses, on the paper of an authority
    APPROVE = "approve"  # another person agrees
    HAND_OVER = "hand_over"  # the addresses were given to one of the two


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingAct:
    """One act about a listing, without personal data; reasons and papers are kept under the seller's key.

    `id` is that of the appeal or the request, `by` who acted. `result` is how an appeal ended, `upheld` or `rejected`,
    and `value` what the notice says after one that was upheld. `upto` is the last record whose address a request
    covers.
    """

    act: ListingActKind
    id: str
    at_ms: int
    by: str
    result: str = ""
    value: str = ""
    upto: int = 0
