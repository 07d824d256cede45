"""An index of 64-bit hashes that finds those within a few bits of another without looking at all of them."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.network.bands_kernel import (
    BANDS,
    BUCKETS,
    CHUNK_WORDS,
    S_USED,
    SURE_BITS,
    Hashes,
    Ids,
    insert,
    near,
    remove,
)
from holdfast.vocabulary.errors import Bug

_FIRST_CHUNKS: Final = 1_024
_FIRST_HASHES: Final = 4_096
_FIRST_FOUND: Final = 4_096


def _masks(radius: int) -> Iterator[int]:
    """Give every way in which sixteen bits may differ in at most `radius`."""
    for bits in range(radius + 1):
        for chosen in combinations(range(16), bits):
            yield sum(1 << bit for bit in chosen)


_MASKS: Final = tuple(np.array(list(_masks(radius)), dtype=np.uint64) for radius in range(SURE_BITS // BANDS + 1))


class Bands:
    """Hashes by id; ids are small whole numbers that the caller gives and takes back."""

    def __init__(self) -> None:
        self._heads: Ids = np.zeros(BANDS * BUCKETS, dtype=np.int32)
        self._chunks = np.zeros((_FIRST_CHUNKS, CHUNK_WORDS), dtype=np.int32)
        self._state = np.zeros(2, dtype=np.int64)
        self._hashes: Hashes = np.zeros(_FIRST_HASHES, dtype=np.uint64)
        self._found: Ids = np.zeros(_FIRST_FOUND, dtype=np.int32)

    def add(self, ids: Ids, hashes: Hashes) -> None:
        """Put hashes in, each under an id that is not in use."""
        need = int(ids.max()) + 1 if len(ids) else 0
        while len(self._hashes) < need:
            self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
        while len(self._chunks) <= int(self._state[S_USED]) + BANDS * len(ids):
            self._chunks = np.concatenate([self._chunks, np.zeros_like(self._chunks)])
        self._hashes[ids] = hashes
        insert(self._heads, self._chunks, self._state, ids, hashes)

    def remove(self, ids: Ids) -> None:
        """Take ids out."""
        remove(self._heads, self._chunks, self._state, ids, self._hashes[ids])

    def hashes(self, ids: Ids) -> Hashes:
        """Give the hashes of ids."""
        return self._hashes[ids]

    def near(self, asked: Hashes, limit: int) -> Ids:
        """Give the ids, ascending, of all hashes within `limit` bits (at most `SURE_BITS`) of one of those asked."""
        if not 0 <= limit <= SURE_BITS:
            raise Bug(f"an index of bands cannot find all hashes within {limit} bits")
        masks = _MASKS[limit // BANDS]
        count = near(self._heads, self._chunks, self._hashes, asked, masks, limit, self._found)
        while count > len(self._found):
            self._found = np.zeros(2 * count, dtype=np.int32)
            count = near(self._heads, self._chunks, self._hashes, asked, masks, limit, self._found)
        return np.unique(self._found[:count])

    def memory(self) -> int:
        """Give the bytes in use."""
        arrays: tuple[NDArray[np.generic], ...] = (self._heads, self._chunks, self._hashes, self._found)
        return sum(array.nbytes for array in arrays)
