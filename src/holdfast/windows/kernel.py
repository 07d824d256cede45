# ruff: noqa: FBT001, PLR0913, PLR0917, C901, PLR0912 - machine code over flat arrays takes its memory as arguments, and a call or an object costs more here than a branch
"""The kernel: logs of rows as linked words in one flat array, and exact statistics over their windows.

One file on purpose: Numba's disk cache notices a change only in the file of the compiled function, so code
split over files could run stale. The layout of the memory:

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
  row's place is short.
- A fold keeps, for lanes without a window, what the dropped rows amounted to.

`plan` (int64) is the compiled form of the specs, written by `plan.py`; `box` (int64) carries questions in and
answers out. A kernel that lacks room changes nothing and says so in `H_NEED`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.windows.compiled import compiled, entrance

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
SERIES_WORDS: Final = 22
WINDOW_WORDS: Final = 5  # span (-1: none), accumulators from and to, firsts from and to
ACC_WORDS: Final = 4  # need, word of the value in the row, place, highest power kept
FIRST_WORDS: Final = 2  # need, place
LAST_WORDS: Final = 2  # need, place
PEAK_WORDS: Final = 4  # need, word of the value, 0 for max or -1 for min, place
DISTINCT_WORDS: Final = 7  # need, word of the value, bit of the latest, word of the link, place of the owner, parts
PART_WORDS: Final = 3  # of a distinct group, in one window: place of the window's edge, need, place of the accumulator
LANE_WORDS: Final = 8  # statistic, window, need, word of the value, place, place in the fold, flip, column's kind
FOLD_WORDS: Final = 6
CURSOR_WORDS: Final = 3  # first row in the window, its instant, the edge
STACK_WORDS: Final = 4  # block, start, size, capacity
ENTRY_WORDS: Final = 3  # instant, sequence, value
FIRST_CAPACITY: Final = 4
MILESTONE: Final = 31  # a row whose hash has none of these bits

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
def large_class(size: int) -> int:
    """Give the exponent of the smallest power of two that is not below `size`."""
    exponent = 0
    while (1 << exponent) < size:
        exponent += 1
    return exponent


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
    return block  # type: ignore[no-any-return]  # an element of an int64 array


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


# the table of entities


@compiled
def entity_hash(series: int, high: int, low: int) -> int:
    """Hash a key of a series."""
    return mix(high + series, low)


@compiled
def find_entity(heap: Words, heads: Heads, series: int, high: int, low: int) -> int:
    """Give the entity of a key, or 0."""
    word = entity_hash(series, high, low)
    entity = head_of(heads, bucket_of(word, heap[H_ENTITY_BUCKETS], heap[H_ENTITY_LEVEL]))
    while entity != 0:
        chain = heap[entity + E_CHAIN]
        if heap[entity + E_LOW] == low and heap[entity + E_HIGH] == high and upper(chain) == series:
            break
        entity = lower(chain)
    return entity


@compiled
def split_entities(heap: Words, heads: Heads) -> None:
    """Split one bucket of the table of entities in two."""
    buckets = heap[H_ENTITY_BUCKETS]
    level = heap[H_ENTITY_LEVEL]
    old = buckets - level
    entity = head_of(heads, old)
    heads[old] = 0
    heads[buckets] = 0
    while entity != 0:
        chain = heap[entity + E_CHAIN]
        word = entity_hash(upper(chain), heap[entity + E_HIGH], heap[entity + E_LOW])
        bucket = word & (2 * level - 1)
        heap[entity + E_CHAIN] = pack(upper(chain), head_of(heads, bucket))
        heads[bucket] = entity
        entity = lower(chain)
    heap[H_ENTITY_BUCKETS] = buckets + 1
    if buckets + 1 == 2 * level:
        heap[H_ENTITY_LEVEL] = 2 * level


@compiled
def link_entity(heap: Words, heads: Heads, series: int, entity: int) -> None:
    """Put an entity, whose key is written, in the table."""
    word = entity_hash(series, heap[entity + E_HIGH], heap[entity + E_LOW])
    bucket = bucket_of(word, heap[H_ENTITY_BUCKETS], heap[H_ENTITY_LEVEL])
    heap[entity + E_CHAIN] = pack(series, head_of(heads, bucket))
    heads[bucket] = entity
    heap[H_ENTITIES] += 1
    if heap[H_ENTITIES] > heap[H_ENTITY_BUCKETS] and heap[H_ENTITY_BUCKETS] < heads.size:
        split_entities(heap, heads)


@compiled
def unlink_entity(heap: Words, heads: Heads, entity: int) -> None:
    """Take an entity out of the table; its words stay."""
    series = upper(heap[entity + E_CHAIN])
    after = lower(heap[entity + E_CHAIN])
    word = entity_hash(series, heap[entity + E_HIGH], heap[entity + E_LOW])
    bucket = bucket_of(word, heap[H_ENTITY_BUCKETS], heap[H_ENTITY_LEVEL])
    other = head_of(heads, bucket)
    if other == entity:
        heads[bucket] = after
    else:
        while lower(heap[other + E_CHAIN]) != entity:
            other = lower(heap[other + E_CHAIN])
        heap[other + E_CHAIN] = pack(upper(heap[other + E_CHAIN]), after)
    heap[H_ENTITIES] -= 1


@compiled
def make_entity(heap: Words, heads: Heads, series: int, high: int, low: int) -> int:
    """Create an entity without rows."""
    entity = take(heap, ENTITY_WORDS, KIND_ENTITY)
    heap[entity + E_HIGH] = high
    heap[entity + E_LOW] = low
    heap[entity + E_FLOOR] = LOWEST
    link_entity(heap, heads, series, entity)
    return entity


# the table of latest occurrences; a node is the second of two words that a row has for a distinct group,
# its owner is a word in the entity's state that says how far from the node the value stands


@compiled
def value_hash(heap: Words, node: int) -> int:
    """Hash the owner and the value of a node."""
    owner = upper(heap[node])
    return mix(owner, heap[node + heap[owner]])


@compiled
def find_value(heap: Words, heads: Heads, owner: int, value: int) -> int:
    """Give the node of the latest row with this value, or 0."""
    bucket = bucket_of(mix(owner, value), heap[H_VALUE_BUCKETS], heap[H_VALUE_LEVEL])
    node = head_of(heads, bucket)
    while node != 0 and not (upper(heap[node]) == owner and heap[node + heap[owner]] == value):
        node = lower(heap[node])
    return node


@compiled
def split_values(heap: Words, heads: Heads) -> None:
    """Split one bucket of the table of latest occurrences in two."""
    buckets = heap[H_VALUE_BUCKETS]
    level = heap[H_VALUE_LEVEL]
    old = buckets - level
    node = head_of(heads, old)
    heads[old] = 0
    heads[buckets] = 0
    while node != 0:
        after = lower(heap[node])
        bucket = value_hash(heap, node) & (2 * level - 1)
        heap[node] = pack(upper(heap[node]), head_of(heads, bucket))
        heads[bucket] = node
        node = after
    heap[H_VALUE_BUCKETS] = buckets + 1
    if buckets + 1 == 2 * level:
        heap[H_VALUE_LEVEL] = 2 * level


@compiled
def link_value(heap: Words, heads: Heads, owner: int, node: int) -> None:
    """Put a node in the table."""
    heap[node] = pack(owner, 0)
    bucket = bucket_of(value_hash(heap, node), heap[H_VALUE_BUCKETS], heap[H_VALUE_LEVEL])
    heap[node] = pack(owner, head_of(heads, bucket))
    heads[bucket] = node
    heap[H_VALUES] += 1
    if heap[H_VALUES] > heap[H_VALUE_BUCKETS] and heap[H_VALUE_BUCKETS] < heads.size:
        split_values(heap, heads)


@compiled
def swap_value(heap: Words, heads: Heads, node: int, heir: int) -> None:
    """Let `heir`, which has the same owner and value, take the place of `node`; an heir of 0 removes it."""
    bucket = bucket_of(value_hash(heap, node), heap[H_VALUE_BUCKETS], heap[H_VALUE_LEVEL])
    into = lower(heap[node])
    if heir != 0:
        heap[heir] = heap[node]
        into = heir
    else:
        heap[H_VALUES] -= 1
    other = head_of(heads, bucket)
    if other == node:
        heads[bucket] = into
    else:
        while lower(heap[other]) != node:
            other = lower(heap[other])
        heap[other] = pack(upper(heap[other]), into)
    heap[node] = 0


# rows and their order


@compiled
def earlier(heap: Words, left: int, right: int) -> bool:
    """Whether row `left` stands before row `right`."""
    if heap[left + R_AT] != heap[right + R_AT]:
        return bool(heap[left + R_AT] < heap[right + R_AT])
    return bool(heap[left + R_SEQ] < heap[right + R_SEQ])


@compiled
def newer(heap: Words, row: int) -> int:
    """Give the next row, or 0."""
    return lower(heap[row + R_LINK])


@compiled
def older(heap: Words, row: int) -> int:
    """Give the previous row, or 0."""
    return upper(heap[row + R_LINK])


@compiled
def newer_match(heap: Words, row: int, need: int) -> int:
    """Give the next row that has the marks, or 0."""
    row = newer(heap, row)
    while row != 0 and heap[row + R_MARKS] & need != need:
        row = newer(heap, row)
    return row


@compiled
def older_match(heap: Words, row: int, need: int) -> int:
    """Give the previous row that has the marks, or 0."""
    row = older(heap, row)
    while row != 0 and heap[row + R_MARKS] & need != need:
        row = older(heap, row)
    return row


@compiled
def link_row(heap: Words, entity: int, row: int, before: int) -> None:
    """Put a row behind `before` (0: at the start)."""
    ends = heap[entity + E_ENDS]
    after = newer(heap, before) if before != 0 else upper(ends)
    heap[row + R_LINK] = pack(before, after)
    if before != 0:
        heap[before + R_LINK] = pack(older(heap, before), row)
    if after != 0:
        heap[after + R_LINK] = pack(row, newer(heap, after))
    heap[entity + E_ENDS] = pack(upper(ends) if before != 0 else row, lower(ends) if after != 0 else row)
    heap[entity + E_COUNT] += 1 << 32


@compiled
def unlink_row(heap: Words, entity: int, row: int) -> None:
    """Take a row out of its list."""
    before = older(heap, row)
    after = newer(heap, row)
    ends = heap[entity + E_ENDS]
    if before != 0:
        heap[before + R_LINK] = pack(older(heap, before), after)
    if after != 0:
        heap[after + R_LINK] = pack(before, newer(heap, after))
    heap[entity + E_ENDS] = pack(upper(ends) if before != 0 else after, lower(ends) if after != 0 else before)
    heap[entity + E_COUNT] -= 1 << 32


# accumulators, windows, stacks of a hot entity


@compiled
def tally(heap: Words, plan: Words, spec: int, window: int, accs: int, row: int, marks: int, sign: int) -> None:
    """Count a row in or out of the accumulators of one window."""
    table = plan[spec + S_ACC_TABLE]
    for acc in range(plan[window + 1], plan[window + 2]):
        entry = table + ACC_WORDS * acc
        need = plan[entry]
        if marks & need == need:
            place = accs + plan[entry + 2]
            heap[place] += sign
            power = plan[entry + 3]
            if power > 0:
                value = heap[row + plan[entry + 1]]
                add_wide(heap, place + 1, value, sign)
                if power > 1:
                    add_square(heap, place + 3, value, sign)


@compiled
def tally_latest(heap: Words, plan: Words, group: int, state: int, accs: int, row: int, sign: int) -> None:
    """Count a row in or out as the latest with its value, in every window that holds it; `group` is its place."""
    marks = heap[row + R_MARKS] | plan[group + 2]
    at = heap[row + R_AT]
    part = plan[group + 6]
    for _ in range(plan[group + 5]):
        if at > heap[state + plan[part]] and marks & plan[part + 1] == plan[part + 1]:
            heap[accs + plan[part + 2]] += sign
        part += PART_WORDS


@compiled
def enter(heap: Words, plan: Words, spec: int, window: int, state: int, row: int) -> None:
    """Count a row in a window, wherever it stands in it."""
    marks = heap[row + R_MARKS]
    tally(heap, plan, spec, window, state + plan[spec + S_ACCS], row, marks, 1)
    for first in range(plan[window + 3], plan[window + 4]):
        entry = plan[spec + S_FIRST_TABLE] + FIRST_WORDS * first
        place = state + plan[entry + 1]
        if marks & plan[entry] == plan[entry] and (heap[place] == 0 or earlier(heap, row, heap[place])):
            heap[place] = row


@compiled
def leave(heap: Words, plan: Words, spec: int, window: int, state: int, row: int) -> None:
    """Count a row out of a window, wherever it stands in it."""
    tally(heap, plan, spec, window, state + plan[spec + S_ACCS], row, heap[row + R_MARKS], -1)
    for first in range(plan[window + 3], plan[window + 4]):
        entry = plan[spec + S_FIRST_TABLE] + FIRST_WORDS * first
        place = state + plan[entry + 1]
        if heap[place] == row:
            heap[place] = newer_match(heap, row, plan[entry])


@compiled
def point(heap: Words, cursor: int, row: int) -> None:
    """Let a cursor stand on a row (0: on none)."""
    heap[cursor] = row
    heap[cursor + 1] = heap[row + R_AT] if row != 0 else HIGHEST


@compiled
def settle(heap: Words, plan: Words, spec: int, entity: int, at: int) -> None:
    """Move every window's edge to where a read as of `at` wants it, forward or back."""
    state = lower(heap[entity + E_COUNT])
    for number in range(plan[spec + S_WINDOWS]):
        window = plan[spec + S_WINDOWS + 1] + WINDOW_WORDS * number
        cursor = state + CURSOR_WORDS * number
        if plan[window] < 0:
            continue
        edge = at - plan[window]
        if edge < heap[cursor + 2]:
            row = older(heap, heap[cursor]) if heap[cursor] != 0 else lower(heap[entity + E_ENDS])
            while row != 0 and heap[row + R_AT] > edge:
                enter(heap, plan, spec, window, state, row)
                point(heap, cursor, row)
                row = older(heap, row)
        while heap[cursor + 1] <= edge:
            row = heap[cursor]
            leave(heap, plan, spec, window, state, row)
            point(heap, cursor, newer(heap, row))
        heap[cursor + 2] = edge


