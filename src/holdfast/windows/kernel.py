"""What Python calls of the kernel: reads, adds, retractions, joins and sweeps. `memory` tells the layout."""

from holdfast.windows.answers import answer
from holdfast.windows.busy import cool, count_in, demote, promote, stack_at, stack_words
from holdfast.windows.compiled import compiled, entrance
from holdfast.windows.dropped import evict, fold_fold, fold_row, remove_row
from holdfast.windows.memory import (
    ADDED,
    DUPLICATE,
    E_CHAIN,
    E_COUNT,
    E_ENDS,
    E_FLOOR,
    E_FOLD,
    E_HIGH,
    E_LOW,
    ENTITY_WORDS,
    ENTRY_WORDS,
    EVICT_AT_ONCE,
    H_ENTITIES,
    H_ENTITY_BUCKETS,
    H_NEED,
    H_NEED_ENTITIES,
    H_NEED_VALUES,
    H_ROWS,
    H_SWEEP,
    H_USED,
    H_VALUES,
    HIGHEST,
    KIND_ENTITY,
    KIND_ROW,
    LOWEST,
    P_SERIES,
    P_THRESHOLD,
    PEAK_WORDS,
    R_AT,
    R_MARKS,
    R_SEQ,
    R_VALUES,
    S_COLUMNS,
    S_DISTINCTS,
    S_FLOATS,
    S_FOLD,
    S_KEEP,
    S_LANES,
    S_NEED,
    S_PEAKS,
    S_WIDTH,
    TOO_OLD,
    Heads,
    Words,
    give,
    head_of,
    lower,
    take,
    upper,
)
from holdfast.windows.rows import earlier, link_row, newer, older
from holdfast.windows.running import count_exposed, settle, stack_spot
from holdfast.windows.stones import seek
from holdfast.windows.tables import find_entity, link_entity, make_entity, unlink_entity

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
                need += 4 * stack_words(plan, spec, number) * heap[stack + 3]
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
        count_in(heap, values, plan, spec, entity, row)
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
        spot = stack_spot(heap, stack, ENTRY_WORDS, row)
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
            count_in(heap, values, plan, spec, into, row)
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
            held = heap[stack + 2] + heap[stack + 3] if state != 0 else 0
            need += 8 * stack_words(plan, spec, number) * (fresh + held)
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
