"""The kernel of habits: one client's profile as a row of 968 bytes, taught, untaught and asked.

A row is seen through three views of the same memory: 64-bit words (`W_`), 32-bit words (`D_`) and 16-bit cells
(`C_`). Weights are counts in units of 64, so that halving the whole row (aging) stays exact six times over.

- hours: 24 cells for working days and 24 for weekends;
- amounts: for each of four classes of operation 32 cells of three quarters of a binary order of magnitude each;
- tables: (tag of 32 bits, weight, day of first use) of devices, networks, cities, countries and payees; a full
  table gives up its lightest row, among equals the one that was met first;
- beside each table its total weight and the weight of operations that brought something never seen;
- the sixteen latest instants in steps of two seconds, the lowest bit marking cash; a count that fades with time.

A question and a lesson come as one array `asked` of doubles (`Q_`), the answer goes into `told` (`A_`).
"""

from math import exp, floor, log, log10, sqrt
from typing import Final

import numpy as np

from holdfast.features.compiled import compiled

ROW_WORDS: Final = 121
W_FIRST: Final = 0  # epoch milliseconds of the first operation, by its own instant
W_FADING: Final = 1  # bits of a double: operations, each fading with time
W_FADED_AT: Final = 2  # the instant at which that sum stands
W_AGED: Final = 3  # places in the log of the last two agings
W_AGED_BEFORE: Final = 4
D_COUNT: Final = 10  # operations taught, never aged
D_CURRENCY: Final = 11  # tag of the currency of all amounts
C_TOTALS: Final = 24  # for each table: total weight, weight of what was new
TABLES: Final = 5
C_HOURS: Final = 36
C_AMOUNTS: Final = 84
D_RING: Final = 106
RING: Final = 16
D_TABLES: Final = 122
C_TABLES: Final = 244
DEVICE: Final = 0
NETWORK: Final = 1
CITY: Final = 2
COUNTRY: Final = 3
PAYEE: Final = 4
SIZES: Final = (6, 8, 8, 4, 34)
STARTS: Final = (0, 6, 14, 22, 26)

UNIT: Final = 64
AGE_AT: Final = 512 * UNIT
CLASSES: Final = 4
CASH: Final = 3
BINS: Final = 32
LOWEST_OCTAVE: Final = 8.0
OCTAVES_A_BIN: Final = 0.75
DAY_MS: Final = 86_400_000.0
FADE_DAYS: Final = 30.0

# what is asked: the operation that is looked at or taught
Q_AT: Final = 0  # epoch milliseconds
Q_DAY: Final = 1  # local day since 1970
Q_HOUR: Final = 2  # 0 to 23, local; 24 more on a weekend
Q_CLASS: Final = 3  # -1: no amount to compare
Q_AMOUNT: Final = 4  # minor units
Q_CURRENCY: Final = 5
Q_OWN: Final = 6  # the payee is the client
Q_TAGS: Final = 7  # device, network, city, country; 0 is unknown
Q_PAYEES: Final = 11  # up to 12 tags of the payee, the weightiest first; 0 ends them
PAYEE_TAGS: Final = 12
ASKED: Final = Q_PAYEES + PAYEE_TAGS

# what is told: -log10 of how rare each dimension is (NaN: unknown), then "usual against now"
A_TIME: Final = 0
A_PLACE: Final = 1
A_DEVICE: Final = 2
A_AMOUNT: Final = 3
A_FREQUENCY: Final = 4
A_PAYEE: Final = 5
A_NEW: Final = 6  # five tables: 1 new, 0 known, NaN unknown
A_HOUR_FROM: Final = 11
A_HOUR_TO: Final = 12
A_LOW: Final = 13  # log2 of minor units
A_HIGH: Final = 14
A_TODAY: Final = 15  # operations within 24 hours, with this one
A_A_DAY: Final = 16  # usual operations a day
A_COUNT: Final = 17
A_DAYS: Final = 18
TOLD: Final = 19

_ROW: Final = "uint64[::1], uint32[::1], uint16[::1]"


@compiled("int64(uint32[::1], uint16[::1], int64, uint32)")
def seat(doubles, cells, kind, tag):
    """Give the place of a tag in a table, or -1."""
    for place in range(STARTS[kind], STARTS[kind] + SIZES[kind]):
        if doubles[D_TABLES + 2 * place] == tag and cells[C_TABLES + 4 * place + 2] > 0:
            return place
    return -1


@compiled("int64(uint16[::1], int64)")
def room(cells, kind):
    """Give an empty place of a table, else that of its lightest tag, among equals the one that was met first."""
    best, weight, met = STARTS[kind], np.int64(1 << 20), np.int64(1 << 20)
    for place in range(STARTS[kind], STARTS[kind] + SIZES[kind]):
        heavy, day = np.int64(cells[C_TABLES + 4 * place + 2]), np.int64(cells[C_TABLES + 4 * place + 3])
        if heavy == 0:
            return place
        if heavy < weight or (heavy == weight and day < met):
            best, weight, met = place, heavy, day
    return best


