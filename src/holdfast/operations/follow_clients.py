"""What a new version of a list does to clients whom it names: limits begin or end, and the client and the bank hear.

Nothing of it is decided here: the duties of the packs are asked with every identifier that the client was seen with,
as they stand now, and compared with what was told before.
"""

import asyncio
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypedDict

import numpy as np
import structlog

from holdfast.lists.membership import Identifier, bic_tag
from holdfast.operations.changed_values import Changed, entries_of
from holdfast.operations.client_limits import Watched, states, watched
from holdfast.operations.clients import Client
from holdfast.operations.named_client import name_of_client
from holdfast.operations.read_restrictions import Inquiry
from holdfast.operations.record import subject_named
from holdfast.operations.shard import Flight, Shard, commit, settled
from holdfast.operations.told_client import Step, told_rows
from holdfast.vocabulary.keys import Key
from holdfast.vocabulary.lists import ListEntry, ListVersion
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.canonical import canonical, read_canonical

_SLICE: Final = 10_000
_AT_ONCE: Final = 200
_log: Final = structlog.get_logger("holdfast.lists")
Watch = Sequence[Watched]


@dataclass(slots=True, kw_only=True)
class Restricted:
    """How many clients got a limit, lost one, and could not be told because their data were erased."""

    began: int = 0
    ended: int = 0
    unnamed: int = 0


class _Sealed(TypedDict):
    """What a record of a limit keeps under the client's key; duties by id."""

    of: str
    version: str
    began: Sequence[str]
    ended: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """A version on its way through the clients: the duties to ask, and what it removed by key."""

    version: ListVersion
    watch: Watch
    gone: dict[Key, list[ListEntry]]
    count: Restricted = field(default_factory=Restricted)


async def follow_clients(shard: Shard, version: ListVersion, changed: Changed) -> Restricted:
    """Tell every client whom a version put under a limit or freed from one; whom it told already hears nothing."""
    watch = watched(shard, version.list, shard.ports.clock.now_ms())
    owners = await _owners(shard, changed) if watch else {}
    left = {key for keys in owners.values() for key in keys}
    gone = await entries_of(shard, version, left) if left and len(changed.removed) else {}
    course = _Course(version=version, watch=watch, gone=gone)
    flights: list[Flight] = []
    for key in owners:
        flights += await _follow(shard, course, key)
        if len(flights) >= _AT_ONCE:
            await _landed(flights)
    await _landed(flights)
    if course.count.unnamed:
        _log.warning("clients cannot be told: their data were erased", list=version.list, clients=course.count.unnamed)
    return course.count


async def _landed(flights: list[Flight]) -> None:
    """Wait until records are on disk, and let go of them."""
    while flights:
        await flights.pop(0).landed


async def _owners(shard: Shard, changed: Changed) -> dict[Key, list[Key]]:
    """Find the clients of whom a version changed a value, in one pass in slices, each with the keys that it changed."""
    keys = shard.clients.keys()
    found: dict[Key, list[Key]] = {}
    for start in range(0, len(keys), _SLICE):
        part = keys[start : start + _SLICE]
        found |= await asyncio.to_thread(_touched, part, shard.clients.slice(part), changed)
    return found


def _touched(keys: Sequence[Key], clients: Sequence[Client], changed: Changed) -> dict[Key, list[Key]]:
    """Look a slice of clients through; flat arrays leave nothing for the garbage collector to walk over."""
    halves = array("Q")
    for client in clients:
        for one in client.identifiers:
            halves.extend(one.key)
    pairs = np.frombuffer(halves, dtype=np.uint64).reshape(-1, 2)
    hits = changed.found(pairs[:, 0], pairs[:, 1]).nonzero()[0]
    owners = np.repeat(np.arange(len(keys)), [len(client.identifiers) for client in clients])[hits]
    found: dict[Key, list[Key]] = {}
    for owner, (high, low) in zip(owners.tolist(), pairs[hits].tolist(), strict=True):
        found.setdefault(keys[owner], []).append(Key(high, low))
    return found


def client_thread(key: Key) -> str:
    """Name the story of a client's limits; the key is a hash that only this tenant can make."""
    return f"client_{key.high:016x}{key.low:016x}"


async def _follow(shard: Shard, course: _Course, key: Key) -> list[Flight]:
    """Compare one client's limits with what was told, and hand the difference to the writer."""
    await asyncio.sleep(0)
    thread = client_thread(key)
    await settled(shard, thread)
    # from here to the hand-over there is no await: what was told is the whole of it
    said = [read_canonical(one.event, _Sealed) for one in shard.ports.store.thread(thread) if one.event]
    version, client = course.version, shard.clients.get(key)
    if client is None or any((one["of"], one["version"]) == (version.list, version.version) for one in said):
        return []
    named = name_of_client(shard, client, key)
    if named is None:
        course.count.unnamed += 1
        return []
    now = Inquiry(
        shard=shard, client_id=named.customer_id, client=client, now_ms=shard.ports.clock.now_ms(), lasting={}
    )
    began, ended, binding = _difference(course, now, said)
    if not began and not ended:
        return []
    course.count.began += bool(began)
    course.count.ended += bool(ended)
    subject = subject_named(shard.ports.store, "customer_id", named.customer_id)
    checks = {one.duty.duty.id: one.duty for one in course.watch}
    step = Step(version=version, event_id=named.event_id, subject=subject, free=not binding)
    record = Record(
        seq=shard.next_seq(),
        kind=RecordKind.RESTRICTION,
        occurred_ms=now.now_ms,
        received_ms=now.now_ms,
        subject=subject,
        event=canonical(_Sealed(of=version.list, version=version.version, began=began, ended=ended)),
        outbox=told_rows(shard, step, began=[checks[duty] for duty in began], ended=[checks[duty] for duty in ended]),
        threads=(thread,),
    )
    return [commit(shard, record)]


def _difference(course: _Course, now: Inquiry, said: Sequence[_Sealed]) -> tuple[list[str], list[str], set[str]]:
    """Give the duties that began, those that ended, and all that bind the client now.

    Before the version, those bound that were told and those that what left the list stood behind.
    """
    after = states(now, course.watch)
    gone = tuple(_stood(now.shard, course, now.client.identifiers))
    before = _bound(said, course.version.list)
    if gone:
        then = replace(now, gone=gone, gone_from=course.version.list)
        before |= {duty for duty, state in states(then, course.watch).items() if state is True}
    binding = {duty for duty, state in after.items() if state is True}
    began = [duty for duty in after if duty in binding - before]
    ended = [duty for duty in after if after[duty] is False and duty in before]
    return began, ended, binding


def _bound(said: Iterable[_Sealed], list_id: str) -> set[str]:
    """Fold what was told of one list into the duties that stand."""
    bound: set[str] = set()
    for one in said:
        if one["of"] == list_id:
            bound = (bound | {*one["began"]}) - {*one["ended"]}
    return bound


def _stood(shard: Shard, course: _Course, identifiers: Sequence[Identifier]) -> Iterator[ListEntry]:
    """Give the entries about a client that the version removed, as they stood before."""
    for one in identifiers:
        for bare in course.gone.get(one.key, ()):
            if bare.bic is None or bic_tag(shard.ports.keys, bare.bic) == one.bic:
                yield from _before(shard, course.version, bare)


def _before(shard: Shard, version: ListVersion, bare: ListEntry) -> Iterator[ListEntry]:
    """Give an entry as it was when a version removed it."""
    for step in shard.ports.store.list_steps(version.list, bare.kind, bare.value):
        if step.version.version == version.version and step.entry.bic == bare.bic and not step.added:
            yield step.entry
