"""The documents and sources behind entries, packed into two flat arrays; a row refers to one by its number."""

import json
from array import array
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_REMEMBERED: Final = 4_096
"""Texts that are recognised when they come again; later ones are stored once more, so that memory stays bounded."""

Texts = tuple[str | None, ...]


class Papers:
    """An append-only store of short tuples of texts, numbered from 1; zero stands for none."""

    def __init__(self, content: bytes = b"", ends: Sequence[int] = ()) -> None:
        self._content = bytearray(content)
        self._ends = array("Q", ends)
        self._known: dict[Texts, int] = {}

    def __len__(self) -> int:
        """Count the stored tuples."""
        return len(self._ends)

    @property
    def size_bytes(self) -> int:
        """Give the memory that the packed texts take."""
        return len(self._content) + len(self._ends) * self._ends.itemsize

    def add(self, texts: Texts) -> int:
        """Store one tuple and give its number."""
        number = self._known.get(texts)
        return self._append(texts) if number is None else number

    def _append(self, texts: Texts) -> int:
        self._content += json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
        self._ends.append(len(self._content))
        if len(self._known) < _REMEMBERED:
            self._known[texts] = len(self._ends)
        return len(self._ends)

    def get(self, number: int) -> list[str | None] | None:
        """Give the tuple of a number; zero is `None`."""
        if number == 0:
            return None
        start = self._ends[number - 2] if number > 1 else 0
        texts: list[str | None] = json.loads(self._content[start : self._ends[number - 1]])
        return texts

    def copy(self) -> "Papers":
        """Make an equal store that grows on its own."""
        made = Papers(bytes(self._content), self._ends)
        made._known = dict(self._known)
        return made

    def arrays(self) -> tuple[NDArray[np.uint8], NDArray[np.uint64]]:
        """Give copies of the two arrays: the packed texts and where each ends."""
        return np.frombuffer(bytes(self._content), dtype=np.uint8), np.array(self._ends, dtype=np.uint64)

    @classmethod
    def restore(cls, content: NDArray[np.uint8], ends: NDArray[np.uint64]) -> "Papers":
        """Make the store again from its two arrays."""
        return cls(content.tobytes(), ends.tolist())