@compiled("void(uint32[::1], uint16[::1], int64, uint32, int64, int64)")
def meet(doubles, cells, kind, tag, day, unit):
    """Add weight to a tag of a table (take it off when the unit is negative)."""
    total, novel = C_TOTALS + 2 * kind, C_TOTALS + 2 * kind + 1
    place = seat(doubles, cells, kind, tag)
    if unit < 0:
        cells[total] = max(np.int64(cells[total]) + unit, 0)
        if place >= 0:
            weight = C_TABLES + 4 * place + 2
            left = max(np.int64(cells[weight]) + unit, 0)
            cells[weight] = left
            if left == 0:
                doubles[D_TABLES + 2 * place] = 0
                cells[weight + 1] = 0
                cells[novel] = max(np.int64(cells[novel]) + unit, 0)
        return
    cells[total] += np.uint16(unit)
    if place < 0:
        place = room(cells, kind)
        doubles[D_TABLES + 2 * place] = tag
        cells[C_TABLES + 4 * place + 2] = 0
        cells[C_TABLES + 4 * place + 3] = day
        cells[novel] += np.uint16(unit)
    cells[C_TABLES + 4 * place + 2] += np.uint16(unit)
    cells[C_TABLES + 4 * place + 3] = min(np.int64(cells[C_TABLES + 4 * place + 3]), day)


@compiled("uint32(uint32[::1], uint16[::1], float64[::1])")
def payee_tag(doubles, cells, asked):
    """Give the tag by which the payee is known, else its weightiest tag; 0 when the payee is unknown."""
    for place in range(Q_PAYEES, Q_PAYEES + PAYEE_TAGS):
        tag = np.uint32(asked[place])
        if tag == 0:
            break
        if seat(doubles, cells, PAYEE, tag) >= 0:
            return tag
    return np.uint32(asked[Q_PAYEES])


@compiled("int64(float64)")
def bin_of(amount):
    """Give the cell of an amount."""
    place = np.int64(floor((log(amount) / log(2.0) - LOWEST_OCTAVE) / OCTAVES_A_BIN))
    return min(max(place, 0), BINS - 1)


@compiled(f"void({_ROW}, int64)")
def age(words, doubles, cells, seq):
    """Halve every weight, so that the profile follows a life that changes."""
    words[W_AGED_BEFORE] = words[W_AGED]
    words[W_AGED] = seq
    for place in range(C_TOTALS, C_AMOUNTS + CLASSES * BINS):
        cells[place] >>= np.uint16(1)
    for place in range(STARTS[PAYEE] + SIZES[PAYEE]):
        cells[C_TABLES + 4 * place + 2] >>= np.uint16(1)
        if cells[C_TABLES + 4 * place + 2] == 0:
            doubles[D_TABLES + 2 * place] = 0
            cells[C_TABLES + 4 * place + 3] = 0


@compiled("void(uint32[::1], uint32, boolean)")
def keep_instant(doubles, second, taught):
    """Keep an instant among the latest sixteen, or take it out again."""
    oldest = D_RING
    for place in range(D_RING, D_RING + RING):
        if not taught and doubles[place] == second:
            doubles[place] = 0
            return
        if doubles[place] < doubles[oldest]:
            oldest = place
    if taught and doubles[oldest] < second:
        doubles[oldest] = second


@compiled("void(uint64[::1], float64[::1], float64, float64)")
def fade(words, fading, at, change):
    """Move the fading count to the later of its own instant and the operation's, and add the operation to it."""
    before = np.float64(words[W_FADED_AT])
    now = max(at, before)
    change *= exp(-(now - at) / (FADE_DAYS * DAY_MS))
    fading[W_FADING] = max(fading[W_FADING] * exp(-(now - before) / (FADE_DAYS * DAY_MS)) + change, 0.0)
    words[W_FADED_AT] = np.uint64(now)


