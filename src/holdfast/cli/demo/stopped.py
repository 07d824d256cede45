"""What cannot follow: the result of a stopped transfer, the talk about a listing that nobody was shown."""

from typing import Final

from holdfast.simulation.world import Document

_REMEMBERED: Final = 20_000
_LISTED: Final = frozenset({"listing_published", "listing_edited"})
_FOLLOWS: Final = frozenset({"message_sent", "complaint", "listing_closed", "listing_edited"})


def _listing_id(event: Document) -> str | None:
    """Name the listing that an event is about."""
    listing = event.get("listing")
    found = listing["listing_id"] if listing else event.get("listing_id")
    return None if found is None else str(found)


class Stopped:
    """Remembers what was held or refused, and the lane of each transfer whose result is to come; both for a while."""

    def __init__(self) -> None:
        self.lanes: dict[str, int] = {}
        self._events: dict[str, None] = {}
        self._listings: dict[str, None] = {}

    def remember(self, transfer_id: str, lane: int) -> None:
        """Keep a transfer's lane; many transfers never get a result."""
        self.lanes[transfer_id] = lane
        _bound(self.lanes)

    def add(self, event: Document) -> None:
        """Take note that an event was held or refused."""
        kept, name = (self._listings, _listing_id(event)) if event["type"] in _LISTED else (self._events, event["id"])
        if name is not None:
            kept[name] = None
            _bound(kept)

    def voids(self, event: Document) -> bool:
        """Tell whether an event cannot have happened, for what it follows was stopped."""
        if event["type"] in _FOLLOWS:
            return _listing_id(event) in self._listings
        of = event.get("of")
        return of is not None and self._events.pop(of, self) is not self


def _bound(kept: dict[str, int] | dict[str, None]) -> None:
    """Forget the oldest when there are too many."""
    if len(kept) > _REMEMBERED:
        del kept[next(iter(kept))]
