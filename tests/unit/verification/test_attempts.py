"""Attempts are counted until they pass, across sessions, people, devices and addresses, and come back after a day."""

import pytest

from holdfast.verification.attempts import Attempt, Limits, Within, counted, spent
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS

NOW = 10 * DAY_MS
LIMITS = Limits()


def tries(*hours_ago: int, session: str = "ver_1", passed: bool = False) -> list[Attempt]:
    """Make attempts of one session that began some hours ago."""
    return [
        Attempt(session_id=session, number=number, begun_ms=NOW - hours * HOUR_MS, passed=passed)
        for number, hours in enumerate(hours_ago, start=1)
    ]


def test_a_fourth_attempt_through_a_new_session_is_not_free() -> None:
    """Three attempts of one subject in different sessions use the day up until the first of them is old."""
    made = [one for session in ("ver_1", "ver_2", "ver_3") for one in tries(int(session[-1]), session=session)]
    used = counted(made, Within.SUBJECT, limits=LIMITS, now_ms=NOW)
    assert (used.count, used.left) == (3, 0)
    assert used.free_ms == NOW - 3 * HOUR_MS + DAY_MS
    assert spent([used]) == used
    later = counted(made, Within.SUBJECT, limits=LIMITS, now_ms=used.free_ms)
    assert later.left == 1


def test_an_instant_before_a_day_is_over_nothing_is_free() -> None:
    """An attempt counts for a whole day, to the millisecond."""
    used = counted(tries(1, 2, 3), Within.DEVICE, limits=LIMITS, now_ms=NOW)
    assert used.free_ms is not None
    assert counted(tries(1, 2, 3), Within.DEVICE, limits=LIMITS, now_ms=used.free_ms - 1).left == 0


def test_more_attempts_than_the_limit_wait_until_enough_are_old() -> None:
    """Where a limit was lowered, the next attempt is free when only as many as the new limit less one are left."""
    used = counted(tries(20, 10, 5, 1), Within.SUBJECT, limits=Limits(subject=2), now_ms=NOW)
    assert used.free_ms == NOW - 5 * HOUR_MS + DAY_MS


def test_an_attempt_that_passed_is_not_held_against_anybody() -> None:
    """Who is verified ten times a day for ten payouts is not shut out."""
    used = counted(tries(*range(1, 11), passed=True), Within.SUBJECT, limits=LIMITS, now_ms=NOW)
    assert (used.count, used.left, used.free_ms) == (0, 3, None)


def test_an_attempt_told_twice_is_one() -> None:
    """The log tells of an attempt when it begins and when it passes; a link opened again adds none."""
    begun, passed = tries(2), tries(1, passed=True)
    assert counted([*begun, *begun], Within.SUBJECT, limits=LIMITS, now_ms=NOW).count == 1
    assert counted([*begun, *passed], Within.SUBJECT, limits=LIMITS, now_ms=NOW).count == 0
    assert counted([*passed, *begun], Within.SUBJECT, limits=LIMITS, now_ms=NOW).count == 0


def test_attempts_of_a_session_do_not_come_back() -> None:
    """In a session that is open for days the count stays what it was."""
    used = counted(tries(200, 100, 50), Within.SESSION, limits=LIMITS, now_ms=NOW)
    assert (used.left, used.free_ms) == (0, None)


@pytest.mark.parametrize(("within", "limit"), [(Within.SUBJECT, 3), (Within.DEVICE, 3), (Within.ADDRESS, 30)])
def test_an_address_has_more_than_a_person(within: Within, limit: int) -> None:
    """Behind one address of a mobile network stand many people; a limit of nothing lets nobody try."""
    assert counted([], within, limits=LIMITS, now_ms=NOW).left == limit
    none = counted([], within, limits=Limits(subject=0, device=0, address=0), now_ms=NOW)
    assert (none.left, none.free_ms) == (0, None)


def test_the_first_count_that_is_used_up_is_named() -> None:
    """A refusal names one reason, the narrowest."""
    counts = [counted(tries(3, 2, 1), within, limits=LIMITS, now_ms=NOW) for within in Within]
    found = spent(counts)
    assert found is not None
    assert found.within is Within.SESSION
    assert spent(counts[3:]) is None
