"""Where a person's history lies, so that it can follow when two persons turn out to be one."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.features.identifiers import combine
from holdfast.vocabulary.keys import Key

NOBODY = Key(0, 0)


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


class Traces:
    """Traces by person, as flat arrays of 64-bit numbers: one array a person, seven numbers a trace."""

    _WIDTH = 7

    def __init__(self) -> None:
        self._traces: dict[Key, array[int]] = {}
        self._seen: set[Key] = set()

    def remember(self, person: Key, trace: Trace) -> None:
        """Note where a person's history lies; a trace noted before is left alone."""
        log = combine(combine(trace.key(person), Key(trace.series, 1)), person)
        if log in self._seen:
            return
        self._seen.add(log)
        numbers = (trace.series, *trace.before, *trace.after, *trace.last)
        self._traces.setdefault(person, array("Q")).extend(numbers)

    def leave(self, person: Key) -> Iterator[Trace]:
        """Give all traces of a person and forget them, for they move to another person."""
        numbers = self._traces.pop(person, None)
        for start in range(0, len(numbers or ()), self._WIDTH):
            series, *halves = (numbers or ())[start : start + self._WIDTH]
            before, after, last = (Key(halves[at], halves[at + 1]) for at in (0, 2, 4))
            yield Trace(series=series, before=before, after=after, last=last)
