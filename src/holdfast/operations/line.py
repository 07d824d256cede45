"""Who is served next: calls wait in line by rank and deadline, and a few at a time begin, so that the loop stays awake.

One thread decides and reads what comes in. Were every call begun as soon as it is read, a crowd would keep that thread
busy for as long as the crowd is long, and nobody could even be told to come again. So a turn of the event loop begins
work for about two milliseconds and then reads again; what does not fit waits here.
"""

import asyncio
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count
from typing import Final

from holdfast.vocabulary.clock import Tick
from holdfast.vocabulary.errors import OverloadedError

SLICE_NS: Final = 2_000_000
_FIRST_COST_NS: Final = 300_000
_LEAST_COST_NS: Final = 10_000
_LEARNING: Final = 16
_SPREAD: Final = 4


class Rank(IntEnum):
    """What goes first: money that moves now, then all that only tells about the past."""

    MONEY = 0
    CONTEXT = 1


class Line:
    """Calls that wait to begin.

    `cost_ns` is what one call takes of the loop, with all that goes on beside it, learnt while calls wait; `waiting`
    counts them by rank; `since_ns` is the tick since which some call about money has always waited; `turns` counts the
    turns of the loop in which something began or waited.
    """

    def __init__(self, tick: Tick, *, cost_ns: float = _FIRST_COST_NS) -> None:
        self._tick = tick
        self._heap: list[tuple[Rank, int, int, asyncio.Future[None]]] = []
        self._number = count()
        self._begun = 0
        self._left = self._portion(cost_ns)
        self._turn_ns: int | None = None
        self._armed = False
        self.cost_ns = cost_ns
        self.waiting = [0] * len(Rank)
        self.since_ns: int | None = None
        self.turns = 0

    @property
    def has_room(self) -> bool:
        """Tell whether a call that comes now begins at once."""
        return self._left > 0 and not self._heap

    @staticmethod
    def _portion(cost_ns: float) -> int:
        return max(1, int(SLICE_NS / cost_ns))

    def wait_ns(self, rank: Rank) -> float:
        """Estimate how long a call that comes now would wait: as long as all that goes before it takes."""
        return sum(self.waiting[: rank + 1]) * self.cost_ns

    def enter(self, rank: Rank, ends_ns: int) -> "asyncio.Future[None] | None":
        """Let a call begin at once (nothing), or give what ends when it may; OverloadedError there when it is too late.

        `ends_ns` is the tick by which it must have been answered.
        """
        if not self._armed:
            self._armed = True
            asyncio.get_running_loop().call_soon(self._turn)
        if self.has_room:
            self._left -= 1
            self._begun += 1
            return None
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._heap, (rank, ends_ns, next(self._number), turn))
        self.waiting[rank] += 1
        return turn

    def _turn(self) -> None:
        """Begin what fits into this turn of the loop; what was begun in the last one has run by now."""
        now_ns = self._tick()
        self.turns += 1
        self._learn(now_ns)
        self._left, self._begun, self._armed = self._portion(self.cost_ns), 0, False
        while self._heap and self._left:
            self._call(now_ns)
        if not self.waiting[Rank.MONEY]:
            self.since_ns = None
        elif self.since_ns is None:
            self.since_ns = now_ns
        self._turn_ns = now_ns if self._heap else None
        if self._begun or self._heap:
            self._armed = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _call(self, now_ns: int) -> None:
        """Let the first in line begin, unless its caller has gone or its time is over."""
        rank, ends_ns, _, turn = heappop(self._heap)
        self.waiting[rank] -= 1
        if turn.done():
            return
        if ends_ns <= now_ns:
            turn.set_exception(OverloadedError("the time of this answer was over before its turn came"))
            return
        turn.set_result(None)
        self._left -= 1
        self._begun += 1

    def _learn(self, now_ns: int) -> None:
        """Learn what a call takes from a turn of the loop that had no time to rest."""
        if self._turn_ns is not None and self._begun:
            took_ns = min((now_ns - self._turn_ns) / self._begun, _SPREAD * self.cost_ns)
            self.cost_ns = max(_LEAST_COST_NS, self.cost_ns + (took_ns - self.cost_ns) / _LEARNING)
