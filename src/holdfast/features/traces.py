"""Where a person's history lies, so that it can follow when two persons turn out to be one."""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.features.identifiers import combine
from holdfast.vocabulary.keys import Key

NOBODY = Key(0, 0)
Halves = NDArray[np.uint64]
_HIGH = np.uint64(0x9E3779B97F4A7C15)
_LOW = np.uint64(0xC2B2AE3D27D4EB4F)


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
    """Traces by person, as flat arrays of 64-bit numbers: one array a person, seven numbers a trace."""

    _WIDTH = 7

    def __init__(self) -> None:
        self._traces: dict[tuple[int, int], array[int]] = {}
        self._seen: set[tuple[int, int]] = set()

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

    def snapshot(self) -> Mapping[str, Halves]:
        """Give the state as arrays: each person with the number of its traces, and all traces in that order."""
        persons = [(*person, len(numbers) // self._WIDTH) for person, numbers in self._traces.items()]
        return {
            "persons": np.array(persons, dtype=np.uint64).reshape(-1, 3),
            "numbers": np.frombuffer(b"".join(self._traces.values()), dtype=np.uint64).reshape(-1, self._WIDTH),
        }

    def load(self, arrays: Mapping[str, Halves]) -> None:
        """Take over the state of a snapshot; what persons left behind when they were joined is not in it."""
        persons, numbers = arrays["persons"], np.ascontiguousarray(arrays["numbers"])
        whole = array("Q")
        whole.frombytes(numbers.tobytes())
        ends = (np.cumsum(persons[:, 2], dtype=np.int64) * self._WIDTH).tolist()
        starts = [0, *ends[:-1]]
        self._traces = {
            (high, low): whole[start:end]
            for (high, low, _), start, end in zip(persons.tolist(), starts, ends, strict=False)
        }
        owners = np.repeat(persons, persons[:, 2].astype(np.int64), axis=0)
        self._seen = _logs(owners, numbers)


def _logs(owners: Halves, numbers: Halves) -> set[tuple[int, int]]:
    """Work out under which names `remember` knows all traces, in one go."""
    person = (owners[:, 0], owners[:, 1])
    key = _joined((numbers[:, 1], numbers[:, 2]), person, numbers[:, 2], otherwise=person)
    for at in (3, 5):
        part = (numbers[:, at], numbers[:, at + 1])
        key = _joined(key, part, part[1], otherwise=key)
    key = _combined(key, (numbers[:, 0], np.ones_like(numbers[:, 0])))
    high, low = _combined(key, person)
    return set(zip(high.tolist(), low.tolist(), strict=True))


Pair = tuple[Halves, Halves]


def _joined(first: Pair, second: Pair, where: Halves, *, otherwise: Pair) -> Pair:
    """Mix two columns of keys where a part is present."""
    high, low = _combined(first, second)
    return np.where(where, high, otherwise[0]), np.where(where, low, otherwise[1])


def _combined(first: Pair, second: Pair) -> Pair:
    """Mix two columns of keys as `combine` mixes two keys; 64-bit numbers wrap by themselves."""
    return first[0] * _HIGH + second[0], (first[1] * _LOW + second[1]) | np.uint64(1)
