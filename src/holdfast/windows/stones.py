"""The milestones of a hot entity: every 32nd row or so, with what all rows up to it amount to.

Sums start from anywhere, because only their differences are asked; so a row that comes or goes is counted in the
milestones after it or, with the sign turned, in those before it, whichever are fewer. The first milestone's peaks are
never asked, because rows before it may have been dropped; the same holds for distinct values of a window whose old
end lies before what was dropped.
"""

from holdfast.windows.compiled import compiled
from holdfast.windows.memory import (
    DISTINCT_WORDS,
    E_COUNT,
    E_ENDS,
    E_FLOOR,
    HIGHEST,
    LOWEST,
    MILESTONE,
    PART_WORDS,
    PEAK_WORDS,
    R_AT,
    R_MARKS,
    R_SEQ,
    S_DISTINCTS,
    S_PEAKS,
    S_STONE_WORDS,
    S_STONES,
    S_SUMS,
    Words,
    lower,
    mix,
    upper,
)
from holdfast.windows.rows import earlier, newer, older
from holdfast.windows.running import stack_find, stack_room, stack_spot, tally, write_entry

# where milestones stand


@compiled
def is_stone(heap: Words, row: int) -> bool:
    """Whether a row is a milestone; that depends on its place in time alone."""
    return mix(heap[row + R_AT], heap[row + R_SEQ]) & MILESTONE == 0


@compiled
def stone_at(heap: Words, plan: Words, spec: int, state: int, spot: int) -> int:
    """Give the entry of the milestone at a place."""
    stack = state + plan[spec + S_STONES]
    return int(heap[stack] + plan[spec + S_STONE_WORDS] * (heap[stack + 1] + spot))


@compiled
def stones_until(heap: Words, plan: Words, spec: int, state: int, at: int, seq: int) -> int:
    """How many milestones are at or before (at, seq)."""
    return stack_find(heap, state + plan[spec + S_STONES], plan[spec + S_STONE_WORDS], at, seq)


@compiled
def seek(heap: Words, plan: Words, spec: int, entity: int, at: int, seq: int) -> int:
    """Give the last row that is not behind (at, seq), or 0; the milestones of a hot entity shorten the walk."""
    row = lower(heap[entity + E_ENDS])
    state = lower(heap[entity + E_COUNT])
    if state != 0 and row != 0 and at < heap[row + R_AT]:
        spot = stones_until(heap, plan, spec, state, at, seq)
        if spot < heap[state + plan[spec + S_STONES] + 2]:
            row = heap[stone_at(heap, plan, spec, state, spot) + 2]
    while row != 0 and (heap[row + R_AT] > at or (heap[row + R_AT] == at and heap[row + R_SEQ] > seq)):
        row = older(heap, row)
    return row


@compiled
def old_end(at: int, span: int) -> int:
    """Give the edge of a window as of an instant; a span of -1 has none."""
    return LOWEST if span < 0 else at - span


# what a row changes in the milestones of others


@compiled
def shift_sums(heap: Words, plan: Words, spec: int, state: int, row: int, spot: int, sign: int) -> None:
    """Count a row in or out of the sums; `spot` is the first milestone behind it."""
    words = plan[spec + S_STONE_WORDS]
    size = heap[state + plan[spec + S_STONES] + 2]
    entry = stone_at(heap, plan, spec, state, 0)
    start, end = spot, size
    if 2 * spot < size:
        start, end, sign = 0, spot, -sign
    for place in range(start, end):
        tally(heap, plan, spec, plan[spec + S_SUMS], entry + words * place, row, heap[row + R_MARKS], sign)


