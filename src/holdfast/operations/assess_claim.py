"""Assess a claim by the law of the day of its transfer, and again when something becomes known that changes it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final

from holdfast.claims import Application, Rule, assess, foremost
from holdfast.language import compile_expression, evaluate
from holdfast.operations.dossier import Course, dossier
from holdfast.operations.shard import Flight, Shard, commit
from holdfast.regulation import as_of
from holdfast.rules.voice import cite
from holdfast.vocabulary.claims import Assessment, ClaimAct, ClaimActKind, ClaimState, Liability
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.packs import Pack
from holdfast.vocabulary.records import ClaimRow, ExposureRow, Record, RecordKind
from holdfast.vocabulary.trilean import UNKNOWN, Trilean, all_of
from holdfast.wire.claims import claim_act_bytes, read_claim_act
from holdfast.wire.codec import restore

TRANSFER: Final = "transfer"
NO_RULE: Final = "none"
CLAIM_PREFIX: Final = "claim_"
LATE: Final = "late_load"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A claim as its records leave it: the row, the acts, and the report that made it (`None` when erased)."""

    row: ClaimRow
    acts: tuple[ClaimAct, ...]
    report: Event | None
    made: Record


def standing(shard: Shard, claim_id: str) -> Standing | None:
    """Read a claim's story."""
    row = shard.ports.store.claim(claim_id)
    if row is None:
        return None
    records = [one for one in shard.ports.store.thread(claim_id) if one.kind is RecordKind.CLAIM]
    made = records[0]
    return Standing(
        row=row,
        acts=tuple(read_claim_act(record.act) for record in records),
        report=restore(made.event, made.received_ms) if made.event else None,
        made=made,
    )


def application_of(shard: Shard, report: Event) -> Application:
    """Read the client's demand from a report; its clock starts when the written application came, where it says."""
    zone, said = shard.tenant.zone, report.values.get("without_consent")
    return Application(
        received_ms=received_ms(shard, report), zone=zone, without_consent=said if isinstance(said, bool) else None
    )


def received_ms(shard: Shard, report: Event) -> int:
    """Give when the bank received the application: the start of the day of the paper, else when it was reported."""
    day = report.values.get("application.date")
    if day is None:
        return report.occurred_ms
    return day_start(str(day), shard)


def day_start(day: str, shard: Shard) -> int:
    """Give the first instant of a day in the tenant's zone."""
    return to_ms(datetime.combine(date.fromisoformat(day), time.min, tzinfo=shard.tenant.zone))


def assessments(shard: Shard, course: Course, application: Application) -> tuple[Assessment, ...]:
    """Weigh a transfer by every rule of refund that was in force on its day, the one that counts first."""
    return foremost(assess(course.dossier, rule, application) for rule in rules(shard, course))


def rules(shard: Shard, course: Course) -> Iterator[Rule]:
    """Give the rules of refund in force on the day of the transfer, each with what it says of this payer."""
    for pack in as_of(shard.law.packs, course.record.occurred_ms).packs:
        for refund in pack.refunds if course.event is None or course.event.type == TRANSFER else ():
            yield Rule(
                refund=refund,
                pack=pack.id,
                pack_version=pack.version,
                cite=cite(refund.cite),
                protects=_protects(shard, pack, refund.when, event=course.event),
            )


def _protects(shard: Shard, pack: Pack, when: str, *, event: Event | None) -> Trilean:
    """Say whether a pack binds the bank in this transfer, and whether the rule protects its payer."""
    if event is None:
        return UNKNOWN
    scope = shard.law.scope(pack, event.type)
    texts = (pack.applies.get(event.type, "True"), when)
    answers = [evaluate(compile_expression(text, scope), event.values) for text in texts]
    return all_of(answer if isinstance(answer, bool) else UNKNOWN for answer in answers)


