"""Waits that end with the deadline of an answer, at next to no cost for the many that end before."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog

from holdfast.vocabulary.clock import Tick
from holdfast.vocabulary.deadline import Deadline
from holdfast.vocabulary.errors import DeadlineExceededError, HoldfastError

Kind = TypeVar("Kind")
SLOT_NS: Final = 10_000_000
_NS_PER_S: Final = 1_000_000_000
_log: Final = structlog.get_logger("holdfast.operations")


def _late() -> DeadlineExceededError:
    return DeadlineExceededError("the answer is not on disk within its deadline")


class Watch:
    """Wakes whoever still waits when a deadline passes: one timer for all deadlines within ten milliseconds.

    It wakes them at the beginning of those ten, so that the refusal itself is out in time. `behind` are calls that go
    on after their answer was given up.
    """

    def __init__(self) -> None:
        self._slots: dict[int, list[asyncio.Future[None]]] = {}
        self.behind: set[asyncio.Task[Any]] = set()

    def until(self, deadline: Deadline, now_ns: int) -> "asyncio.Future[None]":
        """Give a future that somebody ends in time, or that ends with a DeadlineExceededError."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        slot = deadline.ends_ns // SLOT_NS
        waiting = self._slots.get(slot)
        if waiting is None:
            waiting = self._slots[slot] = []
            loop.call_later(max(0, slot * SLOT_NS - now_ns) / _NS_PER_S, self._ring, slot)
        waiting.append(waiter)
        return waiter

    def _ring(self, slot: int) -> None:
        """Wake all whose deadline passes now."""
        for waiter in self._slots.pop(slot):
            if not waiter.done():
                waiter.set_exception(_late())

    async def in_time(self, work: Coroutine[Any, Any, Kind], deadline: Deadline | None, tick: Tick) -> Kind:
        """Await a call that goes on by itself when its answer comes too late, which is a DeadlineExceededError."""
        if deadline is None:
            return await work
        task = asyncio.ensure_future(work)
        self.behind.add(task)
        task.add_done_callback(self._ended)
        return await arrival(task, deadline, tick)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        """Let a call go; what it failed with was answered, if anybody still listened."""
        self.behind.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, HoldfastError):
            _log.error("call failed behind its deadline", error=type(error).__name__)


async def arrival(future: "asyncio.Future[Kind]", deadline: Deadline | None, tick: Tick) -> Kind:
    """Await what others wait for too; raises DeadlineExceededError when it does not come in time."""
    done, _ = await asyncio.wait({future}, timeout=None if deadline is None else deadline.left_s(tick()))
    if not done:
        raise _late()
    return future.result()