@compiled
def stack_find(heap: Words, stack: int, at: int, seq: int) -> int:
    """How many entries of a stack are at or before (at, seq)."""
    low = 0
    high = heap[stack + 2]
    entries = heap[stack] + ENTRY_WORDS * heap[stack + 1]
    while low < high:
        middle = (low + high) >> 1
        entry = entries + ENTRY_WORDS * middle
        if heap[entry] < at or (heap[entry] == at and heap[entry + 1] <= seq):
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def stack_room(heap: Words, stack: int, more: int) -> None:
    """Make room for more entries at the end of a stack."""
    block = heap[stack]
    start = heap[stack + 1]
    size = heap[stack + 2]
    capacity = heap[stack + 3]
    if start + size + more <= capacity:
        return
    into = block
    if 2 * (size + more) > capacity:
        wanted = 2 * capacity
        while wanted < size + more:
            wanted *= 2
        into = take(heap, ENTRY_WORDS * wanted, KIND_STACK)
        heap[stack + 3] = wanted
    for word in range(ENTRY_WORDS * size):
        heap[into + word] = heap[block + ENTRY_WORDS * start + word]
    if into != block:
        give(heap, block, ENTRY_WORDS * capacity, KIND_STACK)
    heap[stack] = into
    heap[stack + 1] = 0


