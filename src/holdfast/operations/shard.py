"""One tenant's single writer: its memory, its place in the log, and the calls in flight."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from weakref import WeakValueDictionary

from msgspec import Struct

from holdfast.engine.prepare import Memory
from holdfast.engine.tenant import Tenant
from holdfast.features import registry
from holdfast.operations.admission import Crowd
from holdfast.operations.clients import ClientIndex
from holdfast.operations.courier import Courier
from holdfast.operations.figures import Figures
from holdfast.operations.followed import Followed
from holdfast.operations.import_folder import ImportFolder
from holdfast.operations.law import Law
from holdfast.operations.newest import Newest
from holdfast.operations.open_operations import OpenOperations
from holdfast.operations.overturned import Overturned
from holdfast.operations.photo_pool import PhotoPool
from holdfast.operations.ports import IdentityProvider, Places, Store
from holdfast.operations.reader import Reader
from holdfast.operations.recent import Known, Recent
from holdfast.operations.ruling import Switches
from holdfast.operations.stories import Stories
from holdfast.operations.watch import Watch, arrival
from holdfast.vocabulary.clock import Clock, IdMaker, Tick
from holdfast.vocabulary.deadline import Deadline
from holdfast.vocabulary.errors import Bug, HoldfastError, UnavailableError
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.lists import ListVersion
from holdfast.vocabulary.records import Record, RecordKind, threads_of

LATE_MS = DAY_MS
OLDEST_MS = 30 * DAY_MS
OPERATIONS = registry.OPERATIONS
_EVENTS = frozenset({RecordKind.DECISION, RecordKind.EVENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the shard reaches the outside through; `proof_key` is shared with the bank's authenticator.

    `places` knows where network addresses lie; without it that is not determined.
    """

    store: Store
    clock: Clock
    tick: Tick
    new_id: IdMaker
    keys: KeyMaker
    imports: ImportFolder
    proof_key: bytes | None = None
    places: Places | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """How the bank is called in notices, and a telephone number that its clients know already."""

    name: str = ""
    phone: str = ""


