"""What a hot entity answers as of an instant with later rows behind it.

A few later rows are taken out of the running state one by one. Where many lie behind, the state stays as it is, and the
milestones about the instant and about the old end of each window tell what lies between.
"""

from holdfast.windows.compiled import compiled
from holdfast.windows.memory import (
    ACC_WORDS,
    DISTINCT_WORDS,
    E_COUNT,
    E_ENDS,
    ENTRY_WORDS,
    H_SCRATCH,
    HIGHEST,
    LOWEST,
    NEAR,
    PART_WORDS,
    R_AT,
    R_MARKS,
    S_ACC_TABLE,
    S_ACC_WORDS,
    S_ACCS,
    S_DISTINCTS,
    S_STONES,
    S_WINDOWS,
    WINDOW_WORDS,
    Words,
    add_long,
    lower,
    upper,
)
from holdfast.windows.rows import older, older_match
from holdfast.windows.running import stack_find, tally, tally_latest
from holdfast.windows.stones import old_end, seek, stone_at, stones_until

# few later rows


@compiled
def near_tally(heap: Words, plan: Words, spec: int, entity: int, at: int) -> None:
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


# many later rows


@compiled
def lies_far_back(heap: Words, plan: Words, spec: int, entity: int, at: int) -> bool:
    """Whether many rows of a hot entity lie after an instant, a milestone among them."""
    row = lower(heap[entity + E_ENDS])
    for _ in range(NEAR):
        if row == 0 or heap[row + R_AT] <= at:
            return False
        row = older(heap, row)
    state = lower(heap[entity + E_COUNT])
    size = heap[state + plan[spec + S_STONES] + 2]
    return bool(size > 0 and heap[stone_at(heap, plan, spec, state, size - 1)] > at)


@compiled
def add_sums(heap: Words, plan: Words, spec: int, window: int, entry: int, sign: int) -> None:
    """Add a milestone's sums to the accumulators of a window in the scratch area, or subtract them."""
    for number in range(plan[window + 1], plan[window + 2]):
        acc = plan[spec + S_ACC_TABLE] + ACC_WORDS * number
        place = H_SCRATCH + plan[acc + 2]
        given = entry + plan[acc + 4]
        if plan[acc + 4] >= 0:
            heap[place] += sign * heap[given]
            if plan[acc + 3] > 0:
                add_long(heap, place + 1, given + 1, 2, sign)
            if plan[acc + 3] > 1:
                add_long(heap, place + 3, given + 3, 3, sign)


@compiled
def far_distincts(heap: Words, plan: Words, spec: int, entity: int, at: int) -> None:
    """Fill in how many values are distinct in each window, from the milestone after the instant.

    Both ends of its window move back to those of the question; where the windows do not meet, the rows are counted.
    """
    state = lower(heap[entity + E_COUNT])
    entry = stone_at(heap, plan, spec, state, stones_until(heap, plan, spec, state, at, HIGHEST))
    for number in range(plan[spec + S_DISTINCTS]):
        group = plan[spec + S_DISTINCTS + 1] + DISTINCT_WORDS * number
        need = plan[group]
        link = plan[group + 3]
        part = plan[group + 6]
        for _ in range(plan[group + 5]):
            edge = old_end(at, plan[part + 4])
            from_edge = old_end(heap[entry], plan[part + 4])
            found = 0
            if from_edge < at:
                found = heap[entry + plan[part + 3]]
                row = heap[entry + 2]
                while row != 0 and heap[row + R_AT] > at:
                    before = upper(heap[row + link])
                    if heap[row + R_MARKS] & need == need and (before == 0 or heap[before + R_AT] <= from_edge):
                        found -= 1
                    row = older(heap, row)
            row = seek(heap, plan, spec, entity, min(from_edge, at), HIGHEST)
            while row != 0 and heap[row + R_AT] > edge:
                after = lower(heap[row + link])
                if heap[row + R_MARKS] & need == need and (after == 0 or heap[after + R_AT] > at):
                    found += 1
                row = older(heap, row)
            heap[H_SCRATCH + plan[part + 2]] = found
            part += PART_WORDS


@compiled
def far_tally(heap: Words, plan: Words, spec: int, entity: int, at: int) -> None:
    """Fill the scratch area with a hot entity's accumulators as of an instant that lies far back."""
    state = lower(heap[entity + E_COUNT])
    for word in range(H_SCRATCH, H_SCRATCH + plan[spec + S_ACC_WORDS]):
        heap[word] = 0
    entry = stone_at(heap, plan, spec, state, stones_until(heap, plan, spec, state, at, HIGHEST))
    windows = plan[spec + S_WINDOWS + 1]
    behind = windows + WINDOW_WORDS * plan[spec + S_WINDOWS]
    for window in range(windows, behind, WINDOW_WORDS):
        add_sums(heap, plan, spec, window, entry, 1)
    row = heap[entry + 2]
    while row != 0 and heap[row + R_AT] > at:
        for window in range(windows, behind, WINDOW_WORDS):
            tally(heap, plan, spec, window, H_SCRATCH, row, heap[row + R_MARKS], -1)
        row = older(heap, row)
    for window in range(windows, behind, WINDOW_WORDS):
        edge = old_end(at, plan[window])
        entry = stone_at(heap, plan, spec, state, stones_until(heap, plan, spec, state, edge, HIGHEST))
        add_sums(heap, plan, spec, window, entry, -1)
        row = heap[entry + 2]
        while row != 0 and heap[row + R_AT] > edge:
            tally(heap, plan, spec, window, H_SCRATCH, row, heap[row + R_MARKS], 1)
            row = older(heap, row)
    far_distincts(heap, plan, spec, entity, at)


