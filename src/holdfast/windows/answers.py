# ruff: noqa: PLR0913, PLR0917, C901 - machine code over flat arrays takes its memory as arguments, and a call or an object costs more here than a branch
"""Answers of an entity as of an instant, in order or late, hot or cold."""

from holdfast.windows.compiled import compiled
from holdfast.windows.dropped import add_cubes
from holdfast.windows.memory import (
    COUNT,
    DISTINCT,
    DISTINCT_WORDS,
    E_COUNT,
    E_ENDS,
    E_FLOOR,
    E_FOLD,
    EARLIEST,
    ENTRY_WORDS,
    FIRST,
    H_SCRATCH,
    HASH_VALUE,
    HIGHEST,
    INTEGER_VALUE,
    LANE_WORDS,
    LAST,
    LOWEST,
    MEAN,
    PATCH_FLOAT,
    PATCH_HASH,
    PATCH_MEAN,
    PATCH_STD,
    PATCH_UNKNOWN,
    PATCH_WIDE,
    PEAK,
    R_AT,
    R_MARKS,
    R_SEQ,
    S_ACC_WORDS,
    S_ACCS,
    S_DISTINCTS,
    S_LANES,
    S_WINDOWS,
    STD,
    SUM,
    WINDOW_WORDS,
    Words,
    add_words,
    lower,
    upper,
)
from holdfast.windows.rows import newer, older, older_match
from holdfast.windows.running import seek, settle, stack_find, tally, tally_latest

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
