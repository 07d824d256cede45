"""The kernel of an index of 64-bit hashes: five bands of thirteen bits, the last of twelve, each with its buckets.

Two hashes that differ in at most nine bits differ in at most one bit of some band, so that looking into the buckets
one bit away in each band finds all of them (and of those that differ in ten bits 99 in 100). A bucket is a chain of
chunks; a chunk is so many words: the next chunk, how many entries it holds, and the entries, each an id and 32 further
bits of its hash, so that most of what is not near is seen without a look at its hash. Chunks are numbered from 1; free
ones form a chain too. Beside each hash stands a second one, which confirms what the first has found.
"""

from typing import Any, Final

import numpy as np
from numba.extending import intrinsic
from numpy.typing import NDArray

from holdfast.windows.compiled import compiled, entrance

BANDS: Final = 5
BAND_BITS: Final = 13
BUCKETS: Final = 1 << BAND_BITS
SURE_BITS: Final = 9
CHUNK_WORDS: Final = 128
C_NEXT: Final = 0
C_FILL: Final = 1
C_FIRST: Final = 2
CHUNK_ENTRIES: Final = (CHUNK_WORDS - C_FIRST) // 2
S_FREE: Final = 0  # the first free chunk that was used before
S_USED: Final = 1  # the number of the last chunk that was ever used
Hashes = NDArray[np.uint64]
Ids = NDArray[np.int32]
Chunks = NDArray[np.int32]
State = NDArray[np.int64]
Whole = Any  # an integer of the machine, which Python and Numba name in different ways


@intrinsic
def _bits_set(context: Any, word: Any) -> Any:
    """Count the bits of a word by the machine's own instruction."""
    del context

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.ctpop(arguments[0])

    return word(word), generate


bits_set: Any = _bits_set


@compiled
def bucket_of(hashed: Whole, band: Whole) -> Whole:
    """Give the bucket of a hash in one band."""
    return band * BUCKETS + np.int64((hashed >> np.uint64(BAND_BITS * band)) & np.uint64(BUCKETS - 1))


@compiled
def rest_of(hashed: Whole, band: Whole) -> Whole:
    """Give the 32 bits of a hash that follow those of a band, or lie before the last."""
    shift = BAND_BITS * (band + 1) if band < BANDS // 2 else 0
    return np.int32((hashed >> np.uint64(shift)) & np.uint64(0xFFFFFFFF))


@compiled
def free_chunk(chunks: Chunks, state: State) -> Whole:
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
            bucket = bucket_of(hashes[one, 0], band)
            chunk = np.int64(heads[bucket])
            if chunk == 0 or chunks[chunk, C_FILL] == CHUNK_ENTRIES:
                fresh = free_chunk(chunks, state)
                chunks[fresh, C_NEXT] = chunk
                chunks[fresh, C_FILL] = 0
                heads[bucket] = chunk = fresh
            at = C_FIRST + 2 * chunks[chunk, C_FILL]
            chunks[chunk, at] = ids[one]
            chunks[chunk, at + 1] = rest_of(hashes[one, 0], band)
            chunks[chunk, C_FILL] += 1


@compiled
def place_of(chunks: Chunks, first: Whole, one: Whole) -> tuple[Whole, Whole]:
    """Find an id in the chain that begins with a chunk: the chunk and the word; zero when it is not there."""
    chunk = first
    while chunk != 0:
        for at in range(C_FIRST, C_FIRST + 2 * chunks[chunk, C_FILL], 2):
            if chunks[chunk, at] == one:
                return chunk, at
        chunk = np.int64(chunks[chunk, C_NEXT])
    return 0, 0


@entrance
def remove(heads: Ids, chunks: Chunks, state: State, ids: Ids, hashes: Hashes) -> None:
    """Take ids out of the buckets of their hashes; the last id of a bucket's first chunk fills the gap."""
    for one in range(len(ids)):
        for band in range(BANDS):
            bucket = bucket_of(hashes[one, 0], band)
            first = np.int64(heads[bucket])
            chunk, at = place_of(chunks, first, ids[one])
            if chunk == 0:
                continue
            chunks[first, C_FILL] -= 1
            last = C_FIRST + 2 * chunks[first, C_FILL]
            chunks[chunk, at] = chunks[first, last]
            chunks[chunk, at + 1] = chunks[first, last + 1]
            if chunks[first, C_FILL] == 0:
                heads[bucket] = chunks[first, C_NEXT]
                chunks[first, C_NEXT] = state[S_FREE]
                state[S_FREE] = first


@compiled
def note_near(
    chunks: Chunks, hashes: Hashes, chunk: Whole, rest: Whole, asked: Hashes, limits: State, found: Ids, count: int
) -> Whole:
    """Note the ids of one bucket whose hashes are near; give how many there are by now, noted or not."""
    most = np.uint32(limits[0])
    while chunk != 0:
        for at in range(C_FIRST, C_FIRST + 2 * chunks[chunk, C_FILL], 2):
            if bits_set(np.uint32(chunks[chunk, at + 1] ^ rest)) > most:
                continue
            one = chunks[chunk, at]
            bits = np.int64(bits_set(hashes[one, 0] ^ asked[0]))
            if bits <= limits[0] and bits + np.int64(bits_set(hashes[one, 1] ^ asked[1])) <= limits[1]:
                if count < len(found):
                    found[count] = one
                count += 1
        chunk = np.int64(chunks[chunk, C_NEXT])
    return count


@entrance
def near(heads: Ids, chunks: Chunks, hashes: Hashes, asked: Hashes, limits: State, found: Ids) -> Whole:
    """Note in `found` every id whose hashes are within the limits of an asked pair, an id perhaps several times.

    `limits` are the bits that may differ in the first hash and in both. Gives how many there are, which may be more
    than were noted.
    """
    count = 0
    for one in range(len(asked)):
        for band in range(BANDS):
            rest, bucket = rest_of(asked[one, 0], band), bucket_of(asked[one, 0], band)
            count = note_near(chunks, hashes, np.int64(heads[bucket]), rest, asked[one], limits, found, count)
            for bit in range(min(BAND_BITS, 64 - BAND_BITS * band)):
                first = np.int64(heads[bucket ^ (1 << bit)])
                count = note_near(chunks, hashes, first, rest, asked[one], limits, found, count)
    return count
