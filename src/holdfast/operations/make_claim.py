"""Take in a client's report of fraud: one call makes the claim, starts its clock, labels the transfer and enlists.

The claim is written first, because from it the legal clock runs. Label and list entry follow under ids of their own,
so that a call that was cut short is completed by its retry.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from msgspec import structs

from holdfast.operations.assess_claim import (
    application_of,
    assessments,
    claim_record,
    exposures,
    received_ms,
    row_of,
    rules,
)
from holdfast.operations.change_list import Edit, change_list, normalised
from holdfast.operations.decide_event import find_earlier, refuse_too_old
from holdfast.operations.dossier import Course, read_dossier, undecided_course
from holdfast.operations.notices import notice_row
from holdfast.operations.payee_lists import identities
from holdfast.operations.read_claims import Row, claim_view
from holdfast.operations.record import idempotency_key, subject_of
from holdfast.operations.shard import OPERATIONS, Flight, Shard, commit, opened, settled
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.claims import ClaimAct, ClaimActKind, ClaimState
from holdfast.vocabulary.errors import Bug, ConflictError, InvalidError, NotFoundError, OtherClientError
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.instants import DAY_MS, rfc3339
from holdfast.vocabulary.lists import ListEntry
from holdfast.vocabulary.records import ClaimRow, OutboxRow, Record, RecordKind
from holdfast.wire.canonical import canonical, short_hash
from holdfast.wire.codec import Decoded, decode, restore, type_of

REPORT: Final = "fraud_report"
_REPORT_BYTES: Final = REPORT.encode()
OWN_LIST: Final = "bank.recipients"
_CLAIMABLE: Final = frozenset({RecordKind.DECISION, RecordKind.EVENT})
_STANDING: Final = frozenset({ClaimState.OPEN.value, ClaimState.PAID.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A claim as it stands, and whether the call repeats an earlier one."""

    row: Row
    replayed: bool


def is_report(body: bytes) -> bool:
    """Tell whether a body is a report of fraud; other events pay next to nothing for the question."""
    return _REPORT_BYTES in body and type_of(body) == REPORT


async def make_claim(shard: Shard, body: bytes) -> Made:
    """Make a claim of the report of fraud in `body`; everything that it starts is on disk when this returns.

    Raises InvalidError for another event, NotFoundError for an unknown transfer, OtherClientError for the transfer of
    another client, ConflictError where a claim about the transfer stands already.
    """
    decoded = decode(body, shard.ports.clock.now_ms(), hashed=shard.ports.store.keyed_hash)
    report = decoded.event
    if report.type != REPORT:
        raise InvalidError(f"a claim is made of a `{REPORT}`, not of a `{report.type}`", pointer="/type")
    key = idempotency_key(report.id)
    while True:
        earlier = await find_earlier(shard, key, decoded, kind=RecordKind.CLAIM)
        if earlier is not None:
            made = next(shard.ports.store.replay(earlier.seq - 1, earlier.seq))
            return await _finish(shard, made, report, replayed=True)
        operation = await _operation(shard, report)
        if operation.decision_id not in shard.threads:
            break
        await settled(shard, operation.decision_id)
    # from here to the hand-over to the writer there is no await
    flight = _write(shard, decoded, key, operation=operation)
    return await _finish(shard, await flight.landed, report, replayed=False)


async def _operation(shard: Shard, report: Event) -> Record:
    """Find the operation that a report speaks of, also one whose record is on its way to disk."""
    of = report.values.get("of")
    if of is None:
        hint = "the event id under which the transfer was sent; `GET /v1/decisions` gives it as `event_id`"
        raise InvalidError("a claim needs `of`, the transfer that it is about", pointer="/of", hint=hint)
    key = idempotency_key(str(of))
    await opened(shard, key)
    flight = shard.flights.get(key)
    record = await flight.landed if flight is not None else shard.ports.store.by_event(str(of))
    if record is None or record.kind not in _CLAIMABLE:
        raise NotFoundError(f"there is no transfer `{of}`", pointer="/of")
    return record


def _write(shard: Shard, decoded: Decoded, key: bytes, *, operation: Record) -> Flight:
    """Assess the claim and hand its record to the writer."""
    report = decoded.event
    refuse_too_old(report)
    course = read_dossier(shard, operation.decision_id) if operation.decision_id else _undecided(shard, operation)
    _check(shard, report, course, subject=subject_of(shard.ports.store, report))
    found = assessments(shard, course, application_of(shard, report))
    claim_id = shard.ports.new_id("claim")
    row = row_of(
        ClaimRow(
            id=claim_id,
            decision_id=operation.decision_id,
            kind="",
            state=ClaimState.OPEN.value,
            liability="",
            amount_minor=course.dossier.amount_minor,
            currency=course.dossier.currency,
            received_ms=received_ms(shard, report),
            due_ms=None,
            client=subject_of(shard.ports.store, report),
        ),
        found,
    )
    act = ClaimAct(
        claim_id=claim_id,
        act=ClaimActKind.MAKE,
        at_ms=report.occurred_ms,
        by="client",
        state=ClaimState.OPEN,
        assessments=found,
        details={"event_id": operation.event_id, "report_id": report.id, "received_ms": row.received_ms},
    )
    made = claim_record(shard, row, act, exposures=exposures(shard, course, found))
    threads = made.threads or (operation.event_id,)
    told = tuple(_notices(shard, course, row, subject=subject_of(shard.ports.store, report)))
    return commit(
        shard,
        structs.replace(made, key=key, body_hash=decoded.body_hash, event=decoded.body, threads=threads, outbox=told),
    )


