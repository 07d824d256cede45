"""The way of one row down every tree, eight trees at a time: the sum of their leaves, as LightGBM adds them up.

LightGBM goes down one tree after the other and waits at every split for the one before. Here eight trees take a step
in turn, and a node is one piece of memory, so that the processor waits for none of them: it takes half the time. The
leaves are added in the order of the trees, so the sum is the same to the bit; `Engine` proves it for each model
before it relies on it.
"""

from collections.abc import Callable, Iterator
from math import exp, nan
from struct import Struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.scoring.inputs import Row
from holdfast.scoring.trees import Trees
from holdfast.windows.compiled import compiled, entrance

_ZERO, _NAN = 4, 8  # LightGBM's bits of a split: what is missing
_RIGHT: Final = 2  # the bit that sends it to the left is not set
_MOST = 1.7976931348623157e308  # no number is above it but what stands for missing
_TINY = 1e-35  # what LightGBM takes for zero (kZeroThreshold)
_PROOFS: Final = 200
_NODE: Final = np.dtype([("edge", "f8"), ("asked", "i4"), ("left", "i4"), ("right", "i4"), ("spare", "i4")])


class Descent:
    """All trees of a model laid out for the descent; splits come first, then the leaves, which lead to themselves.

    `is_plain` says that it can be relied on at all: trees that are summed up, and one kind of missing a feature.
    """

    def __init__(self, trees: Trees, width: int) -> None:
        splits, leaves = len(trees.features), len(trees.leaves)
        below = np.where(trees.children < 0, splits - trees.children - 1, trees.children)
        itself = np.arange(splits, splits + leaves)
        self._nodes = np.zeros(splits + leaves, dtype=_NODE)
        self._nodes["edge"] = [*np.minimum(trees.thresholds, _MOST), *np.zeros(leaves)]
        self._nodes["asked"] = [*(2 * trees.features + (trees.forms & _RIGHT == 0)), *np.zeros(leaves, dtype=int)]
        self._nodes["left"], self._nodes["right"] = ([*below[:, side], *itself] for side in (0, 1))
        self._roots = np.where(trees.roots < 0, splits - trees.roots - 1, trees.roots)
        self._missing = np.zeros(width, dtype=np.int64)
        self._missing[trees.features] = trees.forms & (_ZERO | _NAN)
        self._leaves = trees.leaves
        self._features, self._edges = trees.features, trees.thresholds
        self._steepness = trees.steepness or 1.0
        self._pack = Struct(f"{width}d").pack
        alike = self._missing[trees.features] == trees.forms & (_ZERO | _NAN)
        self.is_plain = trees.steepness is not None and bool(np.all(alike))

    def __call__(self, row: Row) -> float:
        """Score one row, unknown numbers being NaN."""
        numbers: NDArray[np.float64] = np.frombuffer(self._pack(*row))
        try:
            return 1.0 / (1.0 + exp(-self._steepness * self.total(numbers)))
        except OverflowError:
            return 0.0

    def total(self, row: NDArray[np.float64]) -> float:
        """Add up the leaves at which a row ends."""
        return descend(row, self._missing, self._roots, self._nodes, self._leaves)

    def equals(self, other: Callable[[Row], float | None]) -> bool:
        """Tell whether another way to the score gives the same to the bit, on rows at and around the model's edges."""
        return all(self(row) == other(row) for row in self._rows())

    def _rows(self) -> Iterator[Row]:
        """Make rows of the edges of the splits, a little more, a little less, and unknown ones among them."""
        edges = [self._edges[self._features == place] for place in range(len(self._missing))]
        for turn in range(_PROOFS):
            row = []
            for place, own in enumerate(edges):
                value = own[(turn * 7 + place) % len(own)] if len(own) else float(turn)
                step = (turn + place) % 4
                row.append((value, np.nextafter(value, -np.inf), np.nextafter(value, np.inf), nan)[step])
            yield tuple(map(float, row))


@compiled
def ask(row: NDArray[np.float64], missing: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give each feature twice: as it is asked where missing goes to the left, and where it goes to the right."""
    asked = np.empty(2 * len(row))
    for place in range(len(row)):
        value = row[place]
        if np.isnan(value) and missing[place] == 0:
            value = 0.0
        if np.isnan(value) or (missing[place] == _ZERO and abs(value) <= _TINY):
            asked[2 * place], asked[2 * place + 1] = -np.inf, np.inf
        else:
            asked[2 * place] = asked[2 * place + 1] = min(value, _MOST)
    return asked


@entrance
def descend(
    row: NDArray[np.float64],
    missing: NDArray[np.int64],
    roots: NDArray[np.int64],
    nodes: NDArray[Any],
    leaves: NDArray[np.float64],
) -> float:
    """Go down all trees."""
    asked = ask(row, missing)
    total, first, count, splits = 0.0, 0, len(roots), len(nodes) - len(leaves)
    while first < count:
        last = count - 1
        a, b = roots[first], roots[min(first + 1, last)]
        c, d = roots[min(first + 2, last)], roots[min(first + 3, last)]
        e, f = roots[min(first + 4, last)], roots[min(first + 5, last)]
        g, h = roots[min(first + 6, last)], roots[min(first + 7, last)]
        while min(a, b, c, d, e, f, g, h) < splits:
            node = nodes[a]
            a = node.right if asked[node.asked] > node.edge else node.left
            node = nodes[b]
            b = node.right if asked[node.asked] > node.edge else node.left
            node = nodes[c]
            c = node.right if asked[node.asked] > node.edge else node.left
            node = nodes[d]
            d = node.right if asked[node.asked] > node.edge else node.left
            node = nodes[e]
            e = node.right if asked[node.asked] > node.edge else node.left
            node = nodes[f]
            f = node.right if asked[node.asked] > node.edge else node.left
            node = nodes[g]
            g = node.right if asked[node.asked] > node.edge else node.left
            node = nodes[h]
            h = node.right if asked[node.asked] > node.edge else node.left
        for place, leaf in enumerate((a, b, c, d, e, f, g, h)):
            if first + place < count:
                total += leaves[leaf - splits]
        first += 8
    return total
