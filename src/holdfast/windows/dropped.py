"""What dropped rows leave behind for lanes without a window, and the dropping itself."""

from holdfast.windows.busy import cool, count_out
from holdfast.windows.compiled import compiled
from holdfast.windows.memory import (
    COUNT,
    E_COUNT,
    E_ENDS,
    E_FLOOR,
    E_FOLD,
    EARLIEST,
    FIRST,
    H_ROWS,
    KIND_FOLD,
    KIND_ROW,
    LANE_WORDS,
    LAST,
    LATEST,
    PEAK,
    R_AT,
    R_MARKS,
    R_SEQ,
    S_FOLD,
    S_LANES,
    S_WIDTH,
    STD,
    Heads,
    Words,
    add_square,
    add_wide,
    add_words,
    below,
    give,
    lower,
    take,
    upper,
)
from holdfast.windows.rows import unlink_row

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
    return heap[entity + E_FOLD]


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
    if lower(heap[entity + E_COUNT]) != 0:
        count_out(heap, values, plan, spec, entity, row)
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
