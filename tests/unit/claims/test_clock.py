"""By when a claim must be answered."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from holdfast.claims.clock import due
from holdfast.vocabulary.instants import from_ms, to_ms
from holdfast.vocabulary.trilean import Trilean
from tests.unit.claims.courses import ZONE, at, refund


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2026-05-08 10:00", "2026-06-07"),  # a Sunday: not moved
        ("2026-05-08 23:59", "2026-06-07"),
        ("2026-05-09 00:00", "2026-06-08"),
        ("2026-12-02 12:00", "2027-01-01"),  # a holiday: not moved
        ("2028-01-30 12:00", "2028-02-29"),
    ],
)
def test_thirty_calendar_days_end_with_the_last_day(received: str, last: str) -> None:
    """Days are counted after the day of receipt in the tenant's zone, to the last millisecond of the last one."""
    found = due(refund(), at(received), ZONE, cross_border=False)
    assert found is not None
    assert from_ms(found, ZONE).isoformat() == f"{last}T23:59:59.999000+03:00"


def test_the_day_of_receipt_is_that_of_the_tenant() -> None:
    """The same instant is another day further east, and the clock there starts a day later."""
    received = to_ms(datetime(2026, 5, 8, 21, 30, tzinfo=ZoneInfo("UTC")))
    ends = [due(refund(), received, ZoneInfo(zone), cross_border=False) for zone in ("Europe/London", "Asia/Almaty")]
    assert [from_ms(end, ZoneInfo("UTC")).date().isoformat() for end in ends if end is not None] == [
        "2026-06-07",
        "2026-06-08",
    ]


@pytest.mark.parametrize(("cross_border", "day"), [(True, "2026-07-07"), (False, "2026-06-07"), (None, "2026-06-07")])
def test_a_transfer_across_the_border_has_its_own_term(cross_border: Trilean, day: str) -> None:
    """Sixty days where the border was crossed; where nobody said so the shorter term binds."""
    found = due(refund("notice", days_cross_border=60), at("05-08 10:00"), ZONE, cross_border=cross_border)
    assert found is not None
    assert from_ms(found, ZONE).date().isoformat() == day


@pytest.mark.parametrize("cross_border", [True, False, None])
def test_a_law_without_a_clock_sets_none(cross_border: Trilean) -> None:
    """Kazakh compensation has no term."""
    assert due(refund("paid", days=None), at("05-08 10:00"), ZONE, cross_border=cross_border) is None


def test_a_term_for_one_kind_of_transfer_alone_leaves_the_other_its_own() -> None:
    """A rule that names no other term for cross-border transfers keeps its one term."""
    assert due(refund(), at("05-08 10:00"), ZONE, cross_border=True) == due(
        refund(), at("05-08 10:00"), ZONE, cross_border=False
    )
