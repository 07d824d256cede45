"""The collector keeps out of the way of answers, and still takes away what is left behind."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from holdfast.cli.collecting import collect_in_pauses, spare_what_stands, spare_what_was_read
from holdfast.operations.shard import Shard
from tests.unit.operations.shards import SlowStore, StillClock, make_shard


class Ring:
    """Something that only the collector can take away."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def shard() -> Iterator[Shard]:
    """Give a shard, and the collector back as it was."""
    thresholds = gc.get_threshold()
    clock = StillClock()
    yield make_shard(SlowStore(clock), clock)
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def test_what_stands_is_left_alone() -> None:
    """After the start no collection looks at what was there, and none of everything begins by itself."""
    thresholds = gc.get_threshold()
    try:
        spare_what_stands()
        assert gc.get_freeze_count() > 10_000
        assert min(gc.get_threshold()[1:]) > 10**9
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


@pytest.mark.usefixtures("shard")
def test_reading_the_past_is_not_interrupted() -> None:
    """However much is read at the start, nothing but the young is walked over, and then all of it is left alone."""
    spare_what_stands()
    before = [generation["collections"] for generation in gc.get_stats()]
    read = [(number, [number]) for number in range(200_000)]
    after = [generation["collections"] for generation in gc.get_stats()]
    assert after[0] > before[0]
    assert after[1:] == before[1:]
    frozen = gc.get_freeze_count()
    spare_what_was_read()
    assert gc.get_freeze_count() >= frozen + len(read)


def test_a_pause_takes_away_what_was_left_behind(shard: Shard) -> None:
    """What died in a circle while there was no time is gone after a moment without records."""

    async def story() -> None:
        spare_what_stands()
        ring = Ring()
        gone = weakref.ref(ring)
        gc.collect(1)
        gc.collect(1)
        del ring
        task = asyncio.create_task(collect_in_pauses(shard, seconds=0.01))
        for _ in range(200):
            await asyncio.sleep(0.01)
            if gone() is None:
                break
        task.cancel()
        assert gone() is None

    asyncio.run(story())


def test_nothing_is_collected_while_records_come(shard: Shard) -> None:
    """Under load the whole heap is not walked over."""

    async def story() -> None:
        spare_what_stands()
        task = asyncio.create_task(collect_in_pauses(shard, seconds=0.01))
        before = gc.get_stats()[2]["collections"]
        for _ in range(30):
            shard.seq += 1
            await asyncio.sleep(0.005)
        task.cancel()
        assert gc.get_stats()[2]["collections"] == before

    asyncio.run(story())


def test_what_gathers_without_a_pause_is_set_aside(shard: Shard) -> None:
    """Under load that never ends the first pause has little to walk over."""

    async def story() -> None:
        spare_what_stands()
        before = gc.get_freeze_count()
        task = asyncio.create_task(collect_in_pauses(shard, seconds=0.001))
        kept: list[list[list[int]]] = []
        for _ in range(250):
            kept.append([[] for _ in range(6_000)])
            shard.seq += 1
            await asyncio.sleep(0.003)
        task.cancel()
        assert gc.get_freeze_count() > before + 100_000

    asyncio.run(story())


def test_a_memory_that_was_replaced_is_looked_at_again(shard: Shard) -> None:
    """The memory from before a recovery had been set aside; it goes all the same."""

    async def story() -> None:
        shard.memory.fold.ring = Ring()  # type: ignore[attr-defined]  # dies with the memory, in a circle
        gone = weakref.ref(shard.memory.fold.ring)  # type: ignore[attr-defined] # hung on by this test
        spare_what_stands()
        task = asyncio.create_task(collect_in_pauses(shard, seconds=0.01))
        await asyncio.sleep(0.02)
        shard.memory = shard.fresh_memory()
        gc.collect(0)
        for _ in range(300):
            await asyncio.sleep(0.01)
            [object() for _ in range(10)]
            if gone() is None:
                break
        task.cancel()
        assert gone() is None

    asyncio.run(story())
