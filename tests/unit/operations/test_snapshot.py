"""A snapshot is the whole state or nothing: after a restart the next answers are those that would have come."""

import asyncio

import pytest

from holdfast.operations.compact import compact
from holdfast.operations.decide_event import decide_event
from holdfast.operations.rebuild import rebuild
from holdfast.operations.shard import Shard
from holdfast.operations.snapshot import freeze
from holdfast.operations.take_event import take_event
from holdfast.store import MemoryStore
from holdfast.vocabulary.stored import Snapshot
from tests.unit.operations.shards import StillClock, event, make_shard, transfer


class Disk(MemoryStore):
    """A store whose newest snapshot a test may exchange."""

    given: Snapshot | None = None

    def latest_snapshot(self) -> Snapshot | None:
        """Give what the test put there, else the newest."""
        return self.given or super().latest_snapshot()


class World:
    """A disk on which a few operations stand: decided, undone, revised, waiting for an input."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.store = Disk(clock=self.clock)
        asyncio.run(self._fill())

    async def _fill(self) -> None:
        shard = self.shard()
        for number in range(6):
            payer = {"customer_id": f"c-{number % 2}", "kind": "individual"}
            await decide_event(shard, transfer(f"t-{number}", payer=payer))
        await take_event(shard, event("r-1", "transfer_result", of="t-1", result="rejected"))
        shard.changed.note(4, executed=True)

    def shard(self) -> Shard:
        """Start a server on the disk."""
        shard = make_shard(self.store, self.clock)
        rebuild(shard)
        return shard

    def answer(self) -> bytes:
        """Start a server, and give the facts that it sees of one more transfer."""
        shard = self.shard()
        before = self.store.last_seq()
        asyncio.run(decide_event(shard, transfer(f"next-{before}", occurred_at="2026-05-08T11:59:00+03:00")))
        record = next(self.store.replay(before))
        self.store._records.pop()
        self.store._by_key.pop(record.key)
        self.store._by_event.pop(record.event_id)
        self.store._by_decision.pop(record.decision_id)
        return record.facts


def state(shard: Shard) -> tuple[object, ...]:
    """Give what stands beside the fold."""
    undecided = list(shard.undecided)
    changed = (list(shard.changed), shard.changed.gone_upto)
    return shard.seq, changed, list(shard.revisions), undecided, shard.memory.complete_since, shard.clients.rows()


def test_a_start_from_a_snapshot_is_a_start_from_the_log() -> None:
    """What stands beside the fold and what the fold says are equal, however the server started."""
    world = World()
    bare, facts = world.shard(), world.answer()
    made = compact(world.shard())
    assert made.seq == world.store.last_seq()
    started = world.shard()
    assert started.snapshot_seq == made.seq
    assert state(started) == state(bare)
    assert world.answer() == facts
    assert compact(world.shard()).records == 0


def test_a_snapshot_holds_no_personal_value() -> None:
    """Ids of clients and events, and requisites, stand in no byte of a snapshot."""
    world = World()
    content = b"\0".join(bytes(part) for part in freeze(world.shard()).values())
    assert b"fold" not in content
    assert not [name for name in ("c-1", "t-1", "500100732259") if name.encode() in content]


def test_a_whole_file_with_rubbish_in_it_leaves_nothing_behind() -> None:
    """A snapshot whose small part is no JSON is not used, and the log is folded instead."""
    world = World()
    bare = state(world.shard())
    parts = {name: bytes(data) for name, data in freeze(world.shard()).items()}
    world.store.given = Snapshot(world.store.last_seq(), parts | {"small": b'{"clients": ['})
    started = world.shard()
    assert started.snapshot_seq == 0
    assert state(started) == bare


@pytest.mark.parametrize("part", sorted(name.partition(";")[0] for name in freeze(World().shard())))
def test_a_whole_file_that_lacks_a_part_leaves_nothing_behind(part: str) -> None:
    """A snapshot without one of its parts is not used, and nothing of the others is in the state."""
    world = World()
    bare, facts = state(world.shard()), world.answer()
    whole = {name: bytes(data) for name, data in freeze(world.shard()).items()}
    rest = {name: data for name, data in whole.items() if name.partition(";")[0] != part}
    world.store.given = Snapshot(world.store.last_seq(), rest)
    started = world.shard()
    assert started.snapshot_seq == 0
    assert state(started) == bare
    assert world.answer() == facts


def test_a_result_that_came_before_its_operation_changes_nothing_after_a_restart() -> None:
    """A result whose operation was not known when it came has no effect, then or when the log is read again."""
    clock = StillClock()
    store = Disk(clock=clock)

    async def fill() -> Shard:
        shard = make_shard(store, clock)
        rebuild(shard)
        await take_event(shard, event("r-1", "transfer_result", of="t-1", result="rejected"))
        await decide_event(shard, transfer("t-1"))
        return shard

    lived = asyncio.run(fill())
    again = make_shard(store, clock)
    rebuild(again)
    assert len(again.changed) == len(lived.changed) == 0
