"""The kernel of visits: all that one event asks of the windows in one call, and all that it leaves in another.

`visit` (int64) is laid out once for each event type by `visit.py`; `box` (int64) holds one event as the caller wrote
it: the instant, keys of two words each (0, 0 where unknown), numbers for columns, bytes that say which are known, and
bytes for filters. A key that is made of others is combined here. A question or a row whose key is unknown is passed
over. Answers are words of the box in the order of the visit, each with a byte that says whether it is known; the rare
one that does not fit a word is a patch, as in the kernel of the windows.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.windows.answers import answer_lane, stand
from holdfast.windows.busy import stack_at
from holdfast.windows.compiled import compiled, entrance
from holdfast.windows.kernel import add_one, retract_one
from holdfast.windows.memory import (
    DUPLICATE,
    E_COUNT,
    ENTRY_WORDS,
    FIRST_CAPACITY,
    H_ENTITIES,
    H_NEED,
    H_NEED_ENTITIES,
    H_NEED_VALUES,
    H_USED,
    H_VALUES,
    LANE_WORDS,
    LOWEST,
    P_SERIES,
    P_THRESHOLD,
    PATCH_FLOAT,
    PATCH_HASH,
    PATCH_MEAN,
    PATCH_UNKNOWN,
    S_DISTINCTS,
    S_KEEP,
    S_LANES,
    S_NEED,
    S_PEAKS,
    S_STONE_WORDS,
    S_STONES,
    S_WINDOWS,
    WINDOW_WORDS,
    Heads,
    Words,
    lower,
)
from holdfast.windows.tables import find_entity

Bytes = NDArray[np.uint8]

# a visit: where its parts stand, each as how many and where
V_PAIRS: Final = 0  # keys made of two others: left, right, to
V_PLAIN: Final = 2  # questions that the event's own rows cannot touch
V_BESIDE: Final = 4  # questions that count the event itself
V_ROWS: Final = 6
V_AT: Final = 8  # words of the box: the instant,
V_OUT: Final = 9  # the first answer,
V_KNOWN: Final = 10  # the bytes that say which answers are known,
V_CODES: Final = 11  # what became of each row, then how many watched ones had new keys,
V_ITEM: Final = 12  # one row as the windows take it,
V_PATCHES: Final = 13  # and answers that do not fit a word
VISIT_WORDS: Final = 14
PAIR_WORDS: Final = 3
ASKED_WORDS: Final = 5  # series, key, how many answers, where they stand, place of the first
LANE_READ_WORDS: Final = 2  # lane, how its number is read
ROW_WORDS: Final = 9  # series, key, attempts, asked with the event in it, watched, columns (many, where), filters
NUMBER: Final = 0
TRUTH: Final = 1
VARIETY: Final = 2
PRESENT_BIT: Final = 32
NOT_DONE: Final = 0
CREATED: Final = 1  # the row's key was new
PLAIN_LIMIT: Final = 1 << 53  # integers below it are exact as floats
HIGH_FACTOR: Final = -7046029254386353131
LOW_FACTOR: Final = -4417276706812531889


@compiled
def combine_keys(visit: Words, box: Words) -> None:
    """Make every key that is made of others; one with an unknown part is unknown."""
    pair = visit[V_PAIRS + 1]
    for _ in range(visit[V_PAIRS]):
        left, right, into = visit[pair], visit[pair + 1], visit[pair + 2]
        if box[left + 1] == 0 or box[right + 1] == 0:
            box[into] = 0
            box[into + 1] = 0
        else:
            box[into] = box[left] * HIGH_FACTOR + box[right]
            box[into + 1] = (box[left + 1] * LOW_FACTOR + box[right + 1]) | 1
        pair += PAIR_WORDS


@compiled
def settle_answer(box: Words, known: Bytes, place: int, before: int, patch: int, visit: Words, reading: int) -> int:
    """Bring the answer just written into its final form; gives where the next patch goes."""
    out = visit[V_OUT] + place
    mark = visit[V_KNOWN] + place
    known[mark] = 1
    if patch == before:
        if reading == VARIETY and box[out] == 0:
            known[mark] = 0
        elif reading == TRUTH:
            box[out] = box[out] != 0
        return patch
    kind = box[before + 1]
    if kind == PATCH_UNKNOWN:
        known[mark] = 0
        return before
    if kind in (PATCH_FLOAT, PATCH_HASH):
        box[out] = box[before + 2]
        return before
    if kind == PATCH_MEAN:
        total = box[before + 4]
        if box[before + 3] == total >> 63 and -PLAIN_LIMIT < total < PLAIN_LIMIT:
            box.view(np.float64)[out] = total / box[before + 2]
            return before
    return patch


@compiled
def ask(
    heap: Words, entities: Heads, plan: Words, visit: Words, box: Words, known: Bytes, asked: int, patch: int
) -> int:
    """Answer one question of a visit; gives where the next patch goes."""
    key = visit[asked + 1]
    first = visit[asked + 4]
    if box[key + 1] == 0:
        for number in range(visit[asked + 2]):
            known[visit[V_KNOWN] + first + number] = 0
        return patch
    at = box[visit[V_AT]]
    spec = plan[P_SERIES + visit[asked]]
    entity = find_entity(heap, entities, visit[asked], box[key], box[key + 1])
    stood = stand(heap, plan, spec, entity, at)
    read = visit[asked + 3]
    for place in range(first, first + visit[asked + 2]):
        lane = plan[spec + S_LANES + 1] + LANE_WORDS * visit[read]
        span = plan[plan[spec + S_WINDOWS + 1] + WINDOW_WORDS * plan[lane + 1]]
        after = answer_lane(heap, plan, spec, lane, span, entity, stood, at, box, visit[V_OUT], place, patch)
        patch = settle_answer(box, known, place, patch, after, visit, visit[read + 1])
        read += LANE_READ_WORDS
    return patch


@compiled
def write_item(visit: Words, box: Words, flags: Bytes, row: int, seq: int) -> int:
    """Write one row as the windows take it; gives where it stands."""
    item = visit[V_ITEM]
    key = visit[row + 1]
    box[item] = visit[row]
    box[item + 1] = box[key]
    box[item + 2] = box[key + 1]
    box[item + 3] = box[visit[V_AT]]
    box[item + 4] = seq
    marks = 0
    column = visit[row + 6]
    for bit in range(visit[row + 5]):  # each column: the word of its number, the byte that says that it is known
        box[item + 6 + bit] = box[visit[column]]
        marks |= int(flags[visit[column + 1]]) << (PRESENT_BIT + bit)
        column += 2
    place = visit[row + 8]
    for bit in range(visit[row + 7]):
        marks |= int(flags[visit[place + bit]]) << bit
    box[item + 5] = marks
    return item


@compiled
def lacks_room(heap: Words, entities: Heads, values: Heads, plan: Words, visit: Words, box: Words) -> bool:
    """Whether adding and retracting the event's own rows might lack room; the need is left in the heap."""
    need = 0
    new_values = 0
    rows = 0
    row = visit[V_ROWS + 1]
    for _ in range(visit[V_ROWS]):
        key = visit[row + 1]
        if visit[row + 3] != 0 and box[key + 1] != 0:
            spec = plan[P_SERIES + visit[row]]
            rows += 1
            need += plan[spec + S_NEED]
            new_values += plan[spec + S_DISTINCTS] * (plan[P_THRESHOLD] + 2)
            entity = find_entity(heap, entities, visit[row], box[key], box[key + 1])
            state = lower(heap[entity + E_COUNT]) if entity != 0 else 0
            if state != 0:  # a milestone that goes uncovers none
                need += 4 * plan[spec + S_STONE_WORDS] * heap[state + plan[spec + S_STONES] + 3]
            for number in range(1, plan[spec + S_PEAKS] + 1):
                capacity = 4 * (plan[P_THRESHOLD] + FIRST_CAPACITY)
                if state != 0:
                    capacity = max(capacity, heap[stack_at(plan, spec, state, number) + 3])
                need += 32 * ENTRY_WORDS * capacity
        row += ROW_WORDS
    heap[H_NEED] = need
    heap[H_NEED_VALUES] = new_values
    heap[H_NEED_ENTITIES] = rows + 1  # a retraction wants one to spare
    fits = heap[H_USED] + need <= heap.size and heap[H_ENTITIES] + rows + 1 < entities.size
    return not (fits and heap[H_VALUES] + new_values < values.size)


