"""The calendar gives the same for every instant, whether its quarter of an hour is remembered or not."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.language.calendar import hour_of_day, months_before
from holdfast.vocabulary.instants import to_ms

ZONES = ("Europe/Moscow", "Asia/Almaty", "Europe/Berlin", "Asia/Kathmandu", "Africa/Monrovia", "UTC")
EDGES = [
    datetime(1971, 5, 31, 0, 44, 30, tzinfo=UTC),  # Monrovia's midnight, in the middle of a quarter of an hour
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin's clocks go forward
    datetime(2025, 10, 26, 1, tzinfo=UTC),  # and back
    datetime(2024, 2, 29, 19, tzinfo=UTC),  # Almaty goes from +06 to +05
    datetime(2026, 8, 30, 21, tzinfo=UTC),  # the end of a month in Moscow
]
MILLISECONDS = st.integers(to_ms(datetime(1950, 1, 1, tzinfo=UTC)), to_ms(datetime(2100, 1, 1, tzinfo=UTC)))


def _agrees(instant_ms: int, zone: ZoneInfo, months: int) -> None:
    """Compare with the calendar of Python, without what is remembered."""
    moment = datetime.fromtimestamp(instant_ms // 1_000, UTC).astimezone(zone)
    moment = moment.replace(microsecond=instant_ms % 1_000 * 1_000)
    count = moment.year * 12 + moment.month - 1 - months
    year, month = count // 12, count % 12 + 1
    expected = moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
    assert months_before(instant_ms, months, zone) == to_ms(expected)
    assert hour_of_day(instant_ms, zone) == moment.hour


@settings(max_examples=200, deadline=None)
@given(instant_ms=MILLISECONDS, name=st.sampled_from(ZONES), months=st.sampled_from([1, 6, 12]))
def test_an_instant_goes_back_as_its_own_date_says(instant_ms: int, name: str, months: int) -> None:
    """The same wall time on the same day some months before, or on that month's last; the hour is the wall clock's."""
    _agrees(instant_ms, ZoneInfo(name), months)


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("edge", EDGES, ids=str)
def test_days_and_clocks_change_at_the_millisecond(edge: datetime, name: str) -> None:
    """Around a midnight or a clock that is set, each instant goes by its own side of it."""
    for minutes in range(-40, 41):
        for beside in (-1, 0, 1):
            _agrees(to_ms(edge + timedelta(minutes=minutes)) + beside, ZoneInfo(name), 1)


@pytest.mark.parametrize("instant_ms", [-(2**60), 2**60])
def test_beyond_all_calendars_nothing_is_known(instant_ms: int) -> None:
    """An instant that no calendar reaches is unknown, not an error."""
    assert months_before(instant_ms, 6, ZoneInfo("UTC")) is None
    assert hour_of_day(instant_ms, ZoneInfo("UTC")) is None
