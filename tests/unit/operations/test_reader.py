"""One provider as it is read: its breaker, its last answers, and the time that it is given."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from holdfast.operations.breaker import Breaker, BreakerState
from holdfast.operations.last_answers import LastAnswers
from holdfast.operations.read_providers import read_providers
from holdfast.operations.reader import Question, Reader
from holdfast.vocabulary.errors import GarbageError, ProviderError, UntoldError
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.outside import Why, why_missing
from tests.bench.provider import declaration
from tests.unit.operations.enriching import Tick, Told

RISK, AGE = "outside.telecom.risk", "outside.telecom.age_ms"
Facts = Mapping[str, Value]


class Line:
    """A provider that a test commands, and the reader that asks it."""

    def __init__(self, more: str = "", **changes: Any) -> None:
        (spec,) = read_providers(declaration("https://telecom.example/", more=more))
        self.tick, self.told = Tick(), Told()
        self.reader = Reader(replace(spec, **changes), self.told, self.tick)

    async def read(self, client: str = "c-1", *, last_good: bool = False, left_s: float | None = None) -> Facts:
        """Read about a client as the enrich step does."""
        known = self.reader.at_once(asked_by(client), last_good=last_good)
        return await self.reader.ask(known, left_s) if isinstance(known, Question) else known

    async def why(self, client: str = "c-1", **more: bool) -> Why:
        """Read, and say why there is no answer."""
        facts = await self.read(client, **more)
        assert RISK not in facts
        return why_missing(RISK, facts)


def asked_by(client: str) -> Event:
    """Make a transfer of a client."""
    values: dict[str, Value] = {"payer.customer_id": client, "amount": 5}
    return Event(id=EventId("t"), type="transfer", occurred_ms=0, received_ms=0, values=values)


def lived(story: Callable[[Line], Awaitable[None]], more: str = "", **changes: Any) -> None:
    """Run a story."""

    async def whole() -> None:
        await story(Line(more, **changes))

    asyncio.run(whole())


def test_an_answer_is_used_again_for_as_long_as_it_is_fresh() -> None:
    """Within `cache_s` the same question is not put again; another one is, and so is a stale one."""

    async def story(line: Line) -> None:
        assert (await line.read())[AGE] == 0
        line.tick.wait(59.5)
        assert (await line.read())[AGE] == 59_500
        await line.read("c-2")
        line.tick.wait(0.6)
        assert (await line.read())[AGE] == 0
        assert [asked["client"] for asked in line.told.asked] == ["c-1", "c-2", "c-1"]
        assert line.reader.figures.reads == {"ok": 3, "cached": 1}

    lived(story, cache_s=60)


def test_a_last_good_answer_stands_in_with_its_age_until_it_is_too_old() -> None:
    """Only a reader that allows it gets an old answer, with its age; one beyond `max_age_s` is told apart."""

    async def story(line: Line) -> None:
        await line.read()
        line.told.error = ProviderError("down")
        line.tick.wait(3_000)
        assert await line.why() is Why.ERROR
        assert await line.why("c-2", last_good=True) is Why.ERROR
        facts = await line.read(last_good=True)
        assert (facts[RISK], facts[AGE]) == (0.9, 3_000_000)
        line.tick.wait(601)
        assert await line.why(last_good=True) is Why.TOO_OLD
        line.told.error = None
        assert (await line.read(last_good=True))[AGE] == 0

    lived(story, max_age_s=3_600)


def test_the_memory_of_answers_is_bounded() -> None:
    """However many are asked about, no more than `cache_entries` answers are kept, the newest."""

    async def story(line: Line) -> None:
        for number in range(50):
            await line.read(f"c-{number}")
        assert line.reader.kept() == 7
        await line.read("c-49")
        await line.read("c-43")
        assert len(line.told.asked) == 50
        await line.read("c-42")
        assert len(line.told.asked) == 51

    lived(story, cache_s=60, cache_entries=7)


def test_nothing_is_kept_where_nothing_may_be_used_again() -> None:
    """Without `cache_s` and `max_age_s` no answer about anybody stays in memory."""

    async def story(line: Line) -> None:
        await line.read()
        assert line.reader.kept() == 0

    lived(story)


def test_a_provider_that_fails_is_left_alone_and_tried_by_one_call() -> None:
    """After the declared failures in a row it is not asked; after the pause one call tries, the others wait for it."""

    async def story(line: Line) -> None:
        for error in (ProviderError("no"), GarbageError("no"), ProviderError("no")):
            line.told.error = error
            await line.why()
        assert line.reader.state() is BreakerState.OPEN
        assert await line.why() is Why.BREAKER_OPEN
        line.tick.wait(10)
        assert line.reader.state() is BreakerState.TRYING
        line.told.gate.clear()
        trial = asyncio.ensure_future(line.read())
        await asyncio.sleep(0)
        assert await line.why() is Why.BREAKER_OPEN
        line.told.gate.set()
        await trial
        assert line.reader.state() is BreakerState.OPEN  # the trial failed too
        line.tick.wait(10)
        line.told.error = None
        assert RISK in await line.read()
        assert line.reader.state() is BreakerState.CLOSED
        assert len(line.told.asked) == 5

    lived(story, failures=3)


def test_a_trial_that_is_cut_short_leaves_the_way_to_the_next() -> None:
    """A call that tries and is cancelled, or has no time left, does not keep the breaker waiting for it."""

    async def story(line: Line) -> None:
        line.told.error = ProviderError("no")
        await line.why()
        line.told.error = None
        line.tick.wait(10)
        line.told.gate.clear()
        trial = asyncio.ensure_future(line.read())
        await asyncio.sleep(0)
        trial.cancel()
        await asyncio.gather(trial, return_exceptions=True)
        known = line.reader.at_once(asked_by("c-1"), last_good=False)
        assert isinstance(known, Question)
        assert why_missing(RISK, line.reader.too_late(known)) is Why.DEADLINE
        line.told.gate.set()
        assert RISK in await line.read()

    lived(story, failures=1)


def test_who_is_given_too_little_time_is_not_to_blame() -> None:
    """A caller's short deadline does not open the breaker; the provider's own time that ran out does."""

    async def story(line: Line) -> None:
        line.told.gate.clear()
        for _ in range(5):
            assert why_missing(RISK, await line.read(left_s=0.005)) is Why.DEADLINE
        assert line.reader.state() is BreakerState.CLOSED
        await line.why()
        assert line.reader.state() is BreakerState.OPEN

    lived(story, failures=1, timeout_ms=50)


def test_more_questions_than_the_connections_carry_are_not_put() -> None:
    """As many wait as are being asked; beyond that nobody waits in vain."""

    async def story(line: Line) -> None:
        line.told.gate.clear()
        calls = [asyncio.ensure_future(line.read(f"c-{number}")) for number in range(4)]
        await asyncio.sleep(0)
        assert await line.why("c-9") is Why.BUSY
        line.told.gate.set()
        await asyncio.gather(*calls)
        assert RISK in await line.read("c-9")

    lived(story, connections=2, timeout_ms=5_000)


def test_a_fault_inside_a_provider_is_an_error_and_no_crash() -> None:
    """Whatever is raised, the reader says that there is no answer."""

    async def story(line: Line) -> None:
        line.told.error = ZeroDivisionError("c-1")
        assert await line.why() is Why.ERROR
        await line.reader.close()
        assert line.told.closed

    lived(story)


@given(st.lists(st.tuples(st.sampled_from(["pass", "fail", "wait", "left"]), st.integers(0, 4)), max_size=60))
def test_a_breaker_opens_only_after_its_failures_in_a_row(steps: list[tuple[str, int]]) -> None:
    """Whatever happens, it is open exactly while the last failures lie in a row and the pause runs."""
    breaker, now, row, until = Breaker(3, 2), 0, 0, -1
    second = 1_000_000_000
    for step, seconds in steps:
        if step == "wait":
            now += seconds * second
        elif breaker.lets(now):
            if step == "pass":
                breaker.passed()
                row, until = 0, -1
            elif step == "fail":
                breaker.failed(now)
                row += 1
                until = now + 2 * second if row >= 3 else -1
            else:
                breaker.left()
        else:
            assert row >= 3
            assert now < until
        expected = BreakerState.CLOSED if row < 3 else BreakerState.OPEN if now < until else BreakerState.TRYING
        assert breaker.state(now) is expected


def test_a_newer_answer_takes_the_place_of_an_older_one() -> None:
    """The same question has one answer, and its place among the oldest is that of its newest answer."""
    last = LastAnswers(2)
    for at_ns, question in enumerate((b"a", b"b", b"a", b"c")):
        last.keep(question, {"risk": at_ns}, at_ns)
    kept = [last.find(question) for question in (b"a", b"b", b"c")]
    assert [one and one.at_ns for one in kept] == [2, None, 3]


def test_what_may_not_be_told_blames_nobody_and_is_not_taken_from_before() -> None:
    """A refusal about one person opens no breaker, and no answer from before the refusal stands in its place."""

    async def story(line: Line) -> None:
        await line.read()
        line.told.error = UntoldError("no consent")
        line.tick.wait(5)
        for _ in range(10):
            assert await line.why(last_good=True) is Why.REFUSED
        assert line.reader.state() is BreakerState.CLOSED
        assert line.reader.figures.reads["refused"] == 10

    lived(story, max_age_s=3_600, failures=2)


async def settle() -> None:
    """Let what is on its way in this loop arrive."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_good_answer_that_comes_too_late_is_kept_for_the_next_decision() -> None:
    """A call that ran out of a decision's time is heard to its end; only that decision goes without."""

    async def story(line: Line) -> None:
        line.told.gate.clear()
        assert why_missing(RISK, await line.read(left_s=0.005)) is Why.DEADLINE
        line.tick.wait(0.1)
        line.told.gate.set()
        await settle()
        line.tick.wait(2)
        assert (await line.read())[AGE] == 2_000
        assert len(line.told.asked) == 1
        assert (line.reader.figures.late, line.reader.figures.reads) == (1, {"deadline": 1, "cached": 1})

    lived(story, cache_s=60, timeout_ms=5_000)


