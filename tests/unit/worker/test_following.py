"""The worker follows new versions of lists by itself, on any clock."""

import asyncio
import contextlib

from holdfast.worker.loop import keep_working, run_pass
from tests.unit.operations.following import DATABASE, World, client, inn, told


def test_the_worker_follows_a_version_that_nobody_waits_for() -> None:
    """A client put on the list is limited within one round of the worker, and a whole pass finds it done."""

    async def story(world: World) -> None:
        await world.pay("t-1", payer=client(1))
        version = await world.edit(inn(1))
        worker = asyncio.create_task(keep_working(world.shard, None, longest_seconds=0.01))
        async with asyncio.timeout(30):
            while DATABASE not in world.shard.followed:
                await asyncio.sleep(0.001)
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
        assert world.shard.followed[DATABASE].version == version.version
        at = world.store.last_seq()
        await run_pass(world.shard, None)
        assert world.store.last_seq() == at
        assert len(world.queued("client_restricted")) == 2

    told(story)


def test_a_whole_pass_follows_what_is_new() -> None:
    """What a moved test clock does before it answers includes the lists."""

    async def story(world: World) -> None:
        await world.pay("t-1", payer=client(1))
        await world.edit(inn(1))
        await run_pass(world.shard, None)
        assert len(world.records("restriction")) == 1

    told(story)
