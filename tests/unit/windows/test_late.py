"""Questions about a busy key as of an instant that many rows lie after: equal to brute force, whatever happened."""

import random

import numpy as np
import pytest

from holdfast.vocabulary.keys import Key
from holdfast.vocabulary.windows import Statistic
from holdfast.windows import Added, Arrival, ColumnKind, Lane, Question, SeriesSpec, WindowStore
from holdfast.windows.memory import H_SCRATCH
from tests.unit.windows.oracle import COLUMNS, EXTREMES, Oracle, every_lane

RARE = 2
SPECS = (
    SeriesSpec(
        name="late",
        columns=COLUMNS,
        lanes=every_lane(20) + every_lane(60, inclusive=True, filter=0) + every_lane(45, filter=RARE),
    ),
    SeriesSpec(name="ever", columns=COLUMNS, lanes=every_lane(None) + every_lane(None, filter=RARE)),
    SeriesSpec(
        name="values",
        columns=(ColumnKind.HASH,),
        lanes=tuple(Lane(statistic=Statistic.DISTINCT, column=0, over_ms=span) for span in (None, 3, 50)),
    ),
)
KEY, OTHER = Key(3, 5), Key(3, 7)
LATE_MS = 40
QUIET_MS = (25, 70, 150)  # shorter and longer than windows, and longer than rows are kept


class Crowd:
    """A store and its oracle under a key with several rows in each millisecond."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.store = WindowStore(SPECS, late_ms=LATE_MS, threshold=8)
        self.oracle = Oracle(SPECS)
        self.now = 1_000
        self.seq = 0

    def arrival(self, series: int, key: Key, at_ms: int) -> Arrival:
        """Invent a row of few or many values; one in fifty has the rare mark, and then often an extreme number."""
        chance = self.chance
        self.seq += 1
        rare = chance.random() < 0.02
        money = chance.choice(EXTREMES) if rare or chance.random() < 0.01 else chance.randint(-9, 9)
        city = chance.choice((0, 2**64 - 1, chance.randrange(9), chance.randrange(2**64)))
        values = ((money, city, chance.uniform(-1, 1)), (money, city, 0.5), (city,))[series]
        present = 1 if series == 2 else chance.choice((7, 7, 7, chance.randrange(8)))
        return Arrival(series, key, at_ms, self.seq, values, present, chance.randrange(2) | rare << RARE)

    def add(self, late_ms: int = 0, key: Key = KEY) -> None:
        """Add a row to every series."""
        for series in range(len(SPECS)):
            arrival = self.arrival(series, key, self.now - late_ms)
            assert self.oracle.add(arrival)
            assert self.store.add(arrival) is Added.ADDED

    def retract(self, series: int) -> None:
        """Take back one of the last hundreds of rows."""
        rows = self.oracle.logs.get((series, KEY), [])
        row = rows[-self.chance.randint(1, min(len(rows), 300))]
        if self.store.retract(Question(series, KEY, row.at_ms), row.seq):
            self.oracle.retract(series, KEY, row)
        else:
            assert row.at_ms <= self.now - LATE_MS

    def check(self, late_ms: int) -> None:
        """Every lane as of so long ago equals brute force."""
        at_ms = self.now - late_ms
        for series, spec in enumerate(SPECS):
            got = self.store.read(series, KEY, at_ms)
            want = self.oracle.read(series, KEY, at_ms)
            wrong = [f"{lane}: {a!r}, not {b!r}" for lane, a, b in zip(spec.lanes, got, want, strict=True) if a != b]
            assert not wrong, "\n".join(wrong[:5])

    def step(self) -> None:
        """Do one random act."""
        chance = self.chance
        self.add(chance.randint(0, LATE_MS - 1) if chance.random() < 0.2 else 0)
        if chance.random() < 0.15:
            self.now += 1
        if chance.random() < 0.15:
            self.retract(chance.randrange(len(SPECS)))
        if chance.random() < 0.02:
            self.store.advance(self.now, budget=chance.randint(1, 100))
        if chance.random() < 0.002:
            self.now += chance.choice(QUIET_MS)
        if chance.random() < 0.005:
            self.store = WindowStore.restore(SPECS, self.store.snapshot())


@pytest.mark.parametrize("seed", range(6))
def test_a_question_far_back_is_equal_to_brute_force(seed: int) -> None:
    """With rows late, taken back, dropped, at one instant and after silences, no earlier instant has another answer."""
    crowd = Crowd(seed)
    for number in range(1_200):
        crowd.step()
        if number % 30 == 29:
            crowd.check(crowd.chance.randint(1, LATE_MS))
    for late_ms in range(LATE_MS + 1):
        crowd.check(late_ms)


def test_rows_of_another_key_join_far_back() -> None:
    """A log that becomes part of a busy one counts as of every earlier instant."""
    crowd = Crowd(11)
    for _ in range(20):
        crowd.add(key=OTHER)
        crowd.now += 1
    for _ in range(300):
        crowd.step()
    for series in range(len(SPECS)):
        crowd.store.merge(series, OTHER, KEY)
        crowd.oracle.merge(series, OTHER, KEY)
    for late_ms in range(LATE_MS + 1):
        crowd.check(late_ms)


def test_rows_before_all_milestones() -> None:
    """As of an instant before the first row there is nothing, and rows may still come before all others."""
    crowd = Crowd(12)
    for _ in range(200):
        crowd.add()
    crowd.now += 5
    crowd.check(20)
    for place in range(200):
        crowd.add(late_ms=place % 30)
    for late_ms in range(LATE_MS + 1):
        crowd.check(late_ms)


def test_a_question_far_back_moves_no_window() -> None:
    """It costs the next question nothing: what the key keeps is left as it was."""
    crowd = Crowd(13)
    for _ in range(400):
        crowd.now += 1
        crowd.add()
    crowd.check(0)
    before = crowd.store.snapshot()["heap"]
    behind = H_SCRATCH + max(len(spec.lanes) for spec in SPECS) * 6
    at_ms = crowd.now - LATE_MS
    crowd.store.read(0, KEY, at_ms)
    after = crowd.store.snapshot()["heap"]
    assert np.array_equal(before[behind:], after[behind:])
