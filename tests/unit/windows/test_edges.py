"""Directed cases: edges of windows, ties, nothing, missing values, extremes, refusals."""

from collections.abc import Callable
from math import inf, nan, sqrt
from random import Random
from typing import Any

import numpy as np
import pytest

from holdfast.vocabulary.errors import InvalidError, StoreError
from holdfast.vocabulary.keys import Key
from holdfast.vocabulary.windows import Statistic
from holdfast.windows import Added, Arrival, ColumnKind, Lane, Question, SeriesSpec, WindowStore, kernel, warm_up

KEY = Key(7, 9)
OTHER = Key(7, 11)
MONEY = (ColumnKind.INTEGER,)
DAY_MS = 86_400_000
Build = Callable[..., WindowStore]


@pytest.fixture(params=[0, 100], ids=["hot", "cold"])
def build(request: pytest.FixtureRequest) -> Build:
    """Build a store of one series whose entities all are hot, or all cold."""

    def make(*lanes: Lane, columns: tuple[ColumnKind, ...] = MONEY, late_ms: int = DAY_MS) -> WindowStore:
        spec = SeriesSpec(name="one", columns=columns, lanes=lanes)
        return WindowStore((spec,), late_ms=late_ms, threshold=request.param)

    return make


def put(store: WindowStore, *rows: tuple[int, int | float | None], key: Key = KEY) -> None:
    """Add (instant, value) in the given order; the sequence is the place; a value of `None` is not known."""
    for seq, (at_ms, value) in enumerate(rows):
        arrival = Arrival(0, key, at_ms, seq, (0 if value is None else value,), int(value is not None))
        assert store.add(arrival) is Added.ADDED


def over(statistic: Statistic, over_ms: int | None = 10, *, inclusive: bool = False) -> Lane:
    """Give a lane, with the one column where the statistic needs it."""
    bare = statistic in {Statistic.COUNT, Statistic.FIRST, Statistic.LAST}
    return Lane(statistic=statistic, column=None if bare else 0, over_ms=over_ms, inclusive=inclusive)


def test_old_end_is_open(build: Build) -> None:
    """An event exactly one window old is out, one a millisecond younger is in."""
    store = build(over(Statistic.COUNT), over(Statistic.SUM), over(Statistic.MAX), over(Statistic.FIRST))
    put(store, (100, 5), (101, 3))
    assert store.read(0, KEY, 109) == [2, 8, 5, 100]
    assert store.read(0, KEY, 110) == [1, 3, 3, 101]
    assert store.read(0, KEY, 111) == [0, 0, None, None]


def test_inclusive_closes_the_old_end(build: Build) -> None:
    """With `inclusive` an event exactly one window old is in, one a millisecond older is out."""
    store = build(over(Statistic.COUNT, inclusive=True), over(Statistic.COUNT))
    put(store, (100, 5))
    assert store.read(0, KEY, 110) == [1, 0]
    assert store.read(0, KEY, 111) == [0, 0]


def test_late_event_on_the_edge_stays_out(build: Build) -> None:
    """A late event exactly on the old end of a window already read is out, also when its value comes again."""
    store = build(over(Statistic.COUNT), over(Statistic.DISTINCT), over(Statistic.SUM))
    put(store, (110, 1))
    assert store.read(0, KEY, 110) == [1, 1, 1]
    late = Arrival(0, KEY, 100, 8, (7,), 1)
    assert store.add_many([late, Arrival(0, KEY, 110, 9, (7,), 1)]) == [Added.ADDED, Added.ADDED]
    assert store.read(0, KEY, 110) == [2, 2, 8]
    assert store.read(0, KEY, 109) == [1, 1, 7]
    assert store.read(0, KEY, 120) == [0, 0, 0]


