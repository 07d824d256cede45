"""Instants as epoch milliseconds, and their written forms."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_MINUTES_REMEMBERED: Final = 4_096
_USUAL_MS: Final = range(-2_208_988_800_000, 253_370_764_800_000)  # the years 1900 to 9998


def to_ms(instant: datetime) -> int:
    """Turn an aware datetime into epoch milliseconds, rounding down."""
    since = instant - _EPOCH
    return since.days * DAY_MS + since.seconds * SECOND_MS + since.microseconds // 1_000


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
    if instant_ms in _USUAL_MS:
        minute, rest_ms = divmod(instant_ms, MINUTE_MS)
        head, tail = _minute(minute, zone)
        if head:
            return f"{head}{rest_ms // SECOND_MS:02}.{rest_ms % SECOND_MS:03}{tail}"
    return from_ms(instant_ms, zone).isoformat(timespec="milliseconds")


@lru_cache(maxsize=_MINUTES_REMEMBERED)
def _minute(minute: int, zone: tzinfo) -> tuple[str, str]:
    """Write what stands before and after the seconds of a whole minute; empty where an offset has seconds itself."""
    written = from_ms(minute * MINUTE_MS, zone).isoformat(timespec="seconds")
    return (written[:17], written[19:]) if written[17:19] == "00" else ("", "")
