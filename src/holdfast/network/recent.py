"""Which values were lately seen together with a key: bounded rows of hashes, each with the instant it was last seen.

Keys and values are 63-bit parts of keyed hashes; nothing stands here in clear.
"""

from array import array
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_PAIR: Final = 2
_KEY: Final = 300  # bytes of a key, its place in the table and an empty row, about
_CELL: Final = 8


class Recent:
    """For each key the values seen with it, at most `most` of them: beyond that the one not seen for longest goes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows: OrderedDict[int, array[int]] = OrderedDict()
        self._cells = 0

    def see(self, key: int, value: int, at_ms: int) -> None:
        """Take note that a value was seen with a key; an instant before the last one changes nothing."""
        row = self._rows.setdefault(key, array("q"))
        self._rows.move_to_end(key)
        for place in range(0, len(row), _PAIR):
            if row[place] == value:
                row[place + 1] = max(row[place + 1], at_ms)
                return
        if len(row) >= self._most * _PAIR:
            oldest = min(range(0, len(row), _PAIR), key=lambda place: row[place + 1])
            del row[oldest : oldest + _PAIR]
            self._cells -= _PAIR
        row.extend((value, at_ms))
        self._cells += _PAIR

    def seen(self, key: int, since_ms: int) -> Iterator[int]:
        """Give the values that were seen with a key after an instant."""
        row = self._rows.get(key, ())
        return (row[place] for place in range(0, len(row), _PAIR) if row[place + 1] > since_ms)

    def latest(self, key: int, since_ms: int) -> int | None:
        """Give the value that was seen last with a key, if that was after an instant."""
        row = self._rows.get(key)
        if row is None:
            return None
        place = _newest(row)
        return row[place] if row[place + 1] > since_ms else None

    def forget(self, until_ms: int) -> None:
        """Drop the keys with which nothing was seen after an instant, the one not met for longest first."""
        while self._rows:
            row = next(iter(self._rows.values()))
            if row[_newest(row) + 1] > until_ms:
                return
            self._cells -= len(row)
            self._rows.popitem(last=False)

    def memory(self) -> int:
        """Give the bytes in use, about."""
        return len(self._rows) * _KEY + self._cells * _CELL

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the whole state as arrays: the keys, how many cells each has, and the cells."""
        rows = self._rows.values()
        return {
            "keys": np.fromiter(self._rows, dtype=np.int64, count=len(self._rows)),
            "lengths": np.fromiter(map(len, rows), dtype=np.int64, count=len(self._rows)),
            "cells": np.fromiter((cell for row in rows for cell in row), dtype=np.int64, count=self._cells),
        }

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over the state of a snapshot."""
        self._rows.clear()
        cells = arrays["cells"].tolist()
        start = 0
        for key, length in zip(arrays["keys"].tolist(), arrays["lengths"].tolist(), strict=True):
            self._rows[key] = array("q", cells[start : start + length])
            start += length
        self._cells = len(cells)


def _newest(row: "array[int]") -> int:
    """Give the place of the pair that was seen last."""
    return max(range(0, len(row), _PAIR), key=lambda place: row[place + 1])
