"""Decide one event: one idempotent call, answered only after its record is on disk."""

from collections.abc import Mapping

from msgspec import Struct

from holdfast.engine.decide import decide, score
from holdfast.engine.prepare import prepare
from holdfast.operations.answer import answered, in_time_of, refuse_late
from holdfast.operations.challenge import challenged, open_challenge
from holdfast.operations.decide_again import keep_open, revise
from holdfast.operations.enrich import Enriched, enrich
from holdfast.operations.figures import by_state
from holdfast.operations.hold_results import hold_results, told_settled
from holdfast.operations.let_through import with_let_through
from holdfast.operations.listing_story import in_story
from holdfast.operations.open_operations import Undecided
from holdfast.operations.place_event import placed
from holdfast.operations.recent import Known
from holdfast.operations.record import hold_row, idempotency_key, outbox_rows, subject_of
from holdfast.operations.remember import ToldOf, known_of, remember
from holdfast.operations.shard import OLDEST_MS, OPERATIONS, Flight, Shard, applying, commit, opened
from holdfast.operations.stand import stand
from holdfast.operations.watch import arrival
from holdfast.vocabulary.deadline import Deadline
from holdfast.vocabulary.errors import ConflictError, TooOldError
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.judgement import Envelope, Judgement
from holdfast.vocabulary.records import OutboxRow, Record, RecordKind
from holdfast.vocabulary.stored import Found
from holdfast.wire.codec import Decoded, decode
from holdfast.wire.replies import decision_reply, seal_facts, written

Earlier = Record | Found
"""What an id led to before, on its way to disk or there: a retry needs no more of it than `Found` has."""
_US = 1_000


class Answer(Struct, frozen=True, kw_only=True):
    """The bytes to send, whether they repeat an earlier answer, and the status of the answer."""

    body: bytes
    replayed: bool
    status: int = 200


async def decide_event(
    shard: Shard, body: bytes, *, deadline: Deadline | None = None, came: bytes | None = None
) -> Answer:
    """Decide the event in `body`, or give again the decision that it got before.

    Without a `deadline` the answer has the time of its event type. Raises DeadlineExceededError when it is over.
    `came` is the hash of what its caller sent, where that was not `body` itself.
    """
    started = shard.ports.tick()
    now_ms = shard.ports.clock.now_ms()
    decoded = decode(body, now_ms, came=came, hashed=shard.ports.store.keyed_hash)
    key = idempotency_key(decoded.event.id)
    deadline = deadline or in_time_of(shard, decoded.event.type, started)
    of = await told_settled(shard, decoded.event, deadline)
    earlier = await find_earlier(shard, key, decoded, kind=RecordKind.DECISION, deadline=deadline)
    if earlier is not None:
        shard.figures.replayed += 1
        return Answer(body=reply_of(shard, earlier), replayed=True)
    refuse_too_old(decoded.event)
    decoded = placed(shard, decoded)
    asked = await enrich(shard, decoded, key, deadline=deadline) if shard.readers else Enriched(decoded=decoded)
    refuse_late(shard, deadline)
    told_of = (of, known_of(shard, of))
    # from here to the hand-over to the writer there is no await: log order is apply order
    with applying(shard):
        decode_ns = shard.ports.tick() - started - asked.spent_ns
        reply, flights = _decide_now(shard, asked, key, told_of=told_of, decode_ns=decode_ns)
    await answered(shard, flights, deadline)
    return Answer(body=reply, replayed=False)


def refuse_too_old(event: Event) -> None:
    """Refuse an event that lies before the time for which idempotency keys are kept."""
    if event.occurred_ms < event.received_ms - OLDEST_MS:
        raise TooOldError(
            f"`occurred_at` is {from_ms(event.occurred_ms).date()}, more than 30 days ago", pointer="/occurred_at"
        )


async def find_earlier(
    shard: Shard, key: bytes, decoded: Decoded, *, kind: RecordKind, deadline: Deadline | None = None
) -> Earlier | None:
    """Find what an id led to before: on disk, or on its way there, which is then waited for.

    Raises ConflictError when the id came with another body, or through the other route.
    """
    if shard.openings:
        await opened(shard, key, deadline)
    flight = shard.flights.get(key)
    if flight is not None:
        record: Earlier | None = await arrival(flight.landed, deadline, shard.ports.tick)
    else:
        record = shard.ports.store.find(key)
    if record is None:
        return None
    if record.kind is not kind:
        raise ConflictError(f"the id `{decoded.event.id}` was used on the other route", pointer="/id")
    if record.body_hash != decoded.body_hash:
        raise ConflictError(f"the id `{decoded.event.id}` was used with another body", pointer="/id")
    return record


