"""The fold over the log: reads what the rules ask of the past, then lets the event become part of it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, tzinfo
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from holdfast.features.derived.derived import UNDERIVED, Derived
from holdfast.features.habits import Habits, Reader
from holdfast.features.identifiers import Recognition
from holdfast.features.layout import Entry, layouts
from holdfast.features.people import People
from holdfast.features.registry import Registry
from holdfast.features.sheet import Sheet
from holdfast.features.traces import Trace, Traces
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS
from holdfast.vocabulary.keys import Key, KeyMaker
from holdfast.vocabulary.schema import EventSchema
from holdfast.windows import WindowStore
from holdfast.windows.visit_kernel import CREATED

LATE_MS: Final = DAY_MS + HOUR_MS  # a day, and some room for clocks that are ahead
SWEEP_EVERY: Final = 16  # records
SWEEP_BUDGET: Final = 256  # keys looked at and rows dropped in one sweep: some 50 us
FORMAT: Final = 4  # to be raised whenever the same events leave other numbers in the state
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


class Fold:
    """Windows, people and habits of one tenant; all that rules see of the past, and a function of the log alone.

    When rows are dropped depends on how the memory came about, so nothing that may have been dropped is touched:
    an event that lies more than `LATE_MS` before the newest one reads nothing, and one that lies before what a
    series keeps is not taken out of it again. One that comes so late, out of a backfill, still counts where the
    whole past is asked.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        schema: EventSchema,
        keys: KeyMaker,
        home: str,
        zone: tzinfo = UTC,
        derived: Derived = UNDERIVED,
    ) -> None:
        self._registry = registry
        self._derived = derived
        self._home = home
        self._windows = WindowStore(registry.specs, late_ms=LATE_MS)
        self._habits = Habits()
        self._people = People()
        self._traces = Traces(self._people)
        self._newest_ms = _LONG_AGO_MS
        self._layouts = layouts(registry, schema)
        recognition, reader = Recognition(keys, home), Reader(keys, zone)
        self._sheets = {
            name: Sheet(layout, name, recognition=recognition, reader=reader) for name, layout in self._layouts.items()
        }
        self._box = np.zeros(max(sheet.words for sheet in self._sheets.values()), dtype=np.int64)
        self._met: Event | None = None
        self._filled = False
        self._families = {one.index: one.family for ingest in registry.ingests.values() for one in ingest.series}
        self._alone = tuple(
            {entry.series.index for entry in self._entries() if entry.persons and len(entry.parts) == 1}
        )

    def meet(self, event: Event) -> None:
        """Join the identifiers of each party of the event, and move the history of persons that became one."""
        event = self._derived.of(event)
        if self._met is event:
            return
        self._met, self._filled = None, False
        sheet = self._sheets[event.type]
        sheet.meet(event, self._box)
        for source, into in self._people.meet(self._box, sheet.parties):
            self._move(source, into)
        self._met = event

    def read(self, event: Event, seq: int) -> dict[str, Value]:
        """Give the value of every statistic that rules ask of an event's past, by name; unknown ones are absent."""
        sheet = self._sheets[event.type]
        if sheet.mute:
            return {}
        event = self._derived.of(event)
        self.meet(event)
        if sheet.idle or event.occurred_ms < self._newest_ms - LATE_MS:
            return {}
        self._fill(event, sheet)
        end = self._windows.consult(sheet.visit, self._box, seq)
        rounded = self._habits.compare(self._box, sheet.spots, event.type) if sheet.judged else None
        found = sheet.answers(self._box, end)
        return {**found, **rounded} if rounded else found

    def happened(self, event: Event, seq: int, *, executed: bool, attempted: bool = True) -> None:
        """Let an event become part of the past: as an attempt, and as executed when it was."""
        sheet = self._sheets[event.type]
        event = self._derived.of(event)
        if not sheet.mute:
            self.meet(event)
        self._newest_ms = max(self._newest_ms, event.occurred_ms)
        if seq % SWEEP_EVERY == 0:
            self._windows.advance(self._newest_ms, budget=SWEEP_BUDGET)
        if not sheet.entries and sheet.judged is None:
            return
        self._fill(event, sheet)
        if executed and sheet.has_client(event):
            self._habits.learn(self._box, sheet.spots, seq)
        if sheet.entries:
            self._windows.record(sheet.visit, self._box, seq, executed=executed, attempted=attempted)
            if sheet.leads.size and self._box[sheet.created]:
                self._traces.remember_rows(self._box, sheet.leads, CREATED)

    def undone(self, event: Event, seq: int, *, executed: bool = True, attempted: bool = False) -> None:
        """Take an event out of the past again: as executed, as an attempt, or as both."""
        event = self._derived.of(event)
        self.meet(event)
        sheet = self._sheets[event.type]
        self._fill(event, sheet)
        if executed and sheet.has_client(event):
            self._habits.unlearn(self._box, sheet.spots, seq)
        acts = {"executed": executed, "attempted": attempted}
        self._windows.withdraw(sheet.visit, self._box, seq, **acts, newest_ms=self._newest_ms)

    def memory(self) -> Mapping[str, int]:
        """Give the bytes that each part of the windows, the habits, the people and their traces use."""
        held = {"people": self._people.memory(), "traces": self._traces.memory()}
        return {**self._windows.memory(), **self._habits.memory(), **held}

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
        self._met = None
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

    def _entries(self) -> Iterator[Entry]:
        for layout in self._layouts.values():
            yield from layout.entries

    def _fill(self, event: Event, sheet: Sheet) -> None:
        """Write the event into the box, once for being read and becoming past."""
        if not self._filled:
            sheet.fill(event, self._box)
            self._filled = True

    def _move(self, source: Key, into: Key) -> None:
        """Let one person's history become part of another's, alone and in every pair."""
        for series in self._alone:
            self._windows.merge(series, source, into)
        for trace in list(self._traces.leave(source)):
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
