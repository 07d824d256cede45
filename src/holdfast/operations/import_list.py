"""Import a full snapshot of a list: read, compare, check, stage beside the decisions, and switch by one record.

A snapshot that fails a check waits in quarantine until a second person approves it; the last good version stays in
force. Marks of the police come in files of their own and are kept beside the list, under a name of their own.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeVar

from holdfast.lists.book import Staging
from holdfast.lists.inspection import Doubt, Finding, Snapshot, SnapshotLimits, Standing, inspect, require_release
from holdfast.lists.versions import UNDOES, Stamp, made_version
from holdfast.operations.change_list import cleared, list_record
from holdfast.operations.compare_snapshot import Compared, Progress, Task, compare_apart, covered, portions
from holdfast.operations.import_folder import Counts, Held, Reason, SnapshotRequest
from holdfast.operations.known_lists import require_asked
from holdfast.operations.list_settings import list_settings, marks_of, snapshot_limits
from holdfast.operations.shard import Shard, commit
from holdfast.vocabulary.errors import InvalidError, UnavailableError
from holdfast.vocabulary.lists import ListChange, ListVersion, RowFault
from holdfast.wire.feeds import FeedType

Result = TypeVar("Result")
_NO_LIMIT: Final = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A snapshot that is in force; `version` is `None` when only marks came for a list that was never loaded."""

    list: str
    version: ListVersion | None
    counts: Counts
    faults: tuple[RowFault, ...]


async def receive_snapshot(shard: Shard, request: SnapshotRequest, body: AsyncIterator[bytes]) -> str:
    """Write a snapshot to the data directory and give the id under which it is known.

    Raises InvalidError for an unknown type and TooLargeError for a body beyond the limit, and keeps nothing then.
    """
    _check(shard, request)
    snapshot_id = shard.ports.new_id("imp")
    await shard.ports.imports.receive(snapshot_id, body)
    return snapshot_id


async def import_snapshot(
    shard: Shard, request: SnapshotRequest, snapshot_id: str, *, progress: Progress
) -> Imported | Held:
    """Put a received snapshot in force, or in quarantine with its findings.

    Raises ListError for a plain table whose first row does not name its columns; the last good version stays.
    """
    return await asyncio.shield(_import(shard, request, snapshot_id, progress=progress))


async def _import(shard: Shard, request: SnapshotRequest, snapshot_id: str, *, progress: Progress) -> Imported | Held:
    """Carry an import to its end, whether its caller still listens or not."""
    folder, held = shard.ports.imports, None
    try:
        async with shard.list_lock(request.list):
            task = _task(shard, request, snapshot_id)
            compared = await _apart(lambda tell: compare_apart(task, tell), progress)
            findings = _inspected(shard, request, compared.counts)
            if findings:
                held = _held(shard, task, compared, findings=findings)
                await asyncio.to_thread(folder.keep, held)
                return held
            return await _take(shard, task, compared, progress=progress)
    finally:
        folder.clear(snapshot_id, keep_file=held is not None)


async def approve_snapshot(shard: Shard, held: Held, *, by: str, progress: Progress) -> Imported:
    """Put a snapshot from quarantine in force on a second person's word.

    It is compared again with what is in force now. Raises ForbiddenError for the person who loaded it, and
    QuarantinedError where a finding cannot be set aside.
    """
    _require(held, by)
    return await asyncio.shield(_approve(shard, held, by=by, progress=progress))


async def _approve(shard: Shard, held: Held, *, by: str, progress: Progress) -> Imported:
    folder = shard.ports.imports
    try:
        async with shard.list_lock(held.request.list):
            folder.get(held.request.list, held.id)
            request = replace(held.request, by=f"{held.request.by}, {by}")
            task = _task(shard, request, held.id)
            compared = await _apart(lambda tell: compare_apart(task, tell), progress)
            imported = await _take(shard, task, compared, progress=progress)
            folder.drop(held.id)
            return imported
    finally:
        folder.clear(held.id, keep_file=held.id in folder.held)


def _require(held: Held, by: str) -> None:
    """Ask the rule of the second person."""
    findings = tuple(Finding(doubt=Doubt(one.doubt), message=one.message) for one in held.findings)
    require_release(findings, loaded_by=held.request.by, approved_by=by)


