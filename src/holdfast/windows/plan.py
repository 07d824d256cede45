"""Compiles series and lanes into the flat table of integers that the kernel walks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from holdfast.vocabulary.windows import Statistic
from holdfast.windows import memory
from holdfast.windows.lanes import ColumnKind, Lane, SeriesSpec

KINDS = {
    Statistic.COUNT: memory.COUNT,
    Statistic.SUM: memory.SUM,
    Statistic.MEAN: memory.MEAN,
    Statistic.STD: memory.STD,
    Statistic.DISTINCT: memory.DISTINCT,
    Statistic.MIN: memory.PEAK,
    Statistic.MAX: memory.PEAK,
    Statistic.FIRST: memory.FIRST,
    Statistic.LAST: memory.LAST,
    Statistic.EARLIEST: memory.EARLIEST,
    Statistic.LATEST: memory.LATEST,
}
VALUES = {
    ColumnKind.INTEGER: memory.INTEGER_VALUE,
    ColumnKind.FLOAT: memory.FLOAT_VALUE,
    ColumnKind.HASH: memory.HASH_VALUE,
}
POWERS = {Statistic.COUNT: 0, Statistic.DISTINCT: 0, Statistic.SUM: 1, Statistic.MEAN: 1, Statistic.STD: 2}
ACC_SIZE = (1, 3, 6)  # count, 128-bit sum, 192-bit sum of squares
FIRSTS = frozenset({Statistic.FIRST, Statistic.EARLIEST})
LASTS = frozenset({Statistic.LAST, Statistic.LATEST})
PEAKS = frozenset({Statistic.MIN, Statistic.MAX})
PRESENT_BIT = 32
LATEST_BIT = 48


FORMS = {ColumnKind.INTEGER: "q", ColumnKind.FLOAT: "d", ColumnKind.HASH: "Q"}
BROKEN = frozenset({Statistic.MEAN, Statistic.STD})
GIVEN_BACK = frozenset({Statistic.MIN, Statistic.MAX, Statistic.EARLIEST, Statistic.LATEST})


def column_form(kind: ColumnKind) -> str:
    """Give the letter by which `struct` knows a column's numbers."""
    return FORMS[kind]


def answer_form(spec: SeriesSpec, lane: int) -> str:
    """Give the letter by which `struct` knows a lane's answers."""
    one = spec.lanes[lane]
    if one.statistic in GIVEN_BACK and one.column is not None:
        return FORMS[spec.columns[one.column]]
    return "d" if one.statistic in BROKEN else "q"


def _need(lane: Lane) -> int:
    """Give the marks that a row must have to be seen by a lane."""
    need = 0 if lane.filter is None else 1 << lane.filter
    return need if lane.column is None else need | 1 << (PRESENT_BIT + lane.column)


def _word(lane: Lane) -> int:
    """Give where in a row a lane's value stands; 0 for none."""
    return 0 if lane.column is None else memory.R_VALUES + lane.column


