"""Nobody under age is asked for a face, and an age that is not known is not taken for one that is."""

from datetime import date

import pytest

from holdfast.verification.age import Age, age_of, may_ask_face, ways_for
from holdfast.vocabulary.identity import Check, Way

TODAY = date(2026, 5, 8)
FACE = (Check.DOCUMENT, Check.FACE_MATCH)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("2008-05-08", Age.OF_AGE),
        ("2008-05-09", Age.UNDER_AGE),
        ("1950-01-01", Age.OF_AGE),
        ("2026-05-08", Age.UNDER_AGE),
        ("", Age.UNKNOWN),
    ],
)
def test_age_is_told_to_the_day(born: str, age: Age) -> None:
    """On the eighteenth birthday a person is of age, the day before not; without a date nothing is known."""
    assert age_of(born, TODAY) is age


@pytest.mark.parametrize(("today", "age"), [(date(2026, 2, 28), Age.UNDER_AGE), (date(2026, 3, 1), Age.OF_AGE)])
def test_a_leap_day_is_a_birthday_on_the_first_of_march(today: date, age: Age) -> None:
    """Who was born on 29 February is of age on 1 March of a common year."""
    assert age_of("2008-02-29", today) is age


def test_a_word_helps_only_where_nothing_is_known() -> None:
    """A child who says to be of age is a child; where no date is known, the word is kept as a word."""
    assert age_of("2010-01-01", TODAY, declared=True) is Age.UNDER_AGE
    assert age_of("", TODAY, declared=True) is Age.DECLARED


def test_an_operator_may_set_another_age() -> None:
    """Where the law has another age, it is a number of the operator's."""
    assert age_of("2009-05-08", TODAY, of_age=16) is Age.OF_AGE


@pytest.mark.parametrize("check", [Check.FACE_MATCH, Check.PAD, Check.IAD])
def test_no_check_that_looks_at_a_face_is_asked_of_the_young_and_the_unknown(check: Check) -> None:
    """Documents and data may be asked of everybody, a face only of who is of age or says so."""
    assert [may_ask_face((check,), age) for age in Age] == [True, True, False, False]
    assert all(may_ask_face((Check.DOCUMENT, Check.DATA_MATCH), age) for age in Age)
    assert not may_ask_face(FACE, Age.UNKNOWN)


def test_the_young_are_not_filmed_by_an_operator_either() -> None:
    """A branch and a signature are open to everybody."""
    assert ways_for(Age.UNDER_AGE) == (Way.BRANCH, Way.E_SIGNATURE)
    assert ways_for(Age.UNKNOWN) == tuple(Way)
