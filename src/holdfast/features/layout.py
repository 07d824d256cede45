"""What the fold does for the events of one type, worked out once: which keys it makes, reads under and writes under."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from holdfast.features.identifiers import combine
from holdfast.features.registry import Family, Query, Reading, Registry, Series
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.keys import Key
from holdfast.vocabulary.schema import EventSchema, FieldType
from holdfast.windows import Arrival, ColumnKind

PERSONS: Final = frozenset({"payer", "payee", "client", "seller"})
_ASKED_MAX: Final = 256  # sets of known keys; so many are met only by events that leave fields out at random
Keys = Sequence[Key | None]
Number = int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row that an event type writes: `key` is the place of its key, `parts` are the places of what the key is of.

    `columns` and `filters` are places among the layout's columns and in the program's answer.
    """

    series: Series
    key: int
    parts: tuple[int, ...]
    columns: tuple[int, ...]
    filters: tuple[int, ...]
    persons: tuple[int, ...]

    def row(self, keys: Keys, cells: "Cells", *, at_ms: int, seq: int) -> Arrival | None:
        """Turn an event into a row of the series; there is none when a part of the key is unknown."""
        key = keys[self.key]
        if key is None:
            return None
        present = filters = 0
        for bit, place in enumerate(self.columns):
            present |= cells.present[place] << bit
        for bit, place in enumerate(self.filters):
            filters |= (cells.found[place] is True) << bit
        return Arrival(self.series.index, key, at_ms, seq, [cells.numbers[at] for at in self.columns], present, filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Questions that go to the windows in one call, as (series, place of the key), and the names of the answers."""

    questions: tuple[tuple[int, int], ...]
    lanes: int
    numbers: tuple[tuple[str, int], ...]
    truths: tuple[tuple[str, int], ...]
    varieties: tuple[tuple[str, int], ...]

    def words(self, keys: Keys, at_ms: int) -> list[int]:
        """Write the questions as the windows take them."""
        words: list[int] = []
        for series, place in self.questions:
            words += (series, *keys[place], at_ms)  # type: ignore[misc] # only known keys are asked for
        return words

    def named(self, answers: Sequence[Number | None]) -> dict[str, Value]:
        """Put the answers under their names; unknown ones, and the variety of nothing, are left out."""
        found: dict[str, Value] = {
            name: answer for name, place in self.numbers if (answer := answers[place]) is not None
        }
        for name, place in self.truths:
            if answers[place] is not None:
                found[name] = bool(answers[place])
        for name, place in self.varieties:
            if answers[place]:
                found[name] = answers[place]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """What is asked of the past when certain keys are known: `plain` before, `beside` with the event's rows in it."""

    plain: Asking
    beside: Asking
    rows: tuple[Entry, ...]


class Cells:
    """The numbers that an event writes into its rows, each worked out once."""

    def __init__(self, found: Sequence[object], columns: Sequence[tuple[int, ColumnKind]]) -> None:
        self.found = found
        self.present = [found[place] is not None for place, _ in columns]
        self.numbers = [_number(found[place], kind) for place, kind in columns]


def _number(value: Any, kind: ColumnKind) -> Number:
    """Turn a value into the number that its column keeps."""
    if value is None:
        return 0
    if kind is ColumnKind.HASH:
        return int.from_bytes(blake2b(str(value).encode(), digest_size=8).digest(), "big")
    return float(value) if kind is ColumnKind.FLOAT else int(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One event type: its persons, the parts of keys as (path, whether it is a person), and everything made of them.

    A key of several parts is made from an earlier one: `pairs` are places of two keys whose combination is the next.
    """

    persons: tuple[str, ...]
    parts: tuple[tuple[str, bool], ...]
    pairs: tuple[tuple[int, int], ...]
    queries: tuple[tuple[int, Query], ...]
    entries: tuple[Entry, ...]
    columns: tuple[tuple[int, ColumnKind], ...]
    program: Callable[[Mapping[str, Value]], tuple[object, ...]] | None
    _reads: dict[tuple[bool, ...], Reads] = field(default_factory=dict, repr=False)

    def keys(self, parts: Keys) -> Keys:
        """Make every key out of its parts; one with an unknown part is unknown."""
        keys = list(parts)
        for left, right in self.pairs:
            one, other = keys[left], keys[right]
            keys.append(None if one is None or other is None else combine(one, other))
        return keys

    def cells(self, values: Mapping[str, Value]) -> Cells:
        """Work out what an event writes."""
        return Cells(self.program(values) if self.program else (), self.columns)

    def reads(self, keys: Keys) -> Reads:
        """Give what is asked when these keys are known."""
        known = tuple([key is not None for key in keys[: len(self.parts)]])
        found = self._reads.get(known)
        if found is None:
            if len(self._reads) >= _ASKED_MAX:
                self._reads.clear()
            found = self._reads[known] = self._asked(keys)
        return found

    def _asked(self, keys: Keys) -> Reads:
        """Put questions that the event's own rows cannot touch together with those that count them."""
        asked = [(place, query) for place, query in self.queries if keys[place] is not None]
        tentative = {query.series for _, query in asked if query.tentative}
        rows = tuple(entry for entry in self.entries if entry.series in tentative and keys[entry.key] is not None)
        if not rows:
            plain = [pair for pair in asked if not pair[1].tentative]
            return Reads(plain=_asking(plain), beside=_asking(()), rows=())
        touched = {entry.series for entry in rows}
        before = [pair for pair in asked if not pair[1].tentative and pair[1].series in touched]
        beside = [pair for pair in asked if pair[1].tentative or pair[1].series not in touched]
        return Reads(plain=_asking(before), beside=_asking(beside), rows=rows)


def _asking(asked: Sequence[tuple[int, Query]]) -> Asking:
    """Lay out the answers of questions one after another."""
    named: dict[Reading, list[tuple[str, int]]] = {reading: [] for reading in Reading}
    start = 0
    for _, query in asked:
        for name, lane, reading in query.answers:
            named[reading].append((name, start + lane))
        start += len(query.series.lanes)
    return Asking(
        questions=tuple((query.series.index, place) for place, query in asked),
        lanes=start,
        numbers=tuple(named[Reading.NUMBER]),
        truths=tuple(named[Reading.TRUTH]),
        varieties=tuple(named[Reading.VARIETY]),
    )


class _Places:
    """Gives each key of an event type its place: first all single parts, then what is combined of them."""

    def __init__(self, paths: Sequence[tuple[str, ...]]) -> None:
        self.parts = tuple(dict.fromkeys(part for path in paths for part in path))
        self.pairs: list[tuple[int, int]] = []
        self._places: dict[tuple[str, ...], int] = {(part,): place for place, part in enumerate(self.parts)}

    def place(self, path: tuple[str, ...]) -> int:
        """Give the place of the key at the paths, adding it when new."""
        if path not in self._places:
            pair = (self.place(path[:-1]), self._places[path[-1:]])
            self._places[path] = len(self.parts) + len(self.pairs)
            self.pairs.append(pair)
        return self._places[path]


def _whole(paths: tuple[str, ...], family: Family) -> tuple[str, ...]:
    return (*paths, "currency") if family.money else paths


def layouts(registry: Registry, schema: EventSchema) -> dict[str, Layout]:
    """Work out the layout of every event type."""
    return {
        event_type: _layout(registry, event_type, dict(_fields(schema, event_type))) for event_type in schema.fields
    }


def _fields(schema: EventSchema, event_type: str) -> Iterator[tuple[str, FieldType]]:
    for path, one in schema.fields[event_type].items():
        yield path, one.type


def _layout(registry: Registry, event_type: str, fields: Mapping[str, FieldType]) -> Layout:
    persons = frozenset(path for path in PERSONS if fields.get(path) is FieldType.PARTY)
    queries, ingest = registry.queries.get(event_type, ()), registry.ingests.get(event_type)
    series = ingest.series if ingest else ()
    asked = [_whole(query.now, query.series.family) for query in queries]
    written = [_whole(one.family.then, one.family) for one in series]
    places = _Places([*asked, *written])
    columns = tuple(dict.fromkeys(column for one in series for column in one.columns))
    entries = [
        Entry(
            series=one,
            key=places.place(path),
            parts=tuple(places.parts.index(part) for part in path),
            columns=tuple(columns.index(column) for column in one.columns),
            filters=one.filter_places,
            persons=tuple(place for place, part in enumerate(one.family.then) if part in persons),
        )
        for one, path in zip(series, written, strict=True)
    ]
    return Layout(
        persons=tuple(sorted(persons)),
        parts=tuple((part, part in persons) for part in places.parts),
        queries=tuple((places.place(path), query) for path, query in zip(asked, queries, strict=True)),
        entries=tuple(entries),
        pairs=tuple(places.pairs),
        columns=columns,
        program=ingest.program if ingest else None,
    )
