"""Tell a seller that complaints hid a listing: a notice about the seller's own listing, which names nobody else."""

from typing import Final

from holdfast.operations.listing_story import listing_thread
from holdfast.operations.notices import notice_row
from holdfast.operations.shard import Shard
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.judgement import Measure
from holdfast.vocabulary.outcome import MeasureKind
from holdfast.vocabulary.records import OutboxRow, Record

HIDE: Final = MeasureKind.HIDE_LISTING.value


def seller_row(shard: Shard, complaint: Event, measure: Measure, *, decision_id: str, seller: bytes) -> OutboxRow:
    """Queue the notice to whoever decided to publish the listing, else to the `seller` whom the complaint names."""
    published = _published(shard, str(complaint.values.get("listing_id")))
    return notice_row(
        shard,
        template=str(measure["template"]),
        case="",
        decision_id=published.decision_id if published else decision_id,
        event_id=published.event_id if published else complaint.id,
        subject=published.subject if published else seller,
    )


def _published(shard: Shard, listing_id: str) -> Record | None:
    """Give the newest decision about a listing that can be read; none where the site only reports its listings."""
    records = shard.ports.store.thread(listing_thread(shard.ports.keys, listing_id))
    return next((one for one in reversed(records) if one.decision_id and one.event), None)
