"""The days of a hold are days of the tenant's zone; the day on which a law begins is a day of the law's own zone."""

from collections.abc import Iterator

import pytest

from tests.acceptance.stories import Scenario, World, at, confirm, enlist, held, look, pay, scenario, tell

BASE = "ru.cbr.recipients"
# Local times at which it is midnight of 1 January 2026 in Moscow, and a second before.
ZONES = {
    "Asia/Vladivostok": ("2026-01-01 06:59:59", "2026-01-01 07:00"),
    "Asia/Almaty": ("2026-01-01 01:59:59", "2026-01-01 02:00"),
}


def cases(zone: str) -> tuple[Scenario, ...]:
    """Make the scenarios of a zone, in which the new signs begin at a local time of their own."""
    before, begins = ZONES[zone]
    return (
        scenario(
            f"{zone}: two days end at the local midnight",
            "161-FZ 8 p. 3.4; regulation 7.1: the zone is a setting",
            *held("2026-05-08 23:30"),
            at("2026-05-08 23:30", look(), until="day 2026-05-09", confirm_by="day 2026-05-09"),
            at("2026-05-09 00:30", pay("u"), until="day 2026-05-10"),
            at("2026-05-09 23:59:59.999", confirm(), state="confirmed"),
            at("2026-05-10 00:00", look("u"), state="placed"),
            at("2026-05-11 00:00", look("u"), state="not_accepted"),
        ),
        scenario(
            f"{zone}: an instant written with another offset counts on its local day",
            "161-FZ 8 p. 3.4",
            at("2026-05-08 12:00", enlist("bank.recipients")),
            at("2026-05-08 12:00", pay(occurred_at="at 2026-05-08 12:00"), until="day 2026-05-09"),
        ),
        scenario(
            f"{zone}: the second pause counts local days",
            "161-FZ 8 p. 3.10, 3.11",
            *held("2026-05-08 23:59:59", by=BASE, sign="1.1"),
            at("2026-05-09 00:00", confirm(), state="paused_again", until="day 2026-05-10"),
            at("2026-05-10 23:59:59.999", look(), state="paused_again"),
            at("2026-05-11 00:00", look(), state="confirmed", instruction="execute"),
        ),
        scenario(
            f"{zone}: a refused repeat passes from the local midnight",
            "161-FZ 8 p. 3.11",
            at("2026-05-08 23:50", enlist(BASE)),
            at("2026-05-08 23:50", pay(rail="sbp"), outcome="refuse"),
            at("2026-05-08 23:59:59", pay("r1", rail="sbp"), outcome="refuse"),
            at("2026-05-09 23:59:59.999", pay("r2", rail="sbp"), outcome="refuse"),
            at("2026-05-10 00:00", pay("r3", rail="sbp"), outcome="allow"),
        ),
        scenario(
            f"{zone}: the new signs begin at midnight in Moscow",
            "OD-1027, OD-2506; design section 6: midnights in the pack's zone",
            at(before, enlist("bank.recipients")),
            at(before, pay(), outcome="hold", fired={"4"}),
            at(begins, pay("u"), outcome="hold", fired={"1.7"}),
        ),
        scenario(
            f"{zone}: placed on 31 December, it ends on 1 January",
            "161-FZ 8 p. 3.4",
            *held("2025-12-31 16:00", sign="4"),
            at("2025-12-31 16:00", look(), until="day 2026-01-01"),
            at("2026-01-02 00:00", look(), state="not_accepted"),
        ),
    )


CASES = {zone: cases(zone) for zone in ZONES}


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, World]]:
    """Tell each zone's scenarios in a world of that zone."""
    told = {zone: tell(tmp_path_factory.mktemp("zone"), CASES[zone], zone=zone) for zone in ZONES}
    yield {zone: next(world) for zone, world in told.items()}
    for world in told.values():
        next(world, None)


@pytest.mark.parametrize(
    ("zone", "case"), [(zone, case) for zone in ZONES for case in CASES[zone]], ids=lambda part: str(part)[:80]
)
def test_a_zone(worlds: dict[str, World], zone: str, case: Scenario) -> None:
    """Every scenario goes as the law says."""
    worlds[zone].check(case)
