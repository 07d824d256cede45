"""A listing that was held and is let go goes live: from then on the indexes of listings count it as one that stands."""

from typing import Final

from holdfast.engine.abroad import LISTINGS
from holdfast.operations.shard import Shard
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.holds import HoldState
from holdfast.vocabulary.records import Record
from holdfast.wire.codec import restore

LET_GO: Final = frozenset({HoldState.CONFIRMED.value, HoldState.RELEASED.value, HoldState.WITHDRAWN.value})
_ALLOW: Final = "allow"


def let_go(shard: Shard, event: Event | None, record: Record) -> None:
    """Let a held listing become part of the past as published, where this record of an act on its hold lets it go."""
    if record.hold is None or record.hold.state not in LET_GO or event is None or event.type not in LISTINGS:
        return
    shard.memory.network.happened(event, record.seq, outcome=_ALLOW)


def let_go_again(shard: Shard, record: Record) -> None:
    """Do the same for a record of the log; nothing where the personal data of the listing was erased."""
    if record.hold is None or record.hold.state not in LET_GO:
        return
    base = shard.ports.store.decision(record.hold.decision_id)
    let_go(shard, restore(base.event, base.received_ms) if base is not None and base.event else None, record)
