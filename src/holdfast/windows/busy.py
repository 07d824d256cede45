"""A row in and out of a hot entity, and entities that become hot or cold."""

from holdfast.windows.compiled import compiled
from holdfast.windows.memory import (
    CURSOR_WORDS,
    DISTINCT_WORDS,
    E_COUNT,
    E_ENDS,
    ENTRY_WORDS,
    FIRST_CAPACITY,
    GIVEN_MARKS,
    H_HOT,
    KIND_STACK,
    KIND_STATE,
    LAST_WORDS,
    LOWEST,
    P_THRESHOLD,
    PEAK_WORDS,
    R_AT,
    R_MARKS,
    S_ACCS,
    S_DISTINCTS,
    S_LASTS,
    S_PEAKS,
    S_STATE,
    S_STONE_WORDS,
    S_STONES,
    S_WINDOWS,
    WINDOW_WORDS,
    Heads,
    Words,
    give,
    lower,
    pack,
    take,
    upper,
)
from holdfast.windows.rows import earlier, newer, older_match
from holdfast.windows.running import enter, leave, point, stack_add, stack_remove, tally_latest
from holdfast.windows.stones import stones_in, stones_out
from holdfast.windows.tables import find_value, link_value, swap_value

# a row in and out of a hot entity


@compiled
def meet(heap: Words, values: Heads, plan: Words, spec: int, state: int, row: int) -> None:
    """Put a row among those with the same value, in every distinct group.

    A late row finds the next one with its value in time or in the chain of that value, whichever walk is shorter.
    """
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
            near = newer(heap, row)
            while before != 0 and earlier(heap, row, before):
                if heap[near + R_MARKS] & need == need and heap[near + plan[entry + 1]] == heap[row + plan[entry + 1]]:
                    other = near
                    before = upper(heap[other + link])
                    break
                near = newer(heap, near)
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
def count_in(heap: Words, values: Heads, plan: Words, spec: int, entity: int, row: int) -> None:
    """Let a linked row take part in everything that a hot entity keeps."""
    state = lower(heap[entity + E_COUNT])
    meet(heap, values, plan, spec, state, row)
    stones_in(heap, plan, spec, entity, row)
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
def count_out(heap: Words, values: Heads, plan: Words, spec: int, entity: int, row: int) -> None:
    """Undo `count_in` of a row that is still linked."""
    state = lower(heap[entity + E_COUNT])
    stones_out(heap, plan, spec, entity, row)
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
def stack_words(plan: Words, spec: int, number: int) -> int:
    """Give how many words an entry of such a stack has."""
    return int(plan[spec + S_STONE_WORDS]) if number == 0 else ENTRY_WORDS


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
        capacity = FIRST_CAPACITY if number > 0 else 1
        heap[stack] = take(heap, stack_words(plan, spec, number) * capacity, KIND_STACK)
        heap[stack + 3] = capacity
    for number in range(plan[spec + S_DISTINCTS]):
        entry = plan[spec + S_DISTINCTS + 1] + DISTINCT_WORDS * number
        heap[state + plan[entry + 4]] = plan[entry + 1] - plan[entry + 3] - 1
    row = upper(heap[entity + E_ENDS])
    while row != 0:
        count_in(heap, values, plan, spec, entity, row)
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
        give(heap, heap[stack], stack_words(plan, spec, number) * heap[stack + 3], KIND_STACK)
    give(heap, state, plan[spec + S_STATE], KIND_STATE)
    heap[entity + E_COUNT] = pack(upper(heap[entity + E_COUNT]), 0)
    heap[H_HOT] -= 1


@compiled
def cool(heap: Words, values: Heads, plan: Words, spec: int, entity: int) -> None:
    """Make a hot entity cold once it is far below the threshold, so that it does not flicker."""
    if lower(heap[entity + E_COUNT]) != 0 and 4 * upper(heap[entity + E_COUNT]) < plan[P_THRESHOLD]:
        demote(heap, values, plan, spec, entity)
