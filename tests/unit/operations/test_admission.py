"""Admission: bounded by time, money before context, each key its share, and normal again when the crowd has gone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import pytest

from holdfast.operations.admission import SHORT, Admission, rank_of, shed_lately
from holdfast.operations.decide_event import decide_event
from holdfast.operations.line import SLICE_NS, STANDING_NS, Rank
from holdfast.operations.readiness import readiness
from holdfast.vocabulary.deadline import Deadline
from holdfast.vocabulary.errors import OverloadedError, TooManyError
from tests.unit.operations.shards import SlowStore, StillClock, event, make_shard, transfer

MS = 1_000_000
SHORT_NS = 300 * MS // SHORT


class Place:
    """A shard with ticks that a test moves, a writer that a test blocks, and who is let in to it."""

    def __init__(self, shares: Mapping[str, float] | None = None) -> None:
        clock = StillClock()
        self.now_ns = 0
        self.store = SlowStore(clock)
        self.shard = make_shard(self.store, clock)
        self.shard.ports = replace(self.shard.ports, tick=lambda: self.now_ns)
        self.shard.patience = {"transfer": 300, "login": 1_000}
        self.admission = Admission(self.shard, shares)
        assert self.shard.crowd.line is not None
        self.line = self.shard.crowd.line
        self.line.cost_ns = SLICE_NS

    async def fill(self, count: int, key: str = "a", rank: Rank = Rank.MONEY) -> None:
        """Let calls come, all of them before the loop turns."""
        for _ in range(count):
            self.admission.enter(rank, key)

    async def press(self, key: str = "a") -> None:
        """Let a line stand for longer than a moment, ten milliseconds long."""
        await self.fill(8, key)
        await asyncio.sleep(0)
        self.now_ns += STANDING_NS + MS
        await self.fill(5, key)
        await asyncio.sleep(0)
        self.line.cost_ns = SLICE_NS
        assert self.line.pressed == [True, True, True]

    async def empty(self) -> None:
        """Let the loop turn until nobody waits."""
        while any(self.line.waiting) or any(self.line.pressed):
            await asyncio.sleep(0)


def told(story: Callable[[Place], Awaitable[None]], shares: Mapping[str, float] | None = None) -> Place:
    """Run a story at a place."""

    async def whole() -> Place:
        place = Place(shares)
        await story(place)
        return place

    return asyncio.run(whole())


def test_what_moves_money_is_known_before_it_is_decoded() -> None:
    """Only the event's own type counts, whatever spaces stand around it."""
    assert rank_of(transfer("t-1")) is Rank.MONEY
    assert rank_of(b'{"id":"x","type" : "loan_payout"}') is Rank.MONEY
    assert rank_of(event("l-1", "login", client={"customer_id": "c"})) is Rank.CONTEXT
    assert rank_of(event("r-1", "transfer_result", of="t-1")) is Rank.CONTEXT
    assert rank_of(event("m-1", "message_sent", text='{"type":"transfer"}')) is Rank.CONTEXT
    assert rank_of(b"\xff not even JSON") is Rank.CONTEXT


def test_a_call_that_cannot_be_answered_in_time_is_refused_at_once() -> None:
    """The deadline that its caller named counts, else that of its kind; who has more time may still wait."""

    async def story(place: Place) -> None:
        await place.fill(60)
        with pytest.raises(OverloadedError, match="more calls than can be answered in time"):
            place.admission.enter(Rank.MONEY, "a", Deadline(0, 50))
        assert place.admission.enter(Rank.MONEY, "a", Deadline(0, 5_000)) is not None
        with pytest.raises(OverloadedError):
            await place.fill(200)
        assert place.shard.crowd.refused == {("overloaded", Rank.MONEY): 2}

    told(story)


