"""Load history: events of any age go into a store's log as they are, and their sources become complete.

Nothing is decided and nobody is told. A record counts as received when it happened, so that it enters the windows
wherever the log is folded. An event that the store has already is passed over: running twice adds nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from holdfast.operations.decide_file import source_record
from holdfast.operations.file_run import FileRun
from holdfast.operations.journal import Journal
from holdfast.operations.listing_story import in_story
from holdfast.operations.ports import Store
from holdfast.operations.record import idempotency_key, subject_of
from holdfast.operations.seen_ids import SeenIds
from holdfast.operations.shard import OLDEST_MS
from holdfast.vocabulary.errors import ConflictError
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.canonical import canonical
from holdfast.wire.files import Rejected, rejected
from holdfast.wire.mapping import Row


@dataclass(slots=True, kw_only=True)
class Backfill:
    """One file on its way into one store.

    `sources` become complete since `complete_since_ms`, or since the file's first event where every row could
    be read; never later than they were.
    `now_ms` is the present, behind which idempotency keys are kept for 30 days.
    """

    store: Store
    now_ms: int
    sources: Sequence[str] = ()
    complete_since_ms: int | None = None
    run: FileRun = field(default_factory=FileRun)
    _seen: SeenIds = field(default_factory=SeenIds)
    _keys: KeyMaker = field(init=False)
    _first_ms: int | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Take the tenant's keys from the store."""
        self._keys = KeyMaker(secret=self.store.derive("windows"))

    def load(self, rows: Iterable[Row | Rejected]) -> Iterator[Row | Rejected]:
        """Write the events of a file; when this ends, all of them are on disk."""
        journal, seq = Journal(self.store), self.store.last_seq()
        for row in rows:
            self.run.rows += 1
            if isinstance(row, Row):  # one that an earlier run loaded is in the file all the same
                at_ms = row.event.occurred_ms
                self._first_ms = at_ms if self._first_ms is None else min(self._first_ms, at_ms)
            made = self._new(row, journal) if isinstance(row, Row) else row
            if isinstance(made, Row):
                seq += 1
                journal.write(self._record(made, seq))
                self._count(made)
            elif made is not None:
                self.run.rejected += 1
            if made is not None:
                yield made
        for record in self._declarations(seq):
            journal.write(record)
        journal.flush()

    def _new(self, row: Row, journal: Journal) -> Row | Rejected | None:
        """Give the row when its event is new."""
        event = row.event
        same = self._seen.meet(event.id, hash((event.type, *event.values.items())))
        if same is False:
            error = ConflictError(f"the id `{event.id}` came before with another content", pointer="/id")
            return rejected(row.line, error)
        if same:
            self.run.duplicates += 1
            return None
        if journal.may_hold(event.id):
            self.run.known += 1
            return None
        return row

    def _count(self, row: Row) -> None:
        run, at_ms = self.run, row.event.occurred_ms
        run.events += 1
        run.unordered += run.last_ms is not None and at_ms < run.last_ms
        run.first_ms = at_ms if run.first_ms is None else min(run.first_ms, at_ms)
        run.last_ms = at_ms if run.last_ms is None else max(run.last_ms, at_ms)

    def _record(self, row: Row, seq: int) -> Record:
        """Make the record of one event; a key only where a client could still send the event again."""
        event, body = row.event, canonical(row.message)
        record = Record(
            seq=seq,
            kind=RecordKind.EVENT,
            occurred_ms=event.occurred_ms,
            received_ms=event.occurred_ms,
            key=idempotency_key(event.id) if event.occurred_ms > self.now_ms - OLDEST_MS else b"",
            body_hash=self.store.keyed_hash(body),
            event_id=event.id,
            subject=subject_of(self.store, event),
            event=body,
        )
        return in_story(self._keys, record, event)

    def _declarations(self, seq: int) -> Iterator[Record]:
        """Declare the sources complete, those excepted that are complete for longer.

        A file with rows that could not be read has gaps: it is complete only since when somebody says so.
        """
        first_ms = None if self.run.rejected else self._first_ms
        since_ms = self.complete_since_ms if self.complete_since_ms is not None else first_ms
        known = self.store.sources()
        for source in self.sources if since_ms is not None else ():
            if since_ms is not None and known.get(source, since_ms + 1) > since_ms:
                seq += 1
                yield source_record(seq, source, since_ms, now_ms=self.now_ms)
