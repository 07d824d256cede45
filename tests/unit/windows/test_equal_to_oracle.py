"""The store answers as brute force does, whatever happens in whatever order."""

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from holdfast.vocabulary.keys import Key
from holdfast.windows import Added, Arrival, Question, WindowStore
from tests.unit.windows.oracle import KEEP_MS, LATE_MS, SPECS, Oracle, random_arrival

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = (Key(1, 1), Key(2**64 - 1, 3), Key(5, 2**64 - 1))
HOT, MIXED, COLD = 0, 8, 400  # thresholds: always running state, both, never


class World:
    """A store and its oracle, driven by the same acts; `now` only grows, lateness is bounded."""

    def __init__(self, threshold: int) -> None:
        self.store = WindowStore(SPECS, late_ms=LATE_MS, threshold=threshold)
        self.oracle = Oracle(SPECS)
        self.now = 1000
        self.seq = 0

    def wait(self, ms: int) -> None:
        """Let time pass."""
        self.now += ms

    def add(self, series: int, key: Key, late_ms: int, chance: random.Random) -> None:
        """Add one event at most `late_ms` behind now."""
        self.seq += 1
        arrival = random_arrival(chance, series, key, (self.now - late_ms, self.seq))
        assert self.oracle.add(arrival)
        assert self.store.add(arrival) is Added.ADDED

    def again(self, series: int, key: Key, place: int) -> None:
        """Add a kept event once more."""
        rows = [row for row in self.oracle.logs.get((series, key), []) if row.at_ms >= self.now - LATE_MS]
        if rows:
            assert self.store.add(Arrival(series, key, *rows[place % len(rows)])) is Added.DUPLICATE

    def retract(self, series: int, key: Key, place: int) -> None:
        """Take an event back; only one that has been dropped may be refused."""
        rows = self.oracle.logs.get((series, key), [])
        if not rows:
            return
        row = rows[place % len(rows)]
        if self.store.retract(Question(series, key, row.at_ms), row.seq):
            self.oracle.retract(series, key, row)
        else:
            assert row.at_ms <= self.now - KEEP_MS[series]

    def merge(self, series: int, source: Key, into: Key) -> None:
        """Join two keys."""
        if source != into:
            self.store.merge(series, source, into)
            self.oracle.merge(series, source, into)

    def restart(self) -> None:
        """Go through a snapshot."""
        self.store = WindowStore.restore(SPECS, self.store.snapshot())

    def check(self, late_ms: int = 0) -> None:
        """Every lane of every key equals brute force."""
        questions = [Question(series, key, self.now - late_ms) for series in range(len(SPECS)) for key in KEYS]
        got = self.store.read_many(questions)
        want: list[Any] = []
        names: list[str] = []
        for question in questions:
            want += self.oracle.read(*question)
            names += [f"{question}: {lane}" for lane in SPECS[question.series].lanes]
        wrong = [f"{name}: {a!r}, not {b!r}" for name, a, b in zip(names, got, want, strict=True) if a != b]
        assert not wrong, "\n".join(wrong[:5])


class Machine(RuleBasedStateMachine):
    """Acts in any order, checked after each."""

    threshold = MIXED

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.threshold)

    series = st.integers(0, len(SPECS) - 1)
    keys = st.sampled_from(KEYS)
    late = st.integers(0, LATE_MS)

    @rule(series=series, key=keys, late_ms=late, chance=st.randoms(use_true_random=False))
    def add(self, series: int, key: Key, late_ms: int, chance: random.Random) -> None:
        """Add, in order or late."""
        self.world.add(series, key, late_ms, chance)

    @rule(series=series, key=keys, count=st.integers(2, 12), step=st.integers(0, 3), seed=st.integers(0, 99))
    def add_run(self, series: int, key: Key, count: int, step: int, seed: int) -> None:
        """Add several in order."""
        chance = random.Random(seed)
        for _ in range(count):
            self.world.now += step
            self.world.add(series, key, 0, chance)

    @rule(ms=st.integers(0, 40))
    def wait(self, ms: int) -> None:
        """Let time pass."""
        self.world.wait(ms)

    @rule(series=series, key=keys, place=st.integers(0, 50))
    def again(self, series: int, key: Key, place: int) -> None:
        """Repeat."""
        self.world.again(series, key, place)

    @rule(series=series, key=keys, place=st.integers(0, 50))
    def retract(self, series: int, key: Key, place: int) -> None:
        """Take back."""
        self.world.retract(series, key, place)

    @rule(series=series, source=keys, into=keys)
    def merge(self, series: int, source: Key, into: Key) -> None:
        """Join."""
        self.world.merge(series, source, into)

    @rule(budget=st.integers(1, 200))
    def advance(self, budget: int) -> None:
        """Drop what is old."""
        self.world.store.advance(self.world.now, budget=budget)

    @rule()
    def restart(self) -> None:
        """Snapshot and restore."""
        self.world.restart()

    @rule(late_ms=late)
    def look_back(self, late_ms: int) -> None:
        """Read as of an earlier instant, which is exact too."""
        self.world.check(late_ms)

    @invariant()
    def equal(self) -> None:
        """Hold the store equal to the oracle."""
        self.world.check()


class HotMachine(Machine):
    """The same with running state from the first row on."""

    threshold = HOT


class ColdMachine(Machine):
    """The same with walks only."""

    threshold = COLD


MODEST = settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
TestMixed = Machine.TestCase
TestHot = HotMachine.TestCase
TestCold = ColdMachine.TestCase
TestMixed.settings = TestHot.settings = TestCold.settings = MODEST


def walk_step(world: World, chance: random.Random) -> None:
    """Do one random act."""
    series, key = chance.randrange(len(SPECS)), chance.choice(KEYS)
    acts: dict[str, tuple[int, Callable[[], object]]] = {
        "add": (40, lambda: world.add(series, key, 0, chance)),
        "late": (20, lambda: world.add(series, key, chance.randint(0, LATE_MS), chance)),
        "wait": (12, lambda: world.wait(chance.randint(0, 6))),
        "again": (3, lambda: world.again(series, key, chance.randrange(50))),
        "retract": (8, lambda: world.retract(series, key, chance.randrange(500))),
        "merge": (1, lambda: world.merge(series, key, chance.choice(KEYS))),
        "advance": (4, lambda: world.store.advance(world.now, budget=chance.randint(1, 100))),
        "restart": (1, world.restart),
        "look_back": (5, lambda: world.check(chance.randint(0, LATE_MS))),
        "check": (20, world.check),
    }
    [name] = chance.choices(list(acts), [weight for weight, _ in acts.values()])
    acts[name][1]()


@pytest.mark.parametrize("threshold", [HOT, MIXED, COLD])
@pytest.mark.parametrize("seed", range(3))
def test_long_walk(threshold: int, seed: int) -> None:
    """A thousand random acts leave the store equal to brute force."""
    chance = random.Random(seed)
    world = World(threshold)
    for _ in range(1000):
        walk_step(world, chance)
    world.check()


def test_order_does_not_matter() -> None:
    """Any order of the same adds gives the same answers."""
    chance = random.Random(7)
    arrivals = [random_arrival(chance, 0, KEYS[0], (1000 + chance.randrange(LATE_MS), seq)) for seq in range(60)]
    answers = set()
    for _ in range(5):
        chance.shuffle(arrivals)
        store = WindowStore(SPECS, late_ms=LATE_MS, threshold=MIXED)
        store.add_many(arrivals)
        answers.add(tuple(store.read(0, KEYS[0], 1000 + LATE_MS)))
    assert len(answers) == 1