def reply_of(shard: Shard, record: Earlier) -> bytes:
    """Write the answer that a decision's record stands for."""
    return decision_reply(record.event_id, record.judgement, record.envelope, zone=shard.tenant.zone)


def _decide_now(
    shard: Shard, asked: Enriched, key: bytes, *, told_of: ToldOf, decode_ns: int
) -> tuple[bytes, list[Flight]]:
    """Judge, let the event become part of the past, and hand its record to the writer, then those that it revises.

    Gives the answer beside them, which may be sent when the first of them is on disk.
    """
    tick, decoded, (of, known) = shard.ports.tick, asked.decoded, told_of
    event = decoded.event
    now_ms = event.received_ms
    tenant, law, ruleset = shard.ruling(now_ms)
    regime = law.regime(event.type, event.occurred_ms)
    told = hold_results(shard, event, of)
    seq = shard.next_seq()
    start = tick()
    facts = prepare(event, regime, shard.memory, seq=seq, decided_ms=now_ms, outside=asked.outside)
    sealed, facts_hash = seal_facts(facts)
    prepared = tick()
    scored = score(facts, regime)
    known_score = tick()
    judgement = decide(facts, regime, tenant, ruleset=ruleset, facts_hash=facts_hash, scored=scored)
    judged = tick()
    executed = remember(shard, event, seq, known=known, outcome=judgement.outcome)
    decision_id = shard.ports.new_id("dec")
    stand(shard, event, seq, decision_id=decision_id, left=judgement)
    applied = tick()
    shard.figures.count(event, judgement)
    shard.figures.watch(regime.scorer, scored)
    plain = Envelope(
        decision_id=decision_id,
        hold_id=shard.ports.new_id("hold") if judgement.hold else None,
        decided_ms=now_ms,
        timings_us={
            "decode": decode_ns // _US,
            "features": (prepared - start + applied - judged) // _US,
            "signs": 0,
            "score": (known_score - prepared) // _US,
            "rules": (judged - known_score) // _US,
            **({"enrich": asked.spent_ns // _US} if asked.outside else {}),
        },
    )
    envelope = challenged(shard, event, plain, judgement=judgement, regime=regime)
    said = written(event.id, judgement, envelope, zone=shard.tenant.zone)
    outbox = outbox_rows(shard, event, judgement, envelope=envelope)
    made = (sealed, judgement, envelope)
    names = (key, subject_of(shard.ports.store, event))
    record = decision_record(decoded, seq, names=names, made=made, said=said[:2], outbox=outbox)
    record = told.beside(in_story(shard.ports.keys, record, event))
    record = with_let_through(shard, record, facts, judgement=judgement) if shard.switches.spans else record
    flight = commit(shard, record, Known(event=event, seq=seq, executed=executed))
    _keep(shard, flight, judgement, outside=asked.outside)
    return said.reply, [flight, *open_challenge(shard, event, envelope), *revise(shard, event)]


def decision_record(
    decoded: Decoded,
    seq: int,
    *,
    names: tuple[bytes, bytes],
    made: tuple[bytes, Judgement, Envelope],
    said: tuple[bytes, bytes],
    outbox: tuple[OutboxRow, ...] = (),
) -> Record:
    """Make the durable record of one decision; `said` are its judgement and its envelope in bytes.

    `names` are the key under which the event is found again, and the person under whose key its data are kept.
    """
    facts, judgement, envelope = made
    event = decoded.event
    key, subject = names
    hold = hold_row(judgement, envelope, subject)
    return Record(
        seq=seq,
        kind=RecordKind.DECISION,
        occurred_ms=event.occurred_ms,
        received_ms=event.received_ms,
        key=key,
        body_hash=decoded.body_hash,
        event_id=event.id,
        decision_id=envelope.decision_id,
        subject=subject,
        event=decoded.body,
        facts=facts,
        judgement=said[0],
        envelope=said[1],
        hold=hold,
        outbox=outbox,
        threads=(envelope.decision_id,) if hold else (),
    )


def _keep(shard: Shard, flight: Flight, judgement: Judgement, *, outside: Mapping[str, Value]) -> None:
    """Keep an operation at hand for what may come of it: its result, and inputs that were missing."""
    known, record = flight.known, flight.record
    if known is None or known.event.type not in OPERATIONS:
        return
    if judgement.hold is None and judgement.outcome != "refuse":
        shard.recent.note(known, record.decision_id)
    if by_state(judgement.signs).unknown:
        undecided = Undecided(
            known=known,
            decision_id=record.decision_id,
            outcome=judgement.outcome,
            outside=outside,
            let_through=bool(record.exposures),
        )
        keep_open(shard, undecided, record.subject)