@compiled
def stones_counting(heap: Words, plan: Words, spec: int, lane: int, state: int, count: int) -> int:
    """How many milestones count fewer rows of a lane than so many."""
    low = 0
    high = heap[state + plan[spec + S_STONES] + 2]
    while low < high:
        middle = (low + high) >> 1
        if heap[stone_at(heap, plan, spec, state, middle) + plan[lane + 8]] < count:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def far_first(heap: Words, plan: Words, spec: int, lane: int, state: int, at: int, edge: int) -> int:
    """Find the first row of a window that has the lane's marks, or 0, from the milestone after the old end."""
    need = plan[lane + 2]
    entry = stone_at(heap, plan, spec, state, stones_until(heap, plan, spec, state, edge, HIGHEST))
    found = 0
    row = heap[entry + 2]
    while row != 0 and heap[row + R_AT] > edge:
        if heap[row + R_MARKS] & need == need:
            found = row
        row = older(heap, row)
    if found == 0:
        spot = stones_counting(heap, plan, spec, lane, state, heap[entry + plan[lane + 8]] + 1)
        if spot == heap[state + plan[spec + S_STONES] + 2]:
            return 0
        stop = heap[stone_at(heap, plan, spec, state, spot - 1) + 2]
        row = heap[stone_at(heap, plan, spec, state, spot) + 2]
        while row != stop:
            if heap[row + R_MARKS] & need == need:
                found = row
            row = older(heap, row)
    return found if heap[found + R_AT] <= at else 0


@compiled
def far_last(heap: Words, plan: Words, spec: int, lane: int, state: int, upto: int, at: int, edge: int) -> int:
    """Find the last row of a window that has the lane's marks, or 0, from the milestone before the instant."""
    need = plan[lane + 2]
    spot = stones_until(heap, plan, spec, state, at, HIGHEST)
    entry = stone_at(heap, plan, spec, state, spot - 1) if spot > 0 else 0
    stop = heap[entry + 2] if spot > 0 else 0
    row = upto
    while row != stop and heap[row + R_MARKS] & need != need:
        row = older(heap, row)
    if row == stop and spot > 0:
        spot = stones_counting(heap, plan, spec, lane, state, heap[entry + plan[lane + 8]])
        row = heap[stone_at(heap, plan, spec, state, spot) + 2]
        while row != 0 and heap[row + R_MARKS] & need != need:
            row = older(heap, row)
    return row if row != 0 and heap[row + R_AT] > edge else 0


# ends and peaks


@compiled
def find_first(
    heap: Words, plan: Words, spec: int, lane: int, stood: tuple[int, int, int, bool], at: int, edge: int
) -> int:
    """Find the first row of a window that has the lane's marks, or 0."""
    state, upto, _, far = stood
    if far:
        return far_first(heap, plan, spec, lane, state, at, edge)
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
def find_last(
    heap: Words, plan: Words, spec: int, lane: int, stood: tuple[int, int, int, bool], at: int, edge: int
) -> int:
    """Find the last row of a window that has the lane's marks, or 0."""
    state, upto, _, far = stood
    if far:
        return far_last(heap, plan, spec, lane, state, upto, at, edge)
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
def scan_peak(heap: Words, plan: Words, lane: int, upto: int, edge: int, stop: int) -> tuple[bool, int]:
    """Find the largest value by walking back from `upto` to the edge or to a row."""
    found = False
    best = 0
    row = upto
    while row != stop and heap[row + R_AT] > edge:
        if heap[row + R_MARKS] & plan[lane + 2] == plan[lane + 2]:
            value = heap[row + plan[lane + 3]] ^ plan[lane + 6]
            if not found or value > best:
                found = True
                best = value
        row = older(heap, row)
    return found, best


@compiled
def scan_stones(
    heap: Words, plan: Words, spec: int, lane: int, state: int, upto: int, at: int, edge: int
) -> tuple[bool, int]:
    """Find the largest value up to `upto`: by rows at both ends of the window, by milestones in between."""
    first = stones_until(heap, plan, spec, state, edge, HIGHEST)
    last = stones_until(heap, plan, spec, state, at, HIGHEST) - 1
    if last <= first:
        return scan_peak(heap, plan, lane, upto, edge, 0)
    best = LOWEST
    for spot in range(first + 1, last + 1):
        best = max(best, heap[stone_at(heap, plan, spec, state, spot) + plan[lane + 8]])
    found, other = scan_peak(heap, plan, lane, heap[stone_at(heap, plan, spec, state, first) + 2], edge, 0)
    if found:
        best = max(best, other)
    found, other = scan_peak(heap, plan, lane, upto, edge, heap[stone_at(heap, plan, spec, state, last) + 2])
    if found:
        best = max(best, other)
    if best == LOWEST:  # the lowest of all values, or none
        return scan_peak(heap, plan, lane, upto, edge, 0)
    return True, best


@compiled
def find_peak(
    heap: Words, plan: Words, spec: int, lane: int, state: int, upto: int, at: int, edge: int
) -> tuple[bool, int]:
    """Find the largest value of a window: on the stack, or among the milestones where that row is later."""
    if state == 0:
        return scan_peak(heap, plan, lane, upto, edge, 0)
    stack = state + plan[lane + 4]
    spot = stack_find(heap, stack, ENTRY_WORDS, edge, HIGHEST)
    if spot == heap[stack + 2]:
        return False, 0
    entry = heap[stack] + ENTRY_WORDS * (heap[stack + 1] + spot)
    if heap[entry] <= at:
        return True, heap[entry + 2]
    return scan_stones(heap, plan, spec, lane, state, upto, at, edge)