@entrance
def consult(heap: Words, entities: Heads, values: Heads, plan: Words, visit: Words, box: Words, seq: int) -> int:
    """Answer all questions of a visit; gives where the patches end, or -1 when room is short and nothing was done.

    Questions that count the event itself are answered while its rows are in, which are then taken out again.
    """
    combine_keys(visit, box)
    known = box.view(np.uint8)
    if visit[V_BESIDE] > 0 and lacks_room(heap, entities, values, plan, visit, box):
        return -1
    patch = visit[V_PATCHES]
    asked = visit[V_PLAIN + 1]
    for _ in range(visit[V_PLAIN]):
        patch = ask(heap, entities, plan, visit, box, known, asked, patch)
        asked += ASKED_WORDS
    if visit[V_BESIDE] == 0:
        return patch
    row = visit[V_ROWS + 1]
    for number in range(visit[V_ROWS]):
        code = DUPLICATE
        if visit[row + 3] != 0 and box[visit[row + 1] + 1] != 0:
            item = write_item(visit, box, known, row, seq)
            code = add_one(heap, entities, values, plan, box, item, False)
        box[visit[V_CODES] + number] = code
        row += ROW_WORDS
    asked = visit[V_BESIDE + 1]
    for _ in range(visit[V_BESIDE]):
        patch = ask(heap, entities, plan, visit, box, known, asked, patch)
        asked += ASKED_WORDS
    row = visit[V_ROWS + 1]
    for number in range(visit[V_ROWS]):
        if box[visit[V_CODES] + number] != DUPLICATE:
            item = write_item(visit, box, known, row, seq)
            retract_one(heap, entities, values, plan, box, item)
        row += ROW_WORDS
    return patch


