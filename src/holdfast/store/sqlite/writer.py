"""The one writer: a thread that commits everything that waits as one group, then answers each.

While one group is on its way to the disk the next one gathers, so that groups grow with the load by themselves. Where
the group before had several records, which means that several callers wait, 3 ms more are given to it: a commit costs
as much CPU as packing ten records, and every turn of this thread takes the interpreter from the one that decides. While
calls wait in line to be decided, which take longer than that anyway, it is 12 ms, or until the group is large enough. A
caller that is alone never waits for others.
This thread waits for the interpreter some ten times a group, each time for as long as the one that decides may keep it.
That is 0.2 ms, which at half the load took p99 of an answer from 60 to 30 ms compared with 0.5; while calls stand in
line, where every turn costs them more than it gives, it is 0.5 ms.
After a group failed nothing is written any more: a failed `fsync` may have lost pages that a second one would call
safe. Source: A. Rebello et al., Can Applications Recover from fsync Failures?, USENIX ATC 2020.
"""

import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import sleep
from typing import Any, Final, Protocol, TypeVar

import structlog
from msgspec import Struct

from holdfast.store.sqlite.checkpoints import Checkpoints
from holdfast.vocabulary.errors import Bug, HoldfastError, StoreError
from holdfast.vocabulary.records import Record

Done = Callable[[BaseException | None], None]
Command = Callable[[sqlite3.Connection], Any]
Result = TypeVar("Result")
WRITER: Final = "holdfast-writer"  # the name of its thread
GROUP_RECORDS: Final = 1_024
GROUP_BYTES: Final = 8 << 20
GATHER_SECONDS: Final = 0.003
GATHER_TURNS: Final = 4
ENOUGH_RECORDS: Final = 32
EAGER_SECONDS: Final = 0.0002
CROWDED_SECONDS: Final = 0.0005
_log: Final = structlog.get_logger(__name__)


class Appender(Protocol):
    """What writes a run of records inside the open transaction."""

    def append(self, records: Sequence[Record]) -> None:
        """Write the records' rows; whatever it raises fails the whole group."""
        ...

    def committed(self) -> None:
        """Hear that everything written so far is on disk; called before anybody is answered."""
        ...


class _Job(Struct, eq=False):
    """A record, or a command to run between records; answered exactly once."""

    record: Record | None
    command: Command | None
    done: Done
    result: Any = None
    error: BaseException | None = None

    def size(self) -> int:
        """Give roughly how many bytes the job adds to a group."""
        record = self.record
        return 0 if record is None else len(record.facts) + len(record.judgement) + len(record.reply)


