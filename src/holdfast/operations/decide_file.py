"""Decide a file of events on event time, through the same kernel as a server, in memory or into a store.

The clock follows the events: each is decided at its own instant, or at that of the latest event before it in the
file. A row that repeats an earlier row of the same id is passed over and counted; the same id with other content is
a bad row. Nothing is sent to anybody: a file's decisions leave no message in the outbox.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from msgspec import structs

from holdfast.engine.decide import decide
from holdfast.engine.prepare import prepare
from holdfast.operations.decide_event import decision_record
from holdfast.operations.file_run import FileRun
from holdfast.operations.journal import Journal
from holdfast.operations.listing_story import in_story
from holdfast.operations.place_event import placed_row
from holdfast.operations.recent import Known
from holdfast.operations.record import idempotency_key, subject_of
from holdfast.operations.remember import as_changed, is_late, known_before, remember
from holdfast.operations.seen_ids import SeenIds
from holdfast.operations.shard import Shard
from holdfast.operations.stand import stand
from holdfast.vocabulary.errors import ConflictError
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.judgement import Envelope, Judgement
from holdfast.vocabulary.records import Record, RecordKind, SourceRow
from holdfast.wire.canonical import canonical
from holdfast.wire.codec import Decoded
from holdfast.wire.files import Rejected, rejected
from holdfast.wire.mapping import Row
from holdfast.wire.replies import envelope_bytes, judgement_bytes, seal_facts

RECENT: Final = 200_000
_RESULT: Final = "transfer_result"
_UNSEALED: Final = (b"", "")


class Decided(NamedTuple):
    """One decided row."""

    line: int
    event: Event
    judgement: Judgement


@dataclass(slots=True, kw_only=True)
class FileDecider:
    """One run over one file into one shard.

    `journal` makes it durable; `complete_since_ms` declares `sources` complete, `None` from the first event on.
    `results` says that the file may hold results of operations, for which recent operations are then kept;
    `start_ms` is where the clock stands before the first event, when it does not start with it.
    Without `seals` the facts are not hashed, which only a run whose decisions nobody keeps can do without. `outside` is
    what providers answer about every event, by the names of rules; nobody is asked.
    """

    shard: Shard
    journal: Journal | None = None
    sources: Sequence[str] = ()
    complete_since_ms: int | None = None
    results: bool = False
    start_ms: int | None = None
    seals: bool = True
    outside: Mapping[str, Value] = field(default_factory=dict)
    run: FileRun = field(default_factory=FileRun)
    _now_ms: int = 0
    _seen: SeenIds = field(default_factory=SeenIds)
    _recent: OrderedDict[str, Known] = field(default_factory=OrderedDict)

    def decide(self, rows: Iterable[Row | Rejected]) -> Iterator[Decided | Rejected]:
        """Decide row by row; bad rows are handed on, repeated ones are left out."""
        run = self.run
        for row in rows:
            run.rows += 1
            made = self._decide(row) if isinstance(row, Row) else row
            if isinstance(made, Rejected):
                run.rejected += 1
            if made is not None:
                yield made
        if self.journal is not None:
            self.journal.flush()

    def _decide(self, row: Row) -> Decided | Rejected | None:
        try:
            fresh = self._is_new(row)
        except ConflictError as error:
            return rejected(row.line, error)
        if not fresh:
            return None
        row = placed_row(self.shard, row)
        event = self._received(row)
        judgement = self._judge(row, event)
        self.run.events += 1
        self.run.see(judgement, bad=row.label)
        return Decided(row.line, event, judgement)

    def _is_new(self, row: Row) -> bool:
        """Tell whether a row's id is new; the same id with other content raises ConflictError."""
        event = row.event
        same = self._seen.meet(event.id, hash((event.type, *event.values.items())))
        if same is None:
            return not self._is_stored(row)
        if not same:
            raise ConflictError(f"the id `{event.id}` came before with another content", pointer="/id")
        self.run.duplicates += 1
        return False

    def _is_stored(self, row: Row) -> bool:
        """Tell whether the store has this event already."""
        if self.journal is None or not self.journal.may_hold(row.event.id):
            return False
        self.run.known += 1
        return True

    def _received(self, row: Row) -> Event:
        """Let the clock follow the event, and count what is out of order."""
        run, event = self.run, row.event
        at_ms = event.occurred_ms
        if run.first_ms is None:
            self._begin(at_ms)
        elif at_ms - self._now_ms > run.longest_step_ms:
            run.longest_step_ms, run.longest_step_line = at_ms - self._now_ms, row.line
        if at_ms >= self._now_ms:
            self._now_ms = run.last_ms = at_ms
            return event
        run.unordered += 1
        event = structs.replace(event, received_ms=self._now_ms)
        run.late += is_late(event)
        return event

    def _begin(self, first_ms: int) -> None:
        """Start the clock, and declare the sources complete that are to be."""
        self.run.first_ms = first_ms
        self._now_ms = first_ms if self.start_ms is None else max(first_ms, self.start_ms)
        since_ms = first_ms if self.complete_since_ms is None else self.complete_since_ms
        for source in self.sources:
            self.shard.declare(source, since_ms)
            if self.journal is not None:
                self._write(source_record(self.shard.next_seq(), source, since_ms, now_ms=first_ms))

    def _judge(self, row: Row, event: Event) -> Judgement:
        """Judge one event and let it become part of the past."""
        shard, now_ms, tick, spent = self.shard, self._now_ms, self.shard.ports.tick, self.run.stage_ns
        seq = shard.next_seq()
        start = tick()
        regime = shard.law.regime(event.type, event.occurred_ms)
        facts = prepare(event, regime, shard.memory, seq=seq, decided_ms=now_ms, outside=self.outside)
        prepared = tick()
        sealed, facts_hash = seal_facts(facts) if self.seals else _UNSEALED
        judgement = decide(facts, regime, shard.tenant, ruleset=shard.ruleset, facts_hash=facts_hash)
        judged = tick()
        executed = remember(shard, event, seq, known=self._known(event), outcome=judgement.outcome)
        decision_id = shard.ports.new_id("dec")
        stand(shard, event, seq, decision_id=decision_id, left=judgement)
        remembered = tick()
        spent["prepare"] += prepared - start
        spent["decide"] += judged - prepared
        spent["remember"] += remembered - judged
        if self.results:
            self._keep(Known(event=event, seq=seq, executed=executed))
        if self.journal is None:
            shard.seq = seq
        else:
            self._write(self._record(row, event, (sealed, judgement, decision_id)))
            spent["record"] += tick() - remembered
        return judgement

    def _record(self, row: Row, event: Event, made: tuple[bytes, Judgement, str]) -> Record:
        """Make the durable record; the outbox stays empty, for the past concerns nobody's telephone."""
        sealed, judgement, decision_id = made
        store = self.shard.ports.store
        body = canonical(row.message)
        envelope = Envelope(
            decision_id=decision_id,
            hold_id=self.shard.ports.new_id("hold") if judgement.hold else None,
            decided_ms=self._now_ms,
            timings_us={},
        )
        record = decision_record(
            Decoded(event=event, body=body, body_hash=store.keyed_hash(canonical(row.sent) if row.sent else body)),
            self.shard.next_seq(),
            names=(idempotency_key(event.id), subject_of(store, event)),
            made=(sealed, judgement, envelope),
            said=(judgement_bytes(judgement), envelope_bytes(envelope)),
        )
        return in_story(self.shard.ports.keys, record, event)

    def _write(self, record: Record) -> None:
        if self.journal is not None:
            self.journal.write(record)
            self.shard.seq = record.seq

    def _known(self, event: Event) -> Known | None:
        """Find the operation that a result speaks about, among the recent ones or in the store."""
        if event.type != _RESULT:
            return None
        known = self._recent.get(str(event.values["of"]))
        return as_changed(self.shard, known) if known is not None else known_before(self.shard, event)

    def _keep(self, known: Known) -> None:
        """Keep an operation for a result that may come; the oldest goes when there are too many."""
        self._recent[known.event.id] = known
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)


def source_record(seq: int, source: str, since_ms: int, *, now_ms: int) -> Record:
    """Make the record that declares a source complete."""
    return Record(
        seq=seq,
        kind=RecordKind.SOURCE,
        occurred_ms=now_ms,
        received_ms=now_ms,
        source=SourceRow(source=source, complete_since_ms=since_ms),
    )
