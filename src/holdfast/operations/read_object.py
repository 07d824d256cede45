"""Read an object: every listing of the same car or flat, where and by whom it is offered, and what joins them.

The memory holds keys alone, so who and where is read from the records that it names.
"""

import asyncio
from typing import Final

from holdfast.network.objects import Member, Objects
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import NotFoundError
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.records import Record
from holdfast.wire.codec import restore
from holdfast.wire.replies import read_fold

Row = dict[str, object]
_TOLD: Final = {
    "listing_id": "listing.listing_id",
    "seller_id": "seller.seller_id",
    "customer_id": "seller.customer_id",
    "category": "listing.category",
    "city": "listing.city",
    "title": "listing.title",
}


def record_at(shard: Shard, seq: int) -> Record | None:
    """Give the record at a place in the log, also one that is still on its way to disk."""
    flight = next((one for one in shard.flights.values() if one.record.seq == seq), None)
    return flight.record if flight is not None else next(shard.ports.store.replay(seq - 1, seq), None)


async def read_object(shard: Shard, listing_id: str) -> Row:
    """Give the object of a listing, that listing first.

    Raises NotFoundError for a listing that was not published or edited in the last 90 days.
    """
    known = shard.whole_memory().network.part(Objects).object_of(listing_id)
    if known is None:
        raise NotFoundError(f"no listing `{listing_id}` was published in the last 90 days")
    rows = []
    for member in known.members:
        rows.append(_row(shard, member, record_at(shard, member.seq)))
        await asyncio.sleep(0)  # others are served between two records
    return {
        "listing_id": listing_id,
        "sellers": known.sellers,
        "cities": known.cities,
        "cities_7d": known.cities_7d,
        "listings": rows,
    }


def _row(shard: Shard, member: Member, record: Record | None) -> Row:
    """Describe one listing; who and where is `null` when the seller's data were erased."""
    zone = shard.tenant.zone
    values = restore(record.event, record.received_ms).values if record is not None and record.event else {}
    latitude, longitude = member.point or (None, None)
    return {
        **{name: values.get(path) for name, path in _TOLD.items()},
        "latitude": latitude,
        "longitude": longitude,
        "first_seen": rfc3339(member.first_ms, zone),
        "last_seen": rfc3339(record.occurred_ms, zone) if record is not None else None,
        "decision_id": record.decision_id or None if record is not None else None,
        "outcome": read_fold(record.judgement).outcome if record is not None and record.judgement else None,
        "stands": member.stands,
        "sold": member.sold,
        "owner": member.owner,
        "joined_by": member.joined_by.split(", ") if member.joined_by else [],
    }
