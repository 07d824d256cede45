"""Take in an event without deciding it: a report of what happened."""

from msgspec import Struct

from holdfast.operations.answer import answered, in_time_of, refuse_late
from holdfast.operations.decide_again import revise
from holdfast.operations.decide_event import find_earlier, refuse_too_old
from holdfast.operations.hold_results import hold_results, told_settled
from holdfast.operations.listing_story import in_story
from holdfast.operations.place_event import placed
from holdfast.operations.recent import Known
from holdfast.operations.record import idempotency_key, subject_of
from holdfast.operations.remember import ToldOf, is_late, known_of, remember
from holdfast.operations.shard import OPERATIONS, Flight, Shard, applying, commit
from holdfast.vocabulary.deadline import Deadline
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import Decoded, decode


class Taken(Struct, frozen=True, kw_only=True):
    """The event's id, whether it came too late to count in windows, and whether it was known already."""

    event_id: str
    late: bool
    replayed: bool


async def take_event(
    shard: Shard, body: bytes, *, deadline: Deadline | None = None, came: bytes | None = None
) -> Taken:
    """Take in the event in `body`; it is on disk when this returns.

    Without a `deadline` the answer has the time of its event type. Raises DeadlineExceededError when it is over.
    `came` is the hash of what its caller sent, where that was not `body` itself.
    """
    started = shard.ports.tick()
    decoded = decode(body, shard.ports.clock.now_ms(), came=came, hashed=shard.ports.store.keyed_hash)
    event, key = decoded.event, idempotency_key(decoded.event.id)
    deadline = deadline or in_time_of(shard, event.type, started)
    of = await told_settled(shard, event, deadline)
    earlier = await find_earlier(shard, key, decoded, kind=RecordKind.EVENT, deadline=deadline)
    if earlier is not None:
        return Taken(event_id=event.id, late=is_late(earlier), replayed=True)
    refuse_too_old(event)
    decoded = placed(shard, decoded)
    refuse_late(shard, deadline)
    told_of = (of, known_of(shard, of))
    with applying(shard):
        flights = _take_now(shard, decoded, key, told_of=told_of)
    await answered(shard, flights, deadline)
    return Taken(event_id=event.id, late=is_late(event), replayed=False)


def _take_now(shard: Shard, decoded: Decoded, key: bytes, *, told_of: ToldOf) -> list[Flight]:
    """Let the event become part of the past, and hand its record to the writer, then the decisions that it revises."""
    event, (of, known) = decoded.event, told_of
    told = hold_results(shard, event, of)
    seq = shard.next_seq()
    remember(shard, event, seq, known=known)
    record = Record(
        seq=seq,
        kind=RecordKind.EVENT,
        occurred_ms=event.occurred_ms,
        received_ms=event.received_ms,
        key=key,
        body_hash=decoded.body_hash,
        event_id=event.id,
        subject=subject_of(shard.ports.store, event),
        event=decoded.body,
    )
    shard.figures.events[event.type] += 1
    known = Known(event=event, seq=seq, executed=True)
    flight = commit(shard, told.beside(in_story(shard.ports.keys, record, event)), known)
    if event.type in OPERATIONS:
        shard.recent.note(known)
    return [flight, *revise(shard, event)]
