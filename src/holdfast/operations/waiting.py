"""What waits to leave the house, and whether the worker keeps step."""

from dataclasses import dataclass
from typing import Final

from holdfast.operations.notices import queued_ms
from holdfast.operations.shard import Shard
from holdfast.vocabulary.instants import MINUTE_MS, SECOND_MS

SLOW_MS: Final = 5 * MINUTE_MS
STILL_SECONDS: Final = 30.0
_NS_PER_SECOND: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Messages that are not delivered: how many, how long the oldest has waited, and what it last failed with."""

    count: int
    oldest_seconds: float | None
    error: str


def waiting(shard: Shard) -> Waiting:
    """Count what waits."""
    count, oldest = shard.ports.store.undelivered()
    since_ms = queued_ms(oldest.payload) if oldest else None
    age_ms = None if since_ms is None else max(0, shard.ports.clock.now_ms() - since_ms)
    return Waiting(
        count=count,
        oldest_seconds=None if age_ms is None else age_ms / SECOND_MS,
        error=oldest.error if oldest else "",
    )


def timers_late_seconds(shard: Shard) -> float:
    """Give how long the longest due timer waits to be fired."""
    due_ms = shard.ports.store.next_hold_due()
    return 0.0 if due_ms is None else max(0, shard.ports.clock.now_ms() - due_ms - 1) / SECOND_MS


def passed_seconds(shard: Shard) -> float | None:
    """Give how long ago the worker had fired all that was due; nothing before its first pass."""
    passed_ns = shard.courier.passed_ns
    return None if passed_ns is None else (shard.ports.tick() - passed_ns) / _NS_PER_SECOND


def faults(shard: Shard) -> list[str]:
    """Say in words what keeps notices and timers back."""
    found = []
    if shard.courier.gateway is None:
        found.append("notices are not delivered: set `webhook`")
    else:
        left = waiting(shard)
        if left.oldest_seconds is not None and left.oldest_seconds * SECOND_MS > SLOW_MS:
            found.append(f"{left.count} messages wait, the oldest for {left.oldest_seconds:.0f} s: {left.error}")
    if (passed_seconds(shard) or 0) > STILL_SECONDS:
        found.append(f"the worker has not passed for {passed_seconds(shard):.0f} s")
    return found
