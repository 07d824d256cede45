"""Tell the owner of a car or a flat that somebody else offers it: the first seller and the verified one."""

from collections.abc import Iterator
from typing import Final

from holdfast.network.objects import Objects
from holdfast.operations.notices import notice_row
from holdfast.operations.read_object import record_at
from holdfast.operations.shard import Shard
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.judgement import Measure
from holdfast.vocabulary.outcome import MeasureKind
from holdfast.vocabulary.records import OutboxRow

WARN_OWNER: Final = MeasureKind.WARN_OWNER.value


def owner_rows(shard: Shard, event: Event, measure: Measure) -> Iterator[OutboxRow]:
    """Queue a notice to each owner but the one who acts: it is about the owner's own listing, and names no other."""
    listing_id = event.values.get("listing.listing_id")
    known = None if listing_id is None else shard.memory.network.part(Objects).object_of(str(listing_id))
    members = known.members if known is not None else ()
    for owner in members:
        record = record_at(shard, owner.first_seq) if owner.owner and owner.seller != members[0].seller else None
        if record is not None:
            yield notice_row(
                shard,
                template=str(measure.get("template", "")),
                case="",
                decision_id=record.decision_id,
                event_id=record.event_id,
                subject=record.subject,
            )