@compiled
def write_entry(heap: Words, entry: int, row: int, value: int) -> None:
    """Write one entry of a stack."""
    heap[entry] = heap[row + R_AT]
    heap[entry + 1] = heap[row + R_SEQ]
    heap[entry + 2] = value


@compiled
def stack_add(heap: Words, stack: int, row: int, value: int) -> None:
    """Put a row on the stack of rows that are above all later ones, unless a later one is not below it."""
    place = stack_find(heap, stack, heap[row + R_AT], heap[row + R_SEQ])
    size = heap[stack + 2]
    entries = heap[stack] + ENTRY_WORDS * heap[stack + 1]
    if place < size and heap[entries + ENTRY_WORDS * place + 2] >= value:
        return
    low = place
    while low > 0 and heap[entries + ENTRY_WORDS * (low - 1) + 2] <= value:
        low -= 1
    if low == place:
        stack_room(heap, stack, 1)
        entries = heap[stack] + ENTRY_WORDS * heap[stack + 1]
        for word in range(ENTRY_WORDS * size - 1, ENTRY_WORDS * place - 1, -1):
            heap[entries + ENTRY_WORDS + word] = heap[entries + word]
    elif place < size and low + 1 < place:
        gap = place - low - 1
        for word in range(ENTRY_WORDS * place, ENTRY_WORDS * size):
            heap[entries + word - ENTRY_WORDS * gap] = heap[entries + word]
    write_entry(heap, entries + ENTRY_WORDS * low, row, value)
    heap[stack + 2] = size - (place - low) + 1


@compiled
def stack_spot(heap: Words, stack: int, row: int) -> int:
    """Where in the stack a row stands, or -1."""
    spot = stack_find(heap, stack, heap[row + R_AT], heap[row + R_SEQ]) - 1
    if spot < 0:
        return -1
    entry = heap[stack] + ENTRY_WORDS * (heap[stack + 1] + spot)
    return spot if heap[entry] == heap[row + R_AT] and heap[entry + 1] == heap[row + R_SEQ] else -1


@compiled
def count_exposed(heap: Words, stack: int, peak: Words, row: int, spot: int) -> int:
    """Count the rows that come up when `row`, which stands at `spot`, goes."""
    entries = heap[stack] + ENTRY_WORDS * heap[stack + 1]
    bare = spot + 1 == heap[stack + 2]  # nothing later: any row comes up
    best = 0 if bare else heap[entries + ENTRY_WORDS * (spot + 1) + 2]
    floor_at = heap[entries + ENTRY_WORDS * (spot - 1)] if spot > 0 else LOWEST
    floor_seq = heap[entries + ENTRY_WORDS * (spot - 1) + 1] if spot > 0 else LOWEST
    found = 0
    other = older(heap, row)
    while other != 0 and (heap[other] > floor_at or (heap[other] == floor_at and heap[other + 1] > floor_seq)):
        value = heap[other + peak[1]] ^ peak[2]
        if heap[other + R_MARKS] & peak[0] == peak[0] and (bare or value > best):
            bare = False
            best = value
            found += 1
        other = older(heap, other)
    return found


@compiled
def stack_remove(heap: Words, stack: int, peak: Words, row: int) -> None:
    """Take a row off a stack and let come up what it hid."""
    spot = stack_spot(heap, stack, row)
    if spot < 0:
        return
    if spot == 0 and older(heap, row) == 0:
        heap[stack + 1] += 1
        heap[stack + 2] -= 1
        return
    found = count_exposed(heap, stack, peak, row, spot)
    size = heap[stack + 2]
    if found > 1:
        stack_room(heap, stack, found - 1)
    entries = heap[stack] + ENTRY_WORDS * heap[stack + 1]
    if found > 1:
        for word in range(ENTRY_WORDS * size - 1, ENTRY_WORDS * (spot + 1) - 1, -1):
            heap[entries + ENTRY_WORDS * (found - 1) + word] = heap[entries + word]
    if found == 0:
        for word in range(ENTRY_WORDS * (spot + 1), ENTRY_WORDS * size):
            heap[entries + word - ENTRY_WORDS] = heap[entries + word]
    size += found - 1
    heap[stack + 2] = size
    place = spot + found
    bare = place == size
    best = 0 if bare else heap[entries + ENTRY_WORDS * place + 2]
    other = older(heap, row)
    while place > spot:
        value = heap[other + peak[1]] ^ peak[2]
        if heap[other + R_MARKS] & peak[0] == peak[0] and (bare or value > best):
            bare = False
            best = value
            place -= 1
            write_entry(heap, entries + ENTRY_WORDS * place, other, value)
        other = older(heap, other)


# milestones


@compiled
def is_stone(heap: Words, row: int) -> bool:
    """Whether a row is a milestone; that depends on its place in time alone."""
    return mix(heap[row + R_AT], heap[row + R_SEQ]) & MILESTONE == 0


@compiled
def stone_add(heap: Words, stack: int, row: int) -> None:
    """Put a row among the milestones."""
    place = stack_find(heap, stack, heap[row + R_AT], heap[row + R_SEQ])
    stack_room(heap, stack, 1)
    size = heap[stack + 2]
    entries = heap[stack] + ENTRY_WORDS * heap[stack + 1]
    for word in range(ENTRY_WORDS * size - 1, ENTRY_WORDS * place - 1, -1):
        heap[entries + ENTRY_WORDS + word] = heap[entries + word]
    write_entry(heap, entries + ENTRY_WORDS * place, row, row)
    heap[stack + 2] = size + 1


@compiled
def stone_remove(heap: Words, stack: int, row: int) -> None:
    """Take a row from among the milestones."""
    spot = stack_spot(heap, stack, row)
    if spot < 0:
        return
    size = heap[stack + 2]
    if spot == 0:
        heap[stack + 1] += 1
    entries = heap[stack] + ENTRY_WORDS * heap[stack + 1]
    for word in range(ENTRY_WORDS * (spot + 1), ENTRY_WORDS * size if spot > 0 else 0):
        heap[entries + word - ENTRY_WORDS] = heap[entries + word]
    heap[stack + 2] = size - 1


