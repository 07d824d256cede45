"""The open-addressing table by which a client's profile is found: 128-bit keyed hashes, linear probing."""

import numpy as np

from holdfast.features.compiled import compiled


@compiled("int64(int32[::1], uint64[:, ::1], uint64, uint64)")
def find(table, keys, high, low):
    """Give the number of the row with a key, or -1 less the empty slot where it belongs."""
    mask = np.int64(len(table) - 1)
    slot = np.int64(high & np.uint64(mask))
    while table[slot] >= 0:
        number = table[slot]
        if keys[number, 0] == high and keys[number, 1] == low:
            return np.int64(number)
        slot = (slot + 1) & mask
    return -1 - slot


@compiled("void(int32[::1], uint64[:, ::1], int64)")
def index(table, keys, count):
    """Fill an empty table with rows whose keys all differ."""
    for number in range(count):
        table[-1 - find(table, keys, keys[number, 0], keys[number, 1])] = np.int32(number)
