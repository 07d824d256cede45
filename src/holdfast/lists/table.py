"""The open-addressing table under a list: rows of unsigned 64-bit words, found by a 128-bit keyed hash.

One row is one entry. Its first two words are the key of (kind, value), the third is the tag of the BIC that
narrows it, so that all entries of one account share a key and are told apart by their tags. Linear probing starts
at the low bits of the first word, which a keyed hash spreads evenly; deletion moves later rows back, so that there
are no tombstones and a list that changes daily never slows down.
"""

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

HIGH: Final = 0
LOW: Final = 1
BIC: Final = 2  # zero where the entry has none
EXPIRES: Final = 3  # epoch milliseconds; the largest word where the entry never expires
ADDED: Final = 4  # epoch milliseconds
ABOUT: Final = 5  # number of the document in the upper half, of the source in the lower; zero is none
MARKS: Final = 6  # kind of the entry from bit 8 up, flags below
WIDTH: Final = 7
POLICE: Final = 1
DOCUMENTED: Final = 2
NEVER: Final = 2**64 - 1
ABSENT: Final = -1
NARROWED: Final = -2

Words = NDArray[np.uint64]
Slots = NDArray[np.int32]


@njit("int64(int32[::1], uint64[:, ::1], uint64, uint64, uint64, uint64, uint64)", cache=True, nogil=True)
def find(table, rows, high, low, bic, at, needs):
    """Find the entry with a key that is live `at` an instant and has every flag of `needs`.

    Gives the row's number, ABSENT, or NARROWED when every such entry is narrowed to a BIC and `bic` is zero, which
    means that the asker does not know it. A row with the mark of the police goes before one without.
    """
    mask = np.int64(len(table) - 1)
    slot = np.int64(high & np.uint64(mask))
    best = np.int64(ABSENT)
    while table[slot] >= 0:
        row = rows[table[slot]]
        if row[HIGH] == high and row[LOW] == low and row[EXPIRES] > at and (row[MARKS] & needs) == needs:
            if row[BIC] == np.uint64(0) or row[BIC] == bic:
                if row[MARKS] & np.uint64(POLICE):
                    return np.int64(table[slot])
                best = np.int64(table[slot]) if best < 0 else best
            elif bic == np.uint64(0) and best == ABSENT:
                best = np.int64(NARROWED)
        slot = (slot + 1) & mask
    return best


@njit("int64(int32[::1], uint64[:, ::1], uint64[::1])", cache=True, nogil=True)
def place(table, rows, key):
    """Find the slot of the row with the same key and the same BIC, else the empty slot where it belongs."""
    mask = np.int64(len(table) - 1)
    slot = np.int64(key[HIGH] & np.uint64(mask))
    while table[slot] >= 0:
        row = rows[table[slot]]
        if row[HIGH] == key[HIGH] and row[LOW] == key[LOW] and row[BIC] == key[BIC]:
            break
        slot = (slot + 1) & mask
    return slot


@njit("int64(int32[::1], uint64[:, ::1], int64, uint64[:, ::1])", cache=True, nogil=True)
def put(table, rows, count, news):
    """Write rows, each over the one with its key and BIC if there is one; gives the new number of rows.

    The caller has made room for all of them in `rows` and in `table`.
    """
    for number in range(len(news)):
        new = news[number]
        slot = place(table, rows, new)
        if table[slot] < 0:
            table[slot] = np.int32(count)
            count += 1
        rows[table[slot]] = new
    return count


@njit("int64(int32[::1], uint64[:, ::1], int64, uint64[:, ::1])", cache=True, nogil=True)
def drop(table, rows, count, olds):
    """Take out the rows with the keys and BICs of `olds`; those that are not there are passed over.

    The last row moves into the gap, so that rows stay without gaps; gives the new number of rows.
    """
    mask = np.int64(len(table) - 1)
    for number in range(len(olds)):
        gap = place(table, rows, olds[number])
        gone = table[gap]
        if gone < 0:
            continue
        table[gap] = -1
        slot = (gap + 1) & mask
        while table[slot] >= 0:
            home = np.int64(rows[table[slot], HIGH] & np.uint64(mask))
            if ((slot - home) & mask) >= ((slot - gap) & mask):
                table[gap] = table[slot]
                table[slot] = -1
                gap = slot
            slot = (slot + 1) & mask
        count -= 1
        if gone != count:
            moved = place(table, rows, rows[count])
            rows[gone] = rows[count]
            table[moved] = gone
    return count


@njit("void(int32[::1], uint64[:, ::1], int64)", cache=True, nogil=True)
def index(table, rows, count):
    """Fill an empty table with rows whose keys all differ."""
    mask = np.int64(len(table) - 1)
    for number in range(count):
        slot = np.int64(rows[number, HIGH] & np.uint64(mask))
        while table[slot] >= 0:
            slot = (slot + 1) & mask
        table[slot] = np.int32(number)
