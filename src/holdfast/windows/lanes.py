"""What a store of windows is asked to keep: lanes (one statistic each) of series (one family of logs each)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import isnan
from typing import Final

from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.windows import Statistic

COLUMNS_MAX: Final = 16
FILTERS_MAX: Final = 32
DISTINCTS_MAX: Final = 15
WITHOUT_COLUMN: Final = frozenset({Statistic.COUNT, Statistic.FIRST, Statistic.LAST})
ORDERED: Final = frozenset({Statistic.MIN, Statistic.MAX})
SUMMED: Final = frozenset({Statistic.SUM, Statistic.MEAN, Statistic.STD})


class ColumnKind(StrEnum):
    """What a column of values holds."""

    INTEGER = "integer"  # a signed 64-bit number: money in minor units, instants, counts, booleans
    FLOAT = "float"  # a 64-bit float that is not NaN
    HASH = "hash"  # an unsigned 64-bit hash, to be told apart only


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One statistic of one series.

    `column` is the place of the value column; `count`, `first` and `last` need none (with one they see only the
    rows where it is known). `filter` is the place of the bit that a row must have. The window is
    `(at - over_ms, at]`, closed at the old end when `inclusive`; `over_ms` of `None` is everything that was added.
    """

    statistic: Statistic
    column: int | None = None
    filter: int | None = None
    over_ms: int | None = None
    inclusive: bool = False

    @property
    def span_ms(self) -> int | None:
        """Give the span that, open at the old end, holds the same instants; instants are whole milliseconds."""
        return None if self.over_ms is None else self.over_ms + self.inclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSpec:
    """One family of logs: the rows that all its lanes share.

    `distinct` without a window must remember every value, so a series with such a lane never drops a row.
    Sums, means and deviations are of `INTEGER` columns only: a sum of floats depends on the order of its terms,
    so scale to an integer instead; a `HASH` can only be counted, told apart, or given back as first or last.
    """

    name: str
    columns: tuple[ColumnKind, ...] = ()
    lanes: tuple[Lane, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be kept."""
        for pointer, problem, hint in self._problems():
            raise InvalidError(f"series `{self.name}`: {problem}", pointer=pointer, hint=hint)

    def _problems(self) -> Iterator[tuple[str, str, str]]:
        if len(self.columns) > COLUMNS_MAX:
            yield "/columns", f"{len(self.columns)} columns, at most {COLUMNS_MAX} fit a row", "split the series"
        groups = {(lane.column, lane.filter) for lane in self.lanes if lane.statistic is Statistic.DISTINCT}
        if len(groups) > DISTINCTS_MAX:
            yield "/lanes", f"{len(groups)} distinct groups, at most {DISTINCTS_MAX} fit a row", "split the series"
        for place, lane in enumerate(self.lanes):
            problem = self._problem_of(lane)
            if problem:
                yield f"/lanes/{place}", problem, "correct the lane; `SeriesSpec` says what each statistic needs"

    def _problem_of(self, lane: Lane) -> str:
        """Say what is wrong with a lane, or nothing."""
        if lane.filter is not None and not 0 <= lane.filter < FILTERS_MAX:
            return f"filter {lane.filter} is not one of the {FILTERS_MAX} bits of a row"
        if lane.over_ms is not None and lane.over_ms <= 0:
            return f"a window of {lane.over_ms} ms holds nothing"
        if lane.column is None:
            return "" if lane.statistic in WITHOUT_COLUMN else f"`{lane.statistic}` needs a column"
        if not 0 <= lane.column < len(self.columns):
            return f"column {lane.column} does not exist"
        return _mismatch(lane.statistic, self.columns[lane.column])


def _mismatch(statistic: Statistic, kind: ColumnKind) -> str:
    """Say why a statistic cannot be taken of a kind of column, or nothing."""
    if statistic in SUMMED and kind is not ColumnKind.INTEGER:
        return f"`{statistic}` of a {kind} column is not exact"
    if statistic in ORDERED and kind is ColumnKind.HASH:
        return f"`{statistic}` of a hash means nothing"
    return ""


def plain_float(value: float) -> float:
    """Refuse NaN, which has no order, and turn -0.0, which equals 0.0, into it."""
    if isnan(value):
        raise InvalidError("a value of a float column is not a number")
    return value + 0.0
