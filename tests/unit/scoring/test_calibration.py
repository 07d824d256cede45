"""Calibration keeps the order of scores and stays between 0 and 1."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from holdfast.scoring.calibration import calibration
from holdfast.vocabulary.models import Isotonic, Platt

CURVES = [
    None,
    Isotonic(raw=(0.1, 0.4, 0.9), score=(0.0, 0.2, 0.8)),
    Isotonic(raw=(0.5,), score=(0.3,)),
    Platt(slope=0.8, intercept=-1.5),
]


@pytest.mark.parametrize("curve", CURVES)
@given(low=some.floats(0, 1), high=some.floats(0, 1))
def test_a_greater_output_never_means_a_lower_score(curve: Isotonic | Platt | None, low: float, high: float) -> None:
    """Whatever the curve, it never falls and never leaves 0 to 1."""
    calibrate = calibration(curve)
    first, second = sorted((low, high))
    assert 0.0 <= calibrate(first) <= calibrate(second) <= 1.0


def test_points_are_met_and_the_way_between_them_is_straight() -> None:
    """The curve goes through its points, halfway between two of them it is halfway up, and outside it is level."""
    calibrate = calibration(CURVES[1])
    assert [calibrate(raw) for raw in (0.0, 0.1, 0.4, 0.65, 0.9, 1.0)] == pytest.approx([0, 0, 0.2, 0.5, 0.8, 0.8])


def test_without_a_curve_the_output_stands() -> None:
    """Nothing is rounded or moved where nobody calibrated."""
    assert calibration(None)(0.123456789012345) == 0.123456789012345


def test_the_line_over_log_odds_is_platt_s() -> None:
    """Slope 1 and intercept 0 change nothing; an intercept moves the odds."""
    assert calibration(Platt(slope=1.0, intercept=0.0))(0.3) == pytest.approx(0.3)
    assert calibration(Platt(slope=1.0, intercept=1.0))(0.5) == pytest.approx(0.7310585786)