def row_of(row: ClaimRow, found: Sequence[Assessment]) -> ClaimRow:
    """Put the assessment that counts into a claim's row; without a rule of law nothing can be proved."""
    if not found:
        return replace(row, kind=NO_RULE, liability=Liability.CANNOT_PROVE.value, due_ms=None)
    first = found[0]
    return replace(row, kind=first.rule, liability=first.liability.value, due_ms=first.due_ms)


def exposures(shard: Shard, course: Course, found: Sequence[Assessment]) -> tuple[ExposureRow, ...]:
    """Give the money that an assessment shows to be stolen or owed, as far as it was not counted before."""
    if course.dossier.executed is not True:
        return ()
    rows = [_exposure(shard, course, "stolen", reason="fraud_report")]
    owed = next((one for one in found if one.liability is Liability.OWED), None)
    if owed is not None:
        late = any(finding.reason == LATE for finding in owed.findings)
        kind = "late_feed" if late else "executed_in_breach"
        rows.append(_exposure(shard, course, kind, reason=owed.reason))
    counted = {row.kind for record in course.records for row in record.exposures}
    return tuple(row for row in rows if not ({row.kind} | _ALIKE.get(row.kind, frozenset())) & counted)


_ALIKE: Final = {
    "late_feed": frozenset({"executed_in_breach"}),
    "executed_in_breach": frozenset({"late_feed"}),
}


def _exposure(shard: Shard, course: Course, kind: str, *, reason: str) -> ExposureRow:
    made = course.dossier
    at_ms = made.executed_ms
    return ExposureRow(
        decision_id=made.decision_id,
        kind=kind,
        amount_minor=made.amount_minor,
        currency=made.currency,
        at_ms=shard.ports.clock.now_ms() if at_ms is None else at_ms,
        reason=reason,
    )


async def reassess_after(shard: Shard, record: Record) -> None:
    """Assess claims again that a record tells something new about; most records tell of none."""
    if tells_of_claims(record):
        await reassess(shard, record.threads[0])


def tells_of_claims(record: Record) -> bool:
    """Tell whether a record may change what claims stand on."""
    return any(thread.startswith(CLAIM_PREFIX) for thread in record.threads) and record.claim is None


async def reassess(shard: Shard, decision_id: str) -> int:
    """Assess the open claims about a decision again; gives how many came out otherwise than before."""
    course = await dossier(shard, decision_id)
    claims = {record.claim.id for record in course.records if record.claim is not None}
    flights = [flight for claim_id in sorted(claims) if (flight := _again(shard, claim_id, course)) is not None]
    for flight in flights:
        await flight.landed
    return len(flights)


def _again(shard: Shard, claim_id: str, course: Course) -> Flight | None:
    """Write the new assessment of an open claim if it differs from the last one."""
    known = standing(shard, claim_id)
    if known is None or known.row.state != ClaimState.OPEN or known.report is None or claim_id in shard.threads:
        return None
    found = assessments(shard, course, application_of(shard, known.report))
    before = next(act.assessments for act in reversed(known.acts) if act.act is not ClaimActKind.SETTLE)
    if found == before:
        return None
    act = ClaimAct(
        claim_id=claim_id,
        act=ClaimActKind.ASSESS,
        at_ms=shard.ports.clock.now_ms(),
        by="clock",
        state=ClaimState.OPEN,
        assessments=found,
    )
    row = row_of(known.row, found)
    return commit(shard, claim_record(shard, row, act, exposures=exposures(shard, course, found)))


def claim_record(shard: Shard, row: ClaimRow, act: ClaimAct, *, exposures: tuple[ExposureRow, ...] = ()) -> Record:
    """Make the record of an act on a claim that carries nothing personal."""
    return Record(
        seq=shard.next_seq(),
        kind=RecordKind.CLAIM,
        occurred_ms=act.at_ms,
        received_ms=shard.ports.clock.now_ms(),
        subject=row.client,
        act=claim_act_bytes(act),
        claim=row,
        threads=(row.decision_id,) if row.decision_id else (),
        exposures=exposures,
    )