async def drop_snapshot(shard: Shard, list_id: str, snapshot_id: str) -> None:
    """Remove a snapshot from quarantine without using it."""
    async with shard.list_lock(list_id):
        shard.ports.imports.drop(shard.ports.imports.get(list_id, snapshot_id).id)


async def _apart(work: Callable[[Progress], Result], progress: Progress) -> Result:
    """Do blocking work in a thread, and let it end at its next sign of progress when the server stops."""
    halted = threading.Event()

    def tell(stage: str, done: int, size: int) -> None:
        if halted.is_set():
            raise UnavailableError("the server is stopping; the last good version stays in force")
        progress(stage, done, size)

    try:
        return await asyncio.to_thread(work, tell)
    except asyncio.CancelledError:
        halted.set()
        raise


def _check(shard: Shard, request: SnapshotRequest) -> None:
    """Refuse a request that names no list, one that nobody asks, or no type."""
    require_asked(shard, request.list)
    if (request.source or "").startswith(UNDOES):
        raise InvalidError(
            f"`source` cannot begin with `{UNDOES.strip()}`", pointer="/source", hint="name who reported"
        )
    if request.feed is not None and request.feed not in list(FeedType):
        raise InvalidError(f"there is no type `{request.feed}`", pointer="/type", hint=", ".join(FeedType))
    if request.marked and request.feed is None:
        raise InvalidError("a file of marks needs its type", pointer="/type", hint=", ".join(FeedType))


def _task(shard: Shard, request: SnapshotRequest, snapshot_id: str) -> Task:
    """Gather what a comparison needs."""
    store, folder = shard.ports.store, shard.ports.imports
    marks = None if request.feed is None else marks_of(request.list, covered(request)[0])
    loaded = marks is not None and bool(store.list_versions(marks))
    return Task(
        request=request,
        file=folder.file(snapshot_id),
        parts=str(folder.file(snapshot_id, "part")),
        zone=str(shard.tenant.zone),
        home=shard.tenant.home,
        loaded_ms=shard.ports.clock.now_ms(),
        before=shard.memory.lists.version(request.list),
        current=store.list_reader(request.list),
        marks=store.list_reader(marks) if marks and loaded else None,
    )


def _inspected(shard: Shard, request: SnapshotRequest, counts: Counts) -> tuple[Finding, ...]:
    """List the reasons for which a snapshot may not be used at once."""
    snapshot = Snapshot(
        type=request.feed or "table",
        rows=counts.rows,
        entries=counts.entries,
        declared_type=request.declared_type,
        published_ms=request.published_ms,
        declared_rows=request.declared_rows,
        faults=counts.faults,
        narrow=counts.narrow,
        ended=counts.ended,
        gone=counts.gone,
        new=counts.new,
    )
    current, limits = _standing(shard, request, counts)
    return inspect(snapshot, current, limits)


def _standing(shard: Shard, request: SnapshotRequest, counts: Counts) -> tuple[Standing | None, SnapshotLimits]:
    """Say what is in force, and the limits against it.

    A first snapshot may bring any number of values and may be empty, but what single entries built up before is
    guarded against it too.
    """
    limits = replace(snapshot_limits(list_settings(shard.ports.store, request.list)), may_be_empty=not counts.standing)
    if request.marked:
        versions = shard.ports.store.list_versions(marks_of(request.list, covered(request)[0]))
        known = [versions[-1].published_ms] if versions else []
    else:
        book = shard.memory.lists
        known = [book.published(request.list, kind) for kind in covered(request) if book.covers(request.list, kind)]
    last = max((instant for instant in known if instant is not None), default=None)
    if known:
        return Standing(entries=counts.standing, published_ms=last), limits
    first = Standing(entries=counts.standing) if counts.standing else None
    return first, replace(limits, grow_percent=_NO_LIMIT)