@dataclass(slots=True, kw_only=True)
class Shard:
    """The state that only the engine's thread touches.

    `fresh_memory` builds an empty memory for a rebuild; `snapshot_seq` is the record after which the snapshot was made
    that the last rebuild began with; `rebuilding` says that the memory lacks what the log folds to; `failed` is why
    nothing can be written, and `broken` wakes who recovers; `flights` are idempotency keys whose record is not on disk
    yet, `threads` the newest record on its way that belongs to the story of a hold, a decision or a claim; `changed`
    remembers of the newest operations whose result said otherwise than their decision whether they count as executed;
    `landings` are those that the writer has reported and the loop has not seen; `covering` are the versions of lists
    that were full snapshots, oldest first; `undecided` are each client's operations that a later input may change,
    `revisions` the newest revision of decisions that got one lately; `past` keeps the law of earlier rulesets for
    replay; `following` lets one pass at a time do what new versions of lists ask for, and `followed` says of each list
    up to which version that is done; `snapshots` are the newest snapshot of lists, each with the version of the list
    at which it was looked up. `patience` is the time of an answer in milliseconds by event type, where its caller
    names none (absent: no limit), `watch` ends waits on time; `recent` are operations at hand for their results;
    `handed` are the ticks at which records were handed over that are not on disk yet; `crowd` is who waits and who was
    turned away. `readers` ask providers, by their id; `openings` are idempotency keys of events for which that is
    being done. `photos` looks at pictures in processes of its own. `identity` verifies who people are, by the names of
    the providers in the order in which they are tried; `stories` are sessions at hand, `session_locks` let one call at
    a time speak to a provider about one session. `owner_key` hashes the personal numbers of owners where the bank
    shares a key of its own for that. `switches` are the emergency switches of signs, `switching` lets one act on them
    at a time.
    """

    tenant: Tenant
    law: Law
    ruleset: str
    ports: Ports
    memory: Memory
    fresh_memory: Callable[[], Memory]
    seq: int = 0
    snapshot_seq: int = 0
    rebuilding: bool = False
    failed: BaseException | None = None
    broken: asyncio.Event = field(default_factory=asyncio.Event)
    flights: dict[bytes, "Flight"] = field(default_factory=dict)
    threads: dict[str, "Flight"] = field(default_factory=dict)
    changed: Overturned = field(default_factory=Overturned)
    covering: list[ListVersion] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    landings: "deque[tuple[Flight, BaseException | None]]" = field(default_factory=deque)
    landing: bool = False
    past: dict[str, tuple[Tenant, Law]] = field(default_factory=dict)
    list_locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    undecided: OpenOperations = field(default_factory=OpenOperations)
    revisions: Newest[str, int] = field(default_factory=Newest)
    clients: ClientIndex = field(default_factory=ClientIndex)
    following: asyncio.Lock = field(default_factory=asyncio.Lock)
    followed: dict[str, Followed] = field(default_factory=dict)
    snapshots: dict[str, tuple[str, ListVersion | None]] = field(default_factory=dict)
    bank: Bank = field(default_factory=Bank)
    courier: Courier = field(default_factory=Courier)
    patience: Mapping[str, int] = field(default_factory=dict)
    recent: Recent = field(default_factory=Recent)
    watch: Watch = field(default_factory=Watch)
    handed: deque[int] = field(default_factory=deque)
    crowd: Crowd = field(default_factory=Crowd)
    readers: Mapping[str, Reader] = field(default_factory=dict)
    photos: PhotoPool = field(default_factory=PhotoPool)
    openings: "dict[bytes, asyncio.Future[None]]" = field(default_factory=dict)
    identity: Mapping[str, IdentityProvider] = field(default_factory=dict)
    stories: Stories = field(default_factory=Stories)
    session_locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    owner_key: bytes = b""
    switches: Switches = field(default_factory=Switches)
    switching: asyncio.Lock = field(default_factory=asyncio.Lock)

    def whole_memory(self) -> Memory:
        """Give the memory to be read; raises UnavailableError while it is built again, for it would know of nobody."""
        if self.rebuilding:
            raise UnavailableError("the memory is being built again from the log")
        return self.memory

    def ruling(self, at_ms: int) -> tuple[Tenant, Law, str]:
        """Give the settings, the law and the ruleset by which an event is judged that is decided at an instant."""
        span = self.switches.span(at_ms) if self.switches.spans else None
        return (self.tenant, self.law, self.ruleset) if span is None else span.ruling

    def next_seq(self) -> int:
        """Give the next place in the log; `commit` takes it, so that an event that fails before leaves no gap."""
        if self.failed is not None:
            raise UnavailableError("the log cannot be written at the moment")
        return self.seq + 1

    def list_lock(self, list_id: str) -> asyncio.Lock:
        """Give the lock under which one list changes, so that an edit waits for an import of the same list alone."""
        return self.list_locks.setdefault(list_id, asyncio.Lock())

    def declare(self, source: str, since_ms: int) -> None:
        """Take note that a source is complete since an instant."""
        complete: Mapping[str, int] = {**self.memory.complete_since, source: since_ms}
        self.memory = replace(self.memory, complete_since=complete)


def beginning(shard: Shard) -> Shard:
    """Give the shard with all that it folded from the log as it is before the first record, the windows apart."""
    return replace(
        shard,
        flights={},
        changed=Overturned(),
        undecided=OpenOperations(),
        revisions=Newest(),
        clients=ClientIndex(),
        covering=[],
        switches=Switches(),
        seq=0,
    )


class Flight(Struct, kw_only=True, eq=False):
    """A record on its way to disk, with what a twin or a result that comes meanwhile needs of it.

    `answer` wakes the one call whose answer must be out by a deadline.
    """

    record: Record
    known: Known | None
    threads: tuple[str, ...]
    landed: "asyncio.Future[Record]"
    answer: "asyncio.Future[None] | None" = None


