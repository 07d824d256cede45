"""The tenant's clock and calendar: pure arithmetic on epoch milliseconds; beyond year 9000 nothing is known."""

from calendar import monthrange
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from holdfast.vocabulary.instants import DAY_MS, MINUTE_MS, from_ms, to_ms

_LEAST_MS: Final = -200 * 365 * DAY_MS
_GREATEST_MS: Final = 7_000 * 365 * DAY_MS
_QUARTER_MS: Final = 15 * MINUTE_MS  # events come in order, so one quarter of an hour serves many
_REMEMBERED: Final = 4_096


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Give a zone by its IANA name."""
    return ZoneInfo(name)


def _in_range(instant_ms: int) -> bool:
    """Tell whether the calendar can be asked about an instant in any zone."""
    return _LEAST_MS < instant_ms < _GREATEST_MS


def months_before(instant_ms: int, months: int, zone: ZoneInfo) -> int | None:
    """Give the same wall time `months` calendar months earlier, or that month's last day where it is shorter."""
    if not _in_range(instant_ms):
        return None
    span_ms = _span_of(instant_ms // _QUARTER_MS, months, zone)
    return _months_before(instant_ms, months, zone) if span_ms is None else instant_ms - span_ms


def hour_of_day(instant_ms: int, zone: ZoneInfo) -> int | None:
    """Give the hour, 0 to 23."""
    if not _in_range(instant_ms):
        return None
    known = _hour_of(instant_ms // _QUARTER_MS, zone)
    return from_ms(instant_ms, zone).hour if known is None else known


def weekday(instant_ms: int, zone: ZoneInfo) -> int | None:
    """Give the day of the week, 1 (Monday) to 7."""
    return from_ms(instant_ms, zone).isoweekday() if _in_range(instant_ms) else None


def _months_before(instant_ms: int, months: int, zone: ZoneInfo) -> int:
    """Go back by the calendar itself."""
    moment = from_ms(instant_ms, zone)
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return to_ms(moment.replace(year=year, month=month + 1, day=day))


@lru_cache(maxsize=_REMEMBERED)
def _span_of(quarter: int, months: int, zone: ZoneInfo) -> int | None:
    """Give how far all instants of a quarter of an hour go back, unless a day begins or a clock is set in it."""
    first_ms, last_ms = quarter * _QUARTER_MS, quarter * _QUARTER_MS + _QUARTER_MS - 1
    span_ms = first_ms - _months_before(first_ms, months, zone)
    return span_ms if span_ms == last_ms - _months_before(last_ms, months, zone) else None


@lru_cache(maxsize=_REMEMBERED)
def _hour_of(quarter: int, zone: ZoneInfo) -> int | None:
    """Give the hour of a quarter of an hour, unless another begins in it."""
    hour = from_ms(quarter * _QUARTER_MS, zone).hour
    return hour if hour == from_ms(quarter * _QUARTER_MS + _QUARTER_MS - 1, zone).hour else None
