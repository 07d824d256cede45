"""Days, as the published APIs write them."""

from holdfast.vocabulary.event import Value
from holdfast.vocabulary.instants import from_ms


def day_of(instant: Value) -> str:
    """Write the day of an instant (epoch milliseconds) in UTC, as 2026-01-31."""
    return from_ms(int(str(instant))).date().isoformat()
