"""A Bloom filter over idempotency keys, so that a new key costs no look-up in thirty tables.

Source: B. H. Bloom, Space/time trade-offs in hash coding with allowable errors, CACM 13 (1970). The keys are
uniform hashes already, so that their own words serve as the hash functions. Filters of doubling size are chained
as keys come, which keeps at least 16 bits for each key and false answers below one in a hundred.
"""

from collections.abc import Sequence
from struct import Struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.vocabulary.errors import Bug

KEY_BYTES: Final = 16
_WORDS_EACH: Final = 4
_WORDS: Final = Struct("<4I")
_FIRST_BITS: Final = 20
_MOST_BITS: Final = 32  # what one word of a key can address
_BITS_EACH: Final = 16
_FEW: Final = 12  # for which NumPy takes longer than Python


class _Filter:
    """One filter of `2 ** bits` bits."""

    def __init__(self, bits: int) -> None:
        self.mask = (1 << bits) - 1
        self.room = (1 << bits) // _BITS_EACH
        self.cells = bytearray(1 << (bits - 3))

    def add(self, words: tuple[int, int, int, int]) -> None:
        for word in words:
            place = word & self.mask
            self.cells[place >> 3] |= 1 << (place & 7)
        self.room -= 1

    def holds(self, words: tuple[int, int, int, int]) -> bool:
        cells, mask = self.cells, self.mask
        for word in words:
            place = word & mask
            if not cells[place >> 3] >> (place & 7) & 1:
                return False
        return True

    def holds_any(self, words: NDArray[np.uint32]) -> bool:
        cells = np.frombuffer(self.cells, dtype=np.uint8)
        places = words & np.uint32(self.mask)
        found = cells[places >> 3] >> (places & 7).astype(np.uint8) & 1
        return bool(found.reshape(-1, _WORDS_EACH).all(axis=1).any())


class KeyFilter:
    """A set of 16-byte keys that may say yes wrongly, never no.

    One thread adds; any thread asks. A key is seen by every question that starts after its `add` returned.
    """

    def __init__(self, expected: int = 0) -> None:
        bits = max(_FIRST_BITS, (expected * _BITS_EACH).bit_length())
        self._filters = [_Filter(min(bits, _MOST_BITS))]

    def add(self, key: bytes) -> None:
        """Add one key; a key of another length is a `Bug`."""
        if len(key) != KEY_BYTES:
            raise Bug(f"an idempotency key has {len(key)} bytes instead of {KEY_BYTES}")
        self._newest().add(_WORDS.unpack(key))

    def add_many(self, keys: bytes) -> None:
        """Add many keys that stand end to end, at a fraction of a microsecond each."""
        newest = self._newest()
        cells = np.frombuffer(newest.cells, dtype=np.uint8)
        places = np.frombuffer(keys, dtype="<u4") & np.uint32(newest.mask)
        np.bitwise_or.at(cells, places >> 3, np.left_shift(1, places & 7).astype(np.uint8))
        newest.room -= len(keys) // KEY_BYTES

    def maybe_any(self, keys: Sequence[bytes]) -> bool:
        """Tell whether one of many keys, each of 16 bytes, may be in the set."""
        if len(keys) < _FEW:
            return any(map(self.maybe, keys))
        words = np.frombuffer(b"".join(keys), dtype="<u4")
        return any(one.holds_any(words) for one in self._filters)

    def _newest(self) -> _Filter:
        """Give the filter that takes the next keys, which may go over its room by those of one call."""
        newest = self._filters[-1]
        if newest.room <= 0:
            newest = _Filter(min(newest.mask.bit_length() + 1, _MOST_BITS))
            self._filters.append(newest)
        return newest

    def maybe(self, key: bytes) -> bool:
        """Tell whether the key may be in the set."""
        if len(key) != KEY_BYTES:
            return False
        words = _WORDS.unpack(key)
        for one in self._filters:  # noqa: SIM110 - a generator costs more than the filter
            if one.holds(words):
                return True
        return False
