"""The fold over the log: reads what the rules ask of the past, then lets the event become part of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from hashlib import blake2b
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from holdfast.features.habits import JUDGED, Habits, Whose
from holdfast.features.identifiers import Known, combine, known_identifiers, value_key
from holdfast.features.people import People
from holdfast.features.registry import Family, Query, Reading, Registry, Series
from holdfast.features.traces import NOBODY, Trace, Traces
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS
from holdfast.vocabulary.keys import Key, KeyMaker
from holdfast.vocabulary.schema import EventSchema, FieldType
from holdfast.windows import Arrival, ColumnKind, Question, WindowStore

PERSONS = frozenset({"payer", "payee", "client", "seller"})
LATE_MS: Final = DAY_MS + HOUR_MS  # a day, and some room for clocks that are ahead
SWEEP_EVERY: Final = 16  # records
SWEEP_BUDGET: Final = 256  # keys looked at and rows dropped in one sweep: some 50 us
FORMAT: Final = 2  # to be raised whenever the same events leave other numbers in the state
_LONG_AGO_MS: Final = -(2**62)
_WINDOWS: Final = "windows"
Arrays = Mapping[str, NDArray[Any]]


class Part(Protocol):
    """A part of the fold's state that goes into its snapshots."""

    def snapshot(self) -> Arrays:
        """Give the state as arrays by name."""
        ...

    def load(self, arrays: Any) -> None:
        """Take over the state of a snapshot."""
        ...


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


