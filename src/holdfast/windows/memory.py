"""The memory of the kernel: logs of rows as linked words in one flat array.

- `heap` (int64) holds everything. Its first words are counters and free lists (`H_...`), then a scratch area as
  large as the largest accumulator area; then entities, rows, states, folds and stacks in any order. An address is
  an index into `heap`, below 2**32, and 0 is nobody.
- An entity (`E_...`) is one key of one series: a list of rows ordered by (instant, sequence).
- A row (`R_...`) is one event: instant, sequence, marks, link to its neighbours, values, and for each distinct
  group a link to the neighbours with the same value and a node in the table of latest occurrences. Rows never move.
- Marks are bits: 0-31 filters, 32-47 which columns are known, 48-62 "the latest row with this value".
- An entity with few rows is *cold*: a read walks its rows. With more than `threshold` it is *hot* and has a state:
  a cursor and an edge for each window, accumulators, first and last rows, stacks of suffix maxima.
  A row is in a window when its instant is above the window's edge; edges follow the reads in both directions.
- `distinct` counts the rows in the window that are the latest with their value, so it is an accumulator as well.
- Both hash tables are linear hashing (W. Litwin, VLDB 1980): one bucket is split at an insert, so no insert waits
  for a rehash of the whole.
- Every 32nd row or so of a hot entity, by its hash, is a milestone on a stack of its own: from there a walk to a late
  row's place is short. Its entry also tells what all rows up to it amount to (counts and sums from a common start that
  does not matter, because only differences are asked), how many values are distinct in each window that ends with it,
  and the peaks of the rows since the milestone before. So a late question walks the rows about its own instant and
  about the old end of each window, not those that came after.
- A fold keeps, for lanes without a window, what the dropped rows amounted to.

`plan` (int64) is the compiled form of the specs, written by `plan.py`; `box` (int64) carries questions in and
answers out. A kernel that lacks room changes nothing and says so in `H_NEED`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.windows.compiled import compiled

Words = NDArray[np.int64]
Heads = NDArray[np.uint32]

LOWEST: Final = -(2**63)
HIGHEST: Final = 2**63 - 1
HALF: Final = 0xFFFFFFFF
GIVEN_MARKS: Final = 0xFFFFFFFFFFFF  # filters and known columns, without the marks of the latest

# counters and free lists at the start of the heap
H_USED: Final = 0
H_ENTITIES: Final = 1
H_ENTITY_BUCKETS: Final = 2
H_ENTITY_LEVEL: Final = 3
H_VALUES: Final = 4
H_VALUE_BUCKETS: Final = 5
H_VALUE_LEVEL: Final = 6
H_SWEEP: Final = 7
H_NEED: Final = 8
H_ROWS: Final = 9
H_HOT: Final = 10
H_KINDS: Final = 11  # words in use for rows, entities, states, folds, stacks
KIND_ROW: Final = 0
KIND_ENTITY: Final = 1
KIND_STATE: Final = 2
KIND_FOLD: Final = 3
KIND_STACK: Final = 4
H_FREE: Final = 16  # free lists of exact sizes 1 to 64, then of powers of two
EXACT: Final = 64
H_FREE_LARGE: Final = 81
H_NEED_VALUES: Final = 120
H_NEED_ENTITIES: Final = 121
H_SCRATCH: Final = 128

# an entity
E_HIGH: Final = 0
E_LOW: Final = 1
E_CHAIN: Final = 2  # series | next entity in the bucket
E_ENDS: Final = 3  # first row | last row
E_COUNT: Final = 4  # rows | state
E_FOLD: Final = 5
E_FLOOR: Final = 6  # rows at or before this instant may have been dropped
ENTITY_WORDS: Final = 7

# a row
R_AT: Final = 0
R_SEQ: Final = 1
R_MARKS: Final = 2
R_LINK: Final = 3  # previous row | next row
R_VALUES: Final = 4

# the plan: a header, then one block for each series
P_THRESHOLD: Final = 0
P_SERIES: Final = 1
S_WIDTH: Final = 0
S_KEEP: Final = 1  # -1: rows are never dropped
S_COLUMNS: Final = 2
S_STATE: Final = 3
S_ACCS: Final = 4  # where in the state the accumulators begin
S_ACC_WORDS: Final = 5
S_FOLD: Final = 6
S_WINDOWS: Final = 7  # how many, then where (also below)
S_LASTS: Final = 9
S_PEAKS: Final = 11
S_DISTINCTS: Final = 13
S_LANES: Final = 15
S_ACC_TABLE: Final = 17
S_FIRST_TABLE: Final = 18
S_FLOATS: Final = 19  # bits of the columns that hold floats
S_NEED: Final = 20  # words that one add may take, stacks of hot entities apart
S_STONES: Final = 21  # where in the state the stack of milestones stands
S_STONE_WORDS: Final = 22  # words of one milestone
S_SUMS: Final = 23  # where the accumulators of a milestone stand, written as those of a window
SERIES_WORDS: Final = 24
WINDOW_WORDS: Final = 5  # span (-1: none), accumulators from and to, firsts from and to
ACC_WORDS: Final = 5  # need, word of the value in the row, place, highest power kept, place in a milestone (-1: none)
FIRST_WORDS: Final = 2  # need, place
LAST_WORDS: Final = 2  # need, place
PEAK_WORDS: Final = 5  # need, word of the value, 0 for max or -1 for min, place, place in a milestone
DISTINCT_WORDS: Final = 7  # need, word of the value, bit of the latest, word of the link, place of the owner, parts
PART_WORDS: Final = 5  # of a group, in one window: places of edge, need, accumulator, in a milestone; span (-1: none)
LANE_WORDS: Final = 9  # statistic, window, need, word, place, place in the fold, flip, column's kind, in a milestone
FOLD_WORDS: Final = 6
CURSOR_WORDS: Final = 3  # first row in the window, its instant, the edge
STACK_WORDS: Final = 4  # block, start, size, capacity
ENTRY_WORDS: Final = 3  # instant, sequence, value
FIRST_CAPACITY: Final = 4
MILESTONE: Final = 31  # a row whose hash has none of these bits
NEAR: Final = 24  # later rows; to walk so few costs less than to ask the milestones

COUNT: Final = 0
SUM: Final = 1
MEAN: Final = 2
STD: Final = 3
DISTINCT: Final = 4
PEAK: Final = 5  # min and max
FIRST: Final = 6
LAST: Final = 7
EARLIEST: Final = 8
LATEST: Final = 9

# what a lane's column holds
INTEGER_VALUE: Final = 0
FLOAT_VALUE: Final = 1
HASH_VALUE: Final = 2

# answers that do not fit one plain word: place, kind, operands
PATCH_UNKNOWN: Final = 0
PATCH_WIDE: Final = 1
PATCH_MEAN: Final = 2
PATCH_STD: Final = 3
PATCH_FLOAT: Final = 4
PATCH_HASH: Final = 5
PATCH_WORDS_MAX: Final = 8

DUPLICATE: Final = 0
ADDED: Final = 1
TOO_OLD: Final = 2
EVICT_AT_ONCE: Final = 8  # so that no single add waits for a long tail; each add still frees more than it takes


@compiled
def pack(high: int, low: int) -> int:
    """Put two addresses in one word."""
    return (high << 32) | low


@compiled
def upper(word: int) -> int:
    """Give the upper address of a word."""
    return (word >> 32) & HALF


@compiled
def lower(word: int) -> int:
    """Give the lower address of a word."""
    return word & HALF


@compiled
def below(left: int, right: int) -> bool:
    """Compare two words as unsigned numbers."""
    return (left ^ LOWEST) < (right ^ LOWEST)


@compiled
def mix(left: int, right: int) -> int:
    """Hash two words; multiplication wraps, shifts are logical."""
    word = (left * -7046029254386353131) ^ right
    word = (word ^ ((word >> 30) & 0x3FFFFFFFF)) * -4658895280553007687
    word = (word ^ ((word >> 27) & 0x1FFFFFFFFF)) * -7723592293110705685
    return word ^ ((word >> 31) & 0x1FFFFFFFF)


@compiled
def add_wide(heap: Words, place: int, value: int, sign: int) -> None:
    """Add or subtract one value to a 128-bit number (high word first)."""
    low = heap[place + 1]
    if sign > 0:
        heap[place + 1] = low + value
        heap[place] += (value >> 63) + below(low + value, low)
    else:
        heap[place + 1] = low - value
        heap[place] -= (value >> 63) + below(low, value)


@compiled
def add_words(heap: Words, place: int, high: int, low: int) -> None:
    """Add a 128-bit number to a 128-bit number."""
    before = heap[place + 1]
    heap[place + 1] = before + low
    heap[place] += high + below(before + low, before)


@compiled
def add_square(heap: Words, place: int, value: int, sign: int) -> None:
    """Add or subtract the square of a value to a 192-bit number (high word first)."""
    size = -value if value < 0 else value
    left = upper(size)
    right = lower(size)
    cross = left * right
    tail = right * right
    low = tail + (cross << 33)
    high = left * left + ((cross >> 31) & 0x1FFFFFFFF) + below(low, tail)
    old_low = heap[place + 2]
    old_middle = heap[place + 1]
    if sign > 0:
        heap[place + 2] = old_low + low
        middle = high + below(old_low + low, old_low)
        heap[place + 1] = old_middle + middle
        heap[place] += below(old_middle + middle, old_middle)
    else:
        heap[place + 2] = old_low - low
        middle = high + below(old_low, low)
        heap[place + 1] = old_middle - middle
        heap[place] -= below(old_middle, middle)


@compiled
def add_long(heap: Words, place: int, other: int, words: int, sign: int) -> None:
    """Add one number of so many words to another, or subtract it (high word first)."""
    carry = 0
    for word in range(words - 1, -1, -1):
        old = heap[place + word]
        given = heap[other + word]
        if sign > 0:
            partial = old + given
            heap[place + word] = partial + carry
            carry = int(below(partial, old)) + int(below(partial + carry, partial))
        else:
            partial = old - given
            heap[place + word] = partial - carry
            carry = int(below(old, given)) + int(below(partial, carry))


@compiled
def large_class(size: int) -> int:
    """Give the exponent of the smallest power of two that is not below `size`."""
    exponent = 0
    while (1 << exponent) < size:
        exponent += 1
    return exponent


@compiled
def block_words(size: int) -> int:
    """Give the words of the block that is taken for so many."""
    return size if size <= EXACT else 1 << large_class(size)


@compiled
def take(heap: Words, size: int, kind: int) -> int:
    """Take a zeroed block; the caller has made sure that there is room."""
    words = size
    free = H_FREE + size
    if size > EXACT:
        exponent = large_class(size)
        words = 1 << exponent
        free = H_FREE_LARGE + exponent
    block = heap[free]
    if block != 0:
        heap[free] = heap[block]
    else:
        block = heap[H_USED]
        heap[H_USED] = block + words
    for word in range(block, block + words):
        heap[word] = 0
    heap[H_KINDS + kind] += words
    return block


@compiled
def give(heap: Words, block: int, size: int, kind: int) -> None:
    """Give a block back to the free list of its size."""
    words = size
    free = H_FREE + size
    if size > EXACT:
        exponent = large_class(size)
        words = 1 << exponent
        free = H_FREE_LARGE + exponent
    heap[block] = heap[free]
    heap[free] = block
    heap[H_KINDS + kind] -= words


@compiled
def bucket_of(word: int, buckets: int, level: int) -> int:
    """Give the bucket of a hash in a table of linear hashing."""
    bucket = word & (2 * level - 1)
    return bucket if bucket < buckets else word & (level - 1)


@compiled
def head_of(heads: Heads, bucket: int) -> int:
    """Give the address at the head of a bucket as a signed word."""
    return int(np.int64(heads[bucket]))
