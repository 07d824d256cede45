# ruff: noqa: PLR0917, PLR0913 - machine code over flat arrays takes its memory as arguments
"""The kernel of an index of 64-bit hashes: four bands of sixteen bits, each with its buckets.

Two hashes that differ in at most eleven bits differ in at most two bits of some band, so that looking into the
buckets up to two bits away in each band finds all of them. A bucket is a chain of chunks; a chunk is sixteen words:
the next chunk, how many ids it holds, and the ids. Chunks are numbered from 1; those that are free form a chain too.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.windows.compiled import compiled, entrance

BANDS: Final = 4
BUCKETS: Final = 1 << 16
SURE_BITS: Final = 11
CHUNK_WORDS: Final = 16
C_NEXT: Final = 0
C_FILL: Final = 1
C_FIRST: Final = 2
CHUNK_IDS: Final = CHUNK_WORDS - C_FIRST
S_FREE: Final = 0  # the first free chunk that was used before
S_USED: Final = 1  # the number of the last chunk that was ever used
Hashes = NDArray[np.uint64]
Ids = NDArray[np.int32]
Chunks = NDArray[np.int32]
State = NDArray[np.int64]


@compiled
def bits_set(word: np.uint64) -> int:
    """Count the bits of a word."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def bucket_of(hashed: np.uint64, band: int) -> int:
    """Give the bucket of a hash in one band."""
    return band * BUCKETS + np.int64((hashed >> np.uint64(16 * band)) & np.uint64(0xFFFF))


@compiled
def free_chunk(chunks: Chunks, state: State) -> int:
    """Take a chunk; there is always one, for the caller has made room."""
    chunk = state[S_FREE]
    if chunk != 0:
        state[S_FREE] = chunks[chunk, C_NEXT]
        return chunk
    state[S_USED] += 1
    return state[S_USED]


@entrance
def insert(heads: Ids, chunks: Chunks, state: State, ids: Ids, hashes: Hashes) -> None:
    """Put ids into the buckets of their hashes."""
    for one in range(len(ids)):
        for band in range(BANDS):
            bucket = bucket_of(hashes[one], band)
            chunk = np.int64(heads[bucket])
            if chunk == 0 or chunks[chunk, C_FILL] == CHUNK_IDS:
                fresh = free_chunk(chunks, state)
                chunks[fresh, C_NEXT] = chunk
                chunks[fresh, C_FILL] = 0
                heads[bucket] = chunk = fresh
            chunks[chunk, C_FIRST + chunks[chunk, C_FILL]] = ids[one]
            chunks[chunk, C_FILL] += 1


@compiled
def place_of(chunks: Chunks, first: int, one: int) -> tuple[int, int]:
    """Find an id in the chain that begins with a chunk: the chunk and the word; zero when it is not there."""
    chunk = first
    while chunk != 0:
        for at in range(C_FIRST, C_FIRST + chunks[chunk, C_FILL]):
            if chunks[chunk, at] == one:
                return chunk, at
        chunk = np.int64(chunks[chunk, C_NEXT])
    return 0, 0


@entrance
def remove(heads: Ids, chunks: Chunks, state: State, ids: Ids, hashes: Hashes) -> None:
    """Take ids out of the buckets of their hashes; the last id of a bucket's first chunk fills the gap."""
    for one in range(len(ids)):
        for band in range(BANDS):
            bucket = bucket_of(hashes[one], band)
            first = np.int64(heads[bucket])
            chunk, at = place_of(chunks, first, ids[one])
            if chunk == 0:
                continue
            chunks[first, C_FILL] -= 1
            chunks[chunk, at] = chunks[first, C_FIRST + chunks[first, C_FILL]]
            if chunks[first, C_FILL] == 0:
                heads[bucket] = chunks[first, C_NEXT]
                chunks[first, C_NEXT] = state[S_FREE]
                state[S_FREE] = first


@compiled
def note_near(
    chunks: Chunks, hashes: Hashes, chunk: int, asked: np.uint64, limit: int, found: Ids, count: int
) -> int:
    """Note the ids of one bucket whose hash is near; give how many there are by now, noted or not."""
    while chunk != 0:
        for at in range(C_FIRST, C_FIRST + chunks[chunk, C_FILL]):
            one = chunks[chunk, at]
            if bits_set(hashes[one] ^ asked) <= limit:
                if count < len(found):
                    found[count] = one
                count += 1
        chunk = np.int64(chunks[chunk, C_NEXT])
    return count


@entrance
def near(
    heads: Ids, chunks: Chunks, hashes: Hashes, asked: Hashes, masks: Hashes, limit: int, found: Ids
) -> int:
    """Note in `found` every id whose hash is within `limit` bits of an asked one, an id perhaps several times.

    `masks` are the ways in which one band may differ. Gives how many there are, which may be more than were noted.
    """
    count = 0
    for one in range(len(asked)):
        for band in range(BANDS):
            for mask in range(len(masks)):
                bucket = bucket_of(asked[one] ^ (masks[mask] << np.uint64(16 * band)), band)
                count = note_near(chunks, hashes, np.int64(heads[bucket]), asked[one], limit, found, count)
    return count
