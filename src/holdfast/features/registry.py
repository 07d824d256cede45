"""Which series the windows keep: every statistic that some rule asks for, grouped by what they share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from holdfast.language import Expression, compile_event_expression, compile_program
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.schema import EventSchema, FieldType
from holdfast.vocabulary.windows import KeyPart, Statistic, WindowSpec
from holdfast.windows import ColumnKind, Lane, Reading, SeriesSpec

OPERATIONS = frozenset({"transfer", "cash_withdrawal", "cash_deposit", "loan_payout", "payout"})
RESULT_MS = 7 * DAY_MS  # how long after an operation its result corrects also what is asked of the whole past
_KEPT = "kept for results"
_INTEGERS = frozenset({FieldType.INTEGER, FieldType.MONEY, FieldType.INSTANT, FieldType.DURATION, FieldType.BOOL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What the statistics of one series share: the past events' type, their key, and whether attempts count."""

    of: str
    then: tuple[str, ...]
    attempts: bool
    money: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """One series: its index in the windows, its columns and filters as places in the event type's program.

    `columns` are (place, kind) and `filter_places` places in the tuple that `Ingest.program` gives; `readings` say
    how the lanes' numbers are read.
    """

    index: int
    family: Family
    spec: SeriesSpec
    columns: tuple[tuple[int, ColumnKind], ...]
    filter_places: tuple[int, ...]
    lanes: Mapping[str, int]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """What an event of one type writes: the series it enters, and one program that computes all their cells."""

    program: Callable[[Mapping[str, Value]], tuple[object, ...]]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One read: a series under the key at `now`; `answers` are (name, lane, how its number is read)."""

    series: Series
    now: tuple[str, ...]
    answers: tuple[tuple[str, int, Reading], ...]
    tentative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """All series, what each event type writes into them and reads out of them.

    `fingerprint` is equal for registries whose windows hold the same numbers after the same events.
    """

    fingerprint: str
    specs: tuple[SeriesSpec, ...]
    ingests: Mapping[str, Ingest]
    queries: Mapping[str, tuple[Query, ...]]


def family_of(spec: WindowSpec) -> Family:
    """Give the family of a statistic; one over money keeps each currency apart."""
    return Family(of=spec.of, then=tuple(part.then for part in spec.by), attempts=spec.attempts, money=spec.money)


def _lane_name(spec: WindowSpec) -> str:
    """Name a lane by what it computes, whatever key it is read under and whether the present event counts."""
    plain = WindowSpec(
        statistic=spec.statistic,
        of=spec.of,
        by=tuple(KeyPart(now=part.then, then=part.then) for part in spec.by),
        value=spec.value,
        where=spec.where,
        over_ms=spec.over_ms,
        inclusive=spec.inclusive,
        attempts=spec.attempts,
        money=spec.money,
    )
    return plain.name


class _Cells:
    """The expressions that one event type's rows need, each computed once."""

    def __init__(self, schema: EventSchema, event_type: str, zone: str) -> None:
        self._schema = schema
        self._zone = zone
        self._type = event_type
        self._places: dict[str, int] = {}
        self.expressions: list[Expression] = []

    def place(self, text: str) -> int:
        """Give the place of an expression in the program's answer, adding it when new."""
        if text not in self._places:
            self._places[text] = len(self.expressions)
            self.expressions.append(compile_event_expression(text, self._schema, self._type, zone=self._zone))
        return self._places[text]

    def kind(self, text: str, *, hashed: bool) -> ColumnKind:
        """Give the kind of column that holds an expression's values."""
        if hashed:
            return ColumnKind.HASH
        kind = self.expressions[self.place(text)].type
        return ColumnKind.INTEGER if kind in _INTEGERS else ColumnKind.FLOAT


def _hashed(spec: WindowSpec) -> bool:
    """Distinct values are kept as hashes, all others as numbers."""
    return spec.statistic is Statistic.DISTINCT


def _reading(spec: WindowSpec, cells: _Cells) -> Reading:
    """Say how the answers of a statistic are read; of an empty window only counts and sums are known."""
    if spec.statistic is Statistic.DISTINCT:
        return Reading.VARIETY
    given_back = spec.value is not None and spec.statistic in (Statistic.EARLIEST, Statistic.LATEST)
    truth = given_back and cells.expressions[cells.place(str(spec.value))].type is FieldType.BOOL
    return Reading.TRUTH if truth else Reading.NUMBER