@compiled
def seek(heap: Words, plan: Words, spec: int, entity: int, at: int, seq: int) -> int:
    """Give the last row that is not behind (at, seq), or 0; the milestones of a hot entity shorten the walk."""
    row = lower(heap[entity + E_ENDS])
    state = lower(heap[entity + E_COUNT])
    if state != 0 and row != 0 and at < heap[row + R_AT]:
        stack = state + plan[spec + S_STONES]
        spot = stack_find(heap, stack, at, seq)
        if spot < heap[stack + 2]:
            row = heap[heap[stack] + ENTRY_WORDS * (heap[stack + 1] + spot) + 2]
    while row != 0 and (heap[row + R_AT] > at or (heap[row + R_AT] == at and heap[row + R_SEQ] > seq)):
        row = older(heap, row)
    return row


# a row in and out of a hot entity


@compiled
def meet(heap: Words, values: Heads, plan: Words, spec: int, state: int, row: int) -> None:
    """Put a row among those with the same value, in every distinct group."""
    for number in range(plan[spec + S_DISTINCTS]):
        entry = plan[spec + S_DISTINCTS + 1] + DISTINCT_WORDS * number
        need = plan[entry]
        if heap[row + R_MARKS] & need != need:
            continue
        bit = plan[entry + 2]
        link = plan[entry + 3]
        owner = state + plan[entry + 4]
        node = find_value(heap, values, owner, heap[row + plan[entry + 1]])
        other = node - link - 1
        if node == 0:
            heap[row + link] = 0
            link_value(heap, values, owner, row + link + 1)
            heap[row + R_MARKS] |= bit
        elif earlier(heap, other, row):
            tally_latest(heap, plan, entry, state, state + plan[spec + S_ACCS], other, -1)
            heap[other + R_MARKS] &= ~bit
            swap_value(heap, values, node, row + link + 1)
            heap[row + link] = pack(other, 0)
            heap[other + link] = pack(upper(heap[other + link]), row)
            heap[row + R_MARKS] |= bit
        else:
            before = upper(heap[other + link])
            while before != 0 and earlier(heap, row, before):
                other = before
                before = upper(heap[other + link])
            heap[row + link] = pack(before, other)
            heap[other + link] = pack(row, lower(heap[other + link]))
            if before != 0:
                heap[before + link] = pack(upper(heap[before + link]), row)


@compiled
def part(heap: Words, values: Heads, plan: Words, spec: int, state: int, row: int) -> None:
    """Take a row from among those with the same value, in every distinct group."""
    marks = heap[row + R_MARKS]
    for number in range(plan[spec + S_DISTINCTS]):
        entry = plan[spec + S_DISTINCTS + 1] + DISTINCT_WORDS * number
        need = plan[entry]
        if marks & need != need:
            continue
        bit = plan[entry + 2]
        link = plan[entry + 3]
        before = upper(heap[row + link])
        after = lower(heap[row + link])
        if before != 0:
            heap[before + link] = pack(upper(heap[before + link]), after)
        if after != 0:
            heap[after + link] = pack(before, lower(heap[after + link]))
        elif before != 0:
            swap_value(heap, values, row + link + 1, before + link + 1)
            tally_latest(heap, plan, entry, state, state + plan[spec + S_ACCS], before, 1)
            heap[before + R_MARKS] |= bit
        else:
            swap_value(heap, values, row + link + 1, 0)


@compiled
def count_in(heap: Words, values: Heads, plan: Words, spec: int, state: int, row: int) -> None:
    """Let a linked row take part in everything that a hot entity keeps."""
    if is_stone(heap, row):
        stone_add(heap, state + plan[spec + S_STONES], row)
    meet(heap, values, plan, spec, state, row)
    marks = heap[row + R_MARKS]
    for number in range(plan[spec + S_WINDOWS]):
        cursor = state + CURSOR_WORDS * number
        if heap[row + R_AT] > heap[cursor + 2]:
            enter(heap, plan, spec, plan[spec + S_WINDOWS + 1] + WINDOW_WORDS * number, state, row)
            if heap[cursor] == 0 or earlier(heap, row, heap[cursor]):
                point(heap, cursor, row)
    for number in range(plan[spec + S_LASTS]):
        entry = plan[spec + S_LASTS + 1] + LAST_WORDS * number
        place = state + plan[entry + 1]
        if marks & plan[entry] == plan[entry] and (heap[place] == 0 or earlier(heap, heap[place], row)):
            heap[place] = row
    for number in range(plan[spec + S_PEAKS]):
        entry = plan[spec + S_PEAKS + 1] + PEAK_WORDS * number
        if marks & plan[entry] == plan[entry]:
            stack_add(heap, state + plan[entry + 3], row, heap[row + plan[entry + 1]] ^ plan[entry + 2])


@compiled
def count_out(heap: Words, values: Heads, plan: Words, spec: int, state: int, row: int) -> None:
    """Undo `count_in` of a row that is still linked."""
    if is_stone(heap, row):
        stone_remove(heap, state + plan[spec + S_STONES], row)
    marks = heap[row + R_MARKS]
    for number in range(plan[spec + S_WINDOWS]):
        cursor = state + CURSOR_WORDS * number
        if heap[row + R_AT] > heap[cursor + 2]:
            leave(heap, plan, spec, plan[spec + S_WINDOWS + 1] + WINDOW_WORDS * number, state, row)
            if heap[cursor] == row:
                point(heap, cursor, newer(heap, row))
    for number in range(plan[spec + S_LASTS]):
        entry = plan[spec + S_LASTS + 1] + LAST_WORDS * number
        if heap[state + plan[entry + 1]] == row:
            heap[state + plan[entry + 1]] = older_match(heap, row, plan[entry])
    for number in range(plan[spec + S_PEAKS]):
        entry = plan[spec + S_PEAKS + 1] + PEAK_WORDS * number
        if marks & plan[entry] == plan[entry]:
            stack_remove(heap, state + plan[entry + 3], plan[entry : entry + PEAK_WORDS], row)
    part(heap, values, plan, spec, state, row)


@compiled
def stack_at(plan: Words, spec: int, state: int, number: int) -> int:
    """Give the stacks of a state one after another: the milestones, then the peaks."""
    if number == 0:
        return int(state + plan[spec + S_STONES])
    return int(state + plan[plan[spec + S_PEAKS + 1] + PEAK_WORDS * (number - 1) + 3])


@compiled
def promote(heap: Words, values: Heads, plan: Words, spec: int, entity: int) -> None:
    """Make a cold entity hot."""
    state = take(heap, plan[spec + S_STATE], KIND_STATE)
    heap[entity + E_COUNT] = pack(upper(heap[entity + E_COUNT]), state)
    heap[H_HOT] += 1
    for number in range(plan[spec + S_WINDOWS]):
        point(heap, state + CURSOR_WORDS * number, 0)
        heap[state + CURSOR_WORDS * number + 2] = LOWEST
    for number in range(plan[spec + S_PEAKS] + 1):
        stack = stack_at(plan, spec, state, number)
        heap[stack] = take(heap, ENTRY_WORDS * FIRST_CAPACITY, KIND_STACK)
        heap[stack + 3] = FIRST_CAPACITY
    for number in range(plan[spec + S_DISTINCTS]):
        entry = plan[spec + S_DISTINCTS + 1] + DISTINCT_WORDS * number
        heap[state + plan[entry + 4]] = plan[entry + 1] - plan[entry + 3] - 1
    row = upper(heap[entity + E_ENDS])
    while row != 0:
        count_in(heap, values, plan, spec, state, row)
        row = newer(heap, row)