@compiled
def shift_distincts(heap: Words, plan: Words, spec: int, state: int, row: int, spot: int, sign: int) -> None:
    """Count a row in or out of the windows that hold it and neither neighbour of its value."""
    words = plan[spec + S_STONE_WORDS]
    size = heap[state + plan[spec + S_STONES] + 2]
    first = stone_at(heap, plan, spec, state, 0)
    at = heap[row + R_AT]
    for number in range(plan[spec + S_DISTINCTS]):
        group = plan[spec + S_DISTINCTS + 1] + DISTINCT_WORDS * number
        if heap[row + R_MARKS] & plan[group] != plan[group]:
            continue
        before = upper(heap[row + plan[group + 3]])
        after = lower(heap[row + plan[group + 3]])
        stop = size
        if after != 0:
            stop = stones_until(heap, plan, spec, state, heap[after + R_AT], heap[after + R_SEQ] - 1)
        part = plan[group + 6]
        for _ in range(plan[group + 5]):
            span = plan[part + 4]
            start, end = spot, stop
            if span < 0 and before != 0:
                end = start
            elif span >= 0:
                end = min(end, stones_until(heap, plan, spec, state, at + span - 1, HIGHEST))
                if before != 0:
                    past = stones_until(heap, plan, spec, state, heap[before + R_AT] + span - 1, HIGHEST)
                    start = max(start, past)
            for place in range(start, end):
                heap[first + words * place + plan[part + 3]] += sign
            part += PART_WORDS


@compiled
def raise_peaks(heap: Words, plan: Words, spec: int, row: int, entry: int) -> None:
    """Let a row take part in the peaks of the milestone behind it."""
    for number in range(plan[spec + S_PEAKS]):
        peak = plan[spec + S_PEAKS + 1] + PEAK_WORDS * number
        if heap[row + R_MARKS] & plan[peak] == plan[peak]:
            place = entry + plan[peak + 4]
            heap[place] = max(heap[place], heap[row + plan[peak + 1]] ^ plan[peak + 2])


@compiled
def find_peaks(heap: Words, plan: Words, spec: int, state: int, spot: int, but: int) -> None:
    """Work out the peaks of a milestone from the rows since the one before, all but one that is going (or 0)."""
    if spot == 0 or spot >= heap[state + plan[spec + S_STONES] + 2]:
        return
    entry = stone_at(heap, plan, spec, state, spot)
    stop = heap[stone_at(heap, plan, spec, state, spot - 1) + 2]
    for number in range(plan[spec + S_PEAKS]):
        heap[entry + plan[plan[spec + S_PEAKS + 1] + PEAK_WORDS * number + 4]] = LOWEST
    row = heap[entry + 2]
    while row != stop:
        if row != but:
            raise_peaks(heap, plan, spec, row, entry)
        row = older(heap, row)


# a milestone of its own


@compiled
def find_sums(heap: Words, plan: Words, spec: int, state: int, spot: int) -> None:
    """Work out the sums of a new milestone from a neighbour's."""
    entry = stone_at(heap, plan, spec, state, spot)
    row = heap[entry + 2]
    near, stop, sign = entry, 0, 1
    if spot > 0:
        near = stone_at(heap, plan, spec, state, spot - 1)
        stop = heap[near + 2]
    elif heap[state + plan[spec + S_STONES] + 2] > 1:
        near = stone_at(heap, plan, spec, state, 1)
        stop = row
        row = heap[near + 2]
        sign = -1
    if near != entry:
        for word in range(3, plan[spec + S_STONE_WORDS]):
            heap[entry + word] = heap[near + word]
    while row != stop:
        tally(heap, plan, spec, plan[spec + S_SUMS], entry, row, heap[row + R_MARKS], sign)
        row = older(heap, row)


@compiled
def find_distincts(heap: Words, plan: Words, spec: int, entity: int, spot: int) -> None:
    """Work out a new milestone's distinct values: from the milestone before it, or from the windows themselves."""
    state = lower(heap[entity + E_COUNT])
    entry = stone_at(heap, plan, spec, state, spot)
    near = stone_at(heap, plan, spec, state, spot - 1) if spot > 0 else 0
    at = heap[entry]
    for number in range(plan[spec + S_DISTINCTS]):
        group = plan[spec + S_DISTINCTS + 1] + DISTINCT_WORDS * number
        need = plan[group]
        link = plan[group + 3]
        part = plan[group + 6]
        for _ in range(plan[group + 5]):
            edge = old_end(at, plan[part + 4])
            from_edge = old_end(heap[near], plan[part + 4]) if near != 0 else LOWEST
            slides = near != 0 and (plan[part + 4] < 0 or (from_edge >= heap[entity + E_FLOOR] and heap[near] > edge))
            found = heap[near + plan[part + 3]] if slides else 0
            row = heap[entry + 2]
            stop = heap[near + 2] if slides else 0
            while row != stop and heap[row + R_AT] > edge:
                if heap[row + R_MARKS] & need == need:
                    before = upper(heap[row + link])
                    after = lower(heap[row + link])
                    if slides:
                        found += before == 0 or heap[before + R_AT] <= from_edge
                    else:
                        found += after == 0 or earlier(heap, heap[entry + 2], after)
                row = older(heap, row)
            if slides and edge > from_edge:
                row = seek(heap, plan, spec, entity, edge, HIGHEST)
                while row != 0 and heap[row + R_AT] > from_edge:
                    if heap[row + R_MARKS] & need == need:
                        after = lower(heap[row + link])
                        found -= after == 0 or earlier(heap, heap[entry + 2], after)
                    row = older(heap, row)
            heap[entry + plan[part + 3]] = found
            part += PART_WORDS