@compiled(f"void({_ROW}, float64[::1], float64[::1], int64, boolean)")
def teach(words, doubles, cells, fading, asked, seq, taught):
    """Let an executed operation become habit, or, when not `taught`, take it out again."""
    at = asked[Q_AT]
    aged = (seq <= np.int64(words[W_AGED])) + (seq <= np.int64(words[W_AGED_BEFORE]))
    unit = UNIT >> aged  # what an operation of that place in the log weighs by now
    if taught:
        if doubles[D_COUNT] == 0:
            words[W_FIRST] = np.uint64(at)
            words[W_FADED_AT] = np.uint64(at)
            doubles[D_CURRENCY] = np.uint32(asked[Q_CURRENCY])
        words[W_FIRST] = min(words[W_FIRST], np.uint64(at))
        doubles[D_COUNT] += np.uint32(1)
    else:
        if doubles[D_COUNT] == 0:
            return
        doubles[D_COUNT] -= np.uint32(1)
        unit = -unit
    fade(words, fading, at, 1.0 if taught else -1.0)
    second = np.uint32(at / 1000.0) & np.uint32(0xFFFFFFFE)
    keep_instant(doubles, second | np.uint32(asked[Q_CLASS] == CASH), taught)
    hour = C_HOURS + np.int64(asked[Q_HOUR])
    cells[hour] = max(np.int64(cells[hour]) + unit, 0)
    if asked[Q_CLASS] >= 0 and np.uint32(asked[Q_CURRENCY]) == doubles[D_CURRENCY]:
        cell = C_AMOUNTS + np.int64(asked[Q_CLASS]) * BINS + bin_of(asked[Q_AMOUNT])
        cells[cell] = max(np.int64(cells[cell]) + unit, 0)
    day = np.int64(asked[Q_DAY])
    for kind in range(PAYEE):
        tag = np.uint32(asked[Q_TAGS + kind])
        if tag:
            meet(doubles, cells, kind, tag, day, unit)
    tag = payee_tag(doubles, cells, asked)
    if tag and not asked[Q_OWN]:
        meet(doubles, cells, PAYEE, tag, day, unit)
    if cells[C_HOURS : C_HOURS + 48].sum() >= AGE_AT:
        age(words, doubles, cells, seq)


@compiled("float64(uint32[::1], uint16[::1], int64, uint32, int64)")
def rarity(doubles, cells, kind, tag, day):
    """Give the share of operations that showed something at least as rare as this tag; below zero: never seen.

    What was first seen today is as good as never seen: a thief's second transfer must not look like a habit.
    """
    total = np.float64(cells[C_TOTALS + 2 * kind]) / UNIT
    novel = np.float64(cells[C_TOTALS + 2 * kind + 1]) / UNIT
    # the first thing ever seen says nothing about how often something new comes
    rare = (max(novel - 1.0, 0.0) + 1.0) / (total + 2.0)
    place = seat(doubles, cells, kind, tag)
    if place < 0 or np.int64(cells[C_TABLES + 4 * place + 3]) >= day:
        return -rare
    mine = cells[C_TABLES + 4 * place + 2]
    for other in range(STARTS[kind], STARTS[kind] + SIZES[kind]):
        weight = cells[C_TABLES + 4 * other + 2]
        if weight <= mine:
            rare += np.float64(weight) / UNIT / (total + 2.0)
    return min(rare, 1.0)


@compiled("float64(uint16[::1], int64, float64[::1])")
def hour_rarity(cells, hour, told):
    """Give the share of the client's time at hours at least as rare as this one; writes the usual hours."""
    density = np.zeros(24)
    total = 0.0
    mine = 24 if hour >= 24 else 0
    for one in range(24):
        weight = np.float64(cells[C_HOURS + mine + one]) + 0.5 * np.float64(cells[C_HOURS + 24 - mine + one])
        for step in range(-2, 3):
            density[(one + step) % 24] += weight / UNIT * (3 - abs(step)) / 9.0
    for one in range(24):
        density[one] += 1.0 / 12.0
        total += density[one]
    rare = 0.0
    for one in range(24):
        if density[one] <= density[hour % 24] + 1e-12:
            rare += density[one]
    # the shortest stretch of hours that holds nine tenths of the time
    best = 25
    for start in range(24):
        mass, length = 0.0, 0
        while mass < 0.9 * total and length < 24:
            mass += density[(start + length) % 24]
            length += 1
        if length < best:
            best = length
            told[A_HOUR_FROM] = start
            told[A_HOUR_TO] = (start + length) % 24
    return rare / total


@compiled("float64(uint16[::1], int64, float64, float64[::1])")
def amount_rarity(cells, class_, amount, told):
    """Give how rarely the client moves as much in this class of operation; writes what is usual.

    A log-normal picture per class, drawn towards that of all classes while there is little to see of its own.
    """
    n, mean, square, all_n, all_mean, all_square = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for one in range(CLASSES):
        for place in range(BINS):
            weight = np.float64(cells[C_AMOUNTS + one * BINS + place]) / UNIT
            octave = LOWEST_OCTAVE + (place + 0.5) * OCTAVES_A_BIN
            all_n += weight
            all_mean += weight * octave
            all_square += weight * octave * octave
            if one == class_:
                n += weight
                mean += weight * octave
                square += weight * octave * octave
    if all_n < 1.0:
        return np.nan
    all_mean /= all_n
    all_spread = max(all_square / all_n - all_mean * all_mean, 0.0)
    trust = n / (n + 4.0)
    here = mean / n if n > 0 else all_mean
    spread = max(square / n - here * here, 0.0) if n > 0 else all_spread
    centre = trust * here + (1.0 - trust) * all_mean
    variance = (n * spread + 6.0 * 2.25) / (n + 6.0) + (1.0 - trust) * (1.0 + all_spread)
    wide = sqrt(variance)
    told[A_LOW] = centre - 1.3 * wide
    told[A_HIGH] = centre + 1.3 * wide
    z = (log(amount) / log(2.0) - centre) / wide
    return 1.0 / (1.0 + exp(1.7 * z))  # heavier tails than the normal curve