@compiled
def demote(heap: Words, values: Heads, plan: Words, spec: int, entity: int) -> None:
    """Make a hot entity cold."""
    state = lower(heap[entity + E_COUNT])
    if state == 0:
        return
    row = upper(heap[entity + E_ENDS])
    while row != 0:
        for number in range(plan[spec + S_DISTINCTS]):
            entry = plan[spec + S_DISTINCTS + 1] + DISTINCT_WORDS * number
            if heap[row + R_MARKS] & plan[entry + 2] != 0:
                swap_value(heap, values, row + plan[entry + 3] + 1, 0)
        heap[row + R_MARKS] &= GIVEN_MARKS
        row = newer(heap, row)
    for number in range(plan[spec + S_PEAKS] + 1):
        stack = stack_at(plan, spec, state, number)
        give(heap, heap[stack], ENTRY_WORDS * heap[stack + 3], KIND_STACK)
    give(heap, state, plan[spec + S_STATE], KIND_STATE)
    heap[entity + E_COUNT] = pack(upper(heap[entity + E_COUNT]), 0)
    heap[H_HOT] -= 1


@compiled
def cool(heap: Words, values: Heads, plan: Words, spec: int, entity: int) -> None:
    """Make a hot entity cold once it is far below the threshold, so that it does not flicker."""
    if lower(heap[entity + E_COUNT]) != 0 and 4 * upper(heap[entity + E_COUNT]) < plan[P_THRESHOLD]:
        demote(heap, values, plan, spec, entity)


# what dropped rows leave behind


@compiled
def fold_first(heap: Words, place: int, at: int, seq: int, value: int) -> None:
    """Keep the earlier of two rows: seen, instant, sequence, value."""
    if heap[place] == 0 or at < heap[place + 1] or (at == heap[place + 1] and seq < heap[place + 2]):
        heap[place] = 1
        heap[place + 1] = at
        heap[place + 2] = seq
        heap[place + 3] = value


@compiled
def fold_last(heap: Words, place: int, at: int, seq: int, value: int) -> None:
    """Keep the later of two rows: seen, instant, sequence, value."""
    if heap[place] == 0 or at > heap[place + 1] or (at == heap[place + 1] and seq > heap[place + 2]):
        heap[place] = 1
        heap[place + 1] = at
        heap[place + 2] = seq
        heap[place + 3] = value


@compiled
def fold_peak(heap: Words, place: int, value: int) -> None:
    """Keep the larger of two values: seen, value."""
    if heap[place] == 0 or value > heap[place + 1]:
        heap[place] = 1
        heap[place + 1] = value


@compiled
def fold_of(heap: Words, plan: Words, spec: int, entity: int) -> int:
    """Give the entity's fold, made when it is first wanted."""
    if heap[entity + E_FOLD] == 0:
        heap[entity + E_FOLD] = take(heap, plan[spec + S_FOLD], KIND_FOLD)
    return heap[entity + E_FOLD]  # type: ignore[no-any-return]  # an element of an int64 array


@compiled
def fold_row(heap: Words, plan: Words, spec: int, entity: int, row: int) -> None:
    """Add a row that is about to be dropped to the lanes without a window."""
    fold = fold_of(heap, plan, spec, entity)
    for number in range(plan[spec + S_LANES]):
        lane = plan[spec + S_LANES + 1] + LANE_WORDS * number
        need = plan[lane + 2]
        if plan[lane + 5] < 0 or heap[row + R_MARKS] & need != need:
            continue
        kind = plan[lane]
        place = fold + plan[lane + 5]
        value = heap[row + plan[lane + 3]] if plan[lane + 3] > 0 else 0
        if kind <= STD:
            heap[place] += 1
            if kind != COUNT:
                add_wide(heap, place + 1, value, 1)
            if kind == STD:
                add_square(heap, place + 3, value, 1)
        elif kind == PEAK:
            fold_peak(heap, place, value ^ plan[lane + 6])
        elif kind in (FIRST, EARLIEST):
            fold_first(heap, place, heap[row + R_AT], heap[row + R_SEQ], value)
        elif kind in (LAST, LATEST):
            fold_last(heap, place, heap[row + R_AT], heap[row + R_SEQ], value)


@compiled
def add_cubes(words: Words, place: int, heap: Words, fold: int) -> None:
    """Add a 192-bit number to a 192-bit number (high word first)."""
    carry = 0
    for word in range(2, -1, -1):
        old = words[place + word]
        partial = old + heap[fold + word]
        total = partial + carry
        carry = int(below(partial, old)) + int(below(total, partial))
        words[place + word] = total


@compiled
def fold_fold(heap: Words, plan: Words, spec: int, source: int, into: int) -> None:
    """Add one entity's fold to another's."""
    if heap[source + E_FOLD] == 0:
        return
    given = heap[source + E_FOLD]
    fold = fold_of(heap, plan, spec, into)
    for number in range(plan[spec + S_LANES]):
        lane = plan[spec + S_LANES + 1] + LANE_WORDS * number
        if plan[lane + 5] < 0:
            continue
        kind = plan[lane]
        place = fold + plan[lane + 5]
        other = given + plan[lane + 5]
        if kind <= STD:
            heap[place] += heap[other]
            add_words(heap, place + 1, heap[other + 1], heap[other + 2])
            add_cubes(heap, place + 3, heap, other + 3)
        elif heap[other] == 0:
            continue
        elif kind == PEAK:
            fold_peak(heap, place, heap[other + 1])
        elif kind in (FIRST, EARLIEST):
            fold_first(heap, place, heap[other + 1], heap[other + 2], heap[other + 3])
        elif kind in (LAST, LATEST):
            fold_last(heap, place, heap[other + 1], heap[other + 2], heap[other + 3])
    give(heap, given, plan[spec + S_FOLD], KIND_FOLD)
    heap[source + E_FOLD] = 0


@compiled
def remove_row(heap: Words, values: Heads, plan: Words, spec: int, entity: int, row: int) -> None:
    """Take a row out of everything and free it."""
    state = lower(heap[entity + E_COUNT])
    if state != 0:
        count_out(heap, values, plan, spec, state, row)
    unlink_row(heap, entity, row)
    give(heap, row, plan[spec + S_WIDTH], KIND_ROW)
    heap[H_ROWS] -= 1


@compiled
def evict(heap: Words, values: Heads, plan: Words, spec: int, entity: int, limit: int, most: int) -> int:
    """Drop at most `most` rows at or before `limit`; give how many."""
    dropped = 0
    row = upper(heap[entity + E_ENDS])
    while row != 0 and heap[row + R_AT] <= limit and dropped < most:
        if plan[spec + S_FOLD] > 0:
            fold_row(heap, plan, spec, entity, row)
        heap[entity + E_FLOOR] = max(heap[entity + E_FLOOR], heap[row + R_AT])
        remove_row(heap, values, plan, spec, entity, row)
        dropped += 1
        row = upper(heap[entity + E_ENDS])
    if dropped > 0:
        cool(heap, values, plan, spec, entity)
    return dropped


# answers


