"""The score of sign 1.6: how surprises are combined and calibrated."""

from itertools import pairwise
from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.features.habit_score import DIMENSIONS, HIGHEST, TABLES, calibrated, combined, deviation, surprises_of

SURPRISE = st.one_of(st.floats(0, 8), st.just(nan))
TYPES = st.sampled_from(sorted(TABLES))
USUAL = [0.1] * len(DIMENSIONS)


@pytest.mark.parametrize("event_type", sorted(TABLES))
@pytest.mark.parametrize("place", range(len(DIMENSIONS)))
def test_one_surprise_counts_nothing(event_type: str, place: int) -> None:
    """The strongest piece counts no more than all others, so an endless surprise alone gives nothing."""
    surprises = USUAL.copy()
    surprises[place] = 1e12
    assert deviation(surprises, event_type) == 0


@given(TYPES, st.floats(0, 8), st.floats(0, 8), st.floats(0, 8))
def test_a_journey_is_one_piece(event_type: str, time: float, place: float, frequency: float) -> None:
    """Time, place and pace change together on a journey and count nothing without a fourth dimension."""
    assert combined([time, place, nan, 0.0, frequency, 0.0], event_type) == 0


@given(TYPES, st.lists(SURPRISE, min_size=6, max_size=6), st.integers(0, 5), st.floats(0, 3))
def test_more_surprise_never_counts_less(event_type: str, surprises: list[float], place: int, more: float) -> None:
    """The score rises with every dimension."""
    higher = surprises.copy()
    higher[place] += more
    assert deviation(higher, event_type) >= deviation(surprises, event_type)


@given(TYPES, st.lists(SURPRISE, min_size=6, max_size=6))
def test_the_score_is_bounded_and_unknown_counts_nothing(event_type: str, surprises: list[float]) -> None:
    """A score lies between nothing and one in a million; a missing dimension is as good as a usual one."""
    score = deviation(surprises, event_type)
    assert 0 <= score <= HIGHEST
    assert score == deviation([0.0 if isnan(one) else one for one in surprises], event_type)


def test_a_curve_goes_through_its_points_and_on() -> None:
    """Between two points a score is read off the line, beyond the last one off its extension."""
    curve = ((0.0, 0.0), (1.0, 2.0), (2.0, 3.0))
    assert [calibrated(raw, curve) for raw in (-1.0, 0.0, 0.5, 1.0, 1.5, 3.0, 99.0)] == [0, 0, 1, 2, 2.5, 4, HIGHEST]


@pytest.mark.parametrize("event_type", sorted(TABLES))
def test_the_tables_are_sound(event_type: str) -> None:
    """Curves begin at nothing and rise; every level has a weight; no weight is negative."""
    table = TABLES[event_type]
    assert table.curve[0] == (0.0, 0.0)
    assert all(left < right and low < high for (left, low), (right, high) in pairwise(table.curve))
    assert table.everyday.keys() == table.weight.keys() <= set(DIMENSIONS)
    assert min(table.weight.values()) > 0


def test_surprises_are_read_back_from_facts() -> None:
    """What facts do not hold is unknown."""
    found = surprises_of({"usual.time": 1.5, "usual.deviation": 2.0})
    assert found[0] == 1.5
    assert all(isnan(one) for one in found[1:])
