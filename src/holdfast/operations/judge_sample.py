"""Judge a sample of a log's decisions again, spread evenly over it: what a restored directory must be able to do."""

from dataclasses import dataclass

from holdfast.operations.read_decision import replay_record
from holdfast.operations.shard import Shard
from holdfast.vocabulary.records import RecordKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """How many decisions were judged again, and which came out different."""

    judged: int
    different: tuple[str, ...]


def judge_sample(shard: Shard, size: int) -> Sampled:
    """Judge up to `size` decisions again from their stored facts; records without facts left are passed over."""
    judged, different = 0, []
    last = shard.ports.store.last_seq()
    for seq in sorted({1 + place * last // size for place in range(size)} if last else ()):
        for record in shard.ports.store.replay(seq - 1, seq):
            if record.kind is RecordKind.DECISION and not record.forgotten:
                judged += 1
                if not replay_record(shard, record).equal:
                    different.append(record.decision_id)
    return Sampled(judged=judged, different=tuple(different))