def test_new_end_is_closed(build: Build) -> None:
    """An event at the instant of the read is in, a later one is out, also for the peak and the last."""
    lanes = (Statistic.COUNT, Statistic.MAX, Statistic.LAST, Statistic.LATEST, Statistic.DISTINCT)
    store = build(*map(over, lanes))
    put(store, (100, 5), (101, 9), (101, 5))
    assert store.read(0, KEY, 100) == [1, 5, 100, 5, 1]
    assert store.read(0, KEY, 99) == [0, None, None, None, 0]
    assert store.read(0, KEY, 101) == [3, 9, 101, 5, 2]


def test_ties_are_broken_by_sequence(build: Build) -> None:
    """Of events at one instant the lowest sequence is the earliest, whatever came first."""
    store = build(over(Statistic.EARLIEST), over(Statistic.LATEST))
    for seq in (2, 0, 1):
        store.add(Arrival(0, KEY, 100, seq, (10 + seq,), 1))
    assert store.read(0, KEY, 100) == [10, 12]


def test_nothing_is_zero_or_unknown(build: Build) -> None:
    """Of a key never seen, `count`, `sum` and `distinct` are 0 and all else is unknown."""
    store = build(*map(over, Statistic))
    zeros = {Statistic.COUNT, Statistic.SUM, Statistic.DISTINCT}
    assert store.read(0, KEY, 100) == [0 if statistic in zeros else None for statistic in Statistic]


def test_missing_value_counts_as_event_only(build: Build) -> None:
    """An event whose value is not known is counted, but no statistic of the value sees it."""
    store = build(*map(over, (Statistic.COUNT, Statistic.SUM, Statistic.MEAN, Statistic.MIN, Statistic.LATEST)))
    put(store, (100, 4), (101, None))
    assert store.read(0, KEY, 101) == [2, 4, 4.0, 4, 4]
    assert store.read(0, KEY, 110) == [1, 0, None, None, None]


def test_filter_hides_rows() -> None:
    """A lane with a filter sees only the rows that carry the bit."""
    lane = Lane(statistic=Statistic.COUNT, filter=31, over_ms=10)
    store = WindowStore((SeriesSpec(name="one", lanes=(lane,)),))
    store.add_many([Arrival(0, KEY, 100, 0, filters=1 << 31), Arrival(0, KEY, 100, 1, filters=1)])
    assert store.read(0, KEY, 100) == [1]


def test_large_money_stays_exact(build: Build) -> None:
    """Sums, means and deviations near the ends of 64 bits are exact, where a 64-bit sum would wrap."""
    store = build(*map(over, (Statistic.SUM, Statistic.MEAN, Statistic.STD, Statistic.MIN, Statistic.MAX)))
    values = [2**62, 2**62 + 3, 2**63 - 1, 2**63 - 1, -(2**63)]
    put(store, *((100 + place, value) for place, value in enumerate(values)))
    deviation = sqrt((5 * sum(value**2 for value in values) - sum(values) ** 2) / 25)
    assert store.read(0, KEY, 104) == [sum(values), sum(values) / 5, deviation, -(2**63), 2**63 - 1]
    assert store.read(0, KEY, 113) == [-(2**63), float(-(2**63)), 0.0, -(2**63), -(2**63)]


def test_many_largest_squares_do_not_wrap(build: Build) -> None:
    """Squares that pass 128 bits in sum are carried."""
    store = build(over(Statistic.STD))
    values = [2**63 - 1, -(2**63)] * 20
    put(store, *((100, value) for value in values))
    count, total = len(values), sum(values)
    assert store.read(0, KEY, 100) == [sqrt((count * sum(value**2 for value in values) - total**2) / count**2)]


def test_floats_keep_their_order(build: Build) -> None:
    """Peaks and ends of a float column are the floats that went in, infinities and signs included."""
    lanes = tuple(map(over, (Statistic.MIN, Statistic.MAX, Statistic.EARLIEST, Statistic.LATEST, Statistic.DISTINCT)))
    store = build(*lanes, columns=(ColumnKind.FLOAT,))
    put(store, (100, -0.0), (101, -1.5), (102, 0.0), (103, 2.25), (104, -inf), (105, inf))
    assert store.read(0, KEY, 103) == [-1.5, 2.25, 0.0, 2.25, 3]
    assert store.read(0, KEY, 105) == [-inf, inf, 0.0, inf, 5]


