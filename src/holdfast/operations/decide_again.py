"""Decide again what was decided without an input that came since, as long as it was not reported executed."""

from collections.abc import Iterator

from msgspec import structs

from holdfast.engine.decide import decide
from holdfast.engine.prepare import prepare
from holdfast.operations.let_through import LET_THROUGH, let_through
from holdfast.operations.open_operations import PER_CLIENT, Undecided
from holdfast.operations.record import hold_row, outbox_rows, subject_of
from holdfast.operations.shard import OPERATIONS, Flight, Shard, commit
from holdfast.operations.stand import stand
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.judgement import Envelope, Judgement
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import restore
from holdfast.wire.replies import FoldView, envelope_bytes, judgement_bytes, seal_facts


def keep_open(shard: Shard, undecided: Undecided, client: bytes) -> None:
    """Remember an operation of a client that was decided while some sign was unknown, the newest few of each client."""
    if client and undecided.known.event.type in OPERATIONS:
        shard.undecided.keep(client, undecided)


def affected(shard: Shard, event: Event) -> Iterator[Undecided]:
    """Give the operations that a newly arrived input may change; inputs are reports about a client."""
    if event.type in OPERATIONS or "client.customer_id" not in event.values:
        return
    for one in shard.undecided.of(subject_of(shard.ports.store, event)):
        if one.is_recent(event.received_ms) and event.occurred_ms <= one.known.event.occurred_ms:
            yield one


def revise(shard: Shard, event: Event) -> list[Flight]:
    """Decide again whatever a newly arrived input may change; gives the revisions on their way."""
    if event.type in OPERATIONS:
        return []
    flights = [decide_again(shard, one) for one in affected(shard, event)]
    return [flight for flight in flights if flight is not None]


async def revise_last(shard: Shard) -> int:
    """Make up for the revisions that a stop of the process cut off behind the last input; gives their number.

    Revisions follow their input in the log at once, so that only those of the very last input can be missing.
    """
    tail = list(shard.ports.store.replay(max(0, shard.seq - PER_CLIENT - 1), shard.seq))
    while tail and tail[-1].kind is RecordKind.REVISION:
        tail.pop()
    if not tail or tail[-1].kind not in {RecordKind.EVENT, RecordKind.DECISION} or not tail[-1].event:
        return 0
    flights = revise(shard, restore(tail[-1].event, tail[-1].received_ms))
    for flight in flights:
        await flight.landed
    return len(flights)


def decide_again(shard: Shard, one: Undecided) -> Flight | None:
    """Judge an operation with what is known now; a stricter outcome becomes the decision's next revision."""
    event, known, fold = one.known.event, one.known, shard.memory.fold
    now_ms = shard.ports.clock.now_ms()
    fold.undone(event, known.seq, attempted=True, executed=known.executed)
    tenant, law, ruleset = shard.ruling(now_ms)
    regime = law.regime(event.type, event.occurred_ms)
    facts = prepare(event, regime, shard.memory, seq=known.seq, decided_ms=now_ms, outside=one.outside)
    sealed, facts_hash = seal_facts(facts)
    judgement = decide(facts, regime, tenant, ruleset=ruleset, facts_hash=facts_hash)
    stricter = OUTCOME_BY_WORD[judgement.outcome] > OUTCOME_BY_WORD[one.outcome]
    fold.happened(event, known.seq, executed=known.executed and not stricter)
    if not stricter:
        return _count_passing(shard, one, facts, judgement=judgement) if shard.switches.spans else None
    return _revise(shard, one, judgement, facts=sealed, now_ms=now_ms)


def _count_passing(shard: Shard, one: Undecided, facts: Facts, *, judgement: Judgement) -> Flight | None:
    """Note once that an operation goes on passing, because of a switch, although what came now would stop it."""
    row = None if one.let_through else let_through(shard, facts, judgement, decision_id=one.decision_id)
    if row is None:
        return None
    record = Record(
        seq=shard.next_seq(),
        kind=RecordKind.EXPOSURE,
        occurred_ms=facts.decided_ms,
        received_ms=facts.decided_ms,
        subject=subject_of(shard.ports.store, one.known.event),
        threads=(one.decision_id,),
        exposures=(row,),
    )
    counted(shard, record)
    return commit(shard, record)


def counted(shard: Shard, record: Record) -> None:
    """Take note that operations of a client count as let through by a switch, so that none counts twice."""
    passed = {row.decision_id for row in record.exposures if row.kind == LET_THROUGH}
    for one in shard.undecided.of(record.subject) if passed else ():
        if one.decision_id in passed:
            shard.undecided.change(record.subject, structs.replace(one, let_through=True))


def _revise(shard: Shard, one: Undecided, judgement: Judgement, *, facts: bytes, now_ms: int) -> Flight:
    """Write the next revision of a decision."""
    event = one.known.event
    envelope = Envelope(
        decision_id=one.decision_id,
        hold_id=shard.ports.new_id("hold") if judgement.hold else None,
        decided_ms=now_ms,
        timings_us={},
    )
    record = Record(
        seq=shard.next_seq(),
        kind=RecordKind.REVISION,
        occurred_ms=event.occurred_ms,
        received_ms=now_ms,
        decision_id=revision_id(one.decision_id, one.revision + 1),
        subject=subject_of(shard.ports.store, event),
        facts=facts,
        judgement=judgement_bytes(judgement),
        envelope=envelope_bytes(envelope),
        hold=hold_row(judgement, envelope, subject_of(shard.ports.store, event)),
        outbox=outbox_rows(shard, event, judgement, envelope=envelope, revised=True),
        threads=(one.decision_id,),
    )
    revised(shard, one, judgement.outcome, left=judgement)
    return commit(shard, record)


def revised(shard: Shard, one: Undecided, outcome: str, *, left: Judgement | FoldView) -> None:
    """Take note of a revision: the operation no longer counts as executed."""
    event = one.known.event
    stand(shard, event, one.known.seq, decision_id=one.decision_id, left=left)
    shard.changed.note(one.known.seq, executed=False)
    shard.revisions.note(one.decision_id, one.revision + 1)
    known = structs.replace(one.known, executed=False)
    shard.undecided.change(
        subject_of(shard.ports.store, event),
        structs.replace(one, outcome=outcome, revision=one.revision + 1, known=known),
    )


def withdrawn(shard: Shard, revision: str, client: bytes) -> None:
    """Take note of a revision by which people withdrew a hold: the operation is not decided again by itself."""
    base, _, number = revision.rpartition(".")
    shard.revisions.note(base, int(number))
    shard.undecided.close(client, decision_id=base)


def newest_revision(shard: Shard, decision_id: str) -> int:
    """Give the number of a decision's newest revision; one that is not at hand stands in the log."""
    found = shard.revisions.get(decision_id)
    if found is not None:
        return found
    number = 1
    while shard.ports.store.decision(revision_id(decision_id, number + 1)) is not None:
        number += 1
    return number


def revision_id(decision_id: str, revision: int) -> str:
    """Name the record of a decision's revision; the first is the decision itself."""
    return decision_id if revision == 1 else f"{decision_id}.{revision}"
