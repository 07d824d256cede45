"""Rebuild the memory from the log: the same fold, in the same order, as when the events came."""

from collections.abc import Iterator

from holdfast.operations.decide_again import keep_open, revised
from holdfast.operations.remember import known_before, remember
from holdfast.operations.shard import Known, Shard, Undecided
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.lists import ListChange, ListEntry
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import restore
from holdfast.wire.replies import read_outcome

_PAGE = 5_000
_UNKNOWN = b'"state":"unknown"'
_EVENTS = frozenset({RecordKind.EVENT, RecordKind.DECISION})


def rebuild(shard: Shard) -> int:
    """Bring an empty memory to the state after the last durable record; gives how many records were read."""
    store = shard.ports.store
    store.drop_all_staged()
    shard.memory = shard.fresh_memory()
    shard.changed.clear()
    shard.undecided.clear()
    shard.revisions.clear()
    shard.seq = count = 0
    for record in store.replay():
        _apply(shard, record)
        shard.seq = record.seq
        count += 1
    for list_id in store.lists():
        shard.memory.lists.apply(_whole_list(shard, list_id))
    shard.failed = None
    return count


def _apply(shard: Shard, record: Record) -> None:
    """Let one record have its effect on the memory again."""
    if record.source is not None:
        shard.declare(record.source.source, record.source.complete_since_ms)
    if record.kind is RecordKind.REVISION:
        _apply_revision(shard, record)
    if record.kind in _EVENTS and record.event:
        _apply_event(shard, record, restore(record.event, record.received_ms))


def _apply_event(shard: Shard, record: Record, event: Event) -> None:
    """Let an event become part of the past again, and stay open for a later input when it was."""
    outcome = read_outcome(record.judgement) if record.kind is RecordKind.DECISION else "allow"
    known = known_before(shard, event)
    executed = remember(shard, event, record.seq, known=known, allowed=outcome == "allow")
    if record.kind is RecordKind.DECISION:
        made = Known(event=event, seq=record.seq, executed=executed)
        undecided = Undecided(known=made, decision_id=record.decision_id, outcome=outcome)
        keep_open(shard, undecided, unknown=_UNKNOWN in record.judgement)


def _apply_revision(shard: Shard, record: Record) -> None:
    """Let a revision take its operation out of the executed past again."""
    base = record.decision_id.rpartition(".")[0]
    for one in tuple(shard.undecided.get(record.subject, ())):
        if one.decision_id == base:
            if one.known.executed:
                shard.memory.fold.undone(one.known.event, one.known.seq)
            revised(shard, one, read_outcome(record.judgement))


def _whole_list(shard: Shard, list_id: str) -> ListChange:
    """Give a list's present content as one change from nothing."""
    version = shard.ports.store.list_versions(list_id)[-1]
    return ListChange(version=version, added=tuple(_entries(shard, list_id)), opens=True)


def _entries(shard: Shard, list_id: str) -> Iterator[ListEntry]:
    cursor: str | None = None
    while True:
        page = shard.ports.store.list_entries(list_id, cursor=cursor, limit=_PAGE)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return
