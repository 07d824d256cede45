"""The fold over the log: reads what the rules ask of the past, then lets the event become part of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from holdfast.features.habits import JUDGED, Habits, Whose
from holdfast.features.identifiers import Known, Recognition, value_key
from holdfast.features.layout import Asking, Cells, Entry, Keys, layouts
from holdfast.features.people import People
from holdfast.features.registry import Registry, Series
from holdfast.features.traces import NOBODY, Trace, Traces
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS
from holdfast.vocabulary.keys import Key, KeyMaker
from holdfast.vocabulary.schema import EventSchema
from holdfast.windows import Arrival, WindowStore

LATE_MS: Final = DAY_MS + HOUR_MS  # a day, and some room for clocks that are ahead
SWEEP_EVERY: Final = 16  # records
SWEEP_BUDGET: Final = 256  # keys looked at and rows dropped in one sweep: some 50 us
FORMAT: Final = 2  # to be raised whenever the same events leave other numbers in the state
_NOTED_MAX: Final = 65_536
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


class _Footing:
    """What the fold works out about one event, once: who its parties are, the keys of its parts, and its rows."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.known: dict[str, Known] = {}
        self.keys: Keys = ()
        self.cells: Cells | None = None
        self.rows: dict[tuple[int, int], Arrival] = {}


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
        self._recognition = Recognition(keys, home)
        self._windows = WindowStore(registry.specs, late_ms=LATE_MS)
        self._habits = Habits(keys, zone)
        self._people = People()
        self._traces = Traces()
        self._newest_ms = _LONG_AGO_MS
        self._footing: _Footing | None = None
        self._kept = [self._windows.kept_ms(series) for series in range(len(registry.specs))]
        self._families = {one.index: one.family for ingest in registry.ingests.values() for one in ingest.series}
        self._layouts = layouts(registry, schema)
        self._noted: set[tuple[int, Key]] = set()

    def meet(self, event: Event) -> None:
        """Join the identifiers of each party of the event, and move the history of persons that became one."""
        footing = self._stand(event)
        if footing.known:
            return
        for path in self._layouts[event.type].persons:
            known = footing.known[path] = self._known(event, path)
            for source, into in self._people.join(known.keys, known.client):
                self._move(source, into)

    def read(self, event: Event, seq: int) -> dict[str, Value]:
        """Give the value of every statistic that rules ask of an event's past, by name; unknown ones are absent."""
        self.meet(event)
        if event.occurred_ms < self._newest_ms - LATE_MS:
            return {}
        layout, keys = self._layouts[event.type], self._keys_of(event)
        reads = layout.reads(keys)
        found = self._answers(reads.plain, keys, event.occurred_ms)
        rows = self._rows(event, seq, reads.rows)
        if rows:
            self._windows.add_many(rows, tentatively=True)
            found |= self._answers(reads.beside, keys, event.occurred_ms)
            self._windows.retract_many(rows)
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
        entries = self._layouts[event.type].entries
        wanted = [one for one in entries if (attempted if one.series.family.attempts else executed)]
        rows = self._rows(event, seq, wanted)
        if rows:
            self._windows.add_many(rows)
            for entry in wanted:
                if entry.persons:
                    self._trace(entry, self._keys_of(event))

    def undone(self, event: Event, seq: int, *, executed: bool = True, attempted: bool = False) -> None:
        """Take an event out of the past again: as executed, as an attempt, or as both."""
        whose = self._whose(event)
        if executed and whose:
            self._habits.unlearn(event, whose, seq)
        wanted = [
            one
            for one in self._layouts[event.type].entries
            if (attempted if one.series.family.attempts else executed) and self._is_kept(event, one.series)
        ]
        self._windows.retract_many(self._rows(event, seq, wanted))

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
        self._noted.clear()
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

    def _answers(self, asking: Asking, keys: Keys, at_ms: int) -> dict[str, Value]:
        """Ask the windows everything in one call, and put the answers under their names."""
        if not asking.questions:
            return {}
        return asking.named(self._windows.read_words(asking.words(keys, at_ms), asking.lanes))

    def _rows(self, event: Event, seq: int, wanted: Sequence[Entry]) -> list[Arrival]:
        """Turn an event into the rows of the wanted series, each made once."""
        if not wanted:
            return []
        footing, keys = self._stand(event), self._keys_of(event)
        if footing.cells is None:
            footing.cells = self._layouts[event.type].cells(event.values)
        rows = []
        for entry in wanted:
            name = (entry.series.index, seq)
            row = footing.rows.get(name)
            if row is None:
                row = entry.row(keys, footing.cells, at_ms=event.occurred_ms, seq=seq)
                if row is None:
                    continue
                footing.rows[name] = row
            rows.append(row)
        return rows

    def _is_kept(self, event: Event, series: Series) -> bool:
        """Tell whether a row of the event's instant cannot have been dropped yet."""
        kept = self._kept[series.index]
        return kept is None or event.occurred_ms > self._newest_ms - kept

    def _keys_of(self, event: Event) -> Keys:
        """Give every key that events of this type are read or written under; unknown ones are `None`."""
        footing = self._stand(event)
        if not footing.keys:
            layout = self._layouts[event.type]
            footing.keys = layout.keys(
                [
                    self._person(event, path) if is_person else value_key(event.values, path, self._keys)
                    for path, is_person in layout.parts
                ]
            )
        return footing.keys

    def _person(self, event: Event, path: str) -> Key | None:
        known = self._stand(event).known.get(path) or self._known(event, path)
        return self._people.find(known.keys[0]) if known.keys else None

    def _known(self, event: Event, path: str) -> Known:
        return self._recognition.known(event, path)

    def _trace(self, entry: Entry, keys: Keys) -> None:
        """Note whose history the series now holds under which key."""
        series, key = entry.series, keys[entry.key]
        if key is None or (series.index, key) in self._noted:
            return
        if len(self._noted) >= _NOTED_MAX:
            self._noted.clear()
        self._noted.add((series.index, key))
        whole = [part for place in entry.parts if (part := keys[place]) is not None]
        for place in entry.persons:
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
        persons = self._layouts[family.of].persons
        if trace.before.low and family.then[0] in persons:
            self._traces.remember(trace.before, Trace(series=trace.series, after=into, last=trace.after))
        elif trace.after.low and len(family.then) > 1 and family.then[1] in persons:
            self._traces.remember(trace.after, Trace(series=trace.series, before=into, after=trace.last))


def _under(arrays: Arrays, part: str) -> dict[str, NDArray[Any]]:
    """Give the arrays of one part by their own names."""
    start = f"{part}/"
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}