class Writer:
    """Owner of the writing connection and its thread."""

    def __init__(self, connection: sqlite3.Connection, appender: Appender, checkpoints: Checkpoints) -> None:
        self._connection = connection
        self._appender = appender
        self._checkpoints = checkpoints
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._failure: BaseException | None = None
        self._busy = self._truncate = self._more = False
        self._closed = False
        self._closing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=WRITER, daemon=True)
        self._thread.start()

    @property
    def failure(self) -> BaseException | None:
        """What stopped the writer, if something did."""
        return self._failure

    def waiting(self) -> int:
        """Give how many jobs wait for a group, for admission control."""
        return self._queue.qsize()

    def expect(self, *, more: bool) -> None:
        """Hear whether more records follow at once, for which a group may wait a little longer."""
        if more is not self._more:
            self._more = more
            sys.setswitchinterval(CROWDED_SECONDS if more else EAGER_SECONDS)

    def submit(self, record: Record, done: Done) -> None:
        """Queue a record; `done` is called exactly once."""
        if self._closed:
            done(StoreError("the store is closed"))
            return
        self._queue.put(_Job(record, None, done))
        if self._closed and not self._thread.is_alive():
            self._reject_rest()

    def call(self, command: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run a command inside a group, wait until the group is on disk, and give the command's result.

        What the command raises undoes the command alone and is raised here.
        """
        if threading.current_thread() is self._thread:
            raise Bug("a callback of the writer waits for the writer")
        ready = threading.Event()
        job = _Job(None, command, lambda _error: ready.set())
        with self._closing:
            if self._closed:
                raise StoreError("the store is closed")
            self._queue.put(job)
        ready.wait()
        if job.error is not None:
            raise job.error
        result: Result = job.result
        return result

    def truncate_soon(self) -> None:
        """Ask, from inside a command, that no old page outlives this group in the write-ahead log."""
        self._truncate = True

    def close(self) -> None:
        """Write what waits, then stop; a second call does nothing."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        self._queue.put(None)
        self._thread.join()
        self._reject_rest()

    def _run(self) -> None:
        sys.setswitchinterval(EAGER_SECONDS)
        while (group := self._gather()) is not None:
            if self._failure is None:
                self._write(group)
            else:
                _refuse(group, StoreError(f"the store stopped after a failed commit: {self._failure}"))
            for job in group:
                _answer(job)
            self._keep_log_short()

    def _gather(self) -> list[_Job] | None:
        """Wait for a job, then take all that wait with it, within the bounds of a group."""
        job = self._queue.get()
        if job is None:
            return None
        if self._busy and job.record is not None:
            self._let_gather()
        group = [job]
        size = job.size()
        while len(group) < GROUP_RECORDS and size < GROUP_BYTES:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                self._queue.put(None)
                break
            group.append(job)
            size += job.size()
        self._busy = len(group) > 1
        return group

    def _let_gather(self) -> None:
        """Let a group grow for a moment, and for a few more while more is expected, unless it is large enough."""
        for _ in range(GATHER_TURNS):
            if self._queue.qsize() >= ENOUGH_RECORDS:
                return
            sleep(GATHER_SECONDS)
            if not self._more:
                return

    def _write(self, group: list[_Job]) -> None:
        """Write and commit one group; on any failure every job of it fails, and so does all that follows."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._apply(group)
            self._connection.execute("COMMIT")
            self._appender.committed()
            if self._truncate:
                self._truncate = not self._checkpoints.truncate()  # with a reader in the way, again after a group
        except BaseException as error:  # noqa: BLE001 - whatever went wrong, nobody may be told that it is on disk
            self._fail(error)
            _refuse(group, error)

    def _apply(self, group: list[_Job]) -> None:
        """Write runs of records, and commands between them, in the order in which they came."""
        run: list[Record] = []
        for job in group:
            if job.record is not None:
                run.append(job.record)
                continue
            self._append(run)
            run = []
            self._execute(job)
        self._append(run)

    def _append(self, run: list[Record]) -> None:
        if run:
            self._appender.append(run)

    def _execute(self, job: _Job) -> None:
        """Run one command so that its own failure undoes only itself; a failing disk fails the group."""
        assert job.command is not None  # noqa: S101 - a job without a record has a command, see `call`
        self._connection.execute("SAVEPOINT command")
        try:
            job.result = _own(job.command(self._connection))
        except (HoldfastError, sqlite3.IntegrityError, ValueError, TypeError, LookupError) as error:
            job.error = error
            self._connection.execute("ROLLBACK TO command")
        self._connection.execute("RELEASE command")

    def _fail(self, error: BaseException) -> None:
        self._failure = error
        _log.error("store failed", error=repr(error))
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _keep_log_short(self) -> None:
        """Have the write-ahead log copied into the database when it is long, after the group's answers are out."""
        if self._failure is not None:
            return
        try:
            self._checkpoints.look()
        except (sqlite3.Error, OSError) as error:
            self._fail(error)

    def _reject_rest(self) -> None:
        """Answer what slipped into the queue while it was being closed."""
        while True:
            try:
                job = self._queue.get_nowait()
            except Empty:
                return
            if job is not None:
                job.error = StoreError("the store is closed")
                _answer(job)


def _own(result: Any) -> Any:
    """Refuse to hand a cursor out: where another thread lets go of it, it resets a statement that is being run."""
    if isinstance(result, sqlite3.Cursor):
        raise Bug("a command of the writer gave a cursor instead of what it read")
    return result


def _refuse(group: list[_Job], cause: BaseException) -> None:
    """Give every job of a failed group its error: a broken invariant as it is, anything else as a `StoreError`."""
    for job in group:
        job.error = cause if isinstance(cause, Bug | StoreError) else StoreError(f"nothing reached the disk: {cause}")
        job.error.__cause__ = None if job.error is cause else cause


def _answer(job: _Job) -> None:
    """Tell one caller; what its callback raises is logged and harms nobody else."""
    try:
        job.done(job.error)
    except Exception as error:  # noqa: BLE001 - a neighbour's broken callback must not stop the writer
        _log.error("a callback of the store failed", error=repr(error))
