"""The fold over the log: reads what the rules ask of the past, then lets the event become part of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from hashlib import blake2b
from typing import Any

from holdfast.features.habits import Habits
from holdfast.features.identifiers import combine, known_identifiers, value_key
from holdfast.features.people import People
from holdfast.features.registry import Family, Query, Registry, Series
from holdfast.features.traces import NOBODY, Trace, Traces
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.keys import Key, KeyMaker
from holdfast.vocabulary.schema import EventSchema, FieldType
from holdfast.windows import Arrival, ColumnKind, Question, WindowStore


def _hash64(value: object) -> int:
    """Hash a value to 64 bits, for telling distinct ones apart."""
    return int.from_bytes(blake2b(str(value).encode(), digest_size=8).digest(), "big")


def _cell(value: Any, kind: ColumnKind) -> int | float:
    """Turn a value into the number that its column keeps."""
    if value is None:
        return 0
    if kind is ColumnKind.HASH:
        return _hash64(value)
    return float(value) if kind is ColumnKind.FLOAT else int(value)


class Fold:
    """Windows, habits and people of one tenant; the only state that rules can see, and a function of the log alone."""

    def __init__(self, registry: Registry, *, schema: EventSchema, keys: KeyMaker, zone: tzinfo = UTC) -> None:
        self._registry = registry
        self._schema = schema
        self._keys = keys
        self._windows = WindowStore(registry.specs)
        self._habits = Habits(keys, zone)
        self._people = People()
        self._traces = Traces()

    def read(self, event: Event, seq: int) -> dict[str, Value]:
        """Give the value of every statistic that rules ask of an event's past, by name; unknown ones are absent."""
        asked = []
        for query in self._registry.queries.get(event.type, ()):
            key = self._key(event, query.now, query.series.family)
            if key is not None:
                asked.append((query, Question(query.series.index, key, event.occurred_ms)))
        tentative = self._rows(event, seq, list({query.series for query, _ in asked if query.tentative}))
        found = self._answers([pair for pair in asked if not pair[0].tentative])
        if tentative:
            self._windows.add_many(tentative)
            found |= self._answers([pair for pair in asked if pair[0].tentative])
            self._retract(tentative)
        return found | self._habits.read(event)

    def _answers(self, asked: Sequence[tuple[Query, Question]]) -> dict[str, Value]:
        """Ask the windows everything in one call, and put the answers under their names."""
        if not asked:
            return {}
        answers = self._windows.read_many([question for _, question in asked])
        found: dict[str, Value] = {}
        start = 0
        for query, _ in asked:
            for name, lane, kind in query.answers:
                answer = answers[start + lane]
                if answer is not None:
                    found[name] = bool(answer) if kind is FieldType.BOOL else answer
            start += len(query.series.lanes)
        return found

    def _retract(self, rows: Sequence[Arrival]) -> None:
        for row in rows:
            self._windows.retract(Question(row.series, row.key, row.at_ms), row.seq)

    def happened(self, event: Event, seq: int, *, executed: bool, attempted: bool = True) -> None:
        """Let an event become part of the past: as an attempt, and as executed when it was."""
        if executed:
            self._habits.learn(event, seq)
        ingest = self._registry.ingests.get(event.type)
        if ingest is None:
            return
        self._meet(event)
        wanted = [series for series in ingest.series if (attempted if series.family.attempts else executed)]
        rows = self._rows(event, seq, wanted)
        if rows:
            self._windows.add_many(rows)

    def undone(self, event: Event, seq: int) -> None:
        """Take an executed event out of the past again: it was reported as not executed after all."""
        self._habits.unlearn(event, seq)
        ingest = self._registry.ingests.get(event.type)
        wanted = [series for series in ingest.series if not series.family.attempts] if ingest else []
        self._retract(self._rows(event, seq, wanted))

    def _rows(self, event: Event, seq: int, wanted: Sequence[Series]) -> list[Arrival]:
        """Turn an event into the rows of the wanted series."""
        if not wanted:
            return []
        cells = self._registry.ingests[event.type].program(event.values)
        rows = []
        for series in wanted:
            key = self._key(event, series.family.then, series.family)
            if key is not None:
                self._trace(event, series)
                values, present, filters = _cells(series, cells)
                rows.append(Arrival(series.index, key, event.occurred_ms, seq, values, present, filters))
        return rows

    def _key(self, event: Event, paths: tuple[str, ...], family: Family) -> Key | None:
        """Give the key at the paths, or nothing when a part of it is unknown."""
        parts = [self._part(event, path) for path in paths]
        if family.money:
            parts.append(value_key(event.values, "currency", self._keys))
        key: Key | None = None
        for part in parts:
            if part is None:
                return None
            key = part if key is None else combine(key, part)
        return key

    def _part(self, event: Event, path: str) -> Key | None:
        field = self._schema.fields[event.type].get(path)
        if field is None or field.type is not FieldType.PARTY:
            return value_key(event.values, path, self._keys)
        known = known_identifiers(event, path, self._keys)
        return self._people.find(known.keys[0]) if known.keys else None

    def _meet(self, event: Event) -> None:
        """Join the identifiers of each party of the event, and move the history of persons that became one."""
        for path, field in self._schema.fields[event.type].items():
            if field.type is FieldType.PARTY and path in ("payer", "payee", "client", "seller"):
                known = known_identifiers(event, path, self._keys)
                for source, into in self._people.join(known.keys, known.client):
                    self._move(source, into)

    def _trace(self, event: Event, series: Series) -> None:
        """Note whose history the series now holds under which key."""
        family = series.family
        parts = [self._part(event, path) or NOBODY for path in family.then]
        tail = value_key(event.values, "currency", self._keys) if family.money else None
        for place, path in enumerate(family.then):
            if self._is_person(event.type, path):
                others = [*parts[place + 1 :], *([tail] if tail else []), NOBODY, NOBODY]
                before = parts[0] if place else NOBODY
                self._traces.remember(
                    parts[place], Trace(series=series.index, before=before, after=others[0], last=others[1])
                )

    def _is_person(self, event_type: str, path: str) -> bool:
        field = self._schema.fields[event_type].get(path)
        return field is not None and field.type is FieldType.PARTY

    def _move(self, source: Key, into: Key) -> None:
        """Let one person's history become part of another's, alone and in every pair."""
        for trace in self._traces.leave(source):
            self._windows.merge(trace.series, trace.key(source), trace.key(into))
            self._traces.remember(into, trace)
            self._follow(trace, into)

    def _follow(self, trace: Trace, into: Key) -> None:
        """Let the other person of a moved pair know the new key too."""
        if trace.before.low:
            self._traces.remember(trace.before, Trace(series=trace.series, after=into, last=trace.after))
        elif trace.after.low:
            self._traces.remember(trace.after, Trace(series=trace.series, before=into, after=trace.last))

    def memory(self) -> Mapping[str, int]:
        """Give the bytes that each part of the windows and the habits use."""
        return {**self._windows.memory(), **self._habits.memory()}


def _cells(series: Series, cells: Sequence[object]) -> tuple[list[int | float], int, int]:
    """Give one row's values, which of them are present, and which filters hold, as bit masks."""
    values: list[int | float] = []
    present = 0
    for bit, (place, kind) in enumerate(zip(series.value_places, series.kinds, strict=True)):
        value = cells[place]
        present |= (value is not None) << bit
        values.append(_cell(value, kind))
    filters = sum(1 << bit for bit, place in enumerate(series.filter_places) if cells[place] is True)
    return values, present, filters
