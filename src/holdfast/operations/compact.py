"""Fold the last snapshot and the durable log into the next snapshot, apart from the server that writes the log."""

from dataclasses import dataclass

from holdfast.operations.rebuild import refold, start_from_snapshot
from holdfast.operations.shard import Shard
from holdfast.operations.snapshot import freeze


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """After which record the newest snapshot was made before and now, and how many records were read."""

    before: int
    seq: int
    records: int


def compact(shard: Shard) -> Compacted:
    """Bring the newest snapshot up to the log's last record at this moment; writes nothing when it is there already.

    The same fold runs over the same records as in the server, so that a start from the snapshot is equal to one
    from the log alone.
    """
    store = shard.ports.store
    upto = store.last_seq()
    before = start_from_snapshot(shard)
    if before >= upto:
        return Compacted(before=before, seq=before, records=0)
    records = refold(shard, upto)
    store.write_snapshot(shard.seq, freeze(shard))
    return Compacted(before=before, seq=shard.seq, records=records)
