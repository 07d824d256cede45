"""Who is let in: a call that would not be answered in time is refused at once, before anything of it is read.

The bound is time, not number. What a call would wait is the calls before it, each at what one takes, and the age of
the oldest record that is not on disk yet; half of its time is kept for the work itself and the way to disk. Calls
about money go first. Where calls have had to wait for longer than a moment without a pause, more are let in only as
long as the line is short, a sixth of the time that their answer may take: a long one would make every answer late and
none more; and while money has to wait so, nothing else is let in. A key that asks for more than its share is then told
so, and the others are served.
"""

import re
from collections import Counter
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from holdfast.operations.line import Line, Rank
from holdfast.operations.shares import Shares
from holdfast.vocabulary.deadline import LONGEST_MS, Deadline
from holdfast.vocabulary.errors import HoldfastError, OverloadedError, TooManyError

if TYPE_CHECKING:
    import asyncio

    from holdfast.operations.shard import Shard

SHORT: Final = 6
RESERVE: Final = 2
_NS_PER_MS: Final = 1_000_000
_NS_PER_S: Final = 1_000_000_000
_RECENT_NS: Final = 10 * _NS_PER_S
_USUAL: Final = {Rank.MONEY: "transfer", Rank.CONTEXT: "login", Rank.BULK: "login"}
_MONEY: Final = re.compile(
    rb'"type"\s*:\s*"(?:transfer|cash_withdrawal|cash_deposit|loan_application|loan_payout|payout)"'
)
_LOOKED_THROUGH: Final = 65_536
_OVERLOADED: Final = OverloadedError("there are more calls than can be answered in time")
_CROWDING: Final = TooManyError("the key asks for more than its share while there are too many calls")


def rank_of(body: bytes, start: int = 0) -> Rank:
    """Tell whether an event moves money, without decoding it; `start` is where it begins.

    One with pictures, which alone is larger than what is looked through, moves none.
    """
    return Rank.MONEY if _MONEY.search(body, start, start + _LOOKED_THROUGH) else Rank.CONTEXT


@dataclass(slots=True)
class Crowd:
    """Who is there, and who was turned away since the start.

    `refused` are calls by (reason, rank), `last_ns` is the tick of the last; `line` is the line as it is, once calls
    are let in; `connections` are open now, `closed` were ended by us, by reason.
    """

    refused: Counter[tuple[str, Rank]] = field(default_factory=Counter)
    last_ns: int | None = None
    line: Line | None = None
    connections: int = 0
    closed: Counter[str] = field(default_factory=Counter)

    @property
    def has_waiting(self) -> bool:
        """Tell whether calls wait in line to begin."""
        return self.line is not None and any(self.line.waiting)

    def count(self, reason: str, rank: Rank, now_ns: int) -> None:
        """Count one refusal."""
        self.refused[reason, rank] += 1
        self.last_ns = now_ns


