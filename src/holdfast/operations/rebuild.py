"""Rebuild the memory from the log: the same fold, in the same order, as when the events came."""

from collections.abc import Iterable
from itertools import islice

from holdfast.operations.decide_again import keep_open, revised
from holdfast.operations.list_settings import is_inner
from holdfast.operations.remember import known_before, remember
from holdfast.operations.shard import Known, Shard, Undecided
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.lists import ListChange, ListKind, ListVersion
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import restore
from holdfast.wire.replies import read_outcome

_PORTION = 20_000
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
    shard.clients.clear()
    shard.seq = count = 0
    covering: list[ListVersion] = []
    for record in store.replay():
        apply_record(shard, record)
        shard.seq = record.seq
        count += 1
        if record.list_version is not None and record.list_version.kinds:
            covering.append(record.list_version)
    load_lists(shard, covering)
    shard.failed = None
    return count


def apply_record(shard: Shard, record: Record) -> None:
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


def load_lists(shard: Shard, covering: Iterable[ListVersion] = ()) -> None:
    """Load every list at its newest version; `covering` are the versions that were full snapshots, oldest first."""
    store, book = shard.ports.store, shard.memory.lists
    for list_id in store.lists():
        if not is_inner(list_id):
            staging = book.stage(ListChange(version=store.list_versions(list_id)[-1], opens=True))
            entries = store.list_reader(list_id)(tuple(ListKind))
            while portion := tuple(islice(entries, _PORTION)):
                staging.take(added=portion)
            book.switch(staging)
    for version in covering:
        book.note_published(version)
