"""The kernel that asks and teaches habits out of one event's box, and writes its answers in their final form.

`box` is the fold's box of one event (int64), `spots` say where in it the parts stand (`P_`), `rows` holds every
client's profile. Shares are rounded here as Python rounds them; where a value lies so near the middle between two
decimals that the last bit of a float might decide, the caller is asked to round it.
"""

from math import copysign, floor, isnan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.features.habit_kernel import (
    A_A_DAY,
    A_COUNT,
    A_DAYS,
    A_HOUR_FROM,
    A_HOUR_TO,
    A_LOW,
    A_NEW,
    A_TODAY,
    PAYEE_TAGS,
    Q_AMOUNT,
    Q_AT,
    Q_CLASS,
    Q_CURRENCY,
    Q_DAY,
    Q_HOUR,
    Q_OWN,
    Q_PAYEES,
    Q_TAGS,
    TABLES,
    teach,
    tell,
)
from holdfast.features.habit_table import find
from holdfast.windows.compiled import compiled, entrance

Words = NDArray[np.int64]
Rows = NDArray[np.uint64]
Floats = NDArray[np.float64]
Slots = NDArray[np.int32]

# where the parts of an event stand in its box, in words; the marks of the answers in bytes
P_AT: Final = 0
P_CLIENT: Final = 1  # the key of the client,
P_OURS: Final = 2  # and whether it is one of ours
P_PAYEE: Final = 3  # keys of the payee, ended by 0; -1: there is none
P_ASKED: Final = 4
P_OUT: Final = 5
P_KNOWN: Final = 6
SPOTS: Final = 7

# what is asked, at `P_ASKED`
B_DAY: Final = 0
B_HOUR: Final = 1
B_CLASS: Final = 2
B_CURRENCY: Final = 3
B_OWN: Final = 4
B_TAGS: Final = 5
B_AMOUNT: Final = 9  # a float
ASKED_WORDS: Final = 10

# the answers, at `P_OUT`: six surprises, the score, then usual against now
O_SCORE: Final = 6
O_HOUR_NOW: Final = 7
O_HOUR_FROM: Final = 8
O_HOUR_TO: Final = 9
O_TODAY: Final = 10
O_A_DAY: Final = 11
O_COUNT: Final = 12
O_DAYS: Final = 13
O_LOW: Final = 14
O_HIGH: Final = 15
O_NEW: Final = 16
ANSWERS: Final = 21

# a score table: everyday levels, weights, then the curve
DIMENSIONS: Final = 6
SCORE_HEAD: Final = 12
HIGHEST_SCORE: Final = 6.0
NEAR: Final = 1e-6

NOTHING: Final = 0
TOLD: Final = 1
ROUND_YOURSELF: Final = 2
TAG: Final = 0xFFFFFFFF


@compiled
def fill_asked(box: Words, spots: Words, asked: Floats) -> None:
    """Write the question as the kernel of habits takes it."""
    start = spots[P_ASKED]
    asked[Q_AT] = box[spots[P_AT]]
    asked[Q_DAY] = box[start + B_DAY]
    asked[Q_HOUR] = box[start + B_HOUR]
    asked[Q_CLASS] = box[start + B_CLASS]
    asked[Q_AMOUNT] = box.view(np.float64)[start + B_AMOUNT]
    asked[Q_CURRENCY] = box[start + B_CURRENCY]
    asked[Q_OWN] = box[start + B_OWN]
    for place in range(4):
        asked[Q_TAGS + place] = box[start + B_TAGS + place]
    for place in range(PAYEE_TAGS):
        low = box[spots[P_PAYEE] + 2 * place + 1] if spots[P_PAYEE] >= 0 else 0
        tag = (low >> 1) & TAG
        asked[Q_PAYEES + place] = 0 if low == 0 else tag if tag != 0 else 1
        if low == 0:
            break


@compiled
def decimal(value: float, scale: float) -> tuple[float, bool]:
    """Round to so many decimals, half to even; also give whether the last bit might decide."""
    large = abs(value) * scale
    whole = float(floor(large))
    rest = large - whole
    near = abs(rest - 0.5) < NEAR
    if rest > 0.5:
        whole += 1.0
    return copysign(whole / scale, value), near


@compiled
def two_digits(octave: float) -> tuple[int, bool]:
    """Turn a binary logarithm into a whole amount of two digits; also give whether the last bit might decide."""
    large = 2.0**octave
    near = abs(large - floor(large) - 0.5) < NEAR + large * 1e-12 or large > 1e15
    amount = int(np.rint(min(large, 1e15)))
    step = 1
    while amount // step >= 100:
        step *= 10
    whole = amount // step
    rest = 2 * (amount - whole * step)
    if rest > step or (rest == step and whole % 2 == 1):
        whole += 1
    return max(whole * step, 1), bool(near)


