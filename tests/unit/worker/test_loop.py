"""The worker: nothing early, nothing lost, whatever the clock and the machine do."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest

from holdfast.operations.fire_due import fire_due
from holdfast.operations.shard import Shard
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, SECOND_MS, to_ms
from holdfast.vocabulary.records import RecordKind
from holdfast.wire.holds import read_act
from holdfast.worker.loop import keep_working, run_pass
from tests.unit.operations.mailing import House, notice, told

END_MS = to_ms(datetime.fromisoformat("2026-05-10T00:00:00+03:00"))
ROUND_SECONDS = 0.01
TEXT = notice("$until", "hold")


def lapses(house: House) -> list[tuple[str, int]]:
    """Give the holds that lapsed and the instant of each lapse, in log order."""
    acts = [read_act(record.act) for record in house.store.replay() if record.kind is RecordKind.HOLD and record.act]
    return [(act.hold_id, act.at_ms) for act in acts if act.act == "lapse"]


async def place(house: House, event_id: str = "t-1", amount_minor: int = 25_000_000) -> str:
    """Place a hold."""
    return str((await house.decide(event_id, amount_minor=amount_minor))["hold"]["id"])


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is true; a test that waits for ever is a failure of its own limit."""
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.001)


async def during(house: House, *stories: Callable[[], Awaitable[None]], workers: int = 1) -> None:
    """Let workers run while stories are told."""
    tasks = [
        asyncio.create_task(keep_working(house.shard, house.post, longest_seconds=ROUND_SECONDS))
        for _ in range(workers)
    ]
    try:
        for story in stories:
            await story()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def rounds(house: House, count: int = 5) -> None:
    """Let the worker go round a few times."""
    for _ in range(count):
        house.shard.courier.passed_ns = None
        await until(lambda: house.shard.courier.passed_ns is not None)


def test_a_timer_fires_after_its_end_and_not_at_it() -> None:
    """On the last millisecond nothing happens; on the next one the hold lapses, once, with that instant."""

    async def story(house: House) -> None:
        hold_id = await place(house)
        house.clock.instant_ms = END_MS - 1
        await run_pass(house.shard, house.post)
        assert lapses(house) == []
        house.clock.instant_ms = END_MS
        await run_pass(house.shard, house.post)
        assert lapses(house) == [(hold_id, END_MS)]
        house.clock.instant_ms = END_MS + DAY_MS
        await run_pass(house.shard, house.post)
        assert len(lapses(house)) == 1

    told(story, TEXT)


def test_a_pass_leaves_nothing_that_is_due() -> None:
    """What a timer queues goes out in the same pass."""

    async def story(house: House) -> None:
        await place(house)
        house.clock.instant_ms = END_MS
        await run_pass(house.shard, house.post)
        assert [row["type"] for row in house.post.read()][:2] == ["notify_client", "hold_changed"]
        assert house.store.pending(10) == ()

    told(story, TEXT)


def test_a_pass_ends_though_the_receiver_is_away() -> None:
    """Timers fire, messages wait."""

    async def story(house: House) -> None:
        await place(house)
        house.post.fails = lambda _: True
        house.clock.instant_ms = END_MS
        await run_pass(house.shard, house.post)
        assert len(lapses(house)) == 1
        assert house.store.undelivered()[0] >= 2

    told(story, TEXT)


def test_without_a_gateway_timers_fire_and_messages_wait() -> None:
    """Nobody to carry messages is no reason to keep a client's money."""

    async def story(house: House) -> None:
        await place(house)
        house.clock.instant_ms = END_MS
        await run_pass(house.shard, None)
        assert len(lapses(house)) == 1
        assert house.post.sent == []
        assert house.store.undelivered()[0] >= 2

    told(story, TEXT)


def test_a_clock_set_back_and_forward_fires_nothing_early_and_nothing_twice() -> None:
    """The loop reads the wall time in each round: back, nothing happens; forward, what is due then fires."""

    async def story(house: House) -> None:
        hold_id = await place(house)

        async def steps() -> None:
            for instant_ms in (END_MS - 2 * DAY_MS, END_MS - HOUR_MS, END_MS - 30 * DAY_MS, END_MS - 1):
                house.clock.instant_ms = instant_ms
                await rounds(house)
                assert lapses(house) == []
            house.clock.instant_ms = END_MS
            await until(lambda: bool(lapses(house)))
            house.clock.instant_ms = END_MS - 3 * DAY_MS
            await rounds(house)
            house.clock.instant_ms = END_MS + DAY_MS
            await rounds(house)
            assert lapses(house) == [(hold_id, END_MS)]

        await during(house, steps)

    told(story, TEXT)


def test_after_a_freeze_everything_due_fires_in_its_order() -> None:
    """A machine that slept for a week fires each timer once, the oldest first, with the instant that it had."""

    async def story(house: House) -> None:
        placed = []
        for day in range(5):
            house.clock.instant_ms = END_MS - 36 * HOUR_MS + day * DAY_MS
            placed.append(await place(house, f"t-{day}", 25_000_000 + day))

        async def wake() -> None:
            house.clock.instant_ms += 7 * DAY_MS
            await until(lambda: len(lapses(house)) == 5)
            assert lapses(house) == [(hold_id, END_MS + day * DAY_MS) for day, hold_id in enumerate(placed)]

        await during(house, wake)

    told(story, TEXT)


