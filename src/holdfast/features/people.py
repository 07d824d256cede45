"""Who is behind an identifier: a person is joined over identifiers that were seen together in one party."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.features import people_kernel as kernel
from holdfast.vocabulary.keys import Key

_FIRST_SIZE: Final = 1024
_STEP: Final = 1 << 19  # words by which a large table grows, so that no event waits for more than clearing these
_JOINS_MAX: Final = 64  # of one event: four parties of up to twelve identifiers each
Words = NDArray[np.int64]
Heads = NDArray[np.uint32]


def table_of(words: int) -> tuple[Words, Heads]:
    """Make an empty table of linear hashing: its entries and the heads of its buckets."""
    entries = np.zeros(words, dtype=np.int64)
    entries[kernel.T_BUCKETS] = entries[kernel.T_LEVEL] = 64
    return entries, np.zeros(_FIRST_SIZE, dtype=np.uint32)


def widen(entries: Words, heads: Heads) -> None:
    """Give a table more room; the system remaps large blocks, so growth copies nothing."""
    for array in (entries, heads):
        array.resize(array.size + min(array.size, _STEP), refcheck=False)


def used(entries: Words, first: int, width: int) -> Words:
    """Give a copy of the part of a table that is in use."""
    return entries[: first + width * (int(entries[kernel.T_COUNT]) + 1)].copy()


def taken_over(entries: Words, heads: Heads) -> tuple[Words, Heads]:
    """Give a table of a snapshot with room to go on."""
    grown = np.zeros(entries.size + max(min(entries.size, _STEP), _FIRST_SIZE), dtype=np.int64)
    grown[: entries.size] = entries
    return grown, heads.astype(np.uint32, copy=True)


def whole(word: int) -> int:
    """Read a word of a table as an unsigned number."""
    return word & 0xFFFFFFFFFFFFFFFF


class People:
    """A union-find over identifiers, in which two different clients of the bank are never joined.

    The root of a joined person is the root that had more identifiers, so that less history moves. An identifier
    takes 40 bytes and a share of the heads.
    """

    def __init__(self) -> None:
        self.book, self.names = table_of(kernel.T_HEAD + kernel.NAME_WORDS * _FIRST_SIZE)
        self._moved = np.zeros(4 * _JOINS_MAX, dtype=np.int64)
        self._sight = np.zeros(kernel.PARTY_WORDS + 3, dtype=np.int64)
        self._one = np.array([0, kernel.PARTY_WORDS, kernel.PARTY_WORDS + 1], dtype=np.int64)

    def find(self, identifier: Key) -> Key:
        """Give the person behind an identifier; an identifier never seen stands for itself."""
        self._sight.view(np.uint64)[:2] = identifier
        kernel.find_person(self.book, self.names, self._sight)
        return Key(*map(whole, self._sight[:2].tolist()))

    def join(self, identifiers: Sequence[Key], client: Key | None) -> Sequence[tuple[Key, Key]]:
        """Record that the identifiers were seen together; give each (source, into) pair of persons that became one.

        `client` is the bank's own client, the first of them: identifiers of another client stay apart.
        """
        self._sight[:] = 0
        flat = [half for key in identifiers for half in key]
        self._sight.view(np.uint64)[: len(flat)] = flat
        self._sight[kernel.PARTY_WORDS] = client is not None
        return self.meet(self._sight, self._one)

    def meet(self, box: Words, parties: Words) -> Sequence[tuple[Key, Key]]:
        """Join the identifiers of all parties that the box holds, and write the key of each person into it."""
        moves = kernel.meet_parties(self.book, self.names, box, parties, self._moved)
        while moves < 0:
            self.widen()
            moves = kernel.meet_parties(self.book, self.names, box, parties, self._moved)
        if moves == 0:
            return ()
        told = list(map(whole, self._moved[: 4 * moves].tolist()))
        return [(Key(told[at], told[at + 1]), Key(told[at + 2], told[at + 3])) for at in range(0, 4 * moves, 4)]

    def widen(self) -> None:
        """Make room for more names."""
        widen(self.book, self.names)

    def memory(self) -> int:
        """Give the bytes that are taken."""
        return self.book.nbytes + self.names.nbytes

    def snapshot(self) -> Mapping[str, NDArray[Any]]:
        """Give the state as arrays."""
        return {"book": used(self.book, kernel.N_FIRST, kernel.NAME_WORDS), "names": self.names.copy()}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over the state of a snapshot."""
        self.book, self.names = taken_over(arrays["book"], arrays["names"])