def test_a_disk_that_stands_still_is_part_of_the_wait() -> None:
    """Nothing is let in while the oldest record waits for longer than an answer may take; then it is again."""

    async def story(place: Place) -> None:
        place.store.held = True
        calls = [asyncio.ensure_future(decide_event(place.shard, transfer(f"t-{number}"))) for number in range(3)]
        await asyncio.sleep(0)
        place.now_ns += 100 * MS
        assert place.admission.enter(Rank.MONEY, "a") is None
        place.now_ns += 200 * MS
        with pytest.raises(OverloadedError):
            place.admission.enter(Rank.MONEY, "a")
        assert place.admission.enter(Rank.CONTEXT, "a") is None
        place.store.held = False
        place.store.land()
        await asyncio.gather(*calls)
        assert not place.shard.handed
        assert place.admission.enter(Rank.MONEY, "a") is None

    told(story)


def test_a_failed_writer_leaves_no_age_behind() -> None:
    """What was on its way when the store failed is not waited for."""

    async def story(place: Place) -> None:
        place.store.held = True
        calls = [asyncio.ensure_future(decide_event(place.shard, transfer(f"t-{number}"))) for number in range(3)]
        await asyncio.sleep(0)
        place.store.fail()
        await asyncio.gather(*calls, return_exceptions=True)
        assert not place.shard.handed

    told(story)


def test_a_short_crowd_waits_and_is_served() -> None:
    """Calls that come at once are not refused while each can be answered in time; no line stands afterwards."""

    async def story(place: Place) -> None:
        await place.fill(60)
        await place.empty()
        assert place.shard.crowd.refused.total() == 0

    told(story)


def test_while_a_line_stands_it_stays_short() -> None:
    """After a moment without a pause, money is let in for a sixth of its time, and nothing else."""

    async def story(place: Place) -> None:
        await place.press()
        place.now_ns += MS
        room = int(SHORT_NS - place.line.wait_ns(Rank.MONEY)) // SLICE_NS + 1
        await place.fill(room)
        with pytest.raises(OverloadedError):
            place.admission.enter(Rank.MONEY, "a")
        with pytest.raises(OverloadedError):
            place.admission.enter(Rank.CONTEXT, "a")
        assert place.shard.crowd.refused == {("overloaded", Rank.MONEY): 1, ("overloaded", Rank.CONTEXT): 1}

    told(story)


def test_who_has_time_may_wait_longer() -> None:
    """A caller that gives its answer a minute is let into a line in which others would be late."""

    async def story(place: Place) -> None:
        await place.press()
        place.line.waiting[Rank.MONEY] = 100
        assert place.admission.before_reading(Rank.MONEY, "a") is not None
        assert place.admission.before_reading(Rank.MONEY, "a", 60_000) is None
        assert place.admission.enter(Rank.MONEY, "a", Deadline(place.now_ns, 60_000)) is not None

    told(story)


def test_a_slow_disk_refuses_before_reading_as_it_would_after() -> None:
    """What the way to disk makes late is told so before anything of it is read, for that costs least."""

    async def story(place: Place) -> None:
        await place.press()
        assert place.admission.before_reading(Rank.MONEY, "a") is None
        place.shard.handed.append(place.now_ns - 160 * MS)
        assert place.admission.before_reading(Rank.MONEY, "a") is not None
        assert place.admission.before_reading(Rank.MONEY, "a", 1_000) is None
        with pytest.raises(OverloadedError):
            place.admission.enter(Rank.MONEY, "a")

    told(story)


def test_a_line_that_is_not_pressed_yet_is_not_outgrown_in_one_turn() -> None:
    """Where only context has waited too long, as many calls about money as one turn reads pass, and no more."""

    async def story(place: Place) -> None:
        place.line.press(Rank.CONTEXT)
        passed = sum(place.admission.before_reading(Rank.MONEY, "a") is None for _ in range(10_000))
        assert 0 < passed <= 150 * MS / place.line.cost_ns + 1

    told(story)


def test_context_is_refused_before_money() -> None:
    """Calls that only tell about the past never stand in the way of money, and money's line is not theirs."""

    async def story(place: Place) -> None:
        await place.press()
        with pytest.raises(OverloadedError):
            place.admission.enter(Rank.CONTEXT, "a")
        place.admission.enter(Rank.MONEY, "a")

    told(story)


