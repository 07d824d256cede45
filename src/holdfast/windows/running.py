"""What a hot entity keeps: accumulators of each window and stacks of suffix maxima; the milestones are `stones`."""

from holdfast.windows.compiled import compiled
from holdfast.windows.memory import (
    ACC_WORDS,
    CURSOR_WORDS,
    E_COUNT,
    E_ENDS,
    ENTRY_WORDS,
    FIRST_WORDS,
    HIGHEST,
    KIND_STACK,
    LOWEST,
    PART_WORDS,
    R_AT,
    R_MARKS,
    R_SEQ,
    S_ACC_TABLE,
    S_ACCS,
    S_FIRST_TABLE,
    S_WINDOWS,
    WINDOW_WORDS,
    Words,
    add_square,
    add_wide,
    block_words,
    give,
    lower,
    take,
)
from holdfast.windows.rows import earlier, newer, newer_match, older

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
def stack_find(heap: Words, stack: int, words: int, at: int, seq: int) -> int:
    """How many entries of a stack, each of so many words, are at or before (at, seq)."""
    low = 0
    high = heap[stack + 2]
    entries = heap[stack] + words * heap[stack + 1]
    while low < high:
        middle = (low + high) >> 1
        entry = entries + words * middle
        if heap[entry] < at or (heap[entry] == at and heap[entry + 1] <= seq):
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def stack_room(heap: Words, stack: int, words: int, more: int) -> None:
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
        into = take(heap, words * wanted, KIND_STACK)
        heap[stack + 3] = block_words(words * wanted) // words
    for word in range(words * size):
        heap[into + word] = heap[block + words * start + word]
    if into != block:
        give(heap, block, words * capacity, KIND_STACK)
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
    place = stack_find(heap, stack, ENTRY_WORDS, heap[row + R_AT], heap[row + R_SEQ])
    size = heap[stack + 2]
    entries = heap[stack] + ENTRY_WORDS * heap[stack + 1]
    if place < size and heap[entries + ENTRY_WORDS * place + 2] >= value:
        return
    low = place
    while low > 0 and heap[entries + ENTRY_WORDS * (low - 1) + 2] <= value:
        low -= 1
    if low == place:
        stack_room(heap, stack, ENTRY_WORDS, 1)
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
def stack_spot(heap: Words, stack: int, words: int, row: int) -> int:
    """Where in the stack a row stands, or -1."""
    spot = stack_find(heap, stack, words, heap[row + R_AT], heap[row + R_SEQ]) - 1
    if spot < 0:
        return -1
    entry = heap[stack] + words * (heap[stack + 1] + spot)
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
    spot = stack_spot(heap, stack, ENTRY_WORDS, row)
    if spot < 0:
        return
    if spot == 0 and older(heap, row) == 0:
        heap[stack + 1] += 1
        heap[stack + 2] -= 1
        return
    found = count_exposed(heap, stack, peak, row, spot)
    size = heap[stack + 2]
    if found > 1:
        stack_room(heap, stack, ENTRY_WORDS, found - 1)
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
