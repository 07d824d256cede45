"""Rebuild the memory from the log: the same fold, in the same order, as when the events came."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

import structlog

from holdfast.operations.decide_again import counted, keep_open, revised, withdrawn
from holdfast.operations.let_go import let_go_again
from holdfast.operations.list_settings import is_inner
from holdfast.operations.load_switches import load_switches
from holdfast.operations.open_operations import Undecided
from holdfast.operations.recent import Known
from holdfast.operations.remember import as_changed, known_before, remember
from holdfast.operations.results import RESULT
from holdfast.operations.shard import OPERATIONS, Shard
from holdfast.operations.snapshot import thaw
from holdfast.operations.stand import stand
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.lists import ListChange, ListKind, ListVersion
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import restore
from holdfast.wire.outside import read_outside
from holdfast.wire.replies import read_fold

_PORTION = 20_000
_RECENT: Final = 16_384
_UNKNOWN = b'"state":"unknown"'
_EVENTS = frozenset({RecordKind.EVENT, RecordKind.DECISION})
_log: Final = structlog.get_logger("holdfast.rebuild")


def rebuild(shard: Shard) -> int:
    """Bring an empty memory to the state after the last durable record; gives how many records were read."""
    store = shard.ports.store
    store.drop_all_staged()
    start = start_from_snapshot(shard)
    count = refold(shard, store.last_seq())
    load_lists(shard, shard.covering)
    load_switches(shard)
    shard.failed = None
    _log.info("rebuilt", snapshot=start, records=count)
    return count


def start_from_snapshot(shard: Shard) -> int:
    """Bring the memory to the newest snapshot that fits, else empty it; gives the record after which it stands."""
    _empty(shard)
    snapshot = shard.ports.store.latest_snapshot()
    if snapshot is not None and not thaw(shard, snapshot):
        _empty(shard)
    return shard.seq


def _empty(shard: Shard) -> None:
    """Take the shard back to where nothing was read yet."""
    shard.memory = shard.fresh_memory()
    shard.changed.clear()
    shard.undecided.clear()
    shard.revisions.clear()
    shard.clients.clear()
    shard.covering.clear()
    shard.recent.clear()
    shard.stories.clear()
    shard.seq = shard.snapshot_seq = 0


def refold(shard: Shard, upto: int) -> int:
    """Let the records after the shard's place in the log, up to and with one, have their effect; gives their number."""
    recent: OrderedDict[str, Known] = OrderedDict()
    count = 0
    for record in shard.ports.store.replay(shard.seq, upto):
        apply_record(shard, record, recent)
        shard.seq = record.seq
        count += 1
    return count


def apply_record(shard: Shard, record: Record, recent: OrderedDict[str, Known]) -> None:
    """Let one record have its effect on the memory again; `recent` are operations at hand for their results."""
    if record.list_version is not None and record.list_version.kinds:
        shard.covering.append(record.list_version)
    if record.source is not None:
        shard.declare(record.source.source, record.source.complete_since_ms)
    if record.kind is RecordKind.REVISION:
        _apply_revision(shard, record)
    if record.kind is RecordKind.HOLD:
        let_go_again(shard, record)
    if record.kind is RecordKind.EXPOSURE:
        counted(shard, record)
    if record.kind in _EVENTS and record.event:
        made = _apply_event(shard, record, _known(shard, record, recent))
        _keep(recent, made)


def _known(shard: Shard, record: Record, recent: Mapping[str, Known]) -> tuple[Event, Known | None]:
    """Read an event and the operation that it speaks about, which must stand before it in the log."""
    event = restore(record.event, record.received_ms)
    if event.type != RESULT:
        return event, None
    near = recent.get(str(event.values["of"]))
    known = as_changed(shard, near) if near is not None else known_before(shard, event)
    return event, known if known is not None and known.seq < record.seq else None


def _keep(recent: OrderedDict[str, Known], made: Known) -> None:
    """Keep an operation at hand for its result, which saves a look into the store; the oldest goes first."""
    if made.event.type in OPERATIONS:
        recent[made.event.id] = made
        if len(recent) > _RECENT:
            recent.popitem(last=False)


def _apply_event(shard: Shard, record: Record, told: tuple[Event, Known | None]) -> Known:
    """Let an event become part of the past again, and stay open for a later input when it was."""
    event, known = told
    left = read_fold(record.judgement) if record.kind is RecordKind.DECISION else None
    outcome = left.outcome if left is not None else "allow"
    executed = remember(shard, event, record.seq, known=known, outcome=outcome)
    if left is not None:
        stand(shard, event, record.seq, decision_id=record.decision_id, left=left)
    made = Known(event=event, seq=record.seq, executed=executed)
    if record.kind is RecordKind.DECISION and _UNKNOWN in record.judgement:
        outside = read_outside(record.facts)
        undecided = Undecided(
            known=made,
            decision_id=record.decision_id,
            outcome=outcome,
            outside=outside,
            let_through=bool(record.exposures),
        )
        keep_open(shard, undecided, record.subject)
    return made


def _apply_revision(shard: Shard, record: Record) -> None:
    """Let a revision take its operation out of the executed past again."""
    if record.act:
        withdrawn(shard, record.decision_id, record.subject)
        return
    base = record.decision_id.rpartition(".")[0]
    for one in shard.undecided.of(record.subject):
        if one.decision_id == base:
            if one.known.executed:
                shard.memory.fold.undone(one.known.event, one.known.seq)
            left = read_fold(record.judgement)
            revised(shard, one, left.outcome, left=left)


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
