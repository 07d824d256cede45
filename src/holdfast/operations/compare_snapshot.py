"""Read a snapshot and compare it with what is in force: the heavy half of an import, in a process of its own.

A million rows take many seconds of pure computation, during which decisions could not be made. So a large snapshot
is read and compared in a child process, which writes what comes and what goes into files; a small one in a thread,
because a process takes longer to start than it would work. Nothing here changes anything but those files.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from holdfast.lists.differences import difference, marking
from holdfast.lists.versions import Name, Stamp, name_of
from holdfast.matching.identifiers import normalise_entry
from holdfast.operations.import_folder import MOST_FAULTS, Counts, SnapshotRequest
from holdfast.operations.ports import ListReader
from holdfast.vocabulary.errors import Bug, HoldfastError, ListError
from holdfast.vocabulary.lists import ListChange, ListEntry, ListKind, ListVersion, RowFault
from holdfast.wire.feeds import KINDS, FeedReader, FeedRow, FeedType, Tally
from holdfast.wire.own_lists import TableReader

PORTION: Final = 2_000
_CHUNK_BYTES: Final = 1 << 20
_SILENCE_S: Final = 0.5
_SMALL_BYTES: Final = 256 * 1024
_SMALL_ENTRIES: Final = 10_000
_decode: Final = msgspec.json.Decoder(tuple[ListEntry, ...]).decode
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Everything that a comparison needs, fit to be sent to another process.

    `file` is the snapshot, `parts` the path to which the names of the written files are joined. `current` reads the
    list in force and `marks` the marked values last loaded, `None` where no file of marks ever came.
    """

    request: SnapshotRequest
    file: Path
    parts: str
    zone: str
    home: str
    loaded_ms: int
    before: ListVersion | None
    current: ListReader
    marks: ListReader | None

    @property
    def kinds(self) -> tuple[ListKind, ...]:
        """Give the kinds that the snapshot covers; a plain table is the whole list."""
        return covered(self.request)

    def part(self, name: str) -> Path:
        """Name one of the written files."""
        return Path(f"{self.parts}.{name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a comparison found; the entries themselves are in the files `gone` and `come` of each list.

    `counts` are those by which the snapshot is judged; `main` says how the list itself changes, which differs
    for a file of marks.
    """

    counts: Counts
    main: Counts
    faults: tuple[RowFault, ...]


def covered(request: SnapshotRequest) -> tuple[ListKind, ...]:
    """Give the kinds that a snapshot covers; a plain table is the whole list."""
    return tuple(ListKind) if request.feed is None else (KINDS[FeedType(request.feed)],)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One pass over the file, with the faults of its rows."""

    task: Task
    progress: Progress
    tally: Tally = field(default_factory=Tally)
    faults: list[RowFault] = field(default_factory=list)
    bad: int = 0

    def entries(self) -> Iterator[ListEntry]:
        """Read and normalise the entries; what cannot be used is noted."""
        size = max(self.task.file.stat().st_size, 1)
        for batch in self._reader().read(_chunks(self.task.file)):
            self._note(batch.faults)
            for row in batch.rows:
                entry = self._normalised(row)
                if entry is not None:
                    yield entry
            self.progress("reading", self.tally.bytes, size)

    def _reader(self) -> FeedReader | TableReader:
        request, zone = self.task.request, ZoneInfo(self.task.zone)
        if request.feed is None:
            return TableReader(zone=zone, source=request.source, added_ms=self.task.loaded_ms, tally=self.tally)
        kind = FeedType(request.feed)
        return FeedReader(type=kind, zone=zone, source=request.source, marked=request.marked, tally=self.tally)

    def _normalised(self, row: FeedRow) -> ListEntry | None:
        try:
            return normalise_entry(row.entry, home=self.task.home)
        except ListError as error:
            self._note([RowFault(line=row.line, message=error.message, column=error.pointer.strip("/") or None)])
            return None

    def _note(self, faults: Sequence[RowFault]) -> None:
        self.bad += len(faults)
        self.faults += faults[: MOST_FAULTS - len(self.faults)] if len(self.faults) < MOST_FAULTS else ()

    def counts(self, change: ListChange, standing: int, unmatched: int = 0) -> Counts:
        """Count what came of the file."""
        changed = len({name_of(entry) for entry in change.removed} & {name_of(entry) for entry in change.added})
        return Counts(
            rows=self.tally.rows,
            faults=self.bad,
            narrow=self.tally.narrow,
            ended=self.tally.ended,
            entries=change.version.entries,
            standing=standing,
            new=len(change.added) - changed,
            gone=len(change.removed) - changed,
            changed=changed,
            unmatched=unmatched,
        )


def compare(task: Task, progress: Progress) -> Compared:
    """Read the file and write the differences; raises ListError when it is no table at all."""
    reading = _Reading(task=task, progress=progress)
    counts, main = (_marks if task.request.marked else _snapshot)(task, reading)
    return Compared(counts=counts, main=main, faults=tuple(sorted(reading.faults, key=lambda fault: fault.line)))


def _stamp(task: Task) -> Stamp:
    return Stamp(list=task.request.list, loaded_ms=task.loaded_ms, kinds=task.kinds)


def _snapshot(task: Task, reading: _Reading) -> tuple[Counts, Counts]:
    """Compare a full snapshot with the list; the marks last loaded go with what comes."""
    current = list(task.current(task.kinds))
    marked = None if task.marks is None else {name_of(entry) for entry in task.marks(task.kinds)}
    change = difference(current, reading.entries(), stamp=_stamp(task), marked=marked)
    counts = reading.counts(change, len(current))
    _write(task, "main", change)
    return counts, counts


def _marks(task: Task, reading: _Reading) -> tuple[Counts, Counts]:
    """Compare a file of marks with the marks last loaded, and with what the list says now."""
    before = list(task.marks(task.kinds)) if task.marks else []
    marks = difference(before, reading.entries(), stamp=_stamp(task))
    named: dict[Name, ListEntry] = {name_of(entry): entry for entry in before}
    for entry in marks.removed:
        named.pop(name_of(entry))
    named.update((name_of(entry), entry) for entry in marks.added)
    _write(task, "marks", marks)
    if task.before is None:
        return reading.counts(marks, len(before), len(named)), Counts()
    current = list(task.current(task.kinds))
    found = marking(current, named.values(), stamp=_stamp(task), before=task.before)
    _write(task, "main", found.change)
    main = reading.counts(found.change, len(current))
    return reading.counts(marks, len(before), len(found.unmatched)), main


def _chunks(file: Path) -> Iterator[bytes]:
    """Read a file in chunks."""
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk


def _write(task: Task, name: str, change: ListChange) -> None:
    """Write what goes and what comes, a portion a line; what only changed stands among what comes."""
    coming = {name_of(entry) for entry in change.added}
    going = (entry for entry in change.removed if name_of(entry) not in coming)
    for part, entries in (("gone", going), ("come", change.added)):
        stream: Iterator[ListEntry] = iter(entries)
        with task.part(f"{name}-{part}").open("wb") as file:
            while portion := list(islice(stream, PORTION)):
                file.write(msgspec.json.encode(portion) + b"\n")


def portions(file: Path) -> Iterator[tuple[ListEntry, ...]]:
    """Read back what `compare` wrote; a file that it had no reason to write is empty."""
    if file.exists():
        with file.open("rb") as stream:
            for line in stream:
                yield _decode(line)


def is_small(task: Task) -> bool:
    """Tell whether a comparison is done sooner than a process starts."""
    entries = task.before.entries if task.before else 0
    return task.file.stat().st_size <= _SMALL_BYTES and entries <= _SMALL_ENTRIES


def compare_apart(task: Task, progress: Progress) -> Compared:
    """Compare, in a child process unless the task is small; blocks, and holds no lock of this process meanwhile.

    What `progress` raises ends the child and is raised here.
    """
    if is_small(task):
        return compare(task, progress)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(task, theirs), daemon=True, name="holdfast-import")
    child.start()
    theirs.close()
    try:
        return _listen(ours, progress)
    except EOFError:
        raise Bug("the process that compared the snapshot ended before its work was done") from None
    finally:
        child.kill()
        child.join()
        ours.close()


def _listen(ours: Connection, progress: Progress) -> Compared:
    """Pass progress on until the end comes, again and again while the child is silent, so that a halt is heard."""
    last = ("reading", 0, 1)
    while True:
        if not ours.poll(_SILENCE_S):
            progress(*last)
            continue
        said = ours.recv()
        if isinstance(said, Compared):
            return said
        if isinstance(said, HoldfastError):
            raise said
        last = said
        progress(*said)


def _child(task: Task, theirs: Connection) -> None:
    """Compare in the child and send what was found, or the error that the caller must hear."""
    try:
        theirs.send(compare(task, lambda *said: theirs.send(said)))
    except ListError as error:
        theirs.send(ListError(error.message))