def _notices(shard: Shard, course: Course, claim: ClaimRow, *, subject: bytes) -> Iterator[OutboxRow]:
    """Queue the text that says that the claim was received: that of the rule that counts first."""
    told = {rule.refund.id: rule.refund.notice for rule in rules(shard, course)}
    template = told.get(claim.kind)
    if template is not None:
        yield notice_row(
            shard,
            template=template,
            case="",
            decision_id=claim.decision_id,
            event_id=course.record.event_id,
            subject=subject,
            claim_id=claim.id,
        )


def _undecided(shard: Shard, operation: Record) -> Course:
    """Read what is known of an operation that was never decided, earlier claims among it."""
    return undecided_course(shard, (operation, *shard.ports.store.thread(operation.event_id)))


def _check(shard: Shard, report: Event, course: Course, *, subject: bytes) -> None:
    """Refuse a claim about another client's transfer, about none, twice about one, or of an impossible day."""
    if course.event is not None and course.event.type not in OPERATIONS:
        raise InvalidError(f"`{course.event.id}` is a `{course.event.type}`, which moved no money", pointer="/of")
    if course.record.subject != subject:
        raise OtherClientError(
            f"the transfer `{course.record.event_id}` is another client's",
            pointer="/client",
            hint="only the payer of the transfer can report it; check `client` and `of`",
        )
    claims = {record.claim.id for record in course.records if record.claim is not None}
    rows = [shard.ports.store.claim(claim_id) for claim_id in sorted(claims)]
    stands = next((row for row in rows if row is not None and row.state in _STANDING), None)
    if stands is not None:
        raise ConflictError(
            f"the claim `{stands.id}` about this transfer is {stands.state}",
            pointer="/of",
            hint="read it at `/v1/claims/{id}`; a new one can follow one that was refused or withdrawn",
        )
    at_ms, now_ms = received_ms(shard, report), shard.ports.clock.now_ms()
    if at_ms > now_ms or at_ms < course.record.occurred_ms - DAY_MS:
        raise InvalidError(
            f"the application cannot have come on {report.values.get('application.date')}",
            pointer="/application/date",
            hint="a day from that of the transfer to today",
        )


async def _finish(shard: Shard, record: Record, report: Event, *, replayed: bool) -> Made:
    """Do what a claim starts beside its clock: label the transfer, and put the payee on the bank's own list."""
    claim = record.claim
    if claim is None:
        raise Bug(f"record {record.seq} makes a claim and has none")
    await take_event(shard, _label(report))
    if report.values.get("enlist") is True:
        await _enlist(shard, claim, report)
    return Made(row=claim_view(shard, claim.id), replayed=replayed)


def _label(report: Event) -> bytes:
    """Write the label that a report gives the transfer, under an id that follows from the report's."""
    client = {name: report.values.get(f"client.{name}") for name in ("customer_id",)}
    content = {
        "id": f"label-{short_hash(report.id.encode()).hex()}",
        "type": "label",
        "occurred_at": rfc3339(report.occurred_ms),
        "of": report.values["of"],
        "label": "fraud",
        "source": "client",
        "client": {name: value for name, value in client.items() if value is not None},
    }
    return canonical(content)


async def _enlist(shard: Shard, claim: ClaimRow, report: Event) -> None:
    """Put the payee on the bank's own list, with the claim as the reason; what stands there already stays."""
    record = shard.ports.store.by_event(str(report.values["of"]))
    if record is None or not record.event:
        return
    operation = restore(record.event, record.received_ms)
    entries = normalised(
        shard,
        [
            ListEntry(
                kind=one.kind,
                value=one.value,
                bic=one.bic,
                reason=f"reported as fraud by a client, claim {claim.id}",
                source=REPORT,
                added_ms=shard.ports.clock.now_ms(),
            )
            for one in identities(shard, operation)
        ],
    )
    missing = [entry for entry in entries if not shard.memory.lists.holds(OWN_LIST, entry)]
    if missing:
        await change_list(shard, Edit(list=OWN_LIST, add=missing, by=claim.id))