def test_not_a_number_is_refused(build: Build) -> None:
    """NaN has no place in an order."""
    store = build(over(Statistic.MAX), columns=(ColumnKind.FLOAT,))
    with pytest.raises(InvalidError, match="not a number"):
        store.add(Arrival(0, KEY, 100, 0, (nan,), 1))


def test_too_large_a_number_is_refused(build: Build) -> None:
    """A number that does not fit 64 bits is refused before anything changes."""
    store = build(over(Statistic.SUM))
    with pytest.raises(InvalidError, match="does not fit"):
        store.add(Arrival(0, KEY, 100, 0, (2**63,), 1))
    assert store.memory()["keys"] == 0


def test_retract_is_the_inverse_of_add(build: Build) -> None:
    """A retracted event leaves no trace, and may be added again."""
    lanes = (Statistic.COUNT, Statistic.SUM, Statistic.STD, Statistic.MAX, Statistic.DISTINCT, Statistic.LATEST)
    store = build(*map(over, lanes))
    put(store, (100, 5), (101, 7), (102, 5))
    before = store.read(0, KEY, 102)
    assert store.add(Arrival(0, KEY, 101, 9, (10**9,), 1)) is Added.ADDED
    assert store.read(0, KEY, 102) != before
    assert store.retract(Question(0, KEY, 101), 9)
    assert not store.retract(Question(0, KEY, 101), 9)
    assert store.read(0, KEY, 102) == before
    assert store.add(Arrival(0, KEY, 101, 9, (10**9,), 1)) is Added.ADDED


def test_retracting_the_only_event_frees_the_key(build: Build) -> None:
    """A key without events takes no memory."""
    store = build(over(Statistic.MAX))
    put(store, (100, 5))
    assert store.retract(Question(0, KEY, 100), 0)
    assert not store.retract(Question(0, OTHER, 100), 0)
    assert store.memory()["keys"] == 0


def test_duplicates_are_added_once(build: Build) -> None:
    """The same key, instant and sequence is one event."""
    store = build(over(Statistic.COUNT))
    arrival = Arrival(0, KEY, 100, 3, (1,), 1)
    assert store.add_many([arrival, arrival]) == [Added.ADDED, Added.DUPLICATE]
    assert store.read(0, KEY, 100) == [1]


def test_without_window_dropped_events_still_count(build: Build) -> None:
    """Lanes without a window remember what dropped events amounted to, while their rows are gone."""
    lanes = (*(over(s, None) for s in Statistic if s is not Statistic.DISTINCT), over(Statistic.COUNT))
    store = build(*lanes, late_ms=5)
    rows = [(100 + 10 * place, value) for place, value in enumerate((5, -8, 2**63 - 1, 2**63 - 1, 3))]
    put(store, *rows)
    store.advance(10_000)
    assert store.memory()["rows"] == 0
    values = [value for _, value in rows]
    total = sum(values)
    deviation = sqrt((5 * sum(value**2 for value in values) - total**2) / 25)
    want: list[Any] = [5, total, total / 5, deviation, -8, 2**63 - 1, 100, 140, 5, 3, 0]
    assert store.read(0, KEY, 10_000) == want


def test_what_came_too_late_enters_no_window(build: Build) -> None:
    """An event older than a dropped one counts only where no window is; what would need dropped rows is unknown."""
    store = build(over(Statistic.COUNT), over(Statistic.COUNT, None), late_ms=5)
    put(store, (100, 1), (200, 1))
    assert store.memory()["rows"] == 1
    assert store.add(Arrival(0, KEY, 99, 7, (1,), 1)) is Added.TOO_OLD
    assert store.read(0, KEY, 99) == [None, None]
    assert store.memory()["rows"] == 1
    assert store.read(0, KEY, 200) == [1, 3]


