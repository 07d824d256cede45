"""Which features moved a score, and how far: the way of one row through every tree (path attribution, Saabas 2014).

At each split the mean of the training rows below changes; the change is put down to the feature that was asked. It
costs as much as the score itself, where exact Shapley values cost some hundred times more.
"""

import numpy as np
from numpy.typing import NDArray

from holdfast.scoring.trees import Trees
from holdfast.windows.compiled import entrance

_LEFT, _ZERO, _NAN = 2, 4, 8  # LightGBM's bits of a split
_TINY = 1e-35  # what LightGBM takes for zero (kZeroThreshold)


def attribute(trees: Trees, row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say how far each feature moved the raw sum of the trees for a row, in which NaN is unknown."""
    moved = np.zeros(len(row))
    one = (trees.features, trees.thresholds, trees.forms, trees.children, trees.values, trees.leaves)
    walk(row, trees.roots, *one, moved)
    return moved


@entrance
def walk(
    row: NDArray[np.float64],
    roots: NDArray[np.int64],
    features: NDArray[np.int64],
    thresholds: NDArray[np.float64],
    forms: NDArray[np.int64],
    children: NDArray[np.int64],
    values: NDArray[np.float64],
    leaves: NDArray[np.float64],
    moved: NDArray[np.float64],
) -> None:
    """Add to `moved`, by feature, how far each split moved the sum of all trees."""
    for root in roots:
        node = root
        while node >= 0:
            value, form = row[features[node]], forms[node]
            if np.isnan(value) and not form & _NAN:
                value = 0.0
            missing = np.isnan(value) or (form & _ZERO != 0 and abs(value) <= _TINY)
            left = form & _LEFT != 0 if missing else value <= thresholds[node]
            child = children[node, 0 if left else 1]
            after = values[child] if child >= 0 else leaves[-child - 1]
            moved[features[node]] += after - values[node]
            node = child
