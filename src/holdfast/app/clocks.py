"""The machine's time, the test clock, and the maker of ids: what the core is given and never reaches for."""

import secrets
import time

from holdfast.vocabulary.errors import ConflictError
from holdfast.vocabulary.instants import rfc3339

_NS_PER_MS = 1_000_000


class SystemClock:
    """The machine's wall time."""

    def now_ms(self) -> int:
        """Give the present instant."""
        return time.time_ns() // _NS_PER_MS


class StandingClock:
    """A test clock: stands still until it is moved forward."""

    def __init__(self, start_ms: int) -> None:
        self._now_ms = start_ms

    def now_ms(self) -> int:
        """Give the instant at which the clock stands."""
        return self._now_ms

    def move(self, now_ms: int) -> None:
        """Move forward; the same instant does nothing, backward is refused."""
        if now_ms < self._now_ms:
            raise ConflictError(
                f"the test clock stands at {rfc3339(self._now_ms)} and only moves forward",
                pointer="/now",
                hint="send the same instant or a later one",
            )
        self._now_ms = now_ms


class IdSource:
    """Maker of UUIDv7 in hex behind a prefix, increasing with time (RFC 9562 section 5.7).

    Randomness is drawn from the system for many ids at once, because each draw is a call into the kernel.
    """

    _DRAW_BYTES = 10
    _POOL_BYTES = 400 * _DRAW_BYTES

    def __init__(self) -> None:
        self._pool = b""
        self._used = 0

    def __call__(self, prefix: str) -> str:
        """Make one id."""
        if self._used == len(self._pool):
            self._pool, self._used = secrets.token_bytes(self._POOL_BYTES), 0
        random = int.from_bytes(self._pool[self._used : self._used + self._DRAW_BYTES], "big")
        self._used += self._DRAW_BYTES
        return _uuid7(prefix, time.time_ns() // _NS_PER_MS, random)


def _uuid7(prefix: str, milliseconds: int, random: int) -> str:
    """Lay out the bits of one id."""
    number = (
        (milliseconds & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & (2**62 - 1)
    )
    return f"{prefix}_{number:032x}"
