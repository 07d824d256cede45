"""What the demonstration plays: the bank's stream and the marketplace's as one, and which calls their events make."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from typing import Final
from zlib import crc32

from holdfast.simulation.market.market import Market
from holdfast.simulation.market.stream import stream as market_stream
from holdfast.simulation.stream import SimulatedEvent, stream
from holdfast.simulation.world import Document, World
from holdfast.vocabulary.instants import to_ms

RESULT: Final = "transfer_result"
_MARKET: Final = frozenset(
    {"seller_registered", "seller_changed", "listing_published", "listing_edited", "message_sent", "payout"}
)
_MARKET_TOLD: Final = frozenset({"listing_closed", "complaint", "mention", "identity_check"})
_BANK: Final = frozenset({"transfer", "cash_withdrawal", "cash_deposit", "loan_application", "loan_payout"})
_ROLES: Final = ("seller", "from", "to", "payer", "client", "payee")


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What to play: a bank and a marketplace, how many days warm them up, how many count (none: for ever), how fast.

    `rate` is events a second; 0 is as fast as the server takes them.
    """

    world: World
    market: Market
    warm_days: int
    days: int | None
    rate: float

    @property
    def counted_from_ms(self) -> int:
        """Give the instant at which the warm-up is over."""
        return to_ms(self.world.start + timedelta(days=self.warm_days))


def event_ms(event: Document) -> int:
    """Give the instant of an event."""
    return to_ms(datetime.fromisoformat(event["occurred_at"]))


def both_streams(course: Course, days: int | None) -> Iterator[SimulatedEvent]:
    """Give the events of bank and marketplace as one stream in order of time."""
    streams = (stream(course.world, days=days), market_stream(course.market, days=days))
    return merge(*streams, key=lambda simulated: event_ms(simulated.event))


def is_market(event: Document) -> bool:
    """Tell whether an event is the marketplace's."""
    return event["type"] in _MARKET or event["type"] in _MARKET_TOLD or event.get("where") == "marketplace"


def is_decided(event: Document) -> bool:
    """Tell whether an event asks for a decision; all others are reports."""
    if event["type"] == "login":
        return bool(event["where"] == "marketplace")
    return event["type"] in _BANK or event["type"] in _MARKET


def lane_of(event: Document, lanes: int) -> int:
    """Give one of so many lanes: all events of a seller, else of a client, go down the same."""
    parties = [event[role] for role in _ROLES if role in event]
    names = [party[name] for name in ("seller_id", "customer_id") for party in parties if name in party]
    return crc32(str(names[0] if names else "").encode()) % lanes
