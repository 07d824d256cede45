"""After a failed write nothing false is answered, and the server comes back by itself."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from copy import deepcopy
from typing import Any

import pytest

from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.decide_event import Answer, decide_event
from holdfast.operations.ports import Store
from holdfast.operations.read_decision import read_decision
from holdfast.operations.read_lists import list_page
from holdfast.operations.read_object import read_object
from holdfast.operations.read_restrictions import restrictions
from holdfast.operations.readiness import readiness
from holdfast.operations.rebuild import rebuild
from holdfast.operations.recover import keep_recovering, recover
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.errors import ConflictError, StoreError, UnavailableError
from holdfast.vocabulary.lists import ListEntry, ListKind
from tests.unit.operations.shards import SlowStore, StillClock, event, make_shard, transfer

LISTED = ListEntry(kind=ListKind.INN, value="500100732259")


class World:
    """A shard, its store, and how the store is opened again on the same disk."""

    def __init__(self, *, held: bool = False) -> None:
        self.clock = StillClock()
        self.store = SlowStore(self.clock, held=held)
        self.shard = make_shard(self.store, self.clock)
        self.opened = 0

    def reopen(self) -> SlowStore:
        """Open the store anew; what waited is rejected."""
        self.store.open_again()
        self.opened += 1
        return self.store

    def seqs(self) -> list[int]:
        """Give the places of the log that are on disk."""
        return [record.seq for record in self.store.replay()]


async def quiet(calls: list[Awaitable[Any]]) -> list[Any]:
    """Wait for calls and give their answers or their errors."""
    return list(await asyncio.gather(*calls, return_exceptions=True))


async def started(*calls: Any) -> list["asyncio.Task[Any]"]:
    """Start calls and let each come to where it waits."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def until(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in range(10_000):
        if true():
            return
        await asyncio.sleep(0.001)
    pytest.fail("it never held")


def test_a_failed_group_answers_503_for_its_members_and_for_all_later_ones() -> None:
    """Calls in the failed group, twins of them, and calls after it all hear that nothing was decided."""

    async def story() -> None:
        world = World(held=True)
        tasks = await started(
            decide_event(world.shard, transfer("a")),
            decide_event(world.shard, transfer("a")),
            take_event(world.shard, event("b", "login", client={"customer_id": "c-1"}, where="bank")),
        )
        assert not any(task.done() for task in tasks)
        world.store.fail()
        answers = await quiet(list(tasks))
        assert [type(answer) for answer in answers] == [UnavailableError] * 3
        for later in (decide_event(world.shard, transfer("c")), take_event(world.shard, transfer("d"))):
            with pytest.raises(UnavailableError):
                await later
        with pytest.raises(UnavailableError):
            await change_list(world.shard, Edit(list="bank.recipients", add=[LISTED]))
        assert (world.seqs(), readiness(world.shard).ready) == ([], False)

    asyncio.run(story())


def test_no_answer_is_given_before_its_record_is_on_disk() -> None:
    """While the record is on its way neither the call nor its twin has an answer; then both have the same."""

    async def story() -> None:
        world = World(held=True)
        first, twin = await started(decide_event(world.shard, transfer("a")), decide_event(world.shard, transfer("a")))
        assert not first.done()
        assert not twin.done()
        world.store.land()
        answers: list[Answer] = await quiet([first, twin])
        assert answers[0].body == answers[1].body
        assert [answer.replayed for answer in answers] == [False, True]
        assert world.seqs() == [1]

    asyncio.run(story())


def test_a_twin_in_flight_with_another_body_or_route_is_a_conflict() -> None:
    """The twin waits for the first, and is then refused: its own body was never decided."""

    async def story() -> None:
        world = World(held=True)
        tasks = await started(
            decide_event(world.shard, transfer("a")),
            decide_event(world.shard, transfer("a", amount_minor=1)),
            take_event(world.shard, transfer("a")),
        )
        world.store.land()
        answers = await quiet(list(tasks))
        assert [type(answer) for answer in answers] == [Answer, ConflictError, ConflictError]

    asyncio.run(story())


def test_what_was_acknowledged_before_the_failure_is_still_answered() -> None:
    """A retry of an acknowledged call gets its first answer even while nothing can be written."""

    async def story() -> None:
        world = World()
        first = await decide_event(world.shard, transfer("a"))
        world.store.break_with(OSError("gone"))
        with pytest.raises(UnavailableError):
            await decide_event(world.shard, transfer("b"))
        again = await decide_event(world.shard, transfer("a"))
        assert (again.body, again.replayed) == (first.body, True)

    asyncio.run(story())


def test_recovery_forgets_what_never_reached_the_disk() -> None:
    """After recovery the memory is that of a fresh start on the same log, and a failed call can be made again."""

    async def story() -> None:
        world = World()
        await change_list(world.shard, Edit(list="bank.recipients", add=[LISTED]))
        kept = await decide_event(world.shard, transfer("kept"))
        world.store.held = True
        lost = await started(*(decide_event(world.shard, transfer(f"lost-{number}")) for number in range(3)))
        world.store.fail()
        assert {type(answer) for answer in await quiet(list(lost))} == {UnavailableError}
        assert await recover(world.shard, world.reopen) == 2
        fresh = make_shard(deepcopy(world.store), world.clock)
        rebuild(fresh)
        assert (world.shard.seq, world.shard.failed, world.shard.broken.is_set()) == (fresh.seq, None, False)
        again, other = (
            await decide_event(world.shard, transfer("lost-0")),
            await decide_event(fresh, transfer("lost-0")),
        )
        assert b'"outcome":"hold"' in again.body
        assert facts_hash(again) == facts_hash(other)
        assert (await decide_event(world.shard, transfer("kept"))).body == kept.body
        assert readiness(world.shard).ready

    asyncio.run(story())


