"""Where a person's history lies, so that it can follow when two persons turn out to be one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.features import traces_kernel as kernel
from holdfast.features.identifiers import combine
from holdfast.features.people import People, table_of, taken_over, used, whole, widen
from holdfast.features.people_kernel import T_HEAD
from holdfast.vocabulary.keys import Key

NOBODY = Key(0, 0)
_FIRST_SIZE: Final = 1024
Words = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One log that holds a person's history: its series, what stands before and after the person in its key.

    `before` and `after` are `NOBODY` where the person stands first or last; `after` may be a currency's key.
    """

    series: int
    before: Key = NOBODY
    after: Key = NOBODY
    last: Key = NOBODY

    def key(self, person: Key) -> Key:
        """Give the log's key with `person` in it."""
        key = combine(self.before, person) if self.before.low else person
        for part in (self.after, self.last):
            key = combine(key, part) if part.low else key
        return key

    def renamed(self, source: Key, into: Key) -> "Trace":
        """Give the trace in which the other one of the pair bears the new key, when it was the same person."""
        if source not in (self.before, self.after):
            return self
        return replace(
            self,
            before=into if self.before == source else self.before,
            after=into if self.after == source else self.after,
        )


class Traces:
    """Traces by person, in flat tables beside the people's names: 32 bytes and a share of the heads each."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._leads, self._places = table_of(T_HEAD + kernel.LEAD_WORDS * _FIRST_SIZE)
        self._box = np.zeros(9, dtype=np.int64)

    def remember(self, person: Key, trace: Trace) -> None:
        """Note where a person's history lies; a trace noted before is left alone."""
        self._box.view(np.uint64)[:] = (trace.series, *person, *trace.before, *trace.after, *trace.last)
        while not kernel.note_one(self._people.book, self._people.names, self._leads, self._places, self._box):
            self._widen()

    def remember_rows(self, box: Words, table: Words, created: int) -> None:
        """Note where the history of an event's persons lies that it began; see the kernel for the table."""
        people = self._people
        while not kernel.note_rows(people.book, people.names, self._leads, self._places, box, table, created):
            self._widen()

    def leave(self, person: Key) -> Iterator[Trace]:
        """Give all traces of a person and forget them, for they move to another person."""
        people = self._people
        while True:
            self._box.view(np.uint64)[1:3] = person
            if not kernel.leave_one(people.book, people.names, self._leads, self._places, self._box):
                return
            series, _, _, *halves = map(whole, self._box.tolist())
            before, after, last = (Key(halves[at], halves[at + 1]) for at in (0, 2, 4))
            yield Trace(series=series, before=before, after=after, last=last)

    def _widen(self) -> None:
        self._people.widen()
        widen(self._leads, self._places)

    def memory(self) -> int:
        """Give the bytes that are taken."""
        return self._leads.nbytes + self._places.nbytes

    def snapshot(self) -> Mapping[str, NDArray[Any]]:
        """Give the state as arrays, which mean something beside the people of the same snapshot only."""
        return {"leads": used(self._leads, kernel.L_FIRST, kernel.LEAD_WORDS), "places": self._places.copy()}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over the state of a snapshot."""
        self._leads, self._places = taken_over(arrays["leads"], arrays["places"])
