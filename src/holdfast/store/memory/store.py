"""The store in memory: answers at once, on the caller's thread, and forgets everything with the process."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Final

import structlog

from holdfast.store.cursors import read_cursor, write_cursor
from holdfast.store.memory.lists import MemoryLists
from holdfast.store.memory.small import MemoryTables
from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.errors import Bug, InvalidError, StoreError
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.records import HoldRow, Record, RecordKind
from holdfast.vocabulary.stored import Found, Page, Snapshot, WaitingRow

Done = Callable[[BaseException | None], None]
_KEPT_DAYS: Final = 30
_log: Final = structlog.get_logger(__name__)


class MemoryStore(MemoryTables, MemoryLists):
    """The twin of the SQLite store without a disk; one conformance suite runs over both.

    `submit` calls `done` before it returns. `break_with` makes it fail as a full disk would.
    """

    def __init__(self, *, clock: Clock, secret: bytes = bytes(32)) -> None:
        MemoryTables.__init__(self, clock)
        MemoryLists.__init__(self)
        self._secret = secret
        self._records: list[Record] = []
        self._by_key: dict[bytes, Record] = {}
        self._by_decision: dict[str, int] = {}
        self._by_event: dict[str, int] = {}
        self._holds: dict[str, HoldRow] = {}
        self._open: set[str] = set()
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
        return Found(seq=record.seq, kind=record.kind, body_hash=record.body_hash, reply=record.reply)

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
        before = int(read_cursor(cursor, parts=1)[0]) if cursor else self.last_seq() + 1
        older = [one.seq for one in self._records[: before - 1] if one.kind is RecordKind.DECISION][::-1]
        following = write_cursor(str(older[limit - 1])) if len(older) > limit else None
        return Page(items=tuple(map(self._read, older[:limit])), next=following)

    def replay(self, after_seq: int = 0, upto: int | None = None) -> Iterator[Record]:
        """Give the records after one number up to and with another, in log order."""
        last = self.last_seq() if upto is None else min(upto, self.last_seq())
        return map(self._read, range(after_seq + 1, last + 1))

    def last_seq(self) -> int:
        """Give the number of the newest record, 0 in an empty log."""
        return len(self._records)

    def hold(self, hold_id: str) -> HoldRow | None:
        """Give a hold with its latest terms, open or ended."""
        return self._holds.get(hold_id)

    def holds_due(self, before_ms: int, limit: int) -> tuple[HoldRow, ...]:
        """Give the open holds whose `until_ms` lies before an instant, the longest lapsed first."""
        due = [self._holds[hold_id] for hold_id in self._open if self._holds[hold_id].until_ms < before_ms]
        return tuple(sorted(due, key=lambda row: (row.until_ms, row.id))[:limit])

    def open_holds(self, limit: int, cursor: str | None = None) -> Page[HoldRow]:
        """Give the open holds by id, a page at a time."""
        ids = sorted(hold_id for hold_id in self._open if hold_id > (cursor or ""))
        holds = tuple(self._holds[hold_id] for hold_id in ids[:limit])
        return Page(items=holds, next=ids[limit - 1] if len(ids) > limit else None)

    def hold_records(self, hold_id: str) -> tuple[Record, ...]:
        """Give every record that placed, changed or ended a hold, in log order."""
        return tuple(self._read(one.seq) for one in self._records if hold_id in _hold_ids(one))

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
            return replace(record, event=b"", facts=b"", forgotten=True)
        return record

    def _append(self, record: Record) -> None:
        self._check(record)
        if record.list_version is not None:
            self._publish(record.list_version)
        self._records.append(replace(record, outbox=()))
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
        for closed in record.closed_holds:
            if closed not in self._holds and (record.hold is None or record.hold.id != closed):
                raise Bug(f"record {record.seq} closes the hold `{closed}`, which was never placed")

    def _append_rest(self, record: Record) -> None:
        for place, message in enumerate(record.outbox):
            message_id = record.seq * 1_024 + place
            self._messages[message_id] = WaitingRow(
                id=message_id, topic=message.topic, subject=message.subject, payload=message.payload
            )
        if record.hold is not None:
            self._holds[record.hold.id] = record.hold
            self._open.add(record.hold.id)
        self._open.difference_update(record.closed_holds)


def _hold_ids(record: Record) -> set[str]:
    return {*record.closed_holds, *({record.hold.id} if record.hold else ())}