@compiled
def stone_add(heap: Words, plan: Words, spec: int, entity: int, row: int, spot: int) -> None:
    """Put a row among the milestones, at its place, and work out what it tells."""
    state = lower(heap[entity + E_COUNT])
    stack = state + plan[spec + S_STONES]
    words = plan[spec + S_STONE_WORDS]
    stack_room(heap, stack, words, 1)
    size = heap[stack + 2]
    entries = heap[stack] + words * heap[stack + 1]
    for word in range(words * size - 1, words * spot - 1, -1):
        heap[entries + words + word] = heap[entries + word]
    for word in range(words):
        heap[entries + words * spot + word] = 0
    write_entry(heap, entries + words * spot, row, row)
    heap[stack + 2] = size + 1
    find_sums(heap, plan, spec, state, spot)
    find_distincts(heap, plan, spec, entity, spot)
    find_peaks(heap, plan, spec, state, spot, 0)
    find_peaks(heap, plan, spec, state, spot + 1, 0)


@compiled
def stone_remove(heap: Words, plan: Words, spec: int, state: int, row: int) -> None:
    """Take a row from among the milestones."""
    stack = state + plan[spec + S_STONES]
    words = plan[spec + S_STONE_WORDS]
    spot = stack_spot(heap, stack, words, row)
    if spot < 0:
        return
    size = heap[stack + 2]
    if spot == 0:
        heap[stack + 1] += 1
    entries = heap[stack] + words * heap[stack + 1]
    for word in range(words * (spot + 1), words * size if spot > 0 else 0):
        heap[entries + word - words] = heap[entries + word]
    heap[stack + 2] = size - 1


@compiled
def stones_in(heap: Words, plan: Words, spec: int, entity: int, row: int) -> None:
    """Let the milestones know a new row, which is linked to its neighbours in time and value."""
    fresh = is_stone(heap, row)
    if newer(heap, row) == 0 and not fresh:
        return
    state = lower(heap[entity + E_COUNT])
    spot = stones_until(heap, plan, spec, state, heap[row + R_AT], heap[row + R_SEQ])
    if spot < heap[state + plan[spec + S_STONES] + 2]:
        shift_sums(heap, plan, spec, state, row, spot, 1)
        shift_distincts(heap, plan, spec, state, row, spot, 1)
        raise_peaks(heap, plan, spec, row, stone_at(heap, plan, spec, state, spot))
    if fresh:
        stone_add(heap, plan, spec, entity, row, spot)


@compiled
def stones_out(heap: Words, plan: Words, spec: int, entity: int, row: int) -> None:
    """Undo `stones_in` of a row that is still linked; what is dropped for its age is in no window that is asked."""
    state = lower(heap[entity + E_COUNT])
    stone = is_stone(heap, row)
    if stone:
        stone_remove(heap, plan, spec, state, row)
    if newer(heap, row) == 0:
        return
    spot = stones_until(heap, plan, spec, state, heap[row + R_AT], heap[row + R_SEQ])
    if spot == heap[state + plan[spec + S_STONES] + 2]:
        return
    shift_sums(heap, plan, spec, state, row, spot, -1)
    if heap[row + R_AT] > heap[entity + E_FLOOR]:
        shift_distincts(heap, plan, spec, state, row, spot, -1)
    entry = stone_at(heap, plan, spec, state, spot)
    stale = stone
    for number in range(plan[spec + S_PEAKS]):
        peak = plan[spec + S_PEAKS + 1] + PEAK_WORDS * number
        stale = stale or heap[row + plan[peak + 1]] ^ plan[peak + 2] == heap[entry + plan[peak + 4]]
    if stale:
        find_peaks(heap, plan, spec, state, spot, row)
