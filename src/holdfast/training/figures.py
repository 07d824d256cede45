"""How good scores are: what they find, at which cost, and whether they mean what they say."""

from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

PER: Final = 10_000
Z: Final = 1.96  # 95 %
_EDGE, _RIDGE, _DONE, _ROUNDS = 1e-12, 1e-9, 1e-9, 50


def average_precision(scores: NDArray[np.float64], fraud: NDArray[np.bool_]) -> float:
    """Give the area under the curve of precision over recall, equal scores being one step; 0 without fraud."""
    total = int(fraud.sum())
    if not total:
        return 0.0
    order = np.argsort(-scores, kind="stable")
    found, ordered = np.cumsum(fraud[order]), scores[order]
    steps = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    recall, precision = found[steps] / total, found[steps] / (steps + 1)
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def threshold_for(scores: NDArray[np.float64], alerts: int) -> float:
    """Give the least score that at most `alerts` of 10,000 rows reach."""
    allowed = len(scores) * alerts // PER
    ordered = np.sort(scores)[::-1]
    return float(np.nextafter(ordered[allowed], np.inf)) if allowed < len(ordered) else 0.0


def interval(hits: int, of: int) -> tuple[float, float]:
    """Give the range in which a share lies with 95 % certainty (Wilson 1927); all of 0 to 1 for none."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, Z * Z / of
    middle = (share + square / 2) / (1 + square)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def line(raw: NDArray[np.float64], fraud: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit slope and intercept over the log-odds of raw outputs by Newton's method; targets as in Platt (1999).

    A line keeps the order of all scores, where steps would make many of them equal.
    """
    clipped = np.clip(raw, _EDGE, 1 - _EDGE)
    odds = np.stack([np.log(clipped / (1 - clipped)), np.ones(len(raw))], axis=1)
    bad = int(fraud.sum())
    target = np.where(fraud, (bad + 1) / (bad + 2), 1 / (len(fraud) - bad + 2))
    weights = np.array([1.0, 0.0])
    loss = _loss(odds @ weights, target)
    for _ in range(_ROUNDS):
        share = np.exp(-np.logaddexp(0.0, -(odds @ weights)))
        bend = (odds * (share * (1 - share))[:, None]).T @ odds + _RIDGE * np.eye(2)
        step = np.linalg.solve(bend, odds.T @ (share - target))
        while (after := _loss(odds @ (weights - step), target)) > loss and np.abs(step).max() > _DONE:
            step = step / 2  # Newton's method may step too far where the curve is flat
        weights, loss = weights - step, after
        if np.abs(step).max() <= _DONE:
            break
    return float(weights[0]), float(weights[1])


def _loss(drawn: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    """Give the logarithmic loss of log-odds against targets."""
    return float(np.sum(np.logaddexp(0.0, drawn) - target * drawn))
