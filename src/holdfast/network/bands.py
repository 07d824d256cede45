"""An index of 64-bit hashes that finds those within a few bits of another without looking at all of them."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.network.bands_kernel import (
    BANDS,
    BUCKETS,
    CHUNK_WORDS,
    S_USED,
    Hashes,
    Ids,
    insert,
    near,
    remove,
)

_FIRST_CHUNKS: Final = 128
_FIRST_HASHES: Final = 4_096
_FIRST_FOUND: Final = 4_096
_PORTION: Final = 64  # ids for which room is made at once: in the worst case each opens a chunk in every band
_STEP_BYTES: Final = 1 << 22  # by which a large table grows, so that no event waits for more than clearing these


class Bands:
    """Pairs of hashes by id, found by the first; ids are small whole numbers that the caller gives and takes back."""

    def __init__(self) -> None:
        self._heads: Ids = np.zeros(BANDS * BUCKETS, dtype=np.int32)
        self._chunks = np.zeros((_FIRST_CHUNKS, CHUNK_WORDS), dtype=np.int32)
        self._state = np.zeros(2, dtype=np.int64)
        self._hashes: Hashes = np.zeros((_FIRST_HASHES, 2), dtype=np.uint64)
        self._found: Ids = np.zeros(_FIRST_FOUND, dtype=np.int32)

    def add(self, ids: Ids, hashes: Hashes, findable: NDArray[np.bool_]) -> None:
        """Put pairs of hashes in, each under an id that is not in use; what is not `findable` is only kept."""
        _widen(self._hashes, int(ids.max()) + 1 if len(ids) else 0)
        self._hashes[ids] = hashes
        ids, hashes = ids[findable], hashes[findable]
        for start in range(0, len(ids), _PORTION):
            some = slice(start, start + _PORTION)
            _widen(self._chunks, int(self._state[S_USED]) + BANDS * _PORTION + 1)
            insert(self._heads, self._chunks, self._state, ids[some], hashes[some])

    def remove(self, ids: Ids) -> None:
        """Take ids out."""
        remove(self._heads, self._chunks, self._state, ids, self._hashes[ids])

    def hashes(self, ids: Ids) -> Hashes:
        """Give the hashes of ids."""
        return self._hashes[ids]

    def near(self, asked: Hashes, *, coarse: int, both: int) -> Ids:
        """Give the ids, ascending, of hashes near one of those asked.

        At most `coarse` bits may differ in the first hash of a pair, `both` in the two; all are found that differ in
        at most `SURE_BITS` of the first.
        """
        limits = np.array([coarse, both], dtype=np.int64)
        count = near(self._heads, self._chunks, self._hashes, asked, limits, self._found)
        while count > len(self._found):
            self._found = np.zeros(2 * count, dtype=np.int32)
            count = near(self._heads, self._chunks, self._hashes, asked, limits, self._found)
        return np.unique(self._found[:count])

    def memory(self) -> int:
        """Give the bytes in use."""
        arrays: tuple[NDArray[np.generic], ...] = (self._heads, self._chunks, self._hashes, self._found)
        return sum(array.nbytes for array in arrays)


def _widen(table: NDArray[Any], rows: int) -> None:
    """Give a table room for so many rows; the system remaps large blocks, so growth copies nothing."""
    step = _STEP_BYTES // table[0].nbytes
    while len(table) < rows:
        table.resize((len(table) + min(len(table), step), *table.shape[1:]), refcheck=False)


def warm_up() -> None:
    """Compile the kernel, or load it from disk, so that the first photo need not wait for it."""
    bands, one = Bands(), np.zeros(1, dtype=np.int32)
    hashes = np.zeros((1, 2), dtype=np.uint64)
    bands.add(one, hashes, np.ones(1, dtype=np.bool_))
    bands.near(hashes, coarse=0, both=0)
    bands.remove(one)