def test_merge_makes_one_log(build: Build) -> None:
    """After a merge one key has the events of both, an event known to both once, and the other has none."""
    store = build(over(Statistic.COUNT), over(Statistic.DISTINCT), over(Statistic.FIRST), over(Statistic.MAX))
    put(store, (100, 1), (102, 2), key=KEY)
    put(store, (100, 1), (101, 2), (103, 3), key=OTHER)
    store.merge(0, KEY, OTHER)
    assert store.read(0, KEY, 103) == [0, 0, None, None]
    assert store.read(0, OTHER, 103) == [4, 3, 100, 3]
    store.merge(0, OTHER, KEY)
    assert store.read(0, KEY, 103) == [4, 3, 100, 3]


def test_snapshot_of_other_lanes_is_refused() -> None:
    """A store is never restored from a snapshot whose series differ, or whose format does."""
    one = SeriesSpec(name="one", lanes=(Lane(statistic=Statistic.COUNT, over_ms=10),))
    two = SeriesSpec(name="one", lanes=(Lane(statistic=Statistic.COUNT, over_ms=11),))
    arrays = WindowStore((one,)).snapshot()
    with pytest.raises(StoreError, match="other series") as refusal:
        WindowStore.restore((two,), arrays)
    assert "rebuilds" in refusal.value.advice
    with pytest.raises(StoreError, match="incomplete"):
        WindowStore.restore((one,), {"format": arrays["format"]})
    with pytest.raises(StoreError, match="format 99"):
        WindowStore.restore((one,), arrays | {"format": np.array([99, 0, 0])})


@pytest.mark.parametrize(
    ("lane", "problem"),
    [
        (Lane(statistic=Statistic.SUM, over_ms=1), "needs a column"),
        (Lane(statistic=Statistic.SUM, column=3, over_ms=1), "does not exist"),
        (Lane(statistic=Statistic.SUM, column=1, over_ms=1), "of a float column is not exact"),
        (Lane(statistic=Statistic.MAX, column=2, over_ms=1), "of a hash means nothing"),
        (Lane(statistic=Statistic.COUNT, over_ms=0), "holds nothing"),
        (Lane(statistic=Statistic.COUNT, filter=32), "not one of the 32 bits"),
    ],
)
def test_impossible_lanes_are_refused(lane: Lane, problem: str) -> None:
    """A lane that cannot be exact is refused when it is declared, with its place."""
    with pytest.raises(InvalidError, match=problem) as refusal:
        SeriesSpec(name="one", columns=(ColumnKind.INTEGER, ColumnKind.FLOAT, ColumnKind.HASH), lanes=(lane,))
    assert refusal.value.pointer == "/lanes/0"


def test_tables_grow_under_many_keys() -> None:
    """Growth of the heap and of both tables in the middle of a call loses nothing."""
    lanes = (over(Statistic.SUM, 10**6), over(Statistic.DISTINCT, 10**6), over(Statistic.MAX, 10**6))
    store = WindowStore((SeriesSpec(name="one", columns=MONEY, lanes=lanes),), threshold=1)
    keys = [Key(place, 2 * place + 1) for place in range(30_000)]
    for start in range(0, len(keys), 1000):
        for at_ms in (0, 1, 2):
            store.add_many(
                [Arrival(0, key, at_ms, at_ms, (key.high + at_ms,), 1) for key in keys[start : start + 1000]]
            )
    answers = store.read_many([Question(0, key, 2) for key in keys])
    assert answers == [word for key in keys for word in (3 * key.high + 3, 3, key.high + 2)]
    assert store.memory()["hot_keys"] == len(keys)


def test_falling_values_fill_the_stack() -> None:
    """Ever smaller values, the worst case of a maximum, stay exact through growth, eviction and retraction."""
    store = WindowStore((SeriesSpec(name="one", columns=MONEY, lanes=(over(Statistic.MAX, 500),)),), late_ms=1)
    for place in range(3000):
        store.add(Arrival(0, KEY, place, place, (-place,), 1))
    assert store.read(0, KEY, 2999) == [-2500]
    assert store.retract(Question(0, KEY, 2500), 2500)
    assert store.read(0, KEY, 2999) == [-2501]