class _Footing:
    """What the fold works out about one event, once: the keys of its parts, and its cells."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.parts: dict[str, Key | None] = {}
        self.keys: dict[tuple[str, ...], Key | None] = {}
        self.known: dict[str, Known] = {}
        self.cells: Sequence[object] | None = None


class Fold:
    """Windows, people and habits of one tenant; all that rules see of the past, and a function of the log alone.

    When rows are dropped depends on how the memory came about, so nothing that may have been dropped is touched:
    an event that lies more than `LATE_MS` before the newest one reads nothing, and one that lies before what a
    series keeps is not taken out of it again. One that comes so late, out of a backfill, still counts where the
    whole past is asked.
    """

    def __init__(
        self, registry: Registry, *, schema: EventSchema, keys: KeyMaker, home: str, zone: tzinfo = UTC
    ) -> None:
        self._registry = registry
        self._keys = keys
        self._home = home
        self._windows = WindowStore(registry.specs, late_ms=LATE_MS)
        self._habits = Habits(keys, zone)
        self._people = People()
        self._traces = Traces()
        self._newest_ms = _LONG_AGO_MS
        self._footing: _Footing | None = None
        self._kept = [self._windows.kept_ms(series) for series in range(len(registry.specs))]
        self._families = {one.index: one.family for ingest in registry.ingests.values() for one in ingest.series}
        self._persons = {
            event_type: frozenset(PERSONS & {path for path, field in fields.items() if field.type is FieldType.PARTY})
            for event_type, fields in schema.fields.items()
        }

    def meet(self, event: Event) -> None:
        """Join the identifiers of each party of the event, and move the history of persons that became one."""
        footing = self._stand(event)
        if footing.known:
            return
        for path in sorted(self._persons[event.type]):
            known = footing.known[path] = self._known(event, path)
            for source, into in self._people.join(known.keys, known.client):
                self._move(source, into)

    def read(self, event: Event, seq: int) -> dict[str, Value]:
        """Give the value of every statistic that rules ask of an event's past, by name; unknown ones are absent."""
        self.meet(event)
        if event.occurred_ms < self._newest_ms - LATE_MS:
            return {}
        asked = []
        for query in self._registry.queries.get(event.type, ()):
            key = self._key(event, query.now, query.series.family)
            if key is not None:
                asked.append((query, Question(query.series.index, key, event.occurred_ms)))
        tentative = self._rows(event, seq, list({query.series for query, _ in asked if query.tentative}))
        found = self._answers([pair for pair in asked if not pair[0].tentative])
        if tentative:
            self._windows.add_many(tentative, tentatively=True)
            found |= self._answers([pair for pair in asked if pair[0].tentative])
            self._retract(tentative)
        whose = self._whose(event)
        return found | self._habits.read(event, whose) if whose else found

    def happened(self, event: Event, seq: int, *, executed: bool, attempted: bool = True) -> None:
        """Let an event become part of the past: as an attempt, and as executed when it was."""
        self.meet(event)
        whose = self._whose(event)
        if executed and whose:
            self._habits.learn(event, whose, seq)
        self._newest_ms = max(self._newest_ms, event.occurred_ms)
        if seq % SWEEP_EVERY == 0:
            self._windows.advance(self._newest_ms, budget=SWEEP_BUDGET)
        ingest = self._registry.ingests.get(event.type)
        if ingest is None:
            return
        wanted = [series for series in ingest.series if (attempted if series.family.attempts else executed)]
        rows = self._rows(event, seq, wanted)
        if rows:
            self._windows.add_many(rows)
            for series in wanted:
                self._trace(event, series)

    def undone(self, event: Event, seq: int, *, executed: bool = True, attempted: bool = False) -> None:
        """Take an event out of the past again: as executed, as an attempt, or as both."""
        whose = self._whose(event)
        if executed and whose:
            self._habits.unlearn(event, whose, seq)
        ingest = self._registry.ingests.get(event.type)
        series = ingest.series if ingest else ()
        wanted = [
            one for one in series if (attempted if one.family.attempts else executed) and self._is_kept(event, one)
        ]
        self._retract(self._rows(event, seq, wanted))

    def memory(self) -> Mapping[str, int]:
        """Give the bytes that each part of the windows and the habits use."""
        return {**self._windows.memory(), **self._habits.memory()}

    def _whose(self, event: Event) -> Whose | None:
        """Say whose habits an operation follows; nobody's when its party is no client of ours."""
        party = JUDGED.get(event.type)
        if party is None:
            return None
        self.meet(event)
        known = self._stand(event).known
        client = known[party].client
        return Whose(client=client, payee=known["payee"].keys if "payee" in known else ()) if client else None

    @property
    def fingerprint(self) -> str:
        """Name the kind of state: a snapshot under the same name can be restored here."""
        return f"{FORMAT}.{self._registry.fingerprint}.{self._home}"

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the whole state as arrays; they hold keyed hashes and numbers only."""
        arrays: dict[str, NDArray[Any]] = {"newest_ms": np.array([self._newest_ms], dtype=np.int64)}
        held = {part: held.snapshot() for part, held in self._parts().items()}
        for part, mine in {_WINDOWS: self._windows.snapshot(), **held}.items():
            arrays |= {f"{part}/{name}": array for name, array in mine.items()}
        return arrays

    def restore(self, arrays: Arrays) -> None:
        """Take over a snapshot's state; raises StoreError when its windows are of another kind."""
        self._footing = None
        self._newest_ms = int(arrays["newest_ms"][0])
        self._windows = WindowStore.restore(self._registry.specs, _under(arrays, _WINDOWS))
        for part, held in self._parts().items():
            held.load(_under(arrays, part))

    def _parts(self) -> Mapping[str, Part]:
        """Name the parts of the state beside the windows; a new part joins snapshots by one line here."""
        return {
            "people": self._people,
            "traces": self._traces,
            "habits": self._habits,
        }

    def _stand(self, event: Event) -> _Footing:
        """Give what is worked out about the event, starting anew for another one."""
        if self._footing is None or self._footing.event is not event:
            self._footing = _Footing(event)
        return self._footing

    def _answers(self, asked: Sequence[tuple[Query, Question]]) -> dict[str, Value]:
        """Ask the windows everything in one call, and put the answers under their names."""
        if not asked:
            return {}
        answers = self._windows.read_many([question for _, question in asked])
        found: dict[str, Value] = {}
        start = 0
        for query, _ in asked:
            for name, lane, reading in query.answers:
                answer = answers[start + lane]
                if answer is None or (answer == 0 and reading is Reading.VARIETY):
                    continue
                found[name] = bool(answer) if reading is Reading.TRUTH else answer
            start += len(query.series.lanes)
        return found

    def _retract(self, rows: Sequence[Arrival]) -> None:
        for row in rows:
            self._windows.retract(Question(row.series, row.key, row.at_ms), row.seq)

    def _rows(self, event: Event, seq: int, wanted: Sequence[Series]) -> list[Arrival]:
        """Turn an event into the rows of the wanted series."""
        if not wanted:
            return []
        footing = self._stand(event)
        if footing.cells is None:
            footing.cells = self._registry.ingests[event.type].program(event.values)
        rows = []
        for series in wanted:
            key = self._key(event, series.family.then, series.family)
            if key is not None:
                values, present, filters = _cells(series, footing.cells)
                rows.append(Arrival(series.index, key, event.occurred_ms, seq, values, present, filters))
        return rows

    def _is_kept(self, event: Event, series: Series) -> bool:
        """Tell whether a row of the event's instant cannot have been dropped yet."""
        kept = self._kept[series.index]
        return kept is None or event.occurred_ms > self._newest_ms - kept

    def _key(self, event: Event, paths: tuple[str, ...], family: Family) -> Key | None:
        """Give the key at the paths, or nothing when a part of it is unknown."""
        whole = (*paths, "currency") if family.money else paths
        keys = self._stand(event).keys
        if whole not in keys:
            keys[whole] = self._combined(event, whole)
        return keys[whole]

    def _combined(self, event: Event, paths: tuple[str, ...]) -> Key | None:
        key: Key | None = None
        for path in paths:
            part = self._part(event, path)
            if part is None:
                return None
            key = part if key is None else combine(key, part)
        return key

    def _part(self, event: Event, path: str) -> Key | None:
        """Give the key of one path: of the person behind a party, or of a plain value."""
        parts = self._stand(event).parts
        if path not in parts:
            parts[path] = self._person(event, path) if self._is_person(event, path) else self._value(event, path)
        return parts[path]

    def _is_person(self, event: Event, path: str) -> bool:
        return path in self._persons[event.type]

    def _value(self, event: Event, path: str) -> Key | None:
        return value_key(event.values, path, self._keys)

    def _person(self, event: Event, path: str) -> Key | None:
        known = self._stand(event).known.get(path) or self._known(event, path)
        return self._people.find(known.keys[0]) if known.keys else None

    def _known(self, event: Event, path: str) -> Known:
        return known_identifiers(event, path, self._keys, home=self._home)

    def _trace(self, event: Event, series: Series) -> None:
        """Note whose history the series now holds under which key."""
        family = series.family
        if self._persons[event.type].isdisjoint(family.then):
            return
        parts = [self._part(event, path) for path in (*family.then, "currency")[: len(family.then) + family.money]]
        whole = [part for part in parts if part is not None]
        if len(whole) < len(parts):
            return
        for place, path in enumerate(family.then):
            if self._is_person(event, path):
                before = whole[0] if place else NOBODY
                after, last = [*whole[place + 1 :], NOBODY, NOBODY][:2]
                self._traces.remember(whole[place], Trace(series=series.index, before=before, after=after, last=last))

    def _move(self, source: Key, into: Key) -> None:
        """Let one person's history become part of another's, alone and in every pair."""
        for trace in self._traces.leave(source):
            moved = trace.renamed(source, into)
            self._windows.merge(trace.series, trace.key(source), moved.key(into))
            self._traces.remember(into, moved)
            self._follow(moved, into)

    def _follow(self, trace: Trace, into: Key) -> None:
        """Let the other person of a moved pair know the new key too."""
        family = self._families[trace.series]
        persons = self._persons[family.of]
        if trace.before.low and family.then[0] in persons:
            self._traces.remember(trace.before, Trace(series=trace.series, after=into, last=trace.after))
        elif trace.after.low and len(family.then) > 1 and family.then[1] in persons:
            self._traces.remember(trace.after, Trace(series=trace.series, before=into, after=trace.last))


def _cells(series: Series, cells: Sequence[object]) -> tuple[list[int | float], int, int]:
    """Give one row's values, which of them are present, and which filters hold, as bit masks."""
    values: list[int | float] = []
    present = filters = 0
    for bit, (place, kind) in enumerate(series.columns):
        value = cells[place]
        present |= (value is not None) << bit
        values.append(_cell(value, kind))
    for bit, place in enumerate(series.filter_places):
        filters |= (cells[place] is True) << bit
    return values, present, filters


def _under(arrays: Arrays, part: str) -> dict[str, NDArray[Any]]:
    """Give the arrays of one part by their own names."""
    start = f"{part}/"
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}
