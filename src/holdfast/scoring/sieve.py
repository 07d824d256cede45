"""All trees at once: each split that a row fails takes leaves away, and the first leaf left of each tree counts.

This is QuickScorer (Lucchese et al., SIGIR 2015). Going down a tree waits at every split for memory; here the splits
stand feature by feature in the order of their thresholds, so that those which a row fails are one run, read from its
start. Most features of most events are small or unknown, and their runs are short. The leaves of a tree, from left to
right, are the bits of one word, so no tree may have more than 64.

The leaves are added in the order of the trees, so the sum is LightGBM's to the bit, as that of the descent is.
All places are numbers without a sign: Numba need not look whether they count from the end, which halves the time.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.scoring.descent import Descent, ask
from holdfast.scoring.trees import Trees
from holdfast.windows.compiled import entrance

WIDEST: Final = 64
_ALL: Final = 2**64 - 1
_SPREAD: Final = 0x03F79D71B4CB0A89  # a de Bruijn sequence: shifted by 0 to 63 it begins with 64 different numbers
_SHIFT: Final = 58
_LOWEST: Final = np.zeros(64, dtype=np.uint64)
_LOWEST[[(_SPREAD << bit & _ALL) >> _SHIFT for bit in range(64)]] = range(64)
Masks = NDArray[np.uint64]
Places = NDArray[np.uint64]


class Sieve(Descent):
    """All trees of a model laid out for the sieve."""

    def __init__(self, trees: Trees, width: int) -> None:
        super().__init__(trees, width)
        laid_out = [_laid_out(trees, int(root)) for root in trees.roots]
        splits = [(node, tree, mask) for tree, (_, found) in enumerate(laid_out) for node, mask in found]
        nodes, owners, masks = zip(*splits, strict=True) if splits else ((), (), ())
        asked, edges = self._nodes["asked"][list(nodes)], self._nodes["edge"][list(nodes)]
        order = np.lexsort((edges, asked))
        self._runs = np.searchsorted(asked[order], np.arange(2 * width + 1)).astype(np.uint64)
        self._sifted = (edges[order], np.array(owners, dtype=np.uint32)[order], np.array(masks, dtype=np.uint64)[order])
        self._in_order = np.concatenate([trees.leaves[leaves] for leaves, _ in laid_out])
        self._firsts = np.cumsum([0, *(len(leaves) for leaves, _ in laid_out)])[:-1].astype(np.uint64)

    @staticmethod
    def fits(trees: Trees) -> bool:
        """Tell whether no tree has too many leaves."""
        return all(_count(trees, int(root)) <= WIDEST for root in trees.roots)

    def total(self, row: NDArray[np.float64]) -> float:
        """Add up the leaves that are left."""
        return sift(row, self._missing, self._runs, *self._sifted, self._in_order, self._firsts, _LOWEST)


def _count(trees: Trees, root: int) -> int:
    """Count the leaves of a tree."""
    nodes, leaves = [root], 0
    while nodes:
        node = nodes.pop()
        if node < 0:
            leaves += 1
        else:
            nodes += trees.children[node].tolist()
    return leaves


def _laid_out(trees: Trees, root: int) -> tuple[list[int], list[tuple[int, int]]]:
    """Give a tree's leaves from left to right, and each split with the mask of those left where it sends right."""
    leaves: list[int] = []
    splits: list[tuple[int, int]] = []

    def walk(node: int) -> None:
        if node < 0:
            leaves.append(-node - 1)
            return
        first = len(leaves)
        walk(int(trees.children[node, 0]))
        splits.append((node, _ALL ^ ((1 << len(leaves)) - (1 << first))))
        walk(int(trees.children[node, 1]))

    walk(root)
    return leaves, splits


@entrance
def sift(
    row: NDArray[np.float64],
    missing: NDArray[np.int64],
    runs: Places,
    edges: NDArray[np.float64],
    owners: NDArray[np.uint32],
    masks: Masks,
    leaves: NDArray[np.float64],
    firsts: Places,
    lowest: Places,
) -> float:
    """Take away the leaves that failed splits rule out, then add the first that is left of each tree."""
    asked = ask(row, missing)
    left = np.full(len(firsts), np.uint64(_ALL))
    for place in range(len(asked)):
        value = asked[place]
        for split in range(runs[place], runs[place + 1]):
            if not value > edges[split]:
                break
            left[owners[split]] &= masks[split]
    total = 0.0
    for tree in range(len(firsts)):
        word = left[tree]
        lowest_bit = word & (~word + np.uint64(1))
        total += leaves[firsts[tree] + lowest[(lowest_bit * np.uint64(_SPREAD)) >> np.uint64(_SHIFT)]]
    return total