def test_retracting_the_peak_uncovers_many() -> None:
    """When a peak goes, every row that it hid comes up."""
    store = WindowStore((SeriesSpec(name="one", columns=MONEY, lanes=(over(Statistic.MAX, 5000),)),), threshold=4)
    for place in range(2000):
        store.add(Arrival(0, KEY, place, place, (-place,), 1))
    store.add(Arrival(0, KEY, 2000, 2000, (9,), 1))
    assert store.retract(Question(0, KEY, 2000), 2000)
    assert [store.read(0, KEY, at_ms) for at_ms in (2000, 5000, 6500)] == [[0], [-1], [-1501]]


def test_warm_up_runs_every_kernel() -> None:
    """After the warm-up every kernel that Python calls is compiled."""
    warm_up()
    kernels = (kernel.read_all, kernel.add_all, kernel.retract_all, kernel.merge_one, kernel.advance_some)
    assert all(getattr(entrance, "signatures", None) for entrance in kernels)


def test_advance_drops_idle_keys(build: Build) -> None:
    """A key whose last event is older than every window is forgotten by the sweep, a small step at a time."""
    store = build(over(Statistic.COUNT), late_ms=5)
    for place in range(200):
        put(store, (100, 1), key=Key(place, 1))
    steps = 0
    while store.memory()["keys"]:
        store.advance(1000, budget=16)
        steps += 1
        assert steps < 200
    assert steps > 5
    assert store.memory()["rows"] == 0


def test_a_late_row_finds_its_place_in_a_long_history(build: Build) -> None:
    """Among thousands of rows, late ones and ones that are taken back leave the order as brute force has it."""
    store = build(over(Statistic.FIRST, 500), over(Statistic.SUM, 500), over(Statistic.LATEST), late_ms=10_000)
    chance = Random(4)
    kept: dict[tuple[int, int], int] = {}
    for seq in range(3_000):
        at_ms = 100_000 + 3 * seq - (chance.randrange(9_000) if chance.random() < 0.2 else 0)
        kept[at_ms, seq] = seq
        assert store.add(Arrival(0, KEY, at_ms, seq, (seq,), 1)) is Added.ADDED
        if chance.random() < 0.1:
            gone = chance.choice(list(kept)[-200:])
            del kept[gone]
            assert store.retract(Question(0, KEY, gone[0]), gone[1])
        if seq % 50 == 0:
            asked = 100_000 + 3 * seq - chance.randrange(2_000)
            inside = sorted(row for row in kept if asked - 500 < row[0] <= asked)
            latest = [row for row in kept if asked - 10 < row[0] <= asked]
            expected = [
                inside[0][0] if inside else None,
                sum(kept[row] for row in inside),
                kept[max(latest)] if latest else None,
            ]
            assert store.read(0, KEY, asked) == expected


def test_a_few_rows_join_a_busy_key(build: Build) -> None:
    """A log of few rows becomes part of one of thousands, whichever of the two has the older rows."""
    for source_at in (0, 500, 4_000):
        store = build(over(Statistic.COUNT, 10_000), over(Statistic.SUM, 10_000), over(Statistic.MAX, 10_000))
        put(store, *[(1_000 + at, at) for at in range(2_000)])
        put(store, *[(1_000 + source_at + at, at + 5) for at in range(4)], key=OTHER)
        store.merge(0, OTHER, KEY)
        both = {(1_000 + at, at): at for at in range(2_000)}
        for at in range(4):
            both.setdefault((1_000 + source_at + at, at), at + 5)
        assert store.read(0, KEY, 9_000) == [len(both), sum(both.values()), max(both.values())]
        assert store.read(0, OTHER, 9_000) == [0, 0, None]
