"""When a hold ends, by the clock of its policy."""

from datetime import date, datetime, time, timedelta, tzinfo

from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.instants import HOUR_MS, from_ms, to_ms
from holdfast.vocabulary.judgement import HoldTerms
from holdfast.vocabulary.packs import BusinessCalendar, HoldPolicy

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)
_END_OF_DAY = time.max


def works(calendar: BusinessCalendar | None, day: date) -> bool:
    """Tell whether a day is a business day; without a calendar only weekends are known."""
    written = day.isoformat()
    if calendar is not None and written in calendar.days_on:
        return True
    return day.weekday() < _SATURDAY and (calendar is None or written not in calendar.days_off)


def _end_of(day: date, zone: tzinfo | None) -> datetime:
    """Give the last microsecond of a day in a zone."""
    return datetime.combine(day, _END_OF_DAY, tzinfo=zone)


def _calendar_end(policy: HoldPolicy, placed: datetime, days: int) -> datetime:
    """End after `days` calendar days, counting the day of placing when the policy says so."""
    counted = days - 1 if policy.count_first else days
    return _end_of(placed.date() + timedelta(days=counted), placed.tzinfo)


def _business_end(policy: HoldPolicy, placed: datetime, calendar: BusinessCalendar | None) -> datetime:
    """End after the policy's business days; the day of placing counts when it is one and the policy says so."""
    day = placed.date()
    left = policy.term - (1 if policy.count_first and works(calendar, day) else 0)
    while left > 0:
        day += _ONE_DAY
        left -= 1 if works(calendar, day) else 0
    return _end_of(day, placed.tzinfo)


def until(policy: HoldPolicy, placed_ms: int, *, zone: tzinfo, calendar: BusinessCalendar | None) -> datetime:
    """Give the instant at which a hold placed at `placed_ms` lapses, in the tenant's zone.

    Calendar days end at the end of the last day (161-FZ art. 8 p. 3.4 as read in letter 010-31/7975 of 02.09.2024);
    hours run from the instant itself.
    """
    placed = from_ms(placed_ms, zone)
    if policy.clock == "calendar_days":
        return _calendar_end(policy, placed, policy.term)
    if policy.clock == "business_days":
        return _business_end(policy, placed, calendar)
    if policy.clock == "hours":
        return from_ms(placed_ms + policy.term * HOUR_MS, zone)
    raise Bug(f"hold policy `{policy.id}` has an unknown clock `{policy.clock}`")


def confirm_by(policy: HoldPolicy, placed_ms: int, zone: tzinfo) -> datetime | None:
    """Give the last instant at which the client can confirm, or nothing where the law opens no window."""
    if policy.confirm_days is not None:
        return _calendar_end(policy, from_ms(placed_ms, zone), policy.confirm_days)
    if policy.confirm_hours is not None:
        return from_ms(placed_ms + policy.confirm_hours * HOUR_MS, zone)
    return None


def terms(policy: HoldPolicy, placed_ms: int, *, zone: tzinfo, calendar: BusinessCalendar | None) -> HoldTerms:
    """Give a hold's legal instants, written with the tenant's offset, counted from `placed_ms`.

    For a second pause that is the instant of the confirmation, for a policy with `count_from` the event's own.
    """
    window = confirm_by(policy, placed_ms, zone)
    return HoldTerms(
        policy=policy.id,
        until=until(policy, placed_ms, zone=zone, calendar=calendar).isoformat(),
        confirm_by=window.isoformat() if window else None,
    )


def instant_ms(written: str) -> int:
    """Read back an instant of the terms as epoch milliseconds, rounding down."""
    return to_ms(datetime.fromisoformat(written))
