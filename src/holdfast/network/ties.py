"""Which sellers were seen with which marks: numbers, devices, accounts for payouts."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.network.marks import KEY_BYTES
from holdfast.network.shelves import Shelves

CROWD: Final = 8
"""Beyond so many sellers a mark is that of a place, such as a call centre, and ties nobody to anybody's listings."""

_MOST: Final = 32
_PAIR_BYTES: Final = 200


class Ties:
    """Sellers and marks seen together, each pair with the last instant; the newest few of each are kept."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, int] = OrderedDict()
        self._sellers = Shelves()
        self._marks = Shelves()

    def note(self, seller: bytes, mark: bytes, at_ms: int) -> None:
        """Take note that a seller used a mark."""
        before = self._seen.pop(seller + mark, at_ms)
        self._put(seller, mark, max(at_ms, before))
        if self._marks.count(seller) > _MOST:
            self._drop(seller, self._marks.oldest(seller) or b"")
        if self._sellers.count(mark) > _MOST:
            self._drop(self._sellers.oldest(mark) or b"", mark)

    def _put(self, seller: bytes, mark: bytes, at_ms: int) -> None:
        self._seen[seller + mark] = at_ms
        self._sellers.put(mark, seller)
        self._marks.put(seller, mark)

    def _drop(self, seller: bytes, mark: bytes) -> None:
        del self._seen[seller + mark]
        self._sellers.take(mark, seller)
        self._marks.take(seller, mark)

    def expire(self, limit_ms: int) -> None:
        """Forget what was last seen at or before an instant."""
        while self._seen and self._seen[oldest := next(iter(self._seen))] <= limit_ms:
            self._drop(oldest[:KEY_BYTES], oldest[KEY_BYTES:])

    def marks_of(self, seller: bytes, after_ms: int) -> list[bytes]:
        """Give the marks that a seller used after an instant, the newest first."""
        return [mark for mark in self._marks.newest(seller) if self._seen[seller + mark] > after_ms]

    def sellers_of(self, mark: bytes, after_ms: int) -> list[bytes]:
        """Give the sellers that used a mark after an instant, the newest first."""
        return [seller for seller in self._sellers.newest(mark) if self._seen[seller + mark] > after_ms]

    def is_crowded(self, mark: bytes, after_ms: int) -> bool:
        """Tell whether a mark is that of too many sellers to mean anything."""
        return self._sellers.count(mark) > CROWD and len(self.sellers_of(mark, after_ms)) > CROWD

    def memory(self) -> int:
        """Estimate the bytes in use."""
        return len(self._seen) * _PAIR_BYTES + self._sellers.memory() + self._marks.memory()

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give all pairs in the order in which they were last seen."""
        pairs = np.frombuffer(b"".join(self._seen), dtype=np.uint8)
        return {"ties": pairs, "ties_seen": np.fromiter(self._seen.values(), dtype=np.int64, count=len(self._seen))}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over the pairs of a snapshot."""
        instants = arrays["ties_seen"].tolist()
        width = len(arrays["ties"]) // max(len(instants), 1)
        flat = arrays["ties"].tobytes()
        for place, at_ms in enumerate(instants):
            pair = flat[place * width : (place + 1) * width]
            self._put(pair[:KEY_BYTES], pair[KEY_BYTES:], at_ms)
