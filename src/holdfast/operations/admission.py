"""Who is let in: a call that would not be answered in time is refused at once, before anything of it is read.

The bound is time, not number. What a call would wait is the calls before it, each at what one takes, and the age of
the oldest record that is not on disk yet. Calls about money go first; while they have to wait for longer than a
moment, nothing else is let in, and they are let in only as long as the line is short: a long one would make every
answer late and none more. A key that asks for more than its share is then told so, and the others are served.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from holdfast.operations.line import Line, Rank
from holdfast.operations.shares import Shares
from holdfast.vocabulary.deadline import LONGEST_MS, Deadline
from holdfast.vocabulary.errors import HoldfastError, OverloadedError, TooManyError

if TYPE_CHECKING:
    import asyncio

    from holdfast.operations.shard import Shard

STANDING_NS: Final = 100_000_000
SHORT_NS: Final = 20_000_000
_NS_PER_S: Final = 1_000_000_000
_RECENT_NS: Final = 10 * _NS_PER_S
_USUAL: Final = {Rank.MONEY: "transfer", Rank.CONTEXT: "login"}
_MONEY: Final = re.compile(rb'"type"\s*:\s*"(?:transfer|cash_withdrawal|cash_deposit|loan_application|loan_payout)"')


def rank_of(body: bytes) -> Rank:
    """Tell whether an event moves money, without decoding it."""
    return Rank.MONEY if _MONEY.search(body) else Rank.CONTEXT


@dataclass(slots=True)
class Crowd:
    """Who is there, and who was turned away since the start.

    `refused` are calls by (reason, rank), `last_ns` is the tick of the last; `line` is the line as it is, once calls
    are let in; `connections` are open now, `closed` were ended by us, by reason.
    """

    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    last_ns: int | None = None
    line: Line | None = None
    connections: int = 0
    closed: Counter[str] = field(default_factory=Counter)

    def count(self, reason: str, rank: Rank, now_ns: int) -> None:
        """Count one refusal."""
        self.refused[reason, rank.name.lower()] += 1
        self.last_ns = now_ns


class Admission:
    """Decides for every call whether it begins, waits or is refused; `shares` are declared calls a second by key."""

    def __init__(self, shard: "Shard", shares: Mapping[str, float] | None = None) -> None:
        self._shard = shard
        self.crowd = shard.crowd
        self._tick = shard.ports.tick
        self._shares = Shares(shares or {})
        self._standing = False
        self._coming, self._coming_of = 0, 0
        self._line = shard.crowd.line = Line(shard.ports.tick)

    @property
    def is_pressed(self) -> bool:
        """Tell whether calls about money have waited for longer than a moment without a pause."""
        since_ns = self._line.since_ns
        if since_ns is None:
            self._standing = False
        elif not self._standing:
            self._standing = self._tick() - since_ns > STANDING_NS
        return self._standing

    def enter(self, rank: Rank, key: str, deadline: Deadline | None = None) -> "asyncio.Future[None] | None":
        """Let a call begin at once, or give what it must await first, which may end with OverloadedError.

        Raises TooManyError when its key asks for more than its share, OverloadedError when it would be too late.
        """
        now_ns = self._tick()
        if not self._shares.keeps_word(key, now_ns):
            self.crowd.count("declared_share", rank, now_ns)
            raise TooManyError("the key asks for more calls a second than were agreed")
        ends_ns = (deadline or self.deadline(rank, now_ns)).ends_ns
        if self._line.since_ns is not None:
            self._shares.note(key, now_ns)
        if self._is_too_late(rank, key, now_ns=now_ns, ends_ns=ends_ns):
            self._shares.note(key, now_ns, -1)
            raise self._refusal(rank, key, now_ns)
        return self._line.enter(rank, ends_ns)

    def deadline(self, rank: Rank, now_ns: int | None = None) -> Deadline:
        """Give the deadline, from now on, of a call whose caller names none and whose type is not known yet."""
        usual_ms = self._shard.patience.get(_USUAL[rank], LONGEST_MS)
        return Deadline(self._tick() if now_ns is None else now_ns, usual_ms)

    def before_reading(self, rank: Rank, key: str) -> HoldfastError | None:
        """Say at once whether a call that has just come is refused, so that it need not even be parsed.

        Calls that pass here and have not entered yet count as if they stood in line.
        """
        if self._coming_of != self._line.turns:
            self._coming, self._coming_of = 0, self._line.turns
        now_ns = self._tick()
        if self._is_too_long(rank, key, now_ns, coming=self._coming):
            return self._refusal(rank, key, now_ns)
        self._coming += 1
        return None

    def _is_too_late(self, rank: Rank, key: str, *, now_ns: int, ends_ns: int) -> bool:
        """Tell whether a call would be answered after its deadline, or stand in a line that is long enough."""
        if now_ns + self._line.wait_ns(rank) + self._disk_ns(now_ns) >= ends_ns:
            self._standing = self._line.since_ns is not None
            return True
        return self.is_pressed and self._is_too_long(rank, key, now_ns)

    def _is_too_long(self, rank: Rank, key: str, now_ns: int, *, coming: int = 0) -> bool:
        """Tell whether the line is long enough; it may be twice as long for a key that has not had its share."""
        if rank is not Rank.MONEY:
            return True
        wait_ns = self._line.wait_ns(rank) + coming * self._line.cost_ns
        if wait_ns <= SHORT_NS:
            return False
        had = self._had(key, now_ns)
        return had is None or had >= 1 or wait_ns > 2 * SHORT_NS

    def _had(self, key: str, now_ns: int) -> float | None:
        """Give how much of its fair share a key has had, nothing for a key alone."""
        return self._shares.of(key, now_ns, _NS_PER_S / self._line.cost_ns)

    def _disk_ns(self, now_ns: int) -> int:
        """Give how long the oldest record has been on its way to disk."""
        handed = self._shard.handed
        return now_ns - handed[0] if handed else 0

    def _refusal(self, rank: Rank, key: str, now_ns: int) -> HoldfastError:
        """Say why a call is refused, and count it."""
        had = self._had(key, now_ns)
        self._shares.note(key, now_ns, 0)
        if had is not None and had >= 1:
            self.crowd.count("fair_share", rank, now_ns)
            return TooManyError("the key asks for more than its share while there are too many calls")
        self.crowd.count("overloaded", rank, now_ns)
        return OverloadedError("there are more calls than can be answered in time")


def shed_lately(shard: "Shard") -> list[str]:
    """Say in words that calls were refused in the last ten seconds."""
    crowd = shard.crowd
    if crowd.last_ns is None or shard.ports.tick() - crowd.last_ns > _RECENT_NS:
        return []
    return [f"overloaded: calls were refused in the last ten seconds, {crowd.refused.total()} since the start"]
