"""What an event of one type asks of the windows and leaves in them, laid out once for the kernel of visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from holdfast.windows import visit_kernel as kernel
from holdfast.windows.memory import Words


class Reading(IntEnum):
    """How a lane's number becomes a value: as it is, as a truth value, or unknown when it is 0 for want of events."""

    NUMBER = kernel.NUMBER
    TRUTH = kernel.TRUTH
    VARIETY = kernel.VARIETY


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question about the key at a word of the box: which lanes of the series, each with how it is read.

    One that is `counted` counts the event itself.
    """

    series: int
    key: int
    reads: tuple[tuple[int, Reading], ...]
    counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """A row under the key at a word of the box; it counts what was executed, or every attempt.

    `columns` are (word of the number, byte that says that it is known), `filters` bytes. `asked` says that some
    question of the visit counts the event itself in this series. Of a `watched` row it is told whether its key was new.
    """

    series: int
    key: int
    attempts: bool
    asked: bool
    watched: bool
    columns: tuple[tuple[int, int], ...]
    filters: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Words of the box: the instant, then room for answers, their marks (bytes), codes of rows, a row, patches."""

    at: int
    out: int
    known: int
    codes: int
    item: int
    patches: int


def lay_out(
    asks: Sequence[Ask],
    leaves: Sequence[Leave],
    places: Places,
    *,
    pairs: Sequence[tuple[int, int, int]],
) -> Words:
    """Write a visit for the kernel; the answers stand in the order of `asks`.

    `pairs` are keys that are made of others (left, right, to).
    """
    visit = [0] * kernel.VISIT_WORDS

    def put(slot: int, rows: Sequence[Sequence[int]]) -> None:
        visit[slot] = len(rows)
        visit[slot + 1] = len(visit)
        for row in rows:
            visit.extend(row)

    def aside(words: Sequence[int]) -> int:
        visit.extend(words)
        return len(visit) - len(words)

    plain: list[list[int]] = []
    beside: list[list[int]] = []
    first = 0
    touched = {one.series for one in leaves if one.asked}
    for ask in asks:
        reads = aside([word for lane, reading in ask.reads for word in (lane, reading)])
        asked = [ask.series, ask.key, len(ask.reads), reads, first]
        (beside if ask.counted and ask.series in touched else plain).append(asked)
        first += len(ask.reads)
    rows = [
        [
            *(one.series, one.key, one.attempts, one.asked, one.watched),
            *(len(one.columns), aside([word for column in one.columns for word in column])),
            *(len(one.filters), aside(one.filters)),
        ]
        for one in leaves
    ]
    for slot, table in (
        (kernel.V_PAIRS, pairs),
        (kernel.V_PLAIN, plain),
        (kernel.V_BESIDE, beside),
        (kernel.V_ROWS, rows),
    ):
        put(slot, table)
    for slot, word in (
        (kernel.V_AT, places.at),
        (kernel.V_OUT, places.out),
        (kernel.V_KNOWN, places.known),
        (kernel.V_CODES, places.codes),
        (kernel.V_ITEM, places.item),
        (kernel.V_PATCHES, places.patches),
    ):
        visit[slot] = word
    return np.array(visit, dtype=np.int64)