def commit(shard: Shard, record: Record, known: Known | None = None) -> Flight:
    """Hand a record to the writer; the flight's future ends when the record is on disk, or with the error."""
    if record.seq != shard.seq + 1:
        raise Bug(f"record {record.seq} was handed over after record {shard.seq}")
    shard.seq = record.seq
    shard.handed.append(shard.ports.tick())
    threads = threads_of(record)
    landed = asyncio.get_running_loop().create_future()
    flight = Flight(record=record, known=known, threads=threads, landed=landed)
    if record.key:
        shard.flights[record.key] = flight
    for thread in threads:
        shard.threads[thread] = flight
        shard.stories.forget(thread)
        if record.kind not in _EVENTS:
            shard.recent.forget(thread)
    try:
        shard.ports.store.expect(more=shard.crowd.has_waiting)
        shard.ports.store.submit(record, partial(_report, shard, flight))
    except Exception as error:  # noqa: BLE001 - whatever the store says, the record is not on disk
        _land(shard, flight, error)
    return flight


def _report(shard: Shard, flight: Flight, error: BaseException | None) -> None:
    """Hear from the writer's thread that a record landed; the loop is woken once for all that land together."""
    shard.landings.append((flight, error))
    if not shard.landing:
        shard.landing = True
        flight.landed.get_loop().call_soon_threadsafe(land_all, shard)


class applying:  # noqa: N801 - reads as the verb that it is, as context managers do
    """Let an event take effect and be handed over, or have the memory built again: it may be ahead of the log."""

    __slots__ = ("_shard",)

    def __init__(self, shard: Shard) -> None:
        self._shard = shard

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Let the error pass, and note it unless it is a refusal."""
        if isinstance(error, Exception) and (isinstance(error, Bug) or not isinstance(error, HoldfastError)):
            self._shard.failed = self._shard.failed or error
            self._shard.broken.set()


async def settled(shard: Shard, thread: str, deadline: Deadline | None = None) -> None:
    """Wait until every record of a story is on disk, so that what is read next is the whole of it.

    Between this and a commit that follows there must be no await. Raises UnavailableError when one was not written,
    DeadlineExceededError when that takes too long.
    """
    while (flight := shard.threads.get(thread)) is not None:
        await arrival(flight.landed, deadline, shard.ports.tick)


async def opened(shard: Shard, key: bytes, deadline: Deadline | None = None) -> None:
    """Wait while an event is being enriched, whose record is not even on its way."""
    while (opening := shard.openings.get(key)) is not None:
        await arrival(opening, deadline, shard.ports.tick)


async def landed(shard: Shard, flight: Flight, deadline: Deadline | None) -> Record:
    """Wait until a record is on disk; with DeadlineExceededError the wait ends, and the record goes on its way."""
    if deadline is not None and not flight.landed.done():
        flight.answer = shard.watch.until(deadline, shard.ports.tick())
        await flight.answer
    return await flight.landed


def land_all(shard: Shard) -> None:
    """End every flight that the writer has reported: the loop is woken once for a whole group."""
    shard.landing = False
    while shard.landings:
        flight, error = shard.landings.popleft()
        _land(shard, flight, error)


def _land(shard: Shard, flight: Flight, error: BaseException | None) -> None:
    """End a flight; a failed group fails every later one until the memory is rebuilt from the log."""
    if shard.handed:
        shard.handed.popleft()
    shard.flights.pop(flight.record.key, None)
    for thread in flight.threads:
        if shard.threads.get(thread) is flight:
            del shard.threads[thread]
    if error is not None:
        shard.failed = shard.failed or error
        shard.stories.clear()
        shard.broken.set()
    elif flight.record.outbox:
        shard.courier.mail.set()
    _tell(flight, error)


def _tell(flight: Flight, error: BaseException | None) -> None:
    """Wake who waits for a flight's end."""
    if not flight.landed.done():
        if error is None:
            flight.landed.set_result(flight.record)
        else:
            flight.landed.set_exception(UnavailableError("the record could not be written to disk"))
            flight.landed.exception()  # seen: who no longer waits for it is no fault to be logged
    if flight.answer is not None and not flight.answer.done():
        flight.answer.set_result(None)
