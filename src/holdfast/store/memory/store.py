"""The store in memory: answers at once, on the caller's thread, and forgets everything with the process."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Final

import structlog
from msgspec import structs

from holdfast.store.chain import Chain, Chained, Kept, chain_link, chained, write_marks
from holdfast.store.cursors import Numbered, page_of, read_place
from holdfast.store.extras import extra_parts
from holdfast.store.memory.lists import MemoryLists
from holdfast.store.memory.small import MemoryTables
from holdfast.store.memory.story import MemoryStory
from holdfast.store.names import NAMES_KEY, Names
from holdfast.store.walk import Progress, silent, walk
from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.errors import Bug, InvalidError, StoreError
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.records import Record, RecordKind, threads_of
from holdfast.vocabulary.stored import ChainLink, Found, Page, Snapshot, Verified, WaitingRow

Done = Callable[[BaseException | None], None]
_KEPT_DAYS: Final = 30
_log: Final = structlog.get_logger(__name__)


class MemoryStore(MemoryTables, MemoryLists, MemoryStory):
    """The twin of the SQLite store without a disk; one conformance suite runs over both.

    `submit` calls `done` before it returns. `break_with` makes it fail as a full disk would.
    """

    def __init__(self, *, clock: Clock, secret: bytes = bytes(32)) -> None:
        MemoryTables.__init__(self, clock)
        MemoryLists.__init__(self)
        MemoryStory.__init__(self)
        self._secret = secret
        self._names = Names(self.derive(NAMES_KEY))
        self._records: list[Record] = []
        self._by_key: dict[bytes, Record] = {}
        self._by_decision: dict[str, int] = {}
        self._by_event: dict[str, int] = {}
        self._threads: defaultdict[str, list[int]] = defaultdict(list)
        self._chain = Chain(None)
        self._proofs: list[tuple[bytes, bytes]] = []
        self._forgotten_upto: dict[bytes, int] = {}
        self._failure: BaseException | None = None
        self._closed = False

    @property
    def failure(self) -> BaseException | None:
        """What stopped the store, if something did."""
        return self._failure

    def break_with(self, error: BaseException) -> None:
        """Let every submit from now on fail, as after a failed commit."""
        self._failure = error

    def waiting(self) -> int:
        """Give 0: nothing ever waits."""
        return 0

    def expect(self, *, more: bool) -> None:
        """Say whether more records follow at once; here nothing waits for any."""

    def submit(self, record: Record, done: Done) -> None:
        """Take the next record, and call `done` with `None` or the error before returning."""
        error: BaseException | None = None
        if self._closed or self._failure is not None:
            error = StoreError("the store is closed" if self._closed else f"the store stopped: {self._failure}")
        else:
            try:
                self._append(record)
            except Bug as bug:
                error = self._failure = bug
        try:
            done(error)
        except Exception as raised:  # noqa: BLE001 - a broken callback must not harm the store
            _log.error("a callback of the store failed", error=repr(raised))

    def find(self, key: bytes) -> Found | None:
        """Give the first answer to an idempotency key of the last 30 days."""
        record = self._by_key.get(key)
        if record is None:
            return None
        return Found(**{name: getattr(record, name) for name in Found.__struct_fields__})

    def decision(self, decision_id: str) -> Record | None:
        """Give the record of a decision."""
        seq = self._by_decision.get(decision_id)
        return None if seq is None else self._read(seq)

    def by_event(self, event_id: str) -> Record | None:
        """Give the first record of an event."""
        seq = self._by_event.get(event_id)
        return None if seq is None else self._read(seq)

    def decisions(self, limit: int, cursor: str | None = None) -> Page[Record]:
        """Give decisions, newest first, a page at a time."""
        before = self.last_seq() + 1 if cursor is None else read_place(cursor, Numbered, parts=1).seq
        older = [one.seq for one in self._records[: max(0, before - 1)] if one.kind is RecordKind.DECISION][::-1]
        page = page_of(older, limit, lambda seq: (seq,))
        return Page(items=tuple(map(self._read, page.items)), next=page.next)

    def replay(self, after_seq: int = 0, upto: int | None = None) -> Iterator[Record]:
        """Give the records after one number up to and with another, in log order."""
        last = self.last_seq() if upto is None else min(upto, self.last_seq())
        return map(self._read, range(after_seq + 1, last + 1))

    def last_seq(self) -> int:
        """Give the number of the newest record, 0 in an empty log."""
        return len(self._records)

    def thread(self, thread_id: str) -> tuple[Record, ...]:
        """Give the story of a hold, a decision or a claim in log order; a decision's begins with its own record."""
        own = self._by_decision.get(thread_id)
        return tuple(map(self._read, sorted({*self._threads.get(thread_id, ()), *([own] if own else [])})))

    def newest_of_thread(self, thread_id: str, limit: int) -> tuple[Record, ...]:
        """Give the last few records of a story that is no decision's, in log order."""
        return tuple(map(self._read, self._threads.get(thread_id, [])[-limit:]))

    def seq_at(self, received_ms: int) -> int:
        """Give the number of the last record received before an instant, 0 when there is none."""
        return bisect_left(self._records, received_ms, key=lambda one: one.received_ms)

    def chain_link(self, seq: int) -> ChainLink | None:
        """Give the link of the hash chain at a record."""
        if not 1 <= seq <= self.last_seq():
            return None
        return chain_link(self._kept(seq), self._proofs[seq - 2][1] if seq > 1 else None)

    def verify_chain(
        self, progress: Progress = silent, *, head: bytes | None = None, seq: int | None = None
    ) -> Verified:
        """Compute the hash chain again from the records, and name the first that is not as it was written."""
        return walk(map(self._kept, range(1, self.last_seq() + 1)), progress, head=head, seq=seq)

    def expire_keys(self, now_ms: int) -> int:
        """Drop idempotency keys whose record came more than 30 days before; give the number of days dropped."""
        oldest = now_ms // DAY_MS - _KEPT_DAYS
        gone = {key: one for key, one in self._by_key.items() if one.received_ms // DAY_MS < oldest}
        for key in gone:
            del self._by_key[key]
        return len({one.received_ms // DAY_MS for one in gone.values()})

    def forget(self, subject: bytes) -> bool:
        """Make a subject's event and facts unreadable, and tell whether there was anything new to forget."""
        if not subject:
            raise InvalidError("the empty subject stands for the tenant itself and cannot be forgotten")
        upto = self._forgotten_upto.get(subject, 0)
        if not any(one.subject == subject and one.seq > upto for one in self._records):
            return False
        self._forgotten_upto[subject] = self.last_seq()
        return True

    def keyed_hash(self, data: bytes) -> bytes:
        """Hash to 16 bytes what may name a person."""
        return self._names.hash(data)

    @property
    def keeps_keyed_names(self) -> bool:
        """Tell that people are named by a hash with a key."""
        return self._names.keyed

    def derive(self, purpose: str) -> bytes:
        """Give 32 secret bytes for one purpose."""
        return blake2b(purpose.encode(), digest_size=32, key=self._secret, person=b"holdfast").digest()

    def latest_snapshot(self) -> Snapshot | None:
        """Give the newest snapshot that is not ahead of the log."""
        whole = [one for one in self._snapshots if one.seq <= self.last_seq()]
        return whole[-1] if whole else None

    def close(self) -> None:
        """Take no more records."""
        self._closed = True

    def _read(self, seq: int) -> Record:
        record = self._records[seq - 1]
        if seq <= self._forgotten_upto.get(record.subject, 0):
            return structs.replace(record, event=b"", facts=b"", forgotten=True)
        return record

    def _chained(self, record: Record) -> Chained:
        personal = bool(record.event or record.facts)
        salt = self.derive(f"salt {record.seq}")[:16] if personal else b""
        return chained(record, extra_parts(record), salt=salt)

    def _kept(self, seq: int) -> Kept:
        record = self._records[seq - 1]
        marks, link = self._proofs[seq - 1]
        now = self._chained(record)
        forgotten = "event" in now.hashes and self._read(seq).forgotten
        salt = b"" if forgotten or "event" not in now.hashes else self.derive(f"salt {seq}")[:16]
        return Kept(seq=record.seq, now=now, marks=marks, link=link, salt=salt, forgotten=forgotten)

    def _append(self, record: Record) -> None:
        self._check(record)
        if record.list_version is not None:
            self._publish(record.list_version)
        self._records.append(structs.replace(record, outbox=()))
        one = self._chained(record)
        self._proofs.append((write_marks(one), self._chain.add(one)))
        if record.key:
            self._by_key[record.key] = record
        if record.decision_id:
            self._by_decision[record.decision_id] = record.seq
        if record.event_id:
            self._by_event.setdefault(record.event_id, record.seq)
        if record.source is not None:
            self._sources[record.source.source] = record.source.complete_since_ms
        self._append_rest(record)

    def _check(self, record: Record) -> None:
        if record.seq != len(self._records) + 1:
            raise Bug(f"record {record.seq} came where record {len(self._records) + 1} was due")
        if record.key and len(record.key) != 16:
            raise Bug(f"an idempotency key has {len(record.key)} bytes instead of 16")
        if record.key in self._by_key:
            raise Bug(f"the idempotency key of record {record.seq} is stored already")
        if record.decision_id in self._by_decision:
            raise Bug(f"record {record.seq} repeats the decision id `{record.decision_id}`")

    def _append_rest(self, record: Record) -> None:
        for place, message in enumerate(record.outbox):
            message_id = record.seq * 1_024 + place
            self._messages[message_id] = WaitingRow(
                id=message_id, topic=message.topic, subject=message.subject, payload=message.payload
            )
        for thread in threads_of(record):
            self._threads[thread].append(record.seq)
        self._put_story(record)