@compiled
def score(told: Floats, table: Floats) -> float:
    """Combine the surprises and read the score off the curve, step by step as `habit_score` does."""
    parts = np.zeros(DIMENSIONS)
    for place in range(DIMENSIONS):
        if told[place] > table[place]:
            parts[place] = (told[place] - table[place]) * table[DIMENSIONS + place]
    pieces = np.empty(4)
    pieces[0] = max(parts[0], parts[1], parts[4])
    pieces[1] = parts[2]
    pieces[2] = parts[3]
    pieces[3] = parts[5]
    pieces.sort()
    others = pieces[0] + pieces[1] + pieces[2]
    raw = others + min(pieces[3], others)
    points = (table.size - SCORE_HEAD) // 2
    if raw <= table[SCORE_HEAD]:
        return float(table[SCORE_HEAD + 1])
    place = 0
    while place < points and table[SCORE_HEAD + 2 * place] <= raw:
        place += 1
    right = SCORE_HEAD + 2 * min(place, points - 1)
    low, high = table[right - 1], table[right + 1]
    return float(min(low + (raw - table[right - 2]) * (high - low) / (table[right] - table[right - 2]), HIGHEST_SCORE))


@compiled
def write_answers(box: Words, spots: Words, told: Floats, table: Floats) -> bool:
    """Write the answers in their final form; false when one of them had better be rounded by the caller."""
    out, mark = spots[P_OUT], spots[P_KNOWN]
    known = box.view(np.uint8)
    floats = box.view(np.float64)
    unsure = False
    for place in range(DIMENSIONS):
        known[mark + place] = not isnan(told[place])
        if known[mark + place]:
            floats[out + place], near = decimal(told[place], 100.0)
            unsure |= near
    floats[out + O_SCORE], near = decimal(score(told, table), 1000.0)
    unsure |= near
    floats[out + O_A_DAY], near = decimal(told[A_A_DAY], 10.0)
    unsure |= near
    box[out + O_HOUR_NOW] = box[spots[P_ASKED] + B_HOUR] % 24
    box[out + O_HOUR_FROM] = np.int64(told[A_HOUR_FROM])
    box[out + O_HOUR_TO] = np.int64(told[A_HOUR_TO])
    box[out + O_TODAY] = np.int64(told[A_TODAY])
    box[out + O_COUNT] = np.int64(told[A_COUNT])
    box[out + O_DAYS] = np.int64(told[A_DAYS])
    for place in range(O_SCORE, O_LOW):
        known[mark + place] = 1
    for place in range(2):
        known[mark + O_LOW + place] = not isnan(told[A_LOW])
        if known[mark + O_LOW]:
            box[out + O_LOW + place], near = two_digits(told[A_LOW + place])
            unsure |= near
    for place in range(TABLES):
        value = told[A_NEW + place]
        known[mark + O_NEW + place] = not isnan(value)
        box[out + O_NEW + place] = value > 0
    return not unsure


@entrance
def compare(
    slots: Slots,
    keys: Rows,
    rows: Rows,
    box: Words,
    spots: Words,
    asked: Floats,
    told: Floats,
    table: Floats,
    least_operations: int,
    least_days: int,
) -> int:
    """Compare the event in the box with its client's habits: `NOTHING`, `TOLD`, or `ROUND_YOURSELF`.

    In the last case `told` has what is to be rounded.
    """
    client = spots[P_CLIENT]
    known = box.view(np.uint8)
    for place in range(ANSWERS):
        known[spots[P_KNOWN] + place] = 0
    if box[spots[P_OURS]] == 0:
        return NOTHING
    number = find(slots, keys, np.uint64(box[client]), np.uint64(box[client + 1]))
    if number < 0:
        return NOTHING
    fill_asked(box, spots, asked)
    row = rows[number]
    tell(row, row.view(np.uint32), row.view(np.uint16), row.view(np.float64), asked, told)
    if told[A_COUNT] < least_operations or told[A_DAYS] < least_days:
        return NOTHING
    return TOLD if write_answers(box, spots, told, table) else ROUND_YOURSELF


@entrance
def seat_of(slots: Slots, keys: Rows, box: Words, spots: Words) -> int:
    """Give the number of the profile of the event's client, or -1 less the slot where it belongs."""
    client = spots[P_CLIENT]
    return int(find(slots, keys, np.uint64(box[client]), np.uint64(box[client + 1])))


@entrance
def lesson(rows: Rows, number: int, box: Words, spots: Words, asked: Floats, seq: int, taught: bool) -> None:
    """Let the executed operation in the box become habit, or, when not `taught`, take it out again."""
    fill_asked(box, spots, asked)
    row = rows[number]
    teach(row, row.view(np.uint32), row.view(np.uint16), row.view(np.float64), asked, seq, taught)
