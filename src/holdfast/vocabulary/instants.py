"""Instants as epoch milliseconds, and their written forms."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def to_ms(instant: datetime) -> int:
    """Turn an aware datetime into epoch milliseconds, rounding down."""
    return (instant - _EPOCH) // _MILLISECOND


def from_ms(instant_ms: int, zone: tzinfo = UTC) -> datetime:
    """Turn epoch milliseconds into an aware datetime in `zone`.

    What no calendar year from 1 to 9999 holds becomes the first or last instant in UTC that one does: a sender's
    "never" at the very end of 9999 must not fail in a zone where that is already the next year.
    """
    try:
        return (_EPOCH + timedelta(milliseconds=instant_ms)).astimezone(zone)
    except OverflowError:
        return _LAST if instant_ms > 0 else _FIRST


def read_rfc3339(written: str) -> int:
    """Read a written instant with its offset as epoch milliseconds, rounding down."""
    return to_ms(datetime.fromisoformat(written))


def rfc3339(instant_ms: int, zone: tzinfo = UTC) -> str:
    """Write epoch milliseconds as RFC 3339 with milliseconds and offset."""
    return from_ms(instant_ms, zone).isoformat(timespec="milliseconds")