def facts_hash(answer: Answer) -> bytes:
    """Give the part of an answer that tells what was seen."""
    return answer.body.partition(b'"facts_hash"')[2][:68]


def test_recovery_from_an_empty_log_begins_at_one() -> None:
    """When the very first record failed, the next one takes its place in the log."""

    async def story() -> None:
        world = World(held=True)
        (lost,) = await started(decide_event(world.shard, transfer("a")))
        world.store.fail()
        await quiet([lost])
        assert await recover(world.shard, world.reopen) == 0
        await decide_event(world.shard, transfer("a"))
        assert world.seqs() == [1]

    asyncio.run(story())


def test_while_it_recovers_calls_get_503_and_lists_are_readable() -> None:
    """No call is decided on a memory that is half built, and no list seems never to have been loaded."""

    async def story() -> None:
        world = World()
        await change_list(world.shard, Edit(list="bank.recipients", add=[LISTED]))
        world.store.break_with(OSError("gone"))
        with pytest.raises(UnavailableError):
            await decide_event(world.shard, transfer("a"))
        recovery = asyncio.ensure_future(recover(world.shard, world.reopen))
        for _ in range(1_000):
            await asyncio.sleep(0)
            if recovery.done():
                break
            assert list_page(world.shard, "bank.recipients", cursor=None, limit=5)["entries"] == 1
            if world.shard.failed is not None:
                with pytest.raises(UnavailableError):
                    await decide_event(world.shard, transfer("a"))
        await recovery
        assert restrictions(world.shard, "c-1")["client_id"] == "c-1"
        assert (await decide_event(world.shard, transfer("a"))).replayed is False

    asyncio.run(story())


def test_while_the_memory_is_built_again_nobody_seems_to_be_unknown_or_free() -> None:
    """What is read from the memory is refused until it is whole; decisions stay readable from the log all the time."""

    async def story() -> None:
        world = World()
        made = json.loads((await decide_event(world.shard, transfer("a"))).body)["id"]
        world.store.break_with(OSError("gone"))
        with pytest.raises(UnavailableError):
            await decide_event(world.shard, transfer("b"))
        assert restrictions(world.shard, "c-1")["seen"] is True
        recovery = asyncio.ensure_future(recover(world.shard, world.reopen))
        while not (world.shard.rebuilding or recovery.done()):
            await asyncio.sleep(0)
        with pytest.raises(UnavailableError):
            restrictions(world.shard, "c-1")
        with pytest.raises(UnavailableError):
            await read_object(world.shard, "l-1")
        assert json.loads(read_decision(world.shard, made))["id"] == made
        await recovery
        assert restrictions(world.shard, "c-1")["seen"] is True

    asyncio.run(story())


def test_a_change_of_a_list_that_is_refused_while_it_recovers_stands_in_nobodys_way() -> None:
    """What a refused change had staged is thrown away, so that the next change of the list is taken."""

    async def story() -> None:
        world = World()
        world.shard.failed = StoreError("the disk is full")
        (refused,) = await quiet([change_list(world.shard, Edit(list="bank.recipients", add=[LISTED]))])
        assert isinstance(refused, UnavailableError)
        world.shard.failed = None
        world.clock.instant_ms += 1_000
        version = await change_list(world.shard, Edit(list="bank.recipients", add=[LISTED]))
        assert (version.entries, version.added) == (1, 1)

    asyncio.run(story())


def test_a_disk_that_is_still_full_is_tried_again_without_reading_the_log() -> None:
    """While the opened store takes no write, the shard stays unavailable; once it does, the server is back."""

    async def story() -> None:
        world = World()
        world.store.full = True
        recovery = asyncio.ensure_future(keep_recovering(world.shard, world.reopen, pause_seconds=0.001))
        world.store.break_with(OSError("full"))
        with pytest.raises(UnavailableError):
            await decide_event(world.shard, transfer("a"))
        await until(lambda: world.opened >= 3)
        assert not readiness(world.shard).ready
        with pytest.raises(UnavailableError):
            await decide_event(world.shard, transfer("a"))
        world.store.full = False
        await until(lambda: readiness(world.shard).ready)
        assert (await decide_event(world.shard, transfer("a"))).replayed is False
        recovery.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await recovery

    asyncio.run(story())


def test_a_store_that_cannot_be_opened_leaves_the_shard_unavailable() -> None:
    """An error of opening is passed on, and nothing is decided."""

    async def story() -> None:
        world = World()
        world.store.break_with(OSError("gone"))
        with pytest.raises(UnavailableError):
            await decide_event(world.shard, transfer("a"))

        def locked() -> Store:
            raise StoreError("in use")

        with pytest.raises(StoreError):
            await recover(world.shard, locked)
        assert world.shard.failed is not None
        with pytest.raises(UnavailableError):
            await decide_event(world.shard, transfer("a"))

    asyncio.run(story())
