"""Let what a decision leaves standing for a client last."""

from holdfast.operations.shard import Shard
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.judgement import Judgement
from holdfast.wire.replies import FoldView


def stand(shard: Shard, event: Event, seq: int, *, decision_id: str, left: Judgement | FoldView) -> None:
    """Take note of the repeats that the law allows after a decision, and of its limits that last for hours."""
    standing = shard.memory.standing
    standing.decided(event, seq, decision_id=decision_id, repeat=left.repeat)
    standing.limited(event, shard.memory.schema.subject.get(event.type, ""), left.measures)
