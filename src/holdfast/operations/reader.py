"""One provider as the shard reads it: its breaker, its last answers, and figures of how it does."""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog

from holdfast.operations.asked import asking
from holdfast.operations.breaker import Breaker, BreakerState
from holdfast.operations.last_answers import LastAnswers
from holdfast.operations.ports import Provider
from holdfast.vocabulary.clock import Tick
from holdfast.vocabulary.errors import GarbageError, ProviderError, UntoldError
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.outside import ProviderSpec, Why, answered, unanswered
from holdfast.wire.canonical import short_hash
from holdfast.wire.outside import question_bytes

Facts = Mapping[str, Value]
BOUNDS_MS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 1_000, 2_000, 5_000)
_NS_PER_MS: Final = 1_000_000
_MS_PER_S: Final = 1_000
_log: Final = structlog.get_logger("holdfast.providers")


@dataclass(slots=True, kw_only=True)
class ReaderFigures:
    """Counters since the start of the process.

    `reads` is by what came of them: `ok`, `cached`, `last_good`, or why there is no value. `late` are good answers that
    came too late for their decision. `buckets` count calls by their length up to each of `BOUNDS_MS` and beyond,
    `spent_ns` is their sum.
    """

    reads: Counter[str] = field(default_factory=Counter)
    late: int = 0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_MS) + 1))
    spent_ns: int = 0

    def took(self, spent_ns: int) -> None:
        """Count one call."""
        self.spent_ns += spent_ns
        self.buckets[bisect_left(BOUNDS_MS, spent_ns / _NS_PER_MS)] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about one event, the hash by which its answer is known again, and whether an old one will do."""

    asked: Facts
    key: bytes
    last_good: bool


class Reader:
    """Asks one provider, and never raises: what comes back are facts, or why there are none."""

    def __init__(self, spec: ProviderSpec, provider: Provider, tick: Tick, *, home: str = "") -> None:
        self.spec = spec
        self._asking_by = asking(spec, home)
        self.figures = ReaderFigures()
        self._provider = provider
        self._tick = tick
        self._breaker = Breaker(spec.failures, spec.pause_s)
        self._last = LastAnswers(spec.cache_entries)
        self._asking = 0
        self._behind: set[asyncio.Task[Facts | Why]] = set()
        self._keeps = spec.cache_s > 0 or spec.max_age_s > 0
        self.last_fault: Why | None = None

    def state(self) -> BreakerState:
        """Tell how the breaker stands."""
        return self._breaker.state(self._tick())

    def kept(self) -> int:
        """Give how many answers are kept."""
        return len(self._last)

    def at_once(self, event: Event, *, last_good: bool) -> Facts | Question:
        """Give the facts where they need no call, else the question to be put, by `ask` or `too_late`."""
        asked = self._asking_by(event)
        if not asked:
            return self._without(Why.NO_INPUT)
        question = Question(asked=asked, key=short_hash(question_bytes(asked)), last_good=last_good)
        known = self._recent(question.key, self.spec.cache_s)
        if known is not None:
            self.figures.reads["cached"] += 1
            return known
        if self._asking >= 2 * self.spec.connections:
            return self._instead(question, Why.BUSY)
        if not self._breaker.lets(self._tick()):
            return self._instead(question, Why.BREAKER_OPEN)
        self._asking += 1
        return question

    async def ask(self, question: Question, left_s: float | None) -> Facts:
        """Put a question, for which `left_s` seconds are left (`None`: the provider's own time)."""
        try:
            return await self._ask(question, left_s)
        finally:
            self._asking -= 1

    async def _ask(self, question: Question, left_s: float | None) -> Facts:
        own_s = self.spec.timeout_ms / _MS_PER_S
        given_s = own_s if left_s is None else min(own_s, left_s)
        started = self._tick()
        try:
            if given_s < own_s and self._keeps:
                heard = await self._in_time(question, given_s, own_s)
            else:
                heard = await self._heard(question, given_s)
        except BaseException:
            self._breaker.left()
            raise
        now_ns = self._tick()
        self.figures.took(now_ns - started)
        if not isinstance(heard, Why):
            return self._answered(question, heard, now_ns)
        if heard is Why.REFUSED:
            self._breaker.passed()
            return self._without(heard)
        self._failed(heard, blamed=heard is not Why.DEADLINE or 2 * given_s >= own_s)
        return self._instead(question, heard)

    async def _in_time(self, question: Question, given_s: float, own_s: float) -> Facts | Why:
        """Hear an answer within less than the provider's own time; one that comes later is kept for the next decision.

        Calls that go on behind their decision take half of the connections at most.
        """
        task = asyncio.ensure_future(self._heard(question, own_s))
        try:
            await asyncio.wait({task}, timeout=given_s)
        except BaseException:
            task.cancel()
            raise
        if task.done():
            return task.result()
        if 2 * len(self._behind) >= self.spec.connections:
            task.cancel()
            return Why.DEADLINE
        self._asking += 1
        self._behind.add(task)
        task.add_done_callback(partial(self._came_late, question, self._tick()))
        return Why.DEADLINE

    def _came_late(self, question: Question, since_ns: int, task: "asyncio.Task[Facts | Why]") -> None:
        """Keep a good answer that came too late for its decision; the breaker has heard of the call already."""
        self._behind.discard(task)
        self._asking -= 1
        heard = Why.DEADLINE if task.cancelled() else task.result()
        if isinstance(heard, Why):
            return
        self.figures.late += 1
        known = self._last.find(question.key)
        if known is None or known.at_ns < since_ns:
            self._last.keep(question.key, heard, self._tick())

    async def _heard(self, question: Question, given_s: float) -> Facts | Why:
        """Hear an answer, or why there is none."""
        try:
            async with asyncio.timeout(given_s):
                return await self._provider.read(question.asked)
        except TimeoutError:
            return Why.DEADLINE
        except UntoldError:
            return Why.REFUSED
        except GarbageError:
            return Why.GARBAGE
        except ProviderError:
            return Why.ERROR
        except Exception as error:  # noqa: BLE001 - whatever a provider does, the event is decided
            _log.error("a provider's call failed", provider=self.spec.id, error=type(error).__name__)
            return Why.ERROR

    def too_late(self, question: Question) -> Facts:
        """Give up a question for which no time is left."""
        self._asking -= 1
        self._breaker.left()
        return self._instead(question, Why.DEADLINE)

    def _answered(self, question: Question, values: Facts, now_ns: int) -> Facts:
        """Take a good answer."""
        if self._breaker.passed():
            _log.info("a provider answers again", provider=self.spec.id)
        self.figures.reads["ok"] += 1
        if self._keeps:
            self._last.keep(question.key, values, now_ns)
        return answered(self.spec.id, values, age_ms=0)

    def _failed(self, why: Why, *, blamed: bool) -> None:
        """Take note of a failure; a provider that was given too little time is not to blame."""
        if not blamed:
            self._breaker.left()
            return
        self.last_fault = why
        if self._breaker.failed(self._tick()):
            _log.warning("a provider is left alone", provider=self.spec.id, why=why.value, pause_s=self.spec.pause_s)

    def _instead(self, question: Question, why: Why) -> Facts:
        """Give the last good answer where one will do and is not too old, else say why there is none."""
        if not question.last_good:
            return self._without(why)
        known = self._recent(question.key, self.spec.max_age_s)
        if known is not None:
            self.figures.reads["last_good"] += 1
            return known
        return self._without(why if self._last.find(question.key) is None else Why.TOO_OLD)

    def _recent(self, key: bytes, most_s: int) -> Facts | None:
        """Give a kept answer that is not older than it may be, with its age."""
        kept = self._last.find(key) if most_s else None
        if kept is None:
            return None
        age_ms = (self._tick() - kept.at_ns) // _NS_PER_MS
        return answered(self.spec.id, kept.values, age_ms=age_ms) if age_ms <= most_s * _MS_PER_S else None

    def _without(self, why: Why) -> Facts:
        self.figures.reads[why.value] += 1
        return unanswered(self.spec.id, why)

    async def close(self) -> None:
        """Close what connections are open, and listen to no late answer any more."""
        for task in tuple(self._behind):
            task.cancel()
        await asyncio.gather(*self._behind, return_exceptions=True)
        await self._provider.close()