def test_two_workers_fire_and_deliver_each_thing_once() -> None:
    """However many loops run, each timer has one winner and each message one delivery."""

    async def story(house: House) -> None:
        for n in range(20):
            await place(house, f"t-{n}", 25_000_000 + n)

        async def pass_by() -> None:
            house.clock.instant_ms = END_MS
            await until(lambda: len(lapses(house)) == 20 and house.store.undelivered()[0] == 0)
            await rounds(house)
            assert len({hold_id for hold_id, _ in lapses(house)}) == len(lapses(house)) == 20
            assert len({message.id for message in house.post.sent}) == len(house.post.sent)

        await during(house, pass_by, workers=3)

    told(story, TEXT)


def test_hundreds_of_restarts_lose_nothing_and_repeat_nothing() -> None:
    """A server that is stopped at any moment, again and again, ends with one lapse and one notice for each hold."""
    chance = random.Random(7)

    async def story(house: House) -> None:
        count = 12
        for n in range(count):
            await place(house, f"t-{n}", 25_000_000 + n)
        instant_ms = END_MS - 300 * SECOND_MS
        for _ in range(300):
            instant_ms += chance.randint(0, 4) * SECOND_MS
            house.clock.instant_ms = instant_ms + chance.choice((0, 0, 0, -5_000))
            refused = {chance.randrange(5) for _ in range(chance.randrange(4))}
            house.post.fails = lambda message, refused=refused: int(message.id[-2:], 16) % 5 in refused  # type: ignore[misc]  # its default binds the round
            worker = asyncio.create_task(run_pass(house.shard, house.post))
            for _ in range(chance.randrange(12)):
                await asyncio.sleep(0)
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
            house.crash()
        house.post.fails = lambda _: False
        house.clock.instant_ms = END_MS + HOUR_MS
        house.restart()
        await run_pass(house.shard, house.post)
        assert house.store.undelivered()[0] == 0
        assert len({hold_id for hold_id, _ in lapses(house)}) == len(lapses(house)) == count
        assert {at_ms for _, at_ms in lapses(house)} == {END_MS}
        kept = [read_act(record.act).details["message_id"] for record in house.told()]
        sent = {message.id for message in house.post.sent if message.topic == "notify_client"}
        assert len(set(kept)) == len(kept), "each notice is recorded once"
        assert set(kept) == sent, "what was said is recorded, and nothing else"
        assert len(sent) == 2 * count, "a notice of the hold and one of its end"
        assert {json.loads(message.body)["data"]["event_id"] for message in house.post.sent} == {
            f"t-{n}" for n in range(count)
        }

    told(story, TEXT)


def test_a_message_leaves_at_once_and_not_at_the_next_round() -> None:
    """The landing of a record wakes the worker."""

    async def story(house: House) -> None:
        task = asyncio.create_task(keep_working(house.shard, house.post, longest_seconds=3_600))
        await asyncio.sleep(0)
        await place(house)
        await until(lambda: bool(house.told()))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    told(story, TEXT)


def test_a_slow_receiver_holds_up_no_timer() -> None:
    """While a delivery hangs, a hold still lapses."""

    async def story(house: House) -> None:
        await place(house)
        hangs = asyncio.Event()

        async def hang(_: object) -> None:
            await hangs.wait()

        house.post.before = hang

        async def lapse() -> None:
            await until(lambda: bool(house.post.tried))
            house.clock.instant_ms = END_MS
            await until(lambda: bool(lapses(house)))
            hangs.set()

        await during(house, lapse)

    told(story, TEXT)


def test_a_round_that_fails_does_not_end_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever one round raises is logged, and the next one works."""
    faults = [RuntimeError("a"), OSError("b"), KeyError("c")]

    async def failing(shard: Shard) -> int:
        if faults:
            raise faults.pop()
        return await fire_due(shard)

    monkeypatch.setattr("holdfast.worker.loop.fire_due", failing)

    async def story(house: House) -> None:
        await place(house)

        async def pass_by() -> None:
            house.clock.instant_ms = END_MS
            await until(lambda: bool(lapses(house)))

        await during(house, pass_by)
        assert faults == []

    told(story, TEXT)


def test_while_the_log_cannot_be_written_nothing_is_sent() -> None:
    """What could not be recorded must not be said; when the log is back, all of it goes out."""

    async def story(house: House) -> None:
        await place(house)
        house.shard.failed = OSError("no space left")
        house.clock.instant_ms = END_MS
        await run_pass(house.shard, house.post)
        assert (house.post.sent, lapses(house)) == ([], [])
        house.shard.failed = None
        await run_pass(house.shard, house.post)
        assert len(lapses(house)) == 1

    told(story, TEXT)