def _fingerprint(laid_out: Sequence[tuple[Series, SeriesSpec]], zone: str) -> str:
    """Name what the windows hold: every lane with its expressions, and the zone in which these read the calendar."""
    text = repr([(spec, tuple(series.lanes)) for series, spec in laid_out])
    return blake2b(f"{zone}\x1f{text}".encode(), digest_size=16).hexdigest()


def _series(index: int, family: Family, *, specs: Sequence[WindowSpec], cells: _Cells) -> tuple[Series, SeriesSpec]:
    """Lay out one series."""
    columns = sorted({(spec.value, _hashed(spec)) for spec in specs if spec.value is not None})
    filters = sorted({spec.where for spec in specs if spec.where is not None})
    lanes: dict[str, Lane] = {}
    readings: dict[str, Reading] = {}
    for spec in specs:
        readings[_lane_name(spec)] = _reading(spec, cells)
        lanes[_lane_name(spec)] = Lane(
            statistic=spec.statistic,
            column=None if spec.value is None else columns.index((spec.value, _hashed(spec))),
            filter=None if spec.where is None else filters.index(spec.where),
            over_ms=spec.over_ms,
            inclusive=spec.inclusive,
        )
    if family.of in OPERATIONS and not family.attempts and any(lane.over_ms is None for lane in lanes.values()):
        lanes[_KEPT] = Lane(statistic=Statistic.COUNT, over_ms=RESULT_MS)
        readings[_KEPT] = Reading.NUMBER
    kinds = tuple(cells.kind(text, hashed=hashed) for text, hashed in columns)
    name = f"{family.of}/{'+'.join(family.then)}{'/attempts' * family.attempts}{'/money' * family.money}"
    laid_out = SeriesSpec(name=name, columns=kinds, lanes=tuple(lanes.values()))
    series = Series(
        index=index,
        family=family,
        spec=laid_out,
        columns=tuple((cells.place(text), kind) for (text, _), kind in zip(columns, kinds, strict=True)),
        filter_places=tuple(cells.place(text) for text in filters),
        lanes={lane: place for place, lane in enumerate(lanes)},
        readings=tuple(readings.values()),
    )
    return series, laid_out


def _queries(event_type: str, specs: Sequence[WindowSpec], by_family: Mapping[Family, Series]) -> tuple[Query, ...]:
    """Group what one event type reads by series and key."""
    groups: dict[tuple[Family, tuple[str, ...], bool], list[tuple[str, int, Reading]]] = {}
    for spec in specs:
        family = family_of(spec)
        tentative = spec.current and spec.of == event_type
        key = (family, tuple(part.now for part in spec.by), tentative)
        series = by_family[family]
        lane = series.lanes[_lane_name(spec)]
        groups.setdefault(key, []).append((spec.name, lane, series.readings[lane]))
    return tuple(
        Query(series=by_family[family], now=now, answers=tuple(dict.fromkeys(answers)), tentative=tentative)
        for (family, now, tentative), answers in groups.items()
    )


def build_registry(asked: Mapping[str, Sequence[WindowSpec]], schema: EventSchema, *, zone: str) -> Registry:
    """Lay out all series for the statistics that each event type asks for."""
    grouped: dict[Family, list[WindowSpec]] = {}
    for specs in asked.values():
        for spec in specs:
            grouped.setdefault(family_of(spec), []).append(spec)
    cells = {family.of: _Cells(schema, family.of, zone) for family in grouped}
    laid_out = [
        _series(index, family, specs=grouped[family], cells=cells[family.of])
        for index, family in enumerate(
            sorted(grouped, key=lambda family: (family.of, family.then, family.attempts, family.money))
        )
    ]
    by_family = {series.family: series for series, _ in laid_out}
    return Registry(
        fingerprint=_fingerprint(laid_out, zone),
        specs=tuple(spec for _, spec in laid_out),
        ingests={
            event_type: Ingest(
                program=compile_program(cell.expressions),
                series=tuple(series for series, _ in laid_out if series.family.of == event_type),
            )
            for event_type, cell in cells.items()
        },
        queries={event_type: _queries(event_type, specs, by_family) for event_type, specs in asked.items()},
    )
