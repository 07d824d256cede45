"""Let an event become part of the past, by the rule that history counts what was executed."""

from holdfast.operations.recent import Known, Lately
from holdfast.operations.record import idempotency_key, subject_of
from holdfast.operations.results import RESULT, results_thread
from holdfast.operations.shard import LATE_MS, OPERATIONS, Shard
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.vocabulary.stored import Found
from holdfast.wire.codec import restore
from holdfast.wire.replies import read_outcome

_EVENTS = frozenset({RecordKind.EVENT, RecordKind.DECISION})
_EXECUTED = "executed"
_ALLOW = "allow"
ToldOf = tuple[Record | Lately | None, Known | None]
"""What a result speaks about: the operation as it was decided, and the operation as it stands in the past."""


def is_late(event: Event | Record | Found) -> bool:
    """Tell whether an event came too late to correct the answers of others; `backfill` takes such events in."""
    return event.occurred_ms < event.received_ms - LATE_MS


def known_before(shard: Shard, event: Event) -> Known | None:
    """Fetch the operation that a result speaks about; nothing for any other event."""
    if event.type != RESULT:
        return None
    of = str(event.values["of"])
    flight = shard.flights.get(idempotency_key(of))
    if flight is not None and flight.known is not None:
        return as_changed(shard, flight.known)
    return known_of(shard, shard.ports.store.by_event(of))


def known_of(shard: Shard, record: Record | Lately | None) -> Known | None:
    """Read an operation back from its record; nothing where there is none, or its personal data is erased."""
    if isinstance(record, Lately):
        return as_changed(shard, record.known)
    return as_changed(shard, _known(record)) if record is not None and record.event else None


def _known(record: Record) -> Known:
    """Read back an operation from its record."""
    event = restore(record.event, record.received_ms)
    executed = record.kind is RecordKind.EVENT or read_outcome(record.judgement) == _ALLOW
    return Known(event=event, seq=record.seq, executed=executed)


def as_changed(shard: Shard, known: Known) -> Known:
    """Take earlier results about the same operation into account."""
    executed = executed_since(shard, known.seq)
    if executed is None or executed == known.executed:
        return known
    return Known(event=known.event, seq=known.seq, executed=executed)


def executed_since(shard: Shard, seq: int) -> bool | None:
    """Tell whether an operation counts as executed by a result or a revision that came since; nothing without one."""
    found = shard.changed.get(seq)
    return _in_log(shard, seq) if found is None and seq <= shard.changed.gone_upto else found


def _in_log(shard: Shard, seq: int) -> bool | None:
    """Read the same from the operation's story, up to the shard's own place in the log."""
    store = shard.ports.store
    record = next(store.replay(seq - 1, seq), None)
    if record is None:
        return None
    named = (record.decision_id, results_thread(record.event_id))
    story = {one.seq: one for thread in named if thread for one in store.thread(thread) if seq < one.seq <= shard.seq}
    words = (_word(story[place], record.event_id) for place in sorted(story, reverse=True))
    return next((word for word in words if word is not None), None)


def _word(record: Record, event_id: str) -> bool | None:
    """Give what one record says of whether an operation was executed; a withdrawal says nothing of that."""
    if record.kind is RecordKind.REVISION:
        return None if record.act else False
    if record.kind not in _EVENTS or not record.event:
        return None
    event = restore(record.event, record.received_ms)
    if event.type != RESULT or event.values["of"] != event_id:
        return None
    return event.values.get("result") == _EXECUTED


def remember(shard: Shard, event: Event, seq: int, *, known: Known | None, outcome: str = _ALLOW) -> bool:
    """Let an event enter the windows and the network; give whether it now counts as executed.

    An operation that was not allowed counts as an attempt only, until a result says that it was executed.
    """
    if event.type == RESULT:
        _apply_result(shard, event, known)
        return False
    executed = outcome == _ALLOW or event.type not in OPERATIONS
    shard.memory.fold.meet(event)
    shard.clients.note(event, shard.memory, seq=seq)
    if not is_late(event):
        shard.memory.fold.happened(event, seq, executed=executed)
        shard.memory.network.happened(event, seq, outcome=outcome)
    return executed


def _apply_result(shard: Shard, result: Event, known: Known | None) -> None:
    """Correct the past by a result that says otherwise than the decision did."""
    if known is None or known.event.type not in OPERATIONS:
        return
    shard.undecided.close(subject_of(shard.ports.store, known.event), event_id=known.event.id)
    executed = result.values.get("result") == _EXECUTED
    shard.memory.standing.resulted(known.event, known.seq, executed=executed)
    if executed == known.executed:
        return
    shard.changed.note(known.seq, executed=executed)
    if is_late(known.event):
        return  # it never entered the past, so there is nothing to correct
    if executed:
        shard.memory.fold.happened(known.event, known.seq, executed=True, attempted=False)
    else:
        shard.memory.fold.undone(known.event, known.seq)