@dataclass(slots=True)
class _Layout:
    """The places of one series while they are being given out."""

    spec: SeriesSpec
    windows: list[int | None] = field(default_factory=list)
    accs: dict[tuple[int, int, int], int] = field(default_factory=dict)  # (window, need, word) -> power
    firsts: dict[tuple[int, int], int] = field(default_factory=dict)  # (window, need) -> place
    lasts: dict[int, int] = field(default_factory=dict)  # need -> place
    peaks: dict[tuple[int, int, int], int] = field(default_factory=dict)  # (need, word, flip) -> place
    distincts: dict[tuple[int, int], int] = field(default_factory=dict)  # (need, word) -> bit number
    owners: dict[tuple[int, int], int] = field(default_factory=dict)  # of the distinct groups
    places: dict[tuple[int, int, int], int] = field(default_factory=dict)  # of the accumulators
    sums: dict[tuple[int, int], int] = field(default_factory=dict)  # (need, word) -> power, of milestones
    marks: dict[tuple[int, ...], int] = field(default_factory=dict)  # places of sums, distincts, peaks in a milestone
    acc_words: int = 0
    state_words: int = 0
    stones: int = 0
    stone_words: int = memory.ENTRY_WORDS

    def __post_init__(self) -> None:
        spans = {lane.span_ms for lane in self.spec.lanes}
        self.windows = sorted(spans, key=lambda span: (span is None, span or 0))
        for lane in self.spec.lanes:
            self._register(lane)
        for key, power in sorted(self.accs.items()):
            self.places[key] = self.acc_words
            self.acc_words += ACC_SIZE[power]
        self.state_words = memory.CURSOR_WORDS * len(self.windows) + self.acc_words
        self._give_places()
        self._lay_stone()

    def _register(self, lane: Lane) -> None:
        """Let a lane share, or open, what it needs."""
        window, need, word = self.windows.index(lane.span_ms), _need(lane), _word(lane)
        if lane.statistic is Statistic.DISTINCT:
            self.distincts.setdefault((need, word), len(self.distincts))
        if lane.statistic in POWERS:
            key = self.acc_key(lane)
            self.accs[key] = max(self.accs.get(key, 0), POWERS[lane.statistic])
        if lane.statistic in FIRSTS:
            self.firsts[window, need] = 0
        if lane.statistic in LASTS:
            self.lasts[need] = 0
        if lane.statistic in PEAKS:
            self.peaks[self.peak_key(lane)] = 0

    def _give_places(self) -> None:
        """Put firsts, lasts, stacks and owners behind the cursors and accumulators."""
        for key in sorted(self.firsts):
            self.firsts[key] = self._place(1)
        for need in self.lasts:
            self.lasts[need] = self._place(1)
        for peak in self.peaks:
            self.peaks[peak] = self._place(memory.STACK_WORDS)
        for key in self.distincts:
            self.owners[key] = self._place(1)
        self.stones = self._place(memory.STACK_WORDS)

    def _lay_stone(self) -> None:
        """Give out the words of a milestone: sums, distinct values of each window, and peaks."""
        for (_, need, word), power in self.accs.items():
            if need >> LATEST_BIT == 0:
                self.sums[need, word] = max(self.sums.get((need, word), 0), power)
        counted = {need for need, _ in self.sums}
        for need in {need for _, need in self.firsts} | set(self.lasts):
            if need not in counted:
                self.sums[need, 0] = 0
        sizes: list[tuple[tuple[int, ...], int]] = [(key, ACC_SIZE[power]) for key, power in sorted(self.sums.items())]
        sizes += [(key, 1) for key in sorted(self.accs) if key[1] >> LATEST_BIT != 0]
        sizes += [((*peak, 0), 1) for peak in self.peaks]
        for key, size in sizes:
            self.marks[key] = self.stone_words
            self.stone_words += size

    def _place(self, words: int) -> int:
        place = self.state_words
        self.state_words += words
        return place

    def acc_key(self, lane: Lane) -> tuple[int, int, int]:
        """Give the accumulator of a lane; lanes over the same rows and value share one."""
        need, word = _need(lane), _word(lane)
        if lane.statistic is Statistic.DISTINCT:
            need |= 1 << (LATEST_BIT + self.distincts[need, word])
            word = 0
        return self.windows.index(lane.span_ms), need, word

    @staticmethod
    def peak_key(lane: Lane) -> tuple[int, int, int]:
        """Give the stack of a lane; `min` is `max` over the bits turned round, which has no overflow."""
        return _need(lane), _word(lane), -1 if lane.statistic is Statistic.MIN else 0

    def lane_place(self, lane: Lane) -> int:
        """Give where a lane finds its answer: in the accumulators or in the state."""
        if lane.statistic in POWERS:
            return self.places[self.acc_key(lane)]
        if lane.statistic in FIRSTS:
            return self.firsts[self.windows.index(lane.span_ms), _need(lane)]
        if lane.statistic in LASTS:
            return self.lasts[_need(lane)]
        return self.peaks[self.peak_key(lane)]

    def stone_place(self, lane: Lane) -> int:
        """Give where in a milestone a lane finds its peak, or the count of the rows that it sees; -1 for nowhere."""
        need = _need(lane)
        if lane.statistic in PEAKS:
            return self.marks[*self.peak_key(lane), 0]
        if lane.statistic in FIRSTS | LASTS:
            return next(self.marks[key] for key in self.sums if key[0] == need)
        return -1

    @property
    def width(self) -> int:
        """Give the words of one row."""
        return memory.R_VALUES + len(self.spec.columns) + 2 * len(self.distincts)

    def link_word(self, number: int) -> int:
        """Give where in a row the link of a distinct group stands."""
        return memory.R_VALUES + len(self.spec.columns) + 2 * number


