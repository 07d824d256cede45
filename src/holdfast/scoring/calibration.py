"""From a model's raw output to the share of fraud that was seen at such outputs."""

from bisect import bisect_right
from collections.abc import Callable
from math import exp, log

from holdfast.vocabulary.models import Isotonic, Platt

Calibrate = Callable[[float], float]


def calibration(points: Isotonic | Platt | None) -> Calibrate:
    """Give the function of a calibration; without one the raw output stands as it is."""
    if points is None:
        return _as_it_is
    return _between(points) if isinstance(points, Isotonic) else _along(points)


def _as_it_is(raw: float) -> float:
    return raw


def _between(points: Isotonic) -> Calibrate:
    """Go straight from point to point; outside of them the nearest one counts."""
    raws, scores, last = points.raw, points.score, len(points.raw) - 1

    def calibrate(raw: float) -> float:
        place = bisect_right(raws, raw)
        if place == 0:
            return scores[0]
        if place > last:
            return scores[last]
        low, high = raws[place - 1], raws[place]
        return scores[place - 1] + (scores[place] - scores[place - 1]) * ((raw - low) / (high - low))

    return calibrate


def _along(line: Platt) -> Calibrate:
    """Follow the line over the log-odds; certainty stays certainty."""

    def calibrate(raw: float) -> float:
        if raw <= 0.0 or raw >= 1.0:
            return min(max(raw, 0.0), 1.0)
        return 1.0 / (1.0 + exp(-(line.slope * log(raw / (1.0 - raw)) + line.intercept)))

    return calibrate