@compiled("float64(float64, int64)")
def poisson_tail(mean, least):
    """Give the chance of at least so many."""
    term, below = exp(-mean), 0.0
    for one in range(least):
        below += term
        term *= mean / (one + 1)
    return max(1.0 - below, 1e-6)


@compiled("float64(uint16[::1])")
def cash_share(cells):
    """Give the share of cash among the client's operations, never quite nothing."""
    total, cash = 20.0, 1.0
    for place in range(CLASSES * BINS):
        weight = np.float64(cells[C_AMOUNTS + place]) / UNIT
        total += weight
        cash += weight if place >= CASH * BINS else 0.0
    return cash / total


@compiled(f"float64({_ROW}, float64[::1], float64[::1], float64[::1])")
def pace_rarity(words, doubles, cells, fading, asked, told):
    """Give how rare it is to act so often within an hour or a day, or after so long a silence.

    Cash is counted against cash alone; all else against everything.
    """
    at, cash = asked[Q_AT], asked[Q_CLASS] == CASH
    second = at / 1000.0
    day, hour, last = 0, 0, 0.0
    for place in range(D_RING, D_RING + RING):
        one = np.float64(doubles[place])
        if one == 0.0 or one > second + 1.0 or (cash and doubles[place] % 2 == 0):
            continue
        day += one > second - 86_400.0
        hour += one > second - 3_600.0
        last = max(last, one)
    since = max((at - np.float64(words[W_FADED_AT])) / DAY_MS, -1.0)
    seen = max((at - np.float64(words[W_FIRST])) / DAY_MS, 1.0)
    rate = fading[W_FADING] * exp(-since / FADE_DAYS) / (FADE_DAYS * (1.0 - exp(-seen / FADE_DAYS)))
    rate *= cash_share(cells) if cash else 1.0
    told[A_TODAY] = day + 1
    told[A_A_DAY] = rate
    busy = poisson_tail(1.5 * rate, day) if day else 1.0
    if hour:  # an errand seldom comes alone
        busy = min(busy, poisson_tail((0.1 if cash else 0.3) + 0.25 * rate, hour))
    silence = exp(-0.5 * rate * max(second - last, 0.0) / 86_400.0) if last else 1.0
    return max(min(busy, silence), 1e-4)


@compiled(f"void({_ROW}, float64[::1], float64[::1], float64[::1])")
def tell(words, doubles, cells, fading, asked, told):
    """Say how unlike the profile an operation is, dimension by dimension, and what would be usual."""
    told[:] = np.nan
    at, day = asked[Q_AT], np.int64(asked[Q_DAY])
    told[A_COUNT] = doubles[D_COUNT]
    told[A_DAYS] = max((at - np.float64(words[W_FIRST])) / DAY_MS, 0.0)
    told[A_TIME] = -log10(hour_rarity(cells, np.int64(asked[Q_HOUR]), told))
    if asked[Q_CLASS] >= 0 and np.uint32(asked[Q_CURRENCY]) == doubles[D_CURRENCY]:
        told[A_AMOUNT] = -log10(amount_rarity(cells, np.int64(asked[Q_CLASS]), asked[Q_AMOUNT], told))
    told[A_FREQUENCY] = -log10(pace_rarity(words, doubles, cells, fading, asked, told))
    for kind in range(TABLES):
        tag = payee_tag(doubles, cells, asked) if kind == PAYEE else np.uint32(asked[Q_TAGS + kind])
        if kind == PAYEE and asked[Q_OWN]:
            told[A_NEW + kind] = told[A_PAYEE] = 0.0
            continue
        if tag == 0 or cells[C_TOTALS + 2 * kind] == 0:
            continue
        rare = rarity(doubles, cells, kind, tag, day)
        told[A_NEW + kind] = 1.0 if rare < 0 else 0.0
        surprise = -log10(abs(rare))
        if kind == DEVICE:
            told[A_DEVICE] = surprise
        elif kind == PAYEE:
            told[A_PAYEE] = surprise
        elif np.isnan(told[A_PLACE]) or surprise > told[A_PLACE]:
            told[A_PLACE] = surprise