@compiled
def cold_tally(heap: Words, plan: Words, spec: int, upto: int, at: int) -> None:
    """Fill the scratch area from the rows of a cold entity, from `upto` backward."""
    for word in range(H_SCRATCH, H_SCRATCH + plan[spec + S_ACC_WORDS]):
        heap[word] = 0
    row = upto
    while row != 0:
        marks = heap[row + R_MARKS]
        for number in range(plan[spec + S_DISTINCTS]):
            entry = plan[spec + S_DISTINCTS + 1] + DISTINCT_WORDS * number
            need = plan[entry]
            if marks & need == need:
                value = heap[row + plan[entry + 1]]
                other = row
                while other != upto:
                    other = newer(heap, other)
                    if heap[other + plan[entry + 1]] == value and heap[other + R_MARKS] & need == need:
                        break
                if other == row or not (
                    heap[other + plan[entry + 1]] == value and heap[other + R_MARKS] & need == need
                ):
                    marks |= plan[entry + 2]
        for number in range(plan[spec + S_WINDOWS]):
            window = plan[spec + S_WINDOWS + 1] + WINDOW_WORDS * number
            if plan[window] < 0 or heap[row + R_AT] > at - plan[window]:
                tally(heap, plan, spec, window, H_SCRATCH, row, marks, 1)
        row = older(heap, row)


@compiled
def past_tally(heap: Words, plan: Words, spec: int, entity: int, at: int) -> None:
    """Fill the scratch area with a hot entity's accumulators as they would be without the rows after `at`."""
    state = lower(heap[entity + E_COUNT])
    accs = state + plan[spec + S_ACCS]
    for word in range(plan[spec + S_ACC_WORDS]):
        heap[H_SCRATCH + word] = heap[accs + word]
    row = lower(heap[entity + E_ENDS])
    while row != 0 and heap[row + R_AT] > at:
        marks = heap[row + R_MARKS]
        for number in range(plan[spec + S_WINDOWS]):
            window = plan[spec + S_WINDOWS + 1] + WINDOW_WORDS * number
            tally(heap, plan, spec, window, H_SCRATCH, row, marks, -1)
        for number in range(plan[spec + S_DISTINCTS]):
            entry = plan[spec + S_DISTINCTS + 1] + DISTINCT_WORDS * number
            if marks & plan[entry + 2] != 0:
                other = upper(heap[row + plan[entry + 3]])
                while other != 0 and heap[other + R_AT] > at:
                    other = upper(heap[other + plan[entry + 3]])
                if other != 0:
                    tally_latest(heap, plan, entry, state, H_SCRATCH, other, 1)
        row = older(heap, row)


@compiled
def scan_peak(heap: Words, plan: Words, lane: int, upto: int, edge: int) -> tuple[bool, int]:
    """Find the largest value by walking back from `upto` to the edge."""
    found = False
    best = 0
    row = upto
    while row != 0 and heap[row + R_AT] > edge:
        if heap[row + R_MARKS] & plan[lane + 2] == plan[lane + 2]:
            value = heap[row + plan[lane + 3]] ^ plan[lane + 6]
            if not found or value > best:
                found = True
                best = value
        row = older(heap, row)
    return found, best


@compiled
def find_peak(heap: Words, plan: Words, lane: int, state: int, upto: int, at: int, edge: int) -> tuple[bool, int]:
    """Find the largest value of a window: on the stack, or by a walk where the stack's row lies after `at`."""
    if state == 0:
        return scan_peak(heap, plan, lane, upto, edge)
    stack = state + plan[lane + 4]
    spot = stack_find(heap, stack, edge, HIGHEST)
    if spot == heap[stack + 2]:
        return False, 0
    entry = heap[stack] + ENTRY_WORDS * (heap[stack + 1] + spot)
    if heap[entry] <= at:
        return True, heap[entry + 2]
    return scan_peak(heap, plan, lane, upto, edge)


@compiled
def find_first(heap: Words, plan: Words, lane: int, state: int, upto: int, at: int, edge: int) -> int:
    """Find the first row of a window that has the lane's marks, or 0."""
    if state != 0:
        row = heap[state + plan[lane + 4]]
        return row if row != 0 and heap[row + R_AT] <= at else 0
    found = 0
    row = upto
    while row != 0 and heap[row + R_AT] > edge:
        if heap[row + R_MARKS] & plan[lane + 2] == plan[lane + 2]:
            found = row
        row = older(heap, row)
    return found


@compiled
def find_last(heap: Words, plan: Words, lane: int, state: int, upto: int, at: int, edge: int) -> int:
    """Find the last row of a window that has the lane's marks, or 0."""
    need = plan[lane + 2]
    row = upto
    if state != 0:
        row = heap[state + plan[lane + 4]]
        while row != 0 and heap[row + R_AT] > at:
            row = older_match(heap, row, need)
    while row != 0 and heap[row + R_AT] > edge and heap[row + R_MARKS] & need != need:
        row = older(heap, row)
    return row if row != 0 and heap[row + R_AT] > edge else 0


@compiled
def write_value(box: Words, out: int, place: int, patch: int, value: int, kind: int) -> int:
    """Write a value of a column: a plain word, or a patch that says that it is a float or a large hash."""
    if kind == INTEGER_VALUE or (kind == HASH_VALUE and value >= 0):
        box[out + place] = value
        return patch
    box[patch] = place
    box[patch + 1] = PATCH_HASH if kind == HASH_VALUE else PATCH_FLOAT
    box[patch + 2] = value if kind == HASH_VALUE or value >= 0 else value ^ HIGHEST
    return patch + 3


@compiled
def write_unknown(box: Words, place: int, patch: int) -> int:
    """Write that an answer is unknown."""
    box[patch] = place
    box[patch + 1] = PATCH_UNKNOWN
    return patch + 2


@compiled
def answer_sum(
    heap: Words, plan: Words, lane: int, accs: int, fold: int, box: Words, out: int, place: int, patch: int
) -> int:
    """Answer a sum, a mean or a standard deviation: exact integers that the caller turns into one number."""
    kind = plan[lane]
    cell = accs + plan[lane + 4]
    box[patch] = place
    for word in range(3 if kind != STD else 6):
        box[patch + 2 + word] = heap[cell + word]
    if fold != 0:
        box[patch + 2] += heap[fold]
        add_words(box, patch + 3, heap[fold + 1], heap[fold + 2])
        if kind == STD:
            add_cubes(box, patch + 5, heap, fold + 3)
    if kind == SUM:
        box[patch + 1] = PATCH_WIDE
        box[out + place] = box[patch + 4]
        return patch if box[patch + 3] == box[patch + 4] >> 63 else patch + 5
    if box[patch + 2] == 0:
        return write_unknown(box, place, patch)
    box[patch + 1] = PATCH_MEAN if kind == MEAN else PATCH_STD
    return patch + (5 if kind == MEAN else 8)


@compiled
def answer_end(
    heap: Words, plan: Words, lane: int, row: int, fold: int, box: Words, out: int, place: int, patch: int
) -> int:
    """Answer the first or last instant or value from a row (or 0) and a fold (or 0)."""
    kind = plan[lane]
    at = heap[row + R_AT] if row != 0 else 0
    value = heap[row + plan[lane + 3]] if row != 0 else 0
    if fold != 0 and heap[fold] != 0:
        sooner = heap[fold + 1] < at or (heap[fold + 1] == at and heap[fold + 2] < heap[row + R_SEQ])
        if row == 0 or sooner == (kind in (FIRST, EARLIEST)):
            at = heap[fold + 1]
            value = heap[fold + 3]
    elif row == 0:
        return write_unknown(box, place, patch)
    if kind in (FIRST, LAST):
        box[out + place] = at
        return patch
    return write_value(box, out, place, patch, value, plan[lane + 7])


