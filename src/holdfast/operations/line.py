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
STANDING_NS: Final = 100_000_000
_FIRST_COST_NS: Final = 300_000
_LEAST_COST_NS: Final = 10_000
_LEARNING: Final = 16
_SPREAD: Final = 4


class Rank(IntEnum):
    """What goes first: money that moves now, then all that only tells about the past, then lines of batches."""

    MONEY = 0
    CONTEXT = 1
    BULK = 2


_RANKS: Final = tuple(Rank)  # going through an enum itself takes longer than a turn in which nobody waits


class Line:
    """Calls that wait to begin.

    `cost_ns` is what one call takes of the loop, with all that goes on beside it, learnt while calls wait; `waiting`
    counts them by rank; `since_ns` is by rank the tick since which some call of it, or of one before it, has always
    waited, and `pressed` whether that is longer than a moment; `turns` counts the turns of the loop in which something
    began or waited.
    """

    def __init__(self, tick: Tick, *, cost_ns: float = _FIRST_COST_NS) -> None:
        self._tick = tick
        self._heaps: list[list[tuple[int, int, int, asyncio.Future[None]]]] = [[] for _ in _RANKS]
        self._number = count()
        self._begun = 0
        self._left = self._portion(cost_ns)
        self._turn_ns: int | None = None
        self._armed = False
        self.cost_ns = cost_ns
        self.waiting = [0] * len(_RANKS)
        self.since_ns: list[int | None] = [None] * len(_RANKS)
        self.pressed = [False] * len(_RANKS)
        self.turns = 0

    @property
    def has_room(self) -> bool:
        """Tell whether a call that comes now begins at once."""
        return self._left > 0 and not any(self._heaps)

    @staticmethod
    def _portion(cost_ns: float) -> int:
        return max(1, int(SLICE_NS / cost_ns))

    def wait_ns(self, rank: Rank) -> float:
        """Estimate how long a call that comes now would wait: as long as all that goes before it takes."""
        return sum(self.waiting[: rank + 1]) * self.cost_ns

    def enter(self, rank: Rank, ends_ns: int, calls: int = 1) -> "asyncio.Future[None] | None":
        """Let a call begin at once (nothing), or give what ends when it may; OverloadedError there when it is too late.

        `ends_ns` is the tick by which it must have been answered; `calls` are as many as begin together.
        """
        if not self._armed:
            self._armed = True
            asyncio.get_running_loop().call_soon(self._turn)
        if self.has_room:
            self._left -= calls
            self._begun += calls
            return None
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._heaps[rank], (ends_ns, next(self._number), calls, turn))
        self.waiting[rank] += calls
        return turn

    def _turn(self) -> None:
        """Begin what fits into this turn of the loop; what was begun in the last one has run by now."""
        now_ns = self._tick()
        self.turns += 1
        self._learn(now_ns)
        self._left, self._begun, self._armed = self._portion(self.cost_ns), 0, False
        for rank in _RANKS:
            self._call(rank, now_ns)
        for rank in _RANKS:
            self._stand(rank, now_ns)
        self._turn_ns = now_ns if any(self._heaps) else None
        if self._begun or self._turn_ns is not None:
            self._armed = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _stand(self, rank: Rank, now_ns: int) -> None:
        """Note since when calls have waited, and send context away where money begins to wait for long."""
        since_ns = self.since_ns[rank]
        if not any(self.waiting[: rank + 1]):
            self.since_ns[rank], self.pressed[rank] = None, False
        elif since_ns is None:
            self.since_ns[rank] = now_ns
        elif now_ns - since_ns > STANDING_NS and not self.pressed[rank]:
            self.press(rank)

    def press(self, rank: Rank) -> None:
        """Say that calls wait for too long, until none waits any more.

        Context need not wait for money at all then; lines of a batch have more time, and their callers no other way.
        """
        for later in _RANKS:
            self.pressed[later] = self.pressed[later] or later >= rank
        if rank is Rank.MONEY:
            self._send_away(Rank.CONTEXT)

    def _send_away(self, rank: Rank) -> None:
        """Refuse all that wait in a rank."""
        for _, _, _, turn in self._heaps[rank]:
            if not turn.done():
                turn.set_exception(OverloadedError("there are more calls than can be answered in time"))
        self._heaps[rank].clear()
        self.waiting[rank] = 0

    def _call(self, rank: Rank, now_ns: int) -> None:
        """Let the first of a rank begin while there is room, and send away those whose time is over."""
        heap = self._heaps[rank]
        while heap and (self._left > 0 or heap[0][0] <= now_ns):
            ends_ns, _, calls, turn = heappop(heap)
            self.waiting[rank] -= calls
            if turn.done():
                continue
            if ends_ns <= now_ns:
                turn.set_exception(OverloadedError("the time of this answer was over before its turn came"))
                continue
            turn.set_result(None)
            self._left -= calls
            self._begun += calls

    def _learn(self, now_ns: int) -> None:
        """Learn what a call takes from a turn of the loop that had no time to rest."""
        if self._turn_ns is not None and self._begun:
            took_ns = min((now_ns - self._turn_ns) / self._begun, _SPREAD * self.cost_ns)
            self.cost_ns = max(_LEAST_COST_NS, self.cost_ns + (took_ns - self.cost_ns) / _LEARNING)