def _window_table(layout: _Layout) -> list[int]:
    """Write the windows, each with its run of accumulators and of firsts."""
    table: list[int] = []
    accs, firsts = sorted(layout.accs), sorted(layout.firsts)
    for number, span in enumerate(layout.windows):
        acc_from = sum(key[0] < number for key in accs)
        first_from = sum(key[0] < number for key in firsts)
        acc_to = acc_from + sum(key[0] == number for key in accs)
        first_to = first_from + sum(key[0] == number for key in firsts)
        table += [-1 if span is None else span, acc_from, acc_to, first_from, first_to]
    return table


def _acc_table(layout: _Layout) -> list[int]:
    """Write the accumulators of the windows, and behind them those of a milestone."""
    table: list[int] = []
    for key, power in sorted(layout.accs.items()):
        summed = layout.marks[key[1:]] if key[1:] in layout.sums else -1
        table += [*key[1:], layout.places[key], power, summed]
    for sums, power in sorted(layout.sums.items()):
        table += [*sums, layout.marks[sums], power, -1]
    return table


def _distinct_table(layout: _Layout, at: int) -> list[int]:
    """Write the distinct groups, and behind them the accumulators of each; `at` is where the table begins."""
    table: list[int] = []
    parts: list[int] = []
    behind = at + memory.DISTINCT_WORDS * len(layout.distincts)
    for (need, word), number in layout.distincts.items():
        bit = 1 << (LATEST_BIT + number)
        mine = [key for key in sorted(layout.accs) if key[1] & bit]
        table += [need, word, bit, layout.link_word(number), layout.owners[need, word], len(mine), behind + len(parts)]
        for key in mine:
            span = layout.windows[key[0]]
            parts += [memory.CURSOR_WORDS * key[0] + 2, key[1], layout.places[key]]
            parts += [layout.marks[key], -1 if span is None else span]
    return table + parts


def _lane_table(layout: _Layout) -> tuple[list[int], int]:
    """Write the lanes, and the words of a fold."""
    table: list[int] = []
    fold_words = 0
    for lane in layout.spec.lanes:
        fold = -1
        if lane.over_ms is None and lane.statistic is not Statistic.DISTINCT:
            fold, fold_words = fold_words, fold_words + memory.FOLD_WORDS
        value = memory.INTEGER_VALUE if lane.column is None else VALUES[layout.spec.columns[lane.column]]
        flip = -1 if lane.statistic is Statistic.MIN else 0
        window = layout.windows.index(lane.span_ms)
        place = layout.lane_place(lane)
        table += [KINDS[lane.statistic], window, _need(lane), _word(lane), place, fold, flip, value]
        table += [layout.stone_place(lane)]
    return table, fold_words


def _keep_ms(spec: SeriesSpec, late_ms: int) -> int:
    """Give how long rows are kept: the longest window and the lateness; -1 for ever."""
    if any(lane.statistic is Statistic.DISTINCT and lane.over_ms is None for lane in spec.lanes):
        return -1
    return max((lane.span_ms or 0 for lane in spec.lanes), default=0) + late_ms