@compiled
def stand(heap: Words, plan: Words, spec: int, entity: int, at: int) -> tuple[int, int, int]:
    """Make ready to answer about an entity (0: nobody) as of `at`.

    Gives its state (0: cold), the last row up to `at`, and where its accumulators stand.
    A read as of an earlier instant walks the rows after it.
    """
    state = 0
    upto = 0
    if entity != 0:
        state = lower(heap[entity + E_COUNT])
        if state != 0:
            settle(heap, plan, spec, entity, at)
        upto = seek(heap, plan, spec, entity, at, HIGHEST)
    if state == 0:
        cold_tally(heap, plan, spec, upto, at)
        return 0, upto, H_SCRATCH
    if upto != lower(heap[entity + E_ENDS]):
        past_tally(heap, plan, spec, entity, at)
        return state, upto, H_SCRATCH
    return state, upto, state + plan[spec + S_ACCS]


@compiled
def answer_lane(
    heap: Words,
    plan: Words,
    lane: int,
    span: int,
    entity: int,
    stood: tuple[int, int, int],
    at: int,
    box: Words,
    out: int,
    place: int,
    patch: int,
) -> int:
    """Write the answer of one lane to `out + place`, or a patch; gives where the next patch goes.

    `min` and `max` as of an earlier instant walk the window itself where its peak lies after that instant.
    """
    state, upto, accs = stood
    kind = plan[lane]
    edge = LOWEST if span < 0 else at - span
    floor = heap[entity + E_FLOOR] if entity != 0 else LOWEST
    fold = 0
    if entity != 0 and heap[entity + E_FOLD] != 0 and plan[lane + 5] >= 0:
        fold = heap[entity + E_FOLD] + plan[lane + 5]
    if floor != LOWEST and (at if span < 0 else edge) < floor:
        return write_unknown(box, place, patch)
    if kind in (COUNT, DISTINCT):
        box[out + place] = heap[accs + plan[lane + 4]] + (heap[fold] if fold != 0 else 0)
        return patch
    if kind <= STD:
        return answer_sum(heap, plan, lane, accs, fold, box, out, place, patch)
    if kind == PEAK:
        found, best = find_peak(heap, plan, lane, state, upto, at, edge)
        if fold != 0 and heap[fold] != 0 and (not found or heap[fold + 1] > best):
            found = True
            best = heap[fold + 1]
        if found:
            return write_value(box, out, place, patch, best ^ plan[lane + 6], plan[lane + 7])
        return write_unknown(box, place, patch)
    if kind in (FIRST, EARLIEST):
        row = find_first(heap, plan, lane, state, upto, at, edge)
    else:
        row = find_last(heap, plan, lane, state, upto, at, edge)
    return answer_end(heap, plan, lane, row, fold, box, out, place, patch)


@compiled
def answer(
    heap: Words, plan: Words, spec: int, entity: int, at: int, box: Words, out: int, base: int, patch: int
) -> int:
    """Write one answer for each lane of an entity (0: nobody) as of `at`; give where the next patch goes."""
    stood = stand(heap, plan, spec, entity, at)
    for number in range(plan[spec + S_LANES]):
        lane = plan[spec + S_LANES + 1] + LANE_WORDS * number
        span = plan[plan[spec + S_WINDOWS + 1] + WINDOW_WORDS * plan[lane + 1]]
        patch = answer_lane(heap, plan, lane, span, entity, stood, at, box, out, base + number, patch)
    return patch


# what Python calls


@entrance
def read_all(heap: Words, entities: Heads, plan: Words, box: Words, questions: int) -> int:
    """Answer `questions` times (series, key high, key low, at) from the start of the box.

    The answers follow the questions, the patches follow the answers; gives where the patches end.
    """
    out = 4 * questions
    total = 0
    for question in range(questions):
        total += plan[plan[P_SERIES + box[4 * question]] + S_LANES]
    patch = out + total
    base = 0
    for question in range(questions):
        series = box[4 * question]
        spec = plan[P_SERIES + series]
        entity = find_entity(heap, entities, series, box[4 * question + 1], box[4 * question + 2])
        patch = answer(heap, plan, spec, entity, box[4 * question + 3], box, out, base, patch)
        base += plan[spec + S_LANES]
    return patch


@compiled
def short(heap: Words, entities: Heads, values: Heads, plan: Words, spec: int, need: int, new_values: int) -> bool:
    """Whether a change that needs so many words and values must wait for room; the need is left in the heap."""
    heap[H_NEED] = need
    heap[H_NEED_VALUES] = plan[spec + S_DISTINCTS] * new_values
    heap[H_NEED_ENTITIES] = 1
    fits = heap[H_USED] + need <= heap.size and heap[H_ENTITIES] + 1 < entities.size
    return not (fits and heap[H_VALUES] + heap[H_NEED_VALUES] < values.size)


@compiled
def add_one(heap: Words, entities: Heads, values: Heads, plan: Words, box: Words, item: int, lasting: bool) -> int:
    """Add one event (series, high, low, at, seq, marks, values...) of the box; -1 when room is short.

    Only a `lasting` one drops old rows; one that is retracted at once leaves nothing behind.
    """
    series, high, low = box[item], box[item + 1], box[item + 2]
    at, seq = box[item + 3], box[item + 4]
    spec = plan[P_SERIES + series]
    entity = find_entity(heap, entities, series, high, low)
    need = plan[spec + S_NEED]
    if entity != 0 and lower(heap[entity + E_COUNT]) != 0:
        state = lower(heap[entity + E_COUNT])
        for number in range(plan[spec + S_PEAKS] + 1):
            stack = stack_at(plan, spec, state, number)
            if heap[stack + 1] + heap[stack + 2] >= heap[stack + 3]:
                need += 4 * ENTRY_WORDS * heap[stack + 3]
    if short(heap, entities, values, plan, spec, need, plan[P_THRESHOLD] + 2):
        return -1
    if entity == 0:
        entity = make_entity(heap, entities, series, high, low)
    too_old = at <= heap[entity + E_FLOOR] and heap[entity + E_FLOOR] != LOWEST
    before = 0 if too_old else seek(heap, plan, spec, entity, at, seq)
    if before != 0 and heap[before + R_AT] == at and heap[before + R_SEQ] == seq:
        return DUPLICATE
    row = take(heap, plan[spec + S_WIDTH], KIND_ROW)
    heap[H_ROWS] += 1
    heap[row + R_AT] = at
    heap[row + R_SEQ] = seq
    heap[row + R_MARKS] = box[item + 5]
    for column in range(plan[spec + S_COLUMNS]):
        value = box[item + 6 + column]
        if (plan[spec + S_FLOATS] >> column) & 1 and value < 0:
            value ^= HIGHEST  # so that floats compare as their bits do
        heap[row + R_VALUES + column] = value
    if too_old:
        if plan[spec + S_FOLD] > 0:
            fold_row(heap, plan, spec, entity, row)
        give(heap, row, plan[spec + S_WIDTH], KIND_ROW)
        heap[H_ROWS] -= 1
        return TOO_OLD
    link_row(heap, entity, row, before)
    if lower(heap[entity + E_COUNT]) != 0:
        count_in(heap, values, plan, spec, lower(heap[entity + E_COUNT]), row)
    elif upper(heap[entity + E_COUNT]) > plan[P_THRESHOLD]:
        promote(heap, values, plan, spec, entity)
    if lasting and plan[spec + S_KEEP] >= 0:
        limit = heap[lower(heap[entity + E_ENDS]) + R_AT] - plan[spec + S_KEEP]
        evict(heap, values, plan, spec, entity, limit, EVICT_AT_ONCE)
    return ADDED


