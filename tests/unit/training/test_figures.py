"""The figures of a report are what their definitions say, and do not flatter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from holdfast.training.figures import average_precision, interval, line, threshold_for

Scored = list[tuple[float, bool]]


def slow_average_precision(rows: Scored) -> float:
    """Work the area out step by step: at each score from above, the precision times what recall gained."""
    total, area, before = sum(bad for _, bad in rows), 0.0, 0.0
    for level in sorted({score for score, _ in rows}, reverse=True):
        reached = [bad for score, bad in rows if score >= level]
        recall = sum(reached) / total
        area += (recall - before) * sum(reached) / len(reached)
        before = recall
    return area


@given(some.lists(some.tuples(some.sampled_from([0.1, 0.2, 0.5, 0.9]), some.booleans()), min_size=1))
def test_average_precision_is_its_definition(rows: Scored) -> None:
    """Equal scores are one step, whatever order they stand in; without fraud there is nothing to find."""
    scores, fraud = np.array([one for one, _ in rows]), np.array([bad for _, bad in rows])
    expected = slow_average_precision(rows) if fraud.any() else 0.0
    assert average_precision(scores, fraud) == pytest.approx(expected)


def test_a_threshold_never_lets_more_through_than_were_asked_for() -> None:
    """Where many rows share a score at the border none of them is an alert, for there are hands for so many only."""
    scores = np.array([0.9] * 3 + [0.5] * 9_997)
    assert int((scores >= threshold_for(scores, 10)).sum()) == 3
    assert int((scores >= threshold_for(scores, 2)).sum()) == 0
    spread = np.arange(20_000) / 20_000
    assert int((spread >= threshold_for(spread, 10)).sum()) == 20


def test_a_share_of_few_is_uncertain() -> None:
    """Ten of ten is not certainty: the range of Wilson's interval says so."""
    low, high = interval(10, 10)
    assert (round(low, 3), high) == (0.722, 1.0)
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(500, 1_000) == pytest.approx((0.469, 0.531), abs=1e-3)


def test_a_line_finds_how_far_outputs_exaggerate() -> None:
    """Outcomes drawn with half the log-odds of the raw outputs give a slope of a half."""
    rng = np.random.default_rng(1)
    odds = rng.normal(0, 2, 40_000)
    raw = 1 / (1 + np.exp(-odds))
    fraud = rng.random(40_000) < 1 / (1 + np.exp(-(0.5 * odds - 1)))
    assert line(raw, fraud) == pytest.approx((0.5, -1.0), abs=0.02)


def test_certain_outputs_do_not_break_the_fit() -> None:
    """Outputs of exactly 0 and 1, all of them right, still give a finite line upwards."""
    slope, intercept = line(np.array([0.0] * 50 + [1.0] * 50), np.array([False] * 50 + [True] * 50))
    assert 0 < slope < 10
    assert abs(intercept) < 10