def _held(shard: Shard, task: Task, compared: Compared, *, findings: tuple[Finding, ...]) -> Held:
    """Describe a snapshot for quarantine."""
    return Held(
        id=task.file.stem,
        request=task.request,
        held_ms=shard.ports.clock.now_ms(),
        counts=compared.counts,
        findings=tuple(Reason(doubt=one.doubt, message=one.message, final=one.final) for one in findings),
        faults=compared.faults,
    )


async def _take(shard: Shard, task: Task, compared: Compared, *, progress: Progress) -> Imported:
    """Put a compared snapshot in force; of a file of marks first the list, then the marks themselves."""
    request, before = task.request, task.before
    version = before
    if not request.marked or compared.main.changed:
        version = await _publish(shard, task, _next(shard, task, compared), progress=progress)
    if request.marked:
        await _publish_marks(shard, task, compared.counts)
    _supersede(shard, request)
    return Imported(list=request.list, version=version, counts=compared.counts, faults=compared.faults)


def _next(shard: Shard, task: Task, compared: Compared) -> ListVersion:
    """Make the version that a comparison leads to; a change of marks is no snapshot of its own."""
    request, counts = task.request, compared.main
    before = task.before.entries if task.before else 0
    stamp = Stamp(
        list=request.list,
        loaded_ms=shard.ports.clock.now_ms(),
        published_ms=None if request.marked else request.published_ms,
        source=request.source,
        by=request.by,
        kinds=() if request.marked else task.kinds,
    )
    return made_version(
        stamp,
        task.before,
        entries=before + counts.new - counts.gone,
        added=counts.new + counts.changed,
        removed=counts.gone + counts.changed,
    )


async def _publish(shard: Shard, task: Task, version: ListVersion, *, progress: Progress) -> ListVersion:
    """Stage a version in the store and in memory, then make it current by one small record."""
    book = shard.memory.lists
    staging = await asyncio.to_thread(book.stage, ListChange(version=version))
    with cleared(shard, version):
        await _apart(lambda tell: _stage(shard, _Work(task, "main", version, tell), staging), progress)
        # from the switch to the hand-over to the writer there is no await: log order is apply order
        record = list_record(shard, version)
        book.switch(staging)
        flight = commit(shard, record)
    await flight.landed
    return version


async def _publish_marks(shard: Shard, task: Task, counts: Counts) -> None:
    """Keep the marked values of one kind as a version of their own, beside the lists that answer."""
    request = task.request
    name = marks_of(request.list, task.kinds[0])
    versions = shard.ports.store.list_versions(name)
    stamp = Stamp(list=name, loaded_ms=task.loaded_ms, published_ms=request.published_ms, by=request.by)
    before = versions[-1] if versions else None
    version = made_version(stamp, before, entries=counts.entries, added=counts.new, removed=counts.gone)
    with cleared(shard, version):
        await _apart(lambda tell: _stage(shard, _Work(task, "marks", version, tell), None), _silent)
        flight = commit(shard, list_record(shard, version))
    await flight.landed


class _Work(NamedTuple):
    """What is being staged: the task, the name of its files, the version, and who hears of the progress."""

    task: Task
    name: str
    version: ListVersion
    progress: Progress


def _silent(_stage: str, _done: int, _size: int) -> None:
    """Tell nobody of progress."""


def _stage(shard: Shard, work: _Work, staging: Staging | None) -> None:
    """Stage what goes and then what comes, portion by portion, so that records never wait long; blocks."""
    store, version = shard.ports.store, work.version
    done, size = 0, version.added + version.removed
    for part, adds in (("gone", False), ("come", True)):
        for portion in portions(work.task.part(f"{work.name}-{part}")):
            change = {"added": portion} if adds else {"removed": portion}
            store.stage_list_change(version.list, version.version, **change)
            if staging is not None:
                staging.take(**change)
            done += len(portion)
            work.progress("staging", done, max(size, done))


def _supersede(shard: Shard, request: SnapshotRequest) -> None:
    """Take older snapshots of the same type out of quarantine, because a newer one is in force."""
    for held in shard.ports.imports.of_list(request.list):
        other = held.request
        older = request.published_ms is not None and (other.published_ms or 0) < request.published_ms
        if older and (other.feed, other.marked) == (request.feed, request.marked):
            shard.ports.imports.drop(held.id)
