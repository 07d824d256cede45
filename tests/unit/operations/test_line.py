"""The line: who begins when, what it learns, and that the loop stays awake."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from holdfast.operations.line import SLICE_NS, Line, Rank
from holdfast.vocabulary.errors import OverloadedError

FAR_NS = 10**18


class Ticks:
    """A counter that a test moves."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        """Give the tick."""
        return self.now_ns


class Street:
    """A line, its ticks, and the names of those who began, in order."""

    def __init__(self, cost_ns: int = SLICE_NS) -> None:
        self.ticks = Ticks()
        self.line = Line(self.ticks, cost_ns=cost_ns)
        self.begun: list[str] = []

    async def call(self, name: str, rank: Rank = Rank.MONEY, ends_ns: int = FAR_NS, takes_ns: int = 0) -> None:
        """Come, wait for one's turn, and take some time."""
        turn = self.line.enter(rank, ends_ns)
        if turn is not None:
            await turn
        self.begun.append(name)
        self.ticks.now_ns += takes_ns


def told(story: Callable[[Street], Awaitable[None]], cost_ns: int = SLICE_NS) -> Street:
    """Run a story in a street."""

    async def whole() -> Street:
        street = Street(cost_ns)
        await story(street)
        return street

    return asyncio.run(whole())


def test_a_call_begins_at_once_while_nobody_waits() -> None:
    """Without a crowd there is nothing to await."""

    async def story(street: Street) -> None:
        for name in "abc":
            assert street.line.enter(Rank.MONEY, FAR_NS) is None, name
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    told(story)


def test_money_goes_before_context_and_deadlines_before_arrival() -> None:
    """Who came later goes first with a higher rank, or with the same rank and less time."""

    async def story(street: Street) -> None:
        await asyncio.gather(
            street.call("first"),
            street.call("tells", Rank.CONTEXT, 1_000),
            street.call("money", Rank.MONEY, 3_000),
            street.call("urgent money", Rank.MONEY, 2_000),
            street.call("tells too", Rank.CONTEXT, 1_000),
        )

    assert told(story).begun == ["first", "urgent money", "money", "tells", "tells too"]


def test_a_turn_of_the_loop_begins_only_what_fits_into_it() -> None:
    """Between two portions the loop does other things: it reads, and answers those whom it refuses."""

    async def story(street: Street) -> None:
        seen = list[int]()

        async def other() -> None:
            while len(street.begun) < 12:
                seen.append(len(street.begun))
                await asyncio.sleep(0)

        await asyncio.gather(*(street.call(str(number)) for number in range(12)), other())
        steps = [later - earlier for earlier, later in pairwise(seen)]
        assert max(steps) <= 4
        assert len(seen) >= 3

    told(story, cost_ns=SLICE_NS // 4)


def test_what_a_call_takes_is_learnt_while_calls_wait() -> None:
    """The estimate comes near what calls really take, upwards and downwards; an outlier moves it little."""

    async def story(street: Street) -> None:
        await asyncio.gather(*(street.call("", takes_ns=500_000) for _ in range(300)))
        assert street.line.cost_ns == pytest.approx(500_000, rel=0.1)
        await asyncio.gather(*(street.call("", takes_ns=50_000) for _ in range(3_000)))
        assert street.line.cost_ns == pytest.approx(50_000, rel=0.1)
        await asyncio.gather(street.call(""), street.call("", takes_ns=10**9), *(street.call("") for _ in range(50)))
        assert street.line.cost_ns < 100_000

    told(story)


def test_the_wait_is_all_that_goes_before() -> None:
    """Money waits for money alone; context waits for everybody."""

    async def story(street: Street) -> None:
        calls = [
            asyncio.ensure_future(street.call(str(number), rank))
            for number, rank in enumerate([Rank.MONEY, Rank.MONEY, Rank.MONEY, Rank.CONTEXT])
        ]
        await asyncio.sleep(0)
        assert street.line.wait_ns(Rank.MONEY) == 2 * SLICE_NS
        assert street.line.wait_ns(Rank.CONTEXT) == 3 * SLICE_NS
        await asyncio.gather(*calls)
        assert street.line.wait_ns(Rank.CONTEXT) == 0
        assert street.line.since_ns == [None, None, None]

    told(story)


def test_a_call_whose_time_is_over_does_not_begin() -> None:
    """Its place is not wasted on an answer that nobody waits for any more."""

    async def story(street: Street) -> None:
        calls = (street.call("first"), street.call("slow", ends_ns=4, takes_ns=10), street.call("late", ends_ns=5))
        first, slow, late = (asyncio.ensure_future(call) for call in calls)
        await asyncio.gather(first, slow, late, return_exceptions=True)
        with pytest.raises(OverloadedError, match="over before its turn"):
            late.result()

    told(story)


def test_who_waits_behind_a_crowd_learns_in_time_that_it_is_too_late() -> None:
    """Context behind money that never ends is sent away when its time is over, not when its turn would come."""

    async def story(street: Street) -> None:
        first, last = street.call("first"), street.call("tells", Rank.CONTEXT, ends_ns=25)
        crowd = [street.call(str(number), takes_ns=10) for number in range(100)]
        told_at = list[int]()

        async def listen() -> None:
            with pytest.raises(OverloadedError):
                await last
            told_at.append(len(street.begun))

        await asyncio.gather(first, listen(), *crowd)
        assert told_at[0] < 10

    told(story)


def test_a_batch_lets_others_pass() -> None:
    """Its lines take their turns a few at a time, each counted, behind money and reports that come later."""

    async def story(street: Street) -> None:
        async def portion(number: int) -> None:
            turn = street.line.enter(Rank.BULK, FAR_NS, 8)
            if turn is not None:
                await turn
            street.begun.append(f"batch {number}")

        batch = [asyncio.ensure_future(portion(number)) for number in range(5)]
        await asyncio.sleep(0)
        assert street.line.waiting[Rank.BULK] == 32
        assert street.line.wait_ns(Rank.CONTEXT) == 0
        await asyncio.gather(street.call("money"), street.call("tells", Rank.CONTEXT), *batch)
        assert {"money", "tells"} <= set(street.begun[:4])

    told(story, cost_ns=SLICE_NS // 4)


def test_who_goes_away_leaves_the_line() -> None:
    """A caller that hangs up is passed over, and counts no more."""

    async def story(street: Street) -> None:
        first, gone, last = (asyncio.ensure_future(street.call(name)) for name in ("first", "gone", "last"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(first, gone, last, return_exceptions=True)
        assert street.line.waiting == [0, 0, 0]

    assert told(story).begun == ["first", "last"]