def test_context_does_not_press_money() -> None:
    """However many tell about the past, and are refused, calls about money are let in, and first."""

    async def story(place: Place) -> None:
        await place.fill(200, rank=Rank.CONTEXT)
        await asyncio.sleep(0)
        place.now_ns += STANDING_NS + MS
        await asyncio.sleep(0)
        assert place.line.pressed == [False, True, True]
        assert place.admission.before_reading(Rank.CONTEXT, "a") is not None
        assert place.line.wait_ns(Rank.MONEY) == 0
        assert place.admission.enter(Rank.MONEY, "a") is not None

    told(story)


def test_it_is_normal_again_when_the_line_is_empty() -> None:
    """When the last one who waited has begun, everybody is let in again without a restart."""

    async def story(place: Place) -> None:
        await place.press()
        with pytest.raises(OverloadedError):
            place.admission.enter(Rank.CONTEXT, "a")
        await place.empty()
        assert place.admission.before_reading(Rank.MONEY, "a") is None
        await asyncio.sleep(0)
        assert place.admission.enter(Rank.CONTEXT, "a") is None

    told(story)


def test_a_key_with_more_than_its_share_gives_way_to_the_others() -> None:
    """Who crowds is told so (429); who has had less than a fair share is let into a line twice as long."""

    async def story(place: Place) -> None:
        await place.press("loud")
        place.now_ns += MS
        room = int(SHORT_NS / place.line.cost_ns)
        place.admission.before_reading(Rank.MONEY, "quiet")
        for number in range(1_000):
            place.line.waiting[Rank.MONEY] = 5
            place.admission.enter(Rank.MONEY, "loud" if number else "quiet")
        place.line.waiting[Rank.MONEY] = room * 4 // 3
        with pytest.raises(TooManyError, match="more than its share while"):
            place.admission.enter(Rank.MONEY, "loud")
        assert place.admission.enter(Rank.MONEY, "quiet") is not None
        place.line.waiting[Rank.MONEY] = room * 8 // 3
        with pytest.raises(OverloadedError):
            place.admission.enter(Rank.MONEY, "quiet")
        assert place.shard.crowd.refused == {("fair_share", Rank.MONEY): 1, ("overloaded", Rank.MONEY): 1}

    told(story)


def test_a_declared_share_holds_without_a_crowd() -> None:
    """A key is held to what was agreed even when nobody else calls, and the others are not."""

    async def story(place: Place) -> None:
        await place.fill(2, "bank")
        with pytest.raises(TooManyError, match="than were agreed"):
            place.admission.enter(Rank.MONEY, "bank")
        await place.fill(20, "other")
        place.now_ns += 1_000 * MS
        await place.fill(2, "bank")
        assert place.shard.crowd.refused == {("declared_share", Rank.MONEY): 1}

    told(story, shares={"bank": 2})


def test_calls_that_come_together_are_counted_before_they_are_parsed() -> None:
    """What one turn of the loop reads is bounded too: who passes unread takes a place at once."""

    async def story(place: Place) -> None:
        await place.press()
        passed = sum(place.admission.before_reading(Rank.MONEY, "a") is None for _ in range(100))
        assert passed * place.line.cost_ns + place.line.wait_ns(Rank.MONEY) <= SHORT_NS + 2 * place.line.cost_ns
        assert 0 < passed < 100

    told(story)


def test_readiness_says_that_calls_are_refused_and_stays_ready() -> None:
    """For ten seconds after a refusal the server names it; another server would have the same work."""

    async def story(place: Place) -> None:
        assert not shed_lately(place.shard)
        await place.press()
        with pytest.raises(OverloadedError):
            place.admission.enter(Rank.CONTEXT, "a")
        assert any(word.startswith("overloaded: calls were refused") for word in readiness(place.shard).degraded)
        place.now_ns += 11_000 * MS
        assert not shed_lately(place.shard)

    told(story)


def test_the_store_hears_whether_calls_stand_in_line() -> None:
    """While calls wait to be decided, records on their way to disk may wait for theirs; with the last they may not."""

    async def story() -> None:
        place, told = Place(), list[bool]()
        place.store.expect = lambda *, more: told.append(more)  # type: ignore[method-assign]  # listens in its place
        await decide_event(place.shard, transfer("a"))
        await place.fill(8)
        await decide_event(place.shard, transfer("b"))
        assert told == [False, True]

    asyncio.run(story())