def test_a_late_answer_opens_no_breaker_and_closes_none() -> None:
    """What an answer that comes too late for everybody says of the provider was said at the deadline."""

    async def story(line: Line) -> None:
        line.told.gate.clear()
        assert why_missing(RISK, await line.read(left_s=0.03)) is Why.DEADLINE
        assert line.reader.state() is BreakerState.OPEN
        line.told.gate.set()
        await settle()
        assert (line.reader.figures.late, line.reader.kept()) == (1, 1)
        assert line.reader.state() is BreakerState.OPEN
        assert RISK in await line.read(last_good=True)

    lived(story, max_age_s=60, timeout_ms=50, failures=1)


def test_a_late_answer_is_kept_in_the_place_of_an_older_one_only() -> None:
    """Where the same question was answered again meanwhile, the newer answer stays; a late failure changes nothing."""

    async def story(line: Line) -> None:
        slow = line.told.gate
        slow.clear()
        await line.read(left_s=0.005)
        line.told.gate = asyncio.Event()
        line.told.gate.set()
        line.tick.wait(1)
        assert (await line.read())[RISK] == 0.9
        line.told.answer["risk"] = 0.1
        slow.set()
        await settle()
        assert line.reader.figures.late == 1
        line.tick.wait(1)
        line.told.error, before = ProviderError("down"), line.reader.figures.late
        line.told.gate.clear()
        await line.read("c-2", left_s=0.005)
        line.told.gate.set()
        await settle()
        assert (line.reader.figures.late, line.reader.kept()) == (before, 1)
        facts = await line.read(last_good=True)
        assert (facts[RISK], facts[AGE]) == (0.9, 1_000)

    lived(story, max_age_s=60, timeout_ms=5_000)


def test_late_calls_take_half_of_the_connections_at_most_and_end_with_the_reader() -> None:
    """A slow provider does not use up what the next decisions need; nothing is left when the server stops."""

    async def story(line: Line) -> None:
        line.told.gate.clear()
        for number in range(6):
            await line.read(f"c-{number}", left_s=0.001)
        await settle()
        assert (len(line.reader._behind), line.reader._asking) == (2, 2)
        await line.reader.close()
        assert (len(line.reader._behind), line.reader._asking, line.reader.kept()) == (0, 0, 0)
        assert line.told.closed

    lived(story, cache_s=60, connections=4, timeout_ms=5_000)


def test_nothing_goes_on_where_no_answer_is_kept() -> None:
    """Without a cache and without last good answers a late one would be of no use, so the call ends in time."""

    async def story(line: Line) -> None:
        line.told.gate.clear()
        await line.read(left_s=0.005)
        assert (len(line.reader._behind), line.reader._asking) == (0, 0)

    lived(story, cache_s=0, max_age_s=0, timeout_ms=5_000)