@entrance
def record(
    heap: Words,
    entities: Heads,
    values: Heads,
    plan: Words,
    visit: Words,
    box: Words,
    seq: int,
    executed: bool,
    attempted: bool,
    start: int,
) -> int:
    """Add the rows of a visit from `start` on that count what was executed, or attempts; gives how many were done.

    A row's code says afterwards whether it is a watched one whose key was new; how many are stands behind the codes.
    """
    combine_keys(visit, box)
    created = visit[V_CODES] + visit[V_ROWS]
    if start == 0:
        box[created] = 0
    flags = box.view(np.uint8)
    for number in range(start, visit[V_ROWS]):
        row = visit[V_ROWS + 1] + ROW_WORDS * number
        box[visit[V_CODES] + number] = NOT_DONE
        if not (attempted if visit[row + 2] != 0 else executed) or box[visit[row + 1] + 1] == 0:
            continue
        before = heap[H_ENTITIES]
        item = write_item(visit, box, flags, row, seq)
        if add_one(heap, entities, values, plan, box, item, True) < 0:
            return number
        if visit[row + 4] != 0 and heap[H_ENTITIES] > before:
            box[visit[V_CODES] + number] = CREATED
            box[created] += 1
    return visit[V_ROWS]


@entrance
def withdraw(
    heap: Words,
    entities: Heads,
    values: Heads,
    plan: Words,
    visit: Words,
    box: Words,
    seq: int,
    executed: bool,
    attempted: bool,
    newest: int,
    start: int,
) -> int:
    """Take the rows of a visit out again, except those that may have been dropped; gives how many were looked at."""
    combine_keys(visit, box)
    at = box[visit[V_AT]]
    for number in range(start, visit[V_ROWS]):
        row = visit[V_ROWS + 1] + ROW_WORDS * number
        kept = plan[plan[P_SERIES + visit[row]] + S_KEEP]
        floor = LOWEST if kept < 0 else newest - kept
        wanted = attempted if visit[row + 2] != 0 else executed
        if wanted and at > floor and box[visit[row + 1] + 1] != 0:
            item = write_item(visit, box, box.view(np.uint8), row, seq)
            if retract_one(heap, entities, values, plan, box, item) < 0:
                return number
    return visit[V_ROWS]
