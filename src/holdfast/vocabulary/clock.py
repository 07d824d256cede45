"""Where instants, ids and ticks come from: ports that only `app` fills in."""

from typing import Protocol, runtime_checkable


class Clock(Protocol):
    """Wall time."""

    def now_ms(self) -> int:
        """Give the present instant in epoch milliseconds (UTC)."""
        ...


@runtime_checkable
class MovingClock(Clock, Protocol):
    """A clock that stands still until it is moved."""

    def move(self, now_ms: int) -> None:
        """Move forward; the same instant does nothing, backward is a ConflictError."""
        ...


class Tick(Protocol):
    """A monotonic counter for measuring how long a stage takes."""

    def __call__(self) -> int:
        """Give nanoseconds since an arbitrary start."""
        ...


class IdMaker(Protocol):
    """Maker of our own ids."""

    def __call__(self, prefix: str) -> str:
        """Give a new `prefix_` + UUIDv7 hex, increasing with time."""
        ...
