"""The tenant's clock and calendar: pure arithmetic on epoch milliseconds; beyond year 9000 nothing is known."""

from calendar import monthrange
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from holdfast.vocabulary.instants import DAY_MS, from_ms, to_ms

_LEAST_MS: Final = -200 * 365 * DAY_MS
_GREATEST_MS: Final = 7_000 * 365 * DAY_MS


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
    moment = from_ms(instant_ms, zone)
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return to_ms(moment.replace(year=year, month=month + 1, day=day))


def hour_of_day(instant_ms: int, zone: ZoneInfo) -> int | None:
    """Give the hour, 0 to 23."""
    return from_ms(instant_ms, zone).hour if _in_range(instant_ms) else None


def weekday(instant_ms: int, zone: ZoneInfo) -> int | None:
    """Give the day of the week, 1 (Monday) to 7."""
    return from_ms(instant_ms, zone).isoweekday() if _in_range(instant_ms) else None
