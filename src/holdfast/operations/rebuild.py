"""Rebuild the memory from the log: the same fold, in the same order, as when the events came."""

from collections.abc import Iterable
from itertools import islice

from holdfast.operations.list_settings import is_inner
from holdfast.operations.remember import known_before, remember
from holdfast.operations.shard import Shard
from holdfast.vocabulary.lists import ListChange, ListKind, ListVersion
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import restore
from holdfast.wire.replies import read_outcome

_PORTION = 20_000
_EVENTS = frozenset({RecordKind.EVENT, RecordKind.DECISION})


def rebuild(shard: Shard) -> int:
    """Bring an empty memory to the state after the last durable record; gives how many records were read."""
    store = shard.ports.store
    store.drop_all_staged()
    shard.memory = shard.fresh_memory()
    shard.changed.clear()
    count = 0
    covering: list[ListVersion] = []
    for record in store.replay():
        _apply(shard, record)
        shard.seq = record.seq
        count += 1
        if record.list_version is not None and record.list_version.kinds:
            covering.append(record.list_version)
    load_lists(shard, covering)
    shard.failed = None
    return count


def _apply(shard: Shard, record: Record) -> None:
    """Let one record have its effect on the memory again."""
    if record.source is not None:
        shard.declare(record.source.source, record.source.complete_since_ms)
    if record.kind not in _EVENTS or not record.event:
        return
    event = restore(record.event, record.received_ms)
    allowed = record.kind is RecordKind.EVENT or read_outcome(record.judgement) == "allow"
    remember(shard, event, record.seq, known=known_before(shard, event), allowed=allowed)


def load_lists(shard: Shard, covering: Iterable[ListVersion]) -> None:
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
