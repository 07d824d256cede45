"""The brute-force twin of the window store: plain lists, one pass a question."""

import random
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple

from holdfast.vocabulary.keys import Key
from holdfast.vocabulary.windows import Statistic
from holdfast.windows import Arrival, ColumnKind, Lane, SeriesSpec
from holdfast.windows.store import Answer


class Row(NamedTuple):
    """One event as the oracle keeps it."""

    at_ms: int
    seq: int
    values: tuple[int | float, ...]
    present: int
    filters: int


def answer(rows: list[Row], lane: Lane, at_ms: int) -> Answer:
    """Work one statistic out from all rows, as its definition says."""
    inside = []
    for row in sorted(rows):
        old_end = -(10**30) if lane.over_ms is None else at_ms - lane.over_ms
        in_window = old_end < row.at_ms <= at_ms or (lane.inclusive and row.at_ms == old_end)
        filtered = lane.filter is None or row.filters >> lane.filter & 1
        known = lane.column is None or row.present >> lane.column & 1
        if in_window and filtered and known:
            inside.append(row)
    return _statistic(inside, lane)


def _statistic(rows: list[Row], lane: Lane) -> Answer:
    values = [] if lane.column is None else [row.values[lane.column] for row in rows]
    match lane.statistic:
        case Statistic.COUNT:
            return len(rows)
        case Statistic.SUM:
            return sum(values)
        case Statistic.DISTINCT:
            return len(set(values))
    if not rows:
        return None
    return _of_some(rows, values, lane.statistic)


def _of_some(rows: list[Row], values: list[int | float], statistic: Statistic) -> Answer:  # noqa: PLR0911 - one arm a statistic
    count = len(rows)
    match statistic:
        case Statistic.MEAN:
            return sum(values) / count
        case Statistic.STD:
            squares = sum(value * value for value in values)
            return sqrt((count * squares - sum(values) ** 2) / count**2)
        case Statistic.MIN:
            return min(values)
        case Statistic.MAX:
            return max(values)
        case Statistic.FIRST:
            return rows[0].at_ms
        case Statistic.LAST:
            return rows[-1].at_ms
        case Statistic.EARLIEST:
            return values[0]
        case _:
            return values[-1]


@dataclass(slots=True)
class Oracle:
    """The same questions as the store, over lists."""

    specs: tuple[SeriesSpec, ...]
    logs: dict[tuple[int, Key], list[Row]] = field(default_factory=dict)

    def add(self, arrival: Arrival) -> bool:
        """Keep one event unless it is kept already."""
        rows = self.logs.setdefault((arrival.series, arrival.key), [])
        if any((row.at_ms, row.seq) == (arrival.at_ms, arrival.seq) for row in rows):
            return False
        rows.append(Row(arrival.at_ms, arrival.seq, tuple(arrival.values), arrival.present, arrival.filters))
        return True

    def read(self, series: int, key: Key, at_ms: int) -> list[Answer]:
        """Answer every lane."""
        rows = self.logs.get((series, key), [])
        return [answer(rows, lane, at_ms) for lane in self.specs[series].lanes]

    def retract(self, series: int, key: Key, row: Row) -> None:
        """Forget one event."""
        self.logs[series, key].remove(row)

    def merge(self, series: int, source: Key, into: Key) -> None:
        """Make two logs one."""
        for row in self.logs.pop((series, source), []):
            self.add(Arrival(series, into, *row))


MONEY = 0
CITY = 1
SHARE = 2
COLUMNS = (ColumnKind.INTEGER, ColumnKind.HASH, ColumnKind.FLOAT)
ALLOWED = {
    MONEY: tuple(Statistic),
    CITY: (Statistic.COUNT, Statistic.DISTINCT, Statistic.EARLIEST, Statistic.LATEST, Statistic.LAST),
    SHARE: (Statistic.MIN, Statistic.MAX, Statistic.DISTINCT, Statistic.EARLIEST, Statistic.LATEST),
}


def every_lane(over_ms: int | None, *, inclusive: bool = False, filter: int | None = None) -> tuple[Lane, ...]:
    """Give every statistic of every column over one window; without a window, all but `distinct`."""
    lanes = [Lane(statistic=Statistic.COUNT, over_ms=over_ms, inclusive=inclusive, filter=filter)]
    for column, statistics in ALLOWED.items():
        lanes += [
            Lane(statistic=statistic, column=column, over_ms=over_ms, inclusive=inclusive, filter=filter)
            for statistic in statistics
            if over_ms is not None or statistic is not Statistic.DISTINCT
        ]
    return tuple(lanes)


SPECS = (
    SeriesSpec(
        name="all",
        columns=COLUMNS,
        lanes=every_lane(20) + every_lane(20, inclusive=True, filter=0) + every_lane(60, filter=1) + every_lane(None),
    ),
    SeriesSpec(name="forever", columns=(ColumnKind.HASH,), lanes=(Lane(statistic=Statistic.DISTINCT, column=0),)),
    SeriesSpec(name="bare", lanes=(Lane(statistic=Statistic.COUNT, over_ms=30), Lane(statistic=Statistic.LAST))),
)
LATE_MS = 25
KEEP_MS = (60 + LATE_MS, 10**12, 30 + LATE_MS)
EXTREMES = (0, 1, -1, 2**62, -(2**62), 2**63 - 1, -(2**63))


def random_arrival(random_: random.Random, series: int, key: Key, at_seq: tuple[int, int]) -> Arrival:
    """Invent an event with few distinct values, some extreme, some missing."""
    at_ms, seq = at_seq
    money = random_.choice(EXTREMES) if random_.random() < 0.1 else random_.randint(-5, 5)
    city = random_.choice((0, 1, 2**63, 2**64 - 1, random_.randrange(2**64)))
    share = random_.choice((0.0, -0.0, 1.5, -2.25, float("inf"), float("-inf"), random_.uniform(-1, 1)))
    values = ((money, city, share), (city,), ())[series]
    return Arrival(series, key, at_ms, seq, values, random_.randrange(8), random_.randrange(4))
