"""Answers of an entity as of an instant, in order or late, hot or cold."""

from holdfast.windows.compiled import compiled
from holdfast.windows.dropped import add_cubes
from holdfast.windows.late import (
    far_tally,
    find_first,
    find_last,
    find_peak,
    lies_far_back,
    near_tally,
)
from holdfast.windows.memory import (
    COUNT,
    DISTINCT,
    DISTINCT_WORDS,
    E_COUNT,
    E_ENDS,
    E_FLOOR,
    E_FOLD,
    EARLIEST,
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
)
from holdfast.windows.rows import newer, older
from holdfast.windows.running import settle, tally
from holdfast.windows.stones import seek

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
def stand(heap: Words, plan: Words, spec: int, entity: int, at: int) -> tuple[int, int, int, bool]:
    """Make ready to answer about an entity (0: nobody) as of `at`.

    Gives its state (0: cold), the last row up to `at`, where its accumulators stand, and whether its milestones are to
    be asked because many rows lie after `at`. A few are walked.
    """
    state = lower(heap[entity + E_COUNT]) if entity != 0 else 0
    if state == 0:
        upto = seek(heap, plan, spec, entity, at, HIGHEST) if entity != 0 else 0
        cold_tally(heap, plan, spec, upto, at)
        return 0, upto, H_SCRATCH, False
    if lies_far_back(heap, plan, spec, entity, at):
        far_tally(heap, plan, spec, entity, at)
        return state, seek(heap, plan, spec, entity, at, HIGHEST), H_SCRATCH, True
    settle(heap, plan, spec, entity, at)
    upto = seek(heap, plan, spec, entity, at, HIGHEST)
    if upto != lower(heap[entity + E_ENDS]):
        near_tally(heap, plan, spec, entity, at)
        return state, upto, H_SCRATCH, False
    return state, upto, state + plan[spec + S_ACCS], False


@compiled
def answer_lane(
    heap: Words,
    plan: Words,
    spec: int,
    lane: int,
    span: int,
    entity: int,
    stood: tuple[int, int, int, bool],
    at: int,
    box: Words,
    out: int,
    place: int,
    patch: int,
) -> int:
    """Write the answer of one lane to `out + place`, or a patch; gives where the next patch goes."""
    state, upto, accs, _ = stood
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
        found, best = find_peak(heap, plan, spec, lane, state, upto, at, edge)
        if fold != 0 and heap[fold] != 0 and (not found or heap[fold + 1] > best):
            found = True
            best = heap[fold + 1]
        if found:
            return write_value(box, out, place, patch, best ^ plan[lane + 6], plan[lane + 7])
        return write_unknown(box, place, patch)
    if kind in (FIRST, EARLIEST):
        row = find_first(heap, plan, spec, lane, stood, at, edge)
    else:
        row = find_last(heap, plan, spec, lane, stood, at, edge)
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
        patch = answer_lane(heap, plan, spec, lane, span, entity, stood, at, box, out, base + number, patch)
    return patch
