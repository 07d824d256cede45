"""An event: a fact reported once, which never changes."""

from collections.abc import Mapping
from typing import Final, NewType

from msgspec import Struct

EventId = NewType("EventId", str)
SITE_EVENTS: Final = frozenset(
    {
        "seller_registered",
        "seller_changed",
        "listing_published",
        "listing_edited",
        "listing_closed",
        "message_sent",
        "complaint",
        "payout",
        "mention",
    }
)
"""What a marketplace alone decides about, by its own terms with those who use it."""
WITH_PAYEE: Final = frozenset(
    {"transfer", "cash_deposit", "loan_payout", "seller_registered", "seller_changed", "payout"}
)
"""Where somebody is to get money or stands to get it: what a list of payees can be asked about."""
Value = bool | int | float | str | tuple[str, ...] | None


class Event(Struct, frozen=True, kw_only=True):
    """One reported fact.

    `values` maps the schema's dotted names to present values only: an absent name is unknown. Instants are
    epoch milliseconds, money is minor units. `occurred_ms` also stands in `values` as `occurred_at`.
    """

    id: EventId
    type: str
    occurred_ms: int
    received_ms: int
    values: Mapping[str, Value]
