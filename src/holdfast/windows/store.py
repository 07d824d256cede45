"""The store of windows of one shard: every series, every key, read and changed in one call of the kernel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class
from typing import Any, Final, NamedTuple, Self

import numpy as np

from holdfast.vocabulary.errors import InvalidError, StoreError
from holdfast.vocabulary.keys import Key
from holdfast.vocabulary.windows import Statistic
from holdfast.windows import kernel, memory, visit_kernel
from holdfast.windows.lanes import ColumnKind, Lane, SeriesSpec, plain_float
from holdfast.windows.memory import Words
from holdfast.windows.patches import patch
from holdfast.windows.plan import PRESENT_BIT, column_form, compile_plan
from holdfast.windows.visit import Places, lay_out

Answer = int | float | None
DAY_MS: Final = 86_400_000
THRESHOLD: Final = 24  # rows; a walk over so few costs about as much as the state of a hot entity
STEP_WORDS: Final = 1 << 19  # growth goes in steps of 4 MB, so that no event waits for more than clearing these
STEP_HEADS: Final = 1 << 18
HEAP_WORDS_MAX: Final = 1 << 32  # addresses are 32 bits: 32 GB a shard
SNAPSHOT_FORMAT: Final = 3
ITEM: Final = "qQQqqQ"  # series, key, at, seq, marks


class Added(IntEnum):
    """What became of an event that was added."""

    DUPLICATE = memory.DUPLICATE
    ADDED = memory.ADDED
    TOO_OLD = memory.TOO_OLD  # rows of that age have been dropped: only lanes without a window count it


class Question(NamedTuple):
    """A read of every lane of one key, as of an instant (epoch ms)."""

    series: int
    key: Key
    at_ms: int


class Arrival(NamedTuple):
    """One event for one key: `values` has one number a column, whatever stands where `present` lacks the bit."""

    series: int
    key: Key
    at_ms: int
    seq: int
    values: Sequence[int | float] = ()
    present: int = 0
    filters: int = 0


@dataclass(frozen=True, slots=True)
class _Shape:
    """How one series is packed into the box."""

    words: int
    lanes: int
    code: str
    floats: tuple[int, ...]


class WindowStore:
    """All series of one shard.

    `late_ms` is how late an event may come and how far back a read may ask; rows are kept for the longest window
    of their series and this. Keys with more than `threshold` rows keep running state.
    Reads settle the windows' edges, so even a read is for the single writer only.

    In order, a read costs its lanes and an add its windows, whatever the history; each row leaves each window once,
    so after a silence the next read pays for what left meanwhile, unless `advance` was called in between. A late read
    costs some dozens of rows about its instant and about the old end of each window, and for `distinct` those that left
    the window while a milestone's 32 rows came; a late add costs a word or so of every milestone that lies after it, or
    before it where these are fewer. A late `min` or `max` whose row is later looks at every milestone in the window; a
    retraction of a peak costs the rows that the peak hid.
    Falling values are the worst case of `max`: its stack then takes 24 bytes for every row.
    """

    def __init__(self, series: Sequence[SeriesSpec], *, late_ms: int = DAY_MS, threshold: int = THRESHOLD) -> None:
        self._specs = tuple(series)
        self._late_ms = late_ms
        self._threshold = threshold
        self._plan, scratch = compile_plan(self._specs, late_ms=late_ms, threshold=threshold)
        self._shapes = tuple(map(_shape_of, self._specs))
        self._heap = np.zeros(STEP_WORDS, dtype=np.int64)
        self._entities = np.zeros(1024, dtype=np.uint32)
        self._values = np.zeros(1024, dtype=np.uint32)
        self._heap[memory.H_USED] = memory.H_SCRATCH + max(scratch, 1)
        for slot in (memory.H_ENTITY_BUCKETS, memory.H_ENTITY_LEVEL, memory.H_VALUE_BUCKETS, memory.H_VALUE_LEVEL):
            self._heap[slot] = 64
        self._box = np.zeros(64, dtype=np.int64)
        self._packers: dict[Any, Struct] = {}

    # reading

    def read(self, series: int, key: Key, at_ms: int) -> list[Answer]:
        """Give one answer a lane of the series, from the events with an instant up to `at_ms`; `None` is unknown."""
        return self.read_many((Question(series, key, at_ms),))

    def read_many(self, questions: Sequence[Question]) -> list[Answer]:
        """Answer several reads in one call of the kernel: the lanes of the first, then of the second, and so on."""
        flat = [word for series, key, at_ms in questions for word in (series, *key, at_ms)]
        return self.read_words(flat, sum([self._shapes[question[0]].lanes for question in questions]))

    def read_words(self, words: Sequence[int], lanes: int) -> list[Answer]:
        """Answer reads that are written out as series, key high, key low, instant; `lanes` are those of all series."""
        count = len(words) // 4
        self._reserve_box(4 * count + lanes * (1 + memory.PATCH_WORDS_MAX))
        packer = self._packers.get(count)
        if packer is None:
            packer = self._packers[count] = Struct("<" + "qQQq" * count)
        packer.pack_into(self._box.data, 0, *words)
        end = kernel.read_all(self._heap, self._entities, self._plan, self._box, count)
        told = self._box[4 * count : end].tolist()
        answers: list[Answer] = told[:lanes]
        if len(told) > lanes:
            patch(answers, told, lanes)
        return answers

    # changing

    def add(self, arrival: Arrival) -> Added:
        """Add one event of one key, in order or late."""
        return self.add_many((arrival,))[0]

    def add_many(self, arrivals: Sequence[Arrival]) -> list[Added]:
        """Add to several keys in one call of the kernel; give what became of each."""
        count = len(arrivals)
        codes, flat = self._pack_arrivals(arrivals)
        self._reserve_box(codes + count)
        packer = self._packers[tuple([arrival[0] for arrival in arrivals])]
        try:
            packer.pack_into(self._box.data, 0, *flat)
        except StructError as error:
            raise InvalidError("a value does not fit its column", hint=f"columns are 64 bits wide: {error}") from error
        done, start = 0, 0
        while True:
            step = kernel.add_all(
                self._heap, self._entities, self._values, self._plan, self._box, start, codes + done, count - done
            )
            if done + step == count:
                return [_CODES[code] for code in self._box[codes : codes + count].tolist()]
            start += sum(self._shapes[arrival[0]].words for arrival in arrivals[done : done + step])
            done += step
            self._grow()

    # visits: the whole business of one event, laid out by `lay_out`

    def consult(self, visit: Words, box: Words, seq: int) -> int:
        """Answer everything that an event asks, in its box; gives where the patches end."""
        while True:
            end = visit_kernel.consult(self._heap, self._entities, self._values, self._plan, visit, box, seq)
            if end >= 0:
                return end
            self._grow()

    def record(self, visit: Words, box: Words, seq: int, *, executed: bool, attempted: bool) -> None:
        """Add the rows of an event that count what was executed, and those that count attempts."""
        rows = int(visit[visit_kernel.V_ROWS])
        done = 0
        while True:
            done = visit_kernel.record(
                self._heap, self._entities, self._values, self._plan, visit, box, seq, executed, attempted, done
            )
            if done == rows:
                return
            self._grow()

    def withdraw(self, visit: Words, box: Words, seq: int, *, executed: bool, attempted: bool, newest_ms: int) -> None:
        """Take the rows of an event out again, except those that may have been dropped by `newest_ms`."""
        rows = int(visit[visit_kernel.V_ROWS])
        tables = (self._heap, self._entities, self._values, self._plan)
        done = 0
        while True:
            done = visit_kernel.withdraw(*tables, visit, box, seq, executed, attempted, newest_ms, done)
            if done == rows:
                return
            self._grow()

    def retract(self, question: Question, seq: int) -> bool:
        """Undo the add at exactly (`at_ms`, `seq`); false when that row is not (or no longer) kept."""
        return self.retract_many((Arrival(question.series, question.key, question.at_ms, seq),)) == 1

    def retract_many(self, arrivals: Sequence[Arrival]) -> int:
        """Undo several adds, each at exactly its (`at_ms`, `seq`), in one call; gives how many rows were kept."""
        left = arrivals
        kept = 0
        while left:
            count = len(left)
            self._reserve_box(5 * count)
            packer = self._packers.get(-count)
            if packer is None:
                packer = self._packers[-count] = Struct("<" + "qQQqq" * count)
            packer.pack_into(
                self._box.data,
                0,
                *[word for series, key, at_ms, seq, *_ in left for word in (series, *key, at_ms, seq)],
            )
            done, found = kernel.retract_all(self._heap, self._entities, self._values, self._plan, self._box, count)
            kept += found
            left = left[done:]
            if left:
                self._grow()
        return kept

    def merge(self, series: int, source: Key, into: Key) -> None:
        """Make two logs one, because their keys turned out to be one person; `source` is empty afterwards."""
        self._reserve_box(8)
        pack_into = Struct("<qQQQQ").pack_into
        while True:
            pack_into(self._box.data, 0, series, *source, *into)
            code = kernel.merge_one(self._heap, self._entities, self._values, self._plan, self._box)
            if code >= 0:
                return
            self._grow()

    def advance(self, at_ms: int, *, budget: int = 4096) -> int:
        """Drop old rows of a part of the keys, going on where the last call stopped; give how many rows went.

        `budget` bounds the work: buckets looked at plus rows dropped. `at_ms` is the newest instant of the stream.
        """
        while True:
            dropped = kernel.advance_some(self._heap, self._entities, self._values, self._plan, at_ms, budget)
            if dropped >= 0:
                return int(dropped)
            self._grow()

    # keeping

    def snapshot(self) -> dict[str, np.ndarray[Any, Any]]:
        """Give copies of everything, by name, to be written anywhere."""
        heap = self._heap
        return {
            "format": np.array([SNAPSHOT_FORMAT, self._late_ms, self._threshold], dtype=np.int64),
            "specs": _fingerprint(self._specs),
            "heap": heap[: int(heap[memory.H_USED])].copy(),
            "entities": self._entities.copy(),
            "values": self._values.copy(),
        }

    @classmethod
    def restore(cls, series: Sequence[SeriesSpec], arrays: Mapping[str, np.ndarray[Any, Any]]) -> Self:
        """Build a store from a snapshot; `StoreError` when it is of another format or of other series."""
        if not arrays.keys() >= {"format", "specs", "heap", "entities", "values"}:
            raise StoreError("the snapshot of the windows is incomplete", hint=_REBUILD)
        version, late_ms, threshold = arrays["format"].tolist()
        if version != SNAPSHOT_FORMAT:
            raise StoreError(f"the snapshot of the windows has format {version}, not {SNAPSHOT_FORMAT}", hint=_REBUILD)
        if not np.array_equal(_fingerprint(tuple(series)), arrays["specs"]):
            raise StoreError("the snapshot of the windows was made for other series or lanes", hint=_REBUILD)
        store = cls(series, late_ms=late_ms, threshold=threshold)
        heap = arrays["heap"]
        store._heap = np.zeros(max(heap.size, STEP_WORDS), dtype=np.int64)
        store._heap[: heap.size] = heap
        store._entities = arrays["entities"].astype(np.uint32, copy=True)
        store._values = arrays["values"].astype(np.uint32, copy=True)
        return store

    def memory(self) -> dict[str, int]:
        """Give the bytes in use by part, and the counts of `rows`, `keys`, `hot_keys` and `values` behind them."""
        heap = self._heap
        names = ("row", "entity", "state", "fold", "stack")
        parts = {f"{name}_bytes": 8 * int(heap[memory.H_KINDS + place]) for place, name in enumerate(names)}
        free = 8 * (heap.size - int(heap[memory.H_USED]))
        held = 8 * (int(heap[memory.H_USED]) - memory.H_SCRATCH) - sum(parts.values())
        return parts | {
            "entity_table_bytes": self._entities.nbytes,
            "value_table_bytes": self._values.nbytes,
            "freed_bytes": held,
            "spare_bytes": free,
            "total_bytes": heap.nbytes + self._entities.nbytes + self._values.nbytes,
            "rows": int(heap[memory.H_ROWS]),
            "keys": int(heap[memory.H_ENTITIES]),
            "hot_keys": int(heap[memory.H_HOT]),
            "values": int(heap[memory.H_VALUES]),
        }

    # room

    def _pack_arrivals(self, arrivals: Sequence[Arrival]) -> tuple[int, list[int | float]]:
        """Flatten arrivals for the box and make sure that their packer exists; also give their words."""
        flat: list[int | float] = []
        words = 0
        for series, key, at_ms, seq, values, present, filters in arrivals:
            shape = self._shapes[series]
            words += shape.words
            flat += (series, *key, at_ms, seq, filters | present << PRESENT_BIT, *values)
            for column in shape.floats:
                flat[column - len(values)] = plain_float(values[column])
        wanted = tuple([arrival[0] for arrival in arrivals])
        if wanted not in self._packers:
            self._packers[wanted] = Struct("<" + "".join(ITEM + self._shapes[series].code for series in wanted))
        return words, flat

    def _reserve_box(self, words: int) -> None:
        if words > self._box.size:
            self._box = np.zeros(2 * words, dtype=np.int64)

    def _grow(self) -> None:
        """Make room for what the kernel asked; the system remaps large blocks, so growth copies nothing."""
        heap = self._heap
        wanted = int(heap[memory.H_USED]) + int(heap[memory.H_NEED])
        if wanted > HEAP_WORDS_MAX:
            raise StoreError("the windows of this shard are full", hint="split the tenant over more shards")
        if wanted > heap.size:
            heap.resize(max(wanted, heap.size + STEP_WORDS), refcheck=False)
        entities = int(heap[memory.H_ENTITIES]) + int(heap[memory.H_NEED_ENTITIES]) + 1
        values = int(heap[memory.H_VALUES]) + int(heap[memory.H_NEED_VALUES]) + 1
        for heads, needed in ((self._entities, entities), (self._values, values)):
            if needed >= heads.size:
                heads.resize(max(needed, heads.size + min(heads.size, STEP_HEADS)), refcheck=False)


def warm_up() -> None:
    """Compile every kernel, or load it from disk, so that the first event need not wait for it."""
    store = WindowStore((SeriesSpec(name="warm", lanes=(Lane(statistic=Statistic.COUNT),)),))
    first, second = Key(1, 1), Key(1, 3)
    store.add(Arrival(0, first, 0, 0))
    store.merge(0, first, second)
    store.retract(Question(0, second, 0), 0)
    store.advance(0, budget=1)
    store.read(0, first, 0)
    visit, box = (
        lay_out((), (), Places(at=0, out=1, known=8, codes=1, item=2, patches=8), pairs=()),
        np.zeros(8, np.int64),
    )
    store.consult(visit, box, 0)
    store.record(visit, box, 0, executed=True, attempted=True)
    store.withdraw(visit, box, 0, executed=True, attempted=True, newest_ms=0)


_REBUILD: Final = "delete the snapshot; the server then rebuilds its windows from the log"
_CODES: Final = tuple(Added)


def _shape_of(spec: SeriesSpec) -> _Shape:
    """Give how a series is packed."""
    floats = tuple(place for place, kind in enumerate(spec.columns) if kind is ColumnKind.FLOAT)
    code = "".join(map(column_form, spec.columns))
    return _Shape(6 + len(spec.columns), len(spec.lanes), code, floats)


def _fingerprint(specs: tuple[SeriesSpec, ...]) -> np.ndarray[Any, Any]:
    """Give the specs as bytes that are equal when they are."""
    return np.frombuffer(repr(specs).encode(), dtype=np.uint8)