def _block_size(words: int) -> int:
    """Give what the kernel takes for a block: exact when small, else a power of two."""
    return words if words <= memory.EXACT else 1 << (words - 1).bit_length()


def _need_words(layout: _Layout, fold_words: int, threshold: int) -> int:
    """Give the words that one add may take at most: entity, row, fold, and a state with its stacks."""
    entries = 4 * (threshold + memory.FIRST_CAPACITY)
    stacks = (len(layout.peaks) * memory.ENTRY_WORDS + layout.stone_words) * 2 * entries
    blocks = (memory.ENTITY_WORDS, layout.width, fold_words, layout.state_words)
    return stacks + sum(_block_size(max(words, 1)) for words in blocks)


def _series_block(layout: _Layout, at: int, knobs: tuple[int, int]) -> list[int]:
    """Write one series; `at` is where its block begins, `knobs` are lateness and threshold."""
    late_ms, threshold = knobs
    accs = _acc_table(layout)
    firsts = [word for key, place in sorted(layout.firsts.items()) for word in (key[1], place)]
    lasts = [word for need, place in layout.lasts.items() for word in (need, place)]
    peaks = [word for key, place in layout.peaks.items() for word in (*key, place, layout.marks[*key, 0])]
    lanes, fold_words = _lane_table(layout)
    head = [0] * memory.SERIES_WORDS
    tail: list[int] = []

    def put(slot: int, table: list[int]) -> None:
        head[slot] = at + memory.SERIES_WORDS + len(tail)
        tail.extend(table)

    floats = [kind is ColumnKind.FLOAT for kind in layout.spec.columns]
    head[memory.S_WIDTH] = layout.width
    head[memory.S_KEEP] = _keep_ms(layout.spec, late_ms)
    head[memory.S_COLUMNS] = len(layout.spec.columns)
    head[memory.S_STATE] = layout.state_words
    head[memory.S_ACCS] = memory.CURSOR_WORDS * len(layout.windows)
    head[memory.S_ACC_WORDS] = layout.acc_words
    head[memory.S_FOLD] = fold_words
    head[memory.S_FLOATS] = sum(is_float << place for place, is_float in enumerate(floats))
    head[memory.S_STONES] = layout.stones
    head[memory.S_STONE_WORDS] = layout.stone_words
    head[memory.S_NEED] = _need_words(layout, fold_words, threshold)
    counts = (len(layout.windows), len(layout.lasts), len(layout.peaks), len(layout.distincts), len(layout.spec.lanes))
    windows = _window_table(layout)
    groups = at + memory.SERIES_WORDS + len(windows) + len(lasts) + len(peaks)
    tables = (windows, lasts, peaks, _distinct_table(layout, groups), lanes)
    slots = (memory.S_WINDOWS, memory.S_LASTS, memory.S_PEAKS, memory.S_DISTINCTS, memory.S_LANES)
    for slot, count, table in zip(slots, counts, tables, strict=True):
        head[slot] = count
        put(slot + 1, table)
    put(memory.S_SUMS, [-1, len(layout.accs), len(layout.accs) + len(layout.sums), 0, 0])
    put(memory.S_ACC_TABLE, accs)
    put(memory.S_FIRST_TABLE, firsts)
    return head + tail


def compile_plan(series: Sequence[SeriesSpec], *, late_ms: int, threshold: int) -> tuple[memory.Words, int]:
    """Compile the series; also give the words of the scratch area, as large as the largest accumulators."""
    layouts = [_Layout(spec) for spec in series]
    plan = [threshold, *[0] * len(layouts)]
    for number, layout in enumerate(layouts):
        plan[memory.P_SERIES + number] = len(plan)
        plan += _series_block(layout, len(plan), (late_ms, threshold))
    return np.array(plan, dtype=np.int64), max((layout.acc_words for layout in layouts), default=0)
