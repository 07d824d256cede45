"""Instants are written alike, however they are remembered."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.vocabulary.instants import from_ms, rfc3339, to_ms

ZONES = [UTC, ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Almaty"), timezone(timedelta(hours=5, minutes=30, seconds=7))]


@given(
    instant_ms=st.integers(-62_200_000_000_000, 253_500_000_000_000)
    | st.integers(1_700_000_000_000, 1_700_000_120_000),
    zone=st.sampled_from(ZONES),
)
def test_an_instant_is_written_as_the_calendar_does(instant_ms: int, zone: ZoneInfo) -> None:
    """What is remembered of a minute changes nothing, whatever the offset and at both ends of the calendar."""
    expected = from_ms(instant_ms, zone).isoformat(timespec="milliseconds")
    assert rfc3339(instant_ms, zone) == rfc3339(instant_ms, zone) == expected


@given(instant=st.datetimes(timezones=st.sampled_from(ZONES)))
def test_an_instant_is_rounded_down_to_milliseconds(instant: datetime) -> None:
    """Also before 1970, where rounding towards zero would go up."""
    assert to_ms(instant) == (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@pytest.mark.parametrize(("second", "written"), [(0, "+02:30:17"), (43, "+02:30:17")])
def test_an_offset_with_seconds_is_written_in_full(second: int, written: str) -> None:
    """Local mean time of long ago moves the seconds too."""
    instant_ms = to_ms(datetime(1912, 1, 1, 0, 0, second, tzinfo=UTC))
    assert rfc3339(instant_ms, ZoneInfo("Europe/Moscow")).endswith(written)