@entrance
def add_all(
    heap: Words, entities: Heads, values: Heads, plan: Words, box: Words, start: int, codes: int, items: int
) -> int:
    """Add events from `start` of the box on, write a code for each from `codes` on; gives how many were done."""
    item = start
    for number in range(items):
        width = 6 + plan[plan[P_SERIES + box[item]] + S_COLUMNS]
        code = add_one(heap, entities, values, plan, box, item, True)
        if code < 0:
            return number
        box[codes + number] = code
        item += width
    return items


@compiled
def forget_empty(heap: Words, entities: Heads, entity: int) -> bool:
    """Remove an entity that knows nothing any more."""
    if upper(heap[entity + E_COUNT]) != 0 or heap[entity + E_FOLD] != 0:
        return False
    unlink_entity(heap, entities, entity)
    give(heap, entity, ENTITY_WORDS, KIND_ENTITY)
    return True


@compiled
def retract_one(heap: Words, entities: Heads, values: Heads, plan: Words, box: Words, item: int) -> int:
    """Undo the add of (series, high, low, at, seq) in the box: 1 done, 0 not kept, -1 when room is short."""
    series, at, seq = box[item], box[item + 3], box[item + 4]
    spec = plan[P_SERIES + series]
    entity = find_entity(heap, entities, series, box[item + 1], box[item + 2])
    if entity == 0:
        return 0
    row = seek(heap, plan, spec, entity, at, seq)
    if row == 0 or heap[row + R_AT] != at or heap[row + R_SEQ] != seq:
        return 0
    state = lower(heap[entity + E_COUNT])
    need = 0
    for number in range(plan[spec + S_PEAKS] if state != 0 else 0):
        entry = plan[spec + S_PEAKS + 1] + PEAK_WORDS * number
        stack = state + plan[entry + 3]
        spot = stack_spot(heap, stack, row)
        if spot >= 0 and heap[row + R_MARKS] & plan[entry] == plan[entry]:
            found = count_exposed(heap, stack, plan[entry : entry + PEAK_WORDS], row, spot)
            need += 8 * ENTRY_WORDS * (heap[stack + 3] + found)
    if short(heap, entities, values, plan, spec, need, 0):
        return -1
    remove_row(heap, values, plan, spec, entity, row)
    cool(heap, values, plan, spec, entity)
    if heap[entity + E_FLOOR] == LOWEST:
        forget_empty(heap, entities, entity)
    return 1


@entrance
def retract_all(heap: Words, entities: Heads, values: Heads, plan: Words, box: Words, items: int) -> tuple[int, int]:
    """Undo adds from the start of the box on; gives how many were looked at, and how many of them were kept."""
    kept = 0
    for number in range(items):
        code = retract_one(heap, entities, values, plan, box, 5 * number)
        if code < 0:
            return number, kept
        kept += code
    return items, kept


@compiled
def weave_rows(heap: Words, plan: Words, spec: int, source: int, into: int) -> None:
    """Weave the rows of one cold entity into another's in one pass; a row that both have stays once."""
    row = upper(heap[source + E_ENDS])
    before = 0
    while row != 0:
        after = newer(heap, row)
        other = newer(heap, before) if before != 0 else upper(heap[into + E_ENDS])
        while other != 0 and not earlier(heap, row, other):
            before = other
            other = newer(heap, other)
        if before != 0 and not earlier(heap, before, row):
            give(heap, row, plan[spec + S_WIDTH], KIND_ROW)
            heap[H_ROWS] -= 1
        else:
            link_row(heap, into, row, before)
            before = row
        row = after


@compiled
def insert_rows(heap: Words, values: Heads, plan: Words, spec: int, source: int, into: int) -> None:
    """Put the rows of a cold entity one by one into a hot one, however much this has."""
    row = lower(heap[source + E_ENDS])
    while row != 0:
        before_it = older(heap, row)
        before = seek(heap, plan, spec, into, heap[row + R_AT], heap[row + R_SEQ])
        if before != 0 and not earlier(heap, before, row):
            give(heap, row, plan[spec + S_WIDTH], KIND_ROW)
            heap[H_ROWS] -= 1
        else:
            link_row(heap, into, row, before)
            count_in(heap, values, plan, spec, lower(heap[into + E_COUNT]), row)
        row = before_it


@entrance
def merge_one(heap: Words, entities: Heads, values: Heads, plan: Words, box: Words) -> int:
    """Merge (series, source high, low, into high, low) of the box: 1 done, 0 no source, -1 when room is short."""
    series = box[0]
    spec = plan[P_SERIES + series]
    source = find_entity(heap, entities, series, box[1], box[2])
    into = find_entity(heap, entities, series, box[3], box[4])
    if source == 0 or source == into:  # noqa: PLR1714 - a set is no word
        return 0
    need = plan[spec + S_NEED]
    fresh = 4 * plan[P_THRESHOLD] + 4
    for entity in (source, into):
        state = lower(heap[entity + E_COUNT]) if entity != 0 else 0
        for number in range(plan[spec + S_PEAKS] + 1):
            stack = stack_at(plan, spec, state, number)
            need += 8 * ENTRY_WORDS * (fresh + (heap[stack + 2] + heap[stack + 3] if state != 0 else 0))
    if short(heap, entities, values, plan, spec, need, fresh):
        return -1
    if into == 0:
        unlink_entity(heap, entities, source)
        heap[source + E_HIGH] = box[3]
        heap[source + E_LOW] = box[4]
        link_entity(heap, entities, series, source)
        return 1
    demote(heap, values, plan, spec, source)
    if lower(heap[into + E_COUNT]) != 0:
        insert_rows(heap, values, plan, spec, source, into)
    else:
        weave_rows(heap, plan, spec, source, into)
    heap[source + E_ENDS] = 0
    heap[source + E_COUNT] = 0
    fold_fold(heap, plan, spec, source, into)
    heap[into + E_FLOOR] = max(heap[into + E_FLOOR], heap[source + E_FLOOR])
    forget_empty(heap, entities, source)
    if lower(heap[into + E_COUNT]) == 0 and upper(heap[into + E_COUNT]) > plan[P_THRESHOLD]:
        promote(heap, values, plan, spec, into)
    return 1


@entrance
def advance_some(heap: Words, entities: Heads, values: Heads, plan: Words, at: int, budget: int) -> int:
    """Sweep on over the table: drop old rows and empty entities, settle hot ones; -1 when room is short.

    The budget counts buckets and rows. Gives how many rows were dropped.
    """
    dropped = 0
    while budget > 0:
        bucket = heap[H_SWEEP]
        if bucket >= heap[H_ENTITY_BUCKETS]:
            bucket = 0
        entity = head_of(entities, bucket)
        while entity != 0 and budget > 0:
            after = lower(heap[entity + E_CHAIN])
            spec = plan[P_SERIES + upper(heap[entity + E_CHAIN])]
            if short(heap, entities, values, plan, spec, plan[spec + S_NEED], 0):
                return -1
            if plan[spec + S_KEEP] >= 0:
                gone = evict(heap, values, plan, spec, entity, at - plan[spec + S_KEEP], budget)
                dropped += gone
                budget -= gone
            if not forget_empty(heap, entities, entity) and lower(heap[entity + E_COUNT]) != 0:
                settle(heap, plan, spec, entity, at)
            entity = after
        budget -= 1
        if budget > 0 or entity == 0:
            heap[H_SWEEP] = bucket + 1
    return dropped
