"""A hold ends when the law says: by calendar days, business days or hours, in the tenant's zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.app import pack_files
from holdfast.holds.terms import confirm_by, instant_ms, terms, until, works
from holdfast.regulation import parse_pack
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.packs import BusinessCalendar, Citation, Dated, HoldPolicy

MOSCOW, ALMATY, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Almaty"), ZoneInfo("Europe/Berlin")
CITE = Citation(act="Act", article="1", url="https://example.org", confidence="C", checked_on="2026-01-01")
KZ = parse_pack(pack_files()["kz/holidays"], name="kz/holidays").calendar
assert KZ is not None


def policy(clock: str, term: int, *, count_first: bool = True, confirm_days: int | None = None) -> HoldPolicy:
    """Give a policy with a clock."""
    return HoldPolicy(
        id="xx",
        clock=clock,
        term=term,
        count_first=count_first,
        confirm_days=confirm_days,
        title={},
        cite=CITE,
        dated=Dated(from_ms=0),
    )


def ends(one: HoldPolicy, placed: str, zone: ZoneInfo = MOSCOW, calendar: BusinessCalendar | None = None) -> str:
    """Give the end of a hold placed at a local time."""
    placed_ms = to_ms(datetime.fromisoformat(placed).replace(tzinfo=zone))
    return until(one, placed_ms, zone=zone, calendar=calendar).isoformat()


TWO_DAYS = [
    ("2026-05-08T23:50:00", "2026-05-09T23:59:59.999999+03:00"),  # Friday night: days, not business days
    ("2026-05-08T00:00:00", "2026-05-09T23:59:59.999999+03:00"),
    ("2026-12-31T12:00:00", "2027-01-01T23:59:59.999999+03:00"),
    ("2026-02-28T12:00:00", "2026-03-01T23:59:59.999999+03:00"),
    ("2028-02-28T12:00:00", "2028-02-29T23:59:59.999999+03:00"),
    ("2026-04-30T23:59:59.999", "2026-05-01T23:59:59.999999+03:00"),
]


@pytest.mark.parametrize(("placed", "end"), TWO_DAYS)
def test_two_calendar_days_count_the_first_one(placed: str, end: str) -> None:
    """Two days end with the day after the placing, whatever the hour, the month or the year."""
    assert ends(policy("calendar_days", 2), placed) == end


def test_the_first_day_may_be_left_out() -> None:
    """Without counting the first day the same term is a day longer."""
    assert ends(policy("calendar_days", 2, count_first=False), "2026-05-08T23:50:00").startswith("2026-05-10T23:59")


def test_the_day_is_that_of_the_zone() -> None:
    """Half past nine in the evening UTC is already the next day in Moscow."""
    placed_ms = to_ms(datetime(2026, 5, 8, 21, 30, tzinfo=UTC))
    one = policy("calendar_days", 2)
    assert until(one, placed_ms, zone=MOSCOW, calendar=None).isoformat() == "2026-05-10T23:59:59.999999+03:00"
    assert until(one, placed_ms, zone=ZoneInfo("UTC"), calendar=None).date() == date(2026, 5, 9)


@given(
    placed_ms=st.integers(to_ms(datetime(2020, 1, 1, tzinfo=UTC)), to_ms(datetime(2035, 1, 1, tzinfo=UTC))),
    zone=st.sampled_from([MOSCOW, ALMATY, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu")]),
    term=st.integers(1, 40),
    count_first=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_calendar_days_end_with_the_last_microsecond_of_a_day(
    *, placed_ms: int, zone: ZoneInfo, term: int, count_first: bool
) -> None:
    """The end is 23:59:59.999999 of the day that the term counts to, in the zone, also where clocks are changed."""
    end = until(policy("calendar_days", term, count_first=count_first), placed_ms, zone=zone, calendar=None)
    placed = datetime.fromtimestamp(placed_ms / 1000, zone)
    assert end.timetz().replace(tzinfo=None) == time(23, 59, 59, 999_999)
    assert end.date() == placed.date() + timedelta(days=term - count_first)
    assert end.utcoffset() == datetime.combine(end.date(), end.time(), zone).utcoffset()
    assert to_ms(end) >= placed_ms


@pytest.mark.parametrize(("placed", "end"), [("2026-03-28T12:00:00", "+02:00"), ("2026-10-24T12:00:00", "+01:00")])
def test_the_end_has_the_offset_of_its_own_day(placed: str, end: str) -> None:
    """A hold that runs over the change of clocks ends by the clock of its last day."""
    assert ends(policy("calendar_days", 2), placed, BERLIN).endswith(end)


@pytest.mark.parametrize(
    ("placed", "hours", "end"),
    [
        ("2026-05-08T23:50:00", 48, "2026-05-10T23:50:00+02:00"),
        ("2026-03-28T12:00:00", 24, "2026-03-29T13:00:00+02:00"),
        ("2026-10-24T12:00:00", 24, "2026-10-25T11:00:00+01:00"),
    ],
)
def test_hours_are_elapsed_hours(placed: str, hours: int, end: str) -> None:
    """Hours run from the instant itself, over a change of clocks too."""
    assert ends(policy("hours", hours), placed, BERLIN) == end


WEEK = policy("business_days", 5, count_first=False)


@pytest.mark.parametrize(
    ("placed", "end"),
    [
        ("2026-06-01T12:00:00", "2026-06-08"),  # Monday to the next Monday
        ("2026-06-05T23:50:00", "2026-06-12"),  # Friday night
        ("2026-06-06T12:00:00", "2026-06-12"),  # Saturday
        ("2026-03-19T12:00:00", "2026-03-31"),  # over Nauryz, 21 to 23 March, and the days moved to 24 and 25
        ("2026-12-30T12:00:00", None),  # over the New Year
    ],
)
def test_business_days_know_the_national_calendar(placed: str, end: str | None) -> None:
    """Weekends and days off are not counted, moved days are counted as what they became."""
    found = ends(WEEK, placed, ALMATY, KZ)
    assert found.endswith("T23:59:59.999999+05:00")
    day, left = date.fromisoformat(placed[:10]), WEEK.term
    while left:
        day += timedelta(days=1)
        left -= works(KZ, day)
    assert found.startswith(day.isoformat())
    if end is not None:
        assert found.startswith(end)


def test_nauryz_is_off_and_without_a_calendar_only_weekends_are() -> None:
    """A holiday on a weekday is no business day where the calendar says so."""
    monday = date(2026, 3, 23)
    assert KZ is not None
    assert monday.isoformat() in KZ.days_off
    assert (works(KZ, monday), works(None, monday)) == (False, True)
    assert not works(None, date(2026, 3, 22))


def test_a_weekend_day_that_was_moved_to_work_counts() -> None:
    """A Saturday on which the country works is a business day, and the Monday given for it is not."""
    moved = BusinessCalendar(
        first_day="2026-01-01", last_day="2026-12-31", days_off=("2026-06-08",), days_on=("2026-06-06",), cite=CITE
    )
    one = policy("business_days", 2, count_first=False)
    assert ends(one, "2026-06-05T12:00:00", ALMATY, moved).startswith("2026-06-09")
    assert ends(policy("business_days", 1), "2026-06-06T12:00:00", ALMATY, moved).startswith("2026-06-06")
    assert ends(policy("business_days", 1), "2026-06-08T12:00:00", ALMATY, moved).startswith("2026-06-09")


def test_the_window_to_confirm_is_counted_like_the_days() -> None:
    """The client's last instant is the end of a day too; without a window there is none."""
    placed_ms = to_ms(datetime(2026, 5, 8, 23, 50, tzinfo=MOSCOW))
    one = policy("calendar_days", 3, confirm_days=2)
    window = confirm_by(one, placed_ms, MOSCOW)
    assert window is not None
    assert window.isoformat() == "2026-05-09T23:59:59.999999+03:00"
    assert confirm_by(policy("hours", 3), placed_ms, MOSCOW) is None
    written = terms(one, placed_ms, zone=MOSCOW, calendar=None)
    assert (written.policy, written.confirm_by) == ("xx", window.isoformat())
    assert instant_ms(written.until) == to_ms(datetime(2026, 5, 11, tzinfo=MOSCOW)) - 1


def test_an_unknown_clock_names_itself() -> None:
    """A clock that nobody implemented is a fault of ours, not a hold without an end."""
    with pytest.raises(Bug, match="fortnights"):
        ends(policy("fortnights", 1), "2026-05-08T12:00:00")
