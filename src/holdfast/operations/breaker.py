"""A breaker: who failed several times in a row is left alone for a while, then tried by one call."""

from enum import StrEnum
from typing import Final

_NS_PER_S: Final = 1_000_000_000


class BreakerState(StrEnum):
    """How a breaker stands: calls pass, none passes, or one may try."""

    CLOSED = "closed"
    OPEN = "open"
    TRYING = "trying"


class Breaker:
    """Counts failures in a row; after `failures` of them nobody passes for `pause_s`, then one call tries."""

    def __init__(self, failures: int, pause_s: int) -> None:
        self._failures = failures
        self._pause_ns = pause_s * _NS_PER_S
        self._row = 0
        self._open_until_ns: int | None = None
        self._trying = False

    def state(self, now_ns: int) -> BreakerState:
        """Tell how it stands."""
        if self._open_until_ns is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now_ns < self._open_until_ns else BreakerState.TRYING

    def lets(self, now_ns: int) -> bool:
        """Tell whether a call may be made now; one that tries must say how it ended."""
        if self._open_until_ns is None:
            return True
        if now_ns < self._open_until_ns or self._trying:
            return False
        self._trying = True
        return True

    def passed(self) -> bool:
        """Take note of a good answer; tells whether it closed the breaker."""
        closed = self._open_until_ns is not None
        self._row, self._open_until_ns, self._trying = 0, None, False
        return closed

    def failed(self, now_ns: int) -> bool:
        """Take note of a failure; tells whether it opened the breaker."""
        self._row += 1
        was_closed = self._open_until_ns is None
        if was_closed and self._row < self._failures:
            return False
        self._open_until_ns, self._trying = now_ns + self._pause_ns, False
        return was_closed

    def left(self) -> None:
        """Take note of a call that ended without saying anything about the provider."""
        self._trying = False
