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

    _DRAWN_AT_ONCE = 400
    _DRAW_BYTES = 10

    def __init__(self) -> None:
        self._tails: list[str] = []

    def __call__(self, prefix: str) -> str:
        """Make one id."""
        if not self._tails:
            self._tails = self._drawn()
        return f"{prefix}_{time.time_ns() // _NS_PER_MS:012x}{self._tails.pop()}"

    def _drawn(self) -> list[str]:
        """Draw what follows the time in many ids: the version, 12 random bits, the variant, and 62 random bits."""
        pool, size = secrets.token_bytes(self._DRAWN_AT_ONCE * self._DRAW_BYTES), self._DRAW_BYTES
        drawn = (int.from_bytes(pool[at : at + size], "big") for at in range(0, len(pool), size))
        return [f"{0x7 << 76 | one >> 68 << 64 | 0b10 << 62 | one & (2**62 - 1):020x}" for one in drawn]
