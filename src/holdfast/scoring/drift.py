"""How far what a model reads in service lies from what it was trained on: the population stability index.

For each feature that came with a histogram of its training, values are counted into the same bins, unknown ones into
their own. The index is the sum over bins of (served - trained) * ln(served / trained): below 0.1 nothing to speak of,
above 0.25 a different population (Siddiqi 2006).
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.vocabulary.models import Histogram, Model

EVERY: Final = 4  # one score in so many is looked at, so that the watch costs next to nothing
LEAST: Final = 100  # looks, before an index says anything
_BLOCK: Final = 256
_FLOOR: Final = 1e-4  # an empty bin counts as this much, so that the logarithm stays finite


class Drift:
    """Counts of one model's features and scores by bin."""

    def __init__(self, model: Model) -> None:
        self._watched: list[tuple[str, int, Histogram]] = [
            (feature.name, place, feature.training)
            for place, feature in enumerate(model.features)
            if feature.training is not None
        ]
        if model.scores is not None:
            self._watched.append(("score", len(model.features), model.scores))
        self._counts = [np.zeros(len(one.shares), dtype=np.int64) for _, _, one in self._watched]
        self._block: NDArray[np.float64] | None = None
        self._width = len(model.features) + 1
        self._filled = self._asked = 0

    def see(self, row: tuple[float, ...], score: float) -> None:
        """Take note of one score in service."""
        self._asked += 1
        if self._asked % EVERY or not self._watched:
            return
        if self._block is None:
            self._block = np.zeros((_BLOCK, self._width))
        self._block[self._filled, :-1] = row
        self._block[self._filled, -1] = score
        self._filled += 1
        if self._filled == _BLOCK:
            self._count()

    def _count(self) -> None:
        """Count what was noted, a whole block in one go."""
        if self._block is None or not self._filled:
            return
        noted, self._filled = self._block[: self._filled], 0
        for (_, place, trained), counts in zip(self._watched, self._counts, strict=True):
            np.add.at(counts, bins(noted[:, place], trained.edges), 1)

    def indices(self) -> Iterator[tuple[str, float]]:
        """Give the index of each watched feature, and of the score; nothing before there is enough to go by."""
        self._count()
        for (name, _, trained), counts in zip(self._watched, self._counts, strict=True):
            total = int(counts.sum())
            if total >= LEAST:
                yield name, stability(np.array(trained.shares), counts / total)


def bins(values: NDArray[np.float64], edges: tuple[float, ...]) -> NDArray[np.int64]:
    """Give the bin of each value: 0 for an unknown one, else one more than the edges at or below it."""
    return np.where(np.isnan(values), 0, 1 + np.searchsorted(np.array(edges), values, side="right"))


def stability(trained: NDArray[np.float64], served: NDArray[np.float64]) -> float:
    """Give the population stability index of two spreads over the same bins."""
    before, now = np.maximum(trained, _FLOOR), np.maximum(served, _FLOOR)
    return float(np.sum((now - before) * np.log(now / before)))