class Admission:
    """Decides for every call whether it begins, waits or is refused; `shares` are declared calls a second by key."""

    def __init__(self, shard: "Shard", shares: Mapping[str, float] | None = None) -> None:
        self._shard = shard
        self._tick = shard.ports.tick
        self._shares = Shares(shares or {})
        self._coming, self._coming_of = 0, 0
        self.crowd = shard.crowd
        self.line = shard.crowd.line = Line(shard.ports.tick)

    def enter(self, rank: Rank, key: str, deadline: Deadline | None = None) -> "asyncio.Future[None] | None":
        """Let a call begin at once, or give what it must await first, which may end with OverloadedError.

        Raises TooManyError when its key asks for more than its share, OverloadedError when it would be too late.
        """
        now_ns, line = self._tick(), self.line
        if not self._shares.keeps_word(key, now_ns):
            self.crowd.count("declared_share", rank, now_ns)
            raise TooManyError("the key asks for more calls a second than were agreed")
        ends_ns = (deadline or self.deadline(rank, now_ns)).ends_ns
        if self._would_be_late(rank, now_ns, budget_ns=ends_ns - now_ns):
            if line.since_ns[rank] is not None:
                line.press(rank)
            raise copy(self._refusal(rank, key, now_ns))
        if line.pressed[rank] and self._is_too_long(rank, key, now_ns, budget_ns=ends_ns - now_ns):
            raise copy(self._refusal(rank, key, now_ns))
        if line.pressed[Rank.CONTEXT]:
            self._shares.note(key, now_ns)
        return line.enter(rank, ends_ns)

    def deadline(self, rank: Rank, now_ns: int | None = None) -> Deadline:
        """Give the deadline, from now on, of a call whose caller names none and whose type is not known yet."""
        return Deadline(self._tick() if now_ns is None else now_ns, self._usual_ms(rank))

    def _usual_ms(self, rank: Rank) -> int:
        return self._shard.patience.get(_USUAL[rank], LONGEST_MS)

    def before_reading(self, rank: Rank, key: str, budget_ms: int | None = None) -> HoldfastError | None:
        """Say at once whether a call that has just come is refused, so that it need not even be parsed.

        `budget_ms` is the time that its caller gives the answer. Calls that pass here and have not entered yet count
        as if they stood in line. The same error is given for the same reason, to be answered and not to be raised.
        """
        line = self.line
        if self._coming_of != line.turns:
            self._coming, self._coming_of = 0, line.turns
        now_ns, coming = self._tick(), self._coming
        budget_ns = (self._usual_ms(rank) if budget_ms is None else budget_ms) * _NS_PER_MS
        if self._would_be_late(rank, now_ns, budget_ns=budget_ns, coming=coming) or (
            line.pressed[rank] and self._is_too_long(rank, key, now_ns, budget_ns=budget_ns, coming=coming)
        ):
            return self._refusal(rank, key, now_ns)
        self._coming += 1
        return None

    def _would_be_late(self, rank: Rank, now_ns: int, *, budget_ns: int, coming: int = 0) -> bool:
        """Tell whether the line and the way to disk leave too little of a call's time for its work."""
        wait_ns = self.line.wait_ns(rank) + coming * self.line.cost_ns
        return wait_ns + self._disk_ns(now_ns) >= budget_ns / RESERVE

    def _is_too_long(self, rank: Rank, key: str, now_ns: int, *, budget_ns: int, coming: int = 0) -> bool:
        """Tell whether the line is long enough; it may be twice as long for a key that has not had its share."""
        line = self.line
        if rank is not Rank.MONEY and line.pressed[Rank.MONEY]:
            return True
        wait_ns, short_ns = line.wait_ns(rank) + coming * line.cost_ns, budget_ns / SHORT
        if wait_ns <= short_ns:
            return False
        had = self._had(key, now_ns)
        return had is None or had >= 1 or wait_ns > 2 * short_ns

    def _had(self, key: str, now_ns: int) -> float | None:
        """Give how much of its fair share a key has had, nothing for a key alone."""
        return self._shares.of(key, now_ns, _NS_PER_S / self.line.cost_ns)

    def _disk_ns(self, now_ns: int) -> int:
        """Give how long the oldest record has been on its way to disk."""
        handed = self._shard.handed
        return now_ns - handed[0] if handed else 0

    def _refusal(self, rank: Rank, key: str, now_ns: int) -> HoldfastError:
        """Say why a call is refused, and count it."""
        self._shares.asked(key, now_ns)
        had = self._had(key, now_ns)
        if had is not None and had >= 1:
            self.crowd.count("fair_share", rank, now_ns)
            return _CROWDING
        self.crowd.count("overloaded", rank, now_ns)
        return _OVERLOADED


def shed_lately(shard: "Shard") -> list[str]:
    """Say in words that calls were refused in the last ten seconds."""
    crowd = shard.crowd
    if crowd.last_ns is None or shard.ports.tick() - crowd.last_ns > _RECENT_NS:
        return []
    return [f"overloaded: calls were refused in the last ten seconds, {crowd.refused.total()} since the start"]
