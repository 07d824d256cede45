"""Every decision of a log is judged again, some at a time, and what differs is counted and named."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise

from msgspec import structs

from holdfast.operations.decide_event import decide_event
from holdfast.operations.replay_log import ReplayRun, judge_again
from holdfast.operations.shard import Shard
from holdfast.store.memory import MemoryStore
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.replies import read_facts
from tests.unit.operations.shards import StillClock, make_shard, transfer

COUNT = 50
CHANGED, MADE_UP, ERASED = 7, 20, {3, 33}


class BentStore(MemoryStore):
    """A store in which some of what it reads back is not as it was written."""

    bent = False

    def replay(self, after_seq: int = 0, upto: int | None = None) -> Iterator[Record]:
        """Give the records, some changed with rights to the database, some erased."""
        decisions = 0
        for record in super().replay(after_seq, upto):
            place, decisions = decisions, decisions + (record.kind is RecordKind.DECISION)
            if not self.bent or record.kind is not RecordKind.DECISION:
                yield record
            elif place == CHANGED:
                yield structs.replace(record, judgement=record.judgement.replace(b'"allow"', b'"hold"'))
            elif place == MADE_UP:
                yield structs.replace(record, facts=record.facts.replace(b'"amount":', b'"amount":9'))
            elif place in ERASED:
                yield structs.replace(record, event=b"", facts=b"", forgotten=True)
            else:
                yield record


def filled() -> tuple[Shard, BentStore]:
    """Give a shard that decided some events."""
    clock = StillClock()
    store = BentStore(clock=clock)
    shard = make_shard(store, clock)

    async def story() -> None:
        for number in range(COUNT):
            await decide_event(shard, transfer(f"e-{number}"))

    asyncio.run(story())
    return shard, store


def test_each_decision_is_judged_again_once() -> None:
    """All come out equal, one step a decision; a limit ends the walk at exactly so many."""
    shard, _ = filled()
    run = ReplayRun()
    assert len(list(judge_again(shard, run))) == COUNT
    assert (run.judged_equal, run.all_equal) == (COUNT, True)
    for limit in (1, 16, 17, COUNT, COUNT + 1):
        some = ReplayRun()
        list(judge_again(shard, some, limit))
        assert some.judged_equal == min(limit, COUNT)


def test_what_was_changed_is_named_and_what_was_erased_is_counted() -> None:
    """A changed judgement and changed facts differ, each of them alone; erased decisions are neither equal nor not."""
    shard, store = filled()
    names = [record.decision_id for record in store.replay() if record.kind is RecordKind.DECISION]
    store.bent = True
    run = ReplayRun()
    list(judge_again(shard, run))
    assert (run.judged_equal, run.judged_different, run.forgotten) == (COUNT - 4, 2, 2)
    assert run.different == [f"judgement of {names[place]}" for place in (CHANGED, MADE_UP)]
    limited = ReplayRun()
    list(judge_again(shard, limited, 5))
    assert (limited.judged_equal, limited.forgotten) == (4, 1)


def test_equal_answers_of_lists_are_one_object() -> None:
    """What hangs on the answers of lists is made once where they are the same, and they are read back as written."""
    _, store = filled()
    read = [read_facts(record.facts) for record in store.replay() if record.kind is RecordKind.DECISION]
    assert read[0].matches
    assert all(one.matches is other.matches for one, other in pairwise(read))
    assert {match.state for match in read[0].matches.values()} <= {None, True, False}
