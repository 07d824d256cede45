"""The dossier of one transfer: everything that the log knows of its course, read for whoever must answer for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from holdfast.claims import Dossier, HoldMark, NoticeMark, ResultMark
from holdfast.claims.dossier import EXECUTED
from holdfast.operations.hold_story import due_acts, read_story
from holdfast.operations.payee_lists import Asked, list_course, told_by_lists
from holdfast.operations.results import RESULT
from holdfast.operations.shard import Shard, settled
from holdfast.regulation import as_of
from holdfast.vocabulary.errors import NotFoundError
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.holds import ActKind, HoldAct
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.claims import read_judged, read_notice
from holdfast.wire.codec import restore
from holdfast.wire.holds import read_act
from holdfast.wire.replies import read_envelope

_DECIDED = frozenset({RecordKind.DECISION, RecordKind.REVISION})
_REPORTS = frozenset({RecordKind.EVENT, RecordKind.DECISION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was read of one transfer: the record that brought it, its event unless erased, and its whole thread."""

    record: Record
    event: Event | None
    records: tuple[Record, ...]
    dossier: Dossier


async def dossier(shard: Shard, decision_id: str) -> Course:
    """Give the dossier of a decision when all of its records are on disk; raises NotFoundError.

    Until the caller awaits again, nothing can be added to its story but by the caller.
    """
    base = decision_id.partition(".")[0]
    await settled(shard, base)
    return read_dossier(shard, base)


def read_dossier(shard: Shard, decision_id: str) -> Course:
    """Read the dossier of a decision as its records stand on disk."""
    record = shard.ports.store.decision(decision_id)
    if record is None or record.kind is not RecordKind.DECISION:
        raise NotFoundError(f"there is no decision `{decision_id}`")
    records = story(shard, decision_id)
    return _course(shard, record, records)


def undecided_course(shard: Shard, records: tuple[Record, ...]) -> Course:
    """Read the dossier of an operation that was reported and never decided; its own record comes first."""
    return _course(shard, records[0], records)


def story(shard: Shard, decision_id: str) -> tuple[Record, ...]:
    """Give every record of a decision's story in log order, its revisions and the acts on its holds among them."""
    store = shard.ports.store
    found = {record.seq: record for record in store.thread(decision_id)}
    revision = 2
    while (record := store.decision(f"{decision_id}.{revision}")) is not None:
        found[record.seq] = record
        revision += 1
    for hold_id in _holds(found.values()):
        found |= {record.seq: record for record in store.thread(hold_id)}
    return tuple(record for _, record in sorted(found.items()))


def _holds(records: Iterable[Record]) -> tuple[str, ...]:
    """Name the holds that a story's decisions placed."""
    placed = (read_envelope(record.envelope).hold_id for record in records if record.envelope)
    return tuple(dict.fromkeys(hold_id for hold_id in placed if hold_id))


def _course(shard: Shard, record: Record, records: tuple[Record, ...]) -> Course:
    """Put together what a story says."""
    event = restore(record.event, record.received_ms) if record.event else None
    results = tuple(sorted(_results(records, event), key=lambda mark: mark.at_ms))
    executed_ms = next((mark.at_ms for mark in reversed(results) if mark.result == EXECUTED), None)
    decided = _standing_decision(records, executed_ms)
    said = read_judged(decided.judgement) if decided is not None else None
    decided_ms = read_envelope(decided.envelope).decided_ms if decided is not None else record.received_ms
    asked = told_by_lists(shard, decided) if decided is not None else Asked(matches={})
    values = event.values if event is not None else {}
    amount, border = values.get("amount"), values.get("cross_border")
    made = Dossier(
        decision_id=record.decision_id,
        event_id=record.event_id,
        occurred_ms=record.occurred_ms,
        decided_ms=decided_ms,
        outcome=said.outcome if said is not None else "",
        amount_minor=amount if isinstance(amount, int) else 0,
        currency=str(values.get("currency") or ""),
        cross_border=border if isinstance(border, bool) else None,
        repeat=said.repeat.state if said is not None and said.repeat is not None else None,
        stop_provision=(said.ground or "") if said is not None else "",
        lists=tuple(
            list_course(shard, name, event, asked=asked, at_ms=decided_ms)
            for name in refund_lists(shard, record.occurred_ms)
        ),
        acts=tuple(mark for hold_id in _holds(records) for mark in _marks(shard, hold_id)),
        notices=tuple(_notices(records)),
        results=results,
        erased=event is None,
    )
    return Course(record=record, event=event, records=records, dossier=made)


def refund_lists(shard: Shard, at_ms: int) -> tuple[str, ...]:
    """Name the lists whose records about a payee bind the bank by some rule of refund in force at an instant."""
    packs = as_of(shard.law.packs, at_ms).packs
    return tuple(dict.fromkeys(name for pack in packs for refund in pack.refunds for name in refund.known_on))


def _standing_decision(records: Sequence[Record], executed_ms: int | None) -> Record | None:
    """Give the decision that stood when the transfer was executed: its newest revision by then."""
    decided = [one for one in records if one.kind in _DECIDED and one.envelope]
    if not decided or executed_ms is None:
        return decided[-1] if decided else None
    before = [one for one in decided if read_envelope(one.envelope).decided_ms <= executed_ms]
    return before[-1] if before else decided[0]


def _results(records: Iterable[Record], event: Event | None) -> Iterator[ResultMark]:
    """Give what the bank reported of the transfer; of an erased report what it did to the hold."""
    for record in records:
        if record.forgotten and record.act and record.kind in _REPORTS:
            yield from _from_act(read_act(record.act))
        elif record.event and record.kind in _REPORTS:
            told = restore(record.event, record.received_ms)
            if told.type == RESULT and (event is None or told.values.get("of") == event.id):
                yield ResultMark(result=str(told.values.get("result")), at_ms=told.occurred_ms, ref=told.id)


def _from_act(act: HoldAct) -> Iterator[ResultMark]:
    word = {ActKind.EXECUTE: EXECUTED, ActKind.FAIL: "failed"}.get(act.act)
    if word is not None:
        at_ms = act.details.get("occurred_ms")
        yield ResultMark(result=word, at_ms=at_ms if isinstance(at_ms, int) else act.at_ms, ref=act.hold_id)


def _marks(shard: Shard, hold_id: str) -> Iterator[HoldMark]:
    """Give the acts of a hold, with a lapse that is due and not yet written."""
    told = read_story(shard, hold_id)
    for act in (*told.acts, *due_acts(told, shard.ports.clock.now_ms())):
        yield HoldMark(
            hold_id=act.hold_id,
            act=act.act,
            at_ms=act.at_ms,
            to_state=act.to_state,
            instruction=act.instruction,
            provision=act.provision,
            policy=act.policy,
            details=act.details,
        )


def _notices(records: Iterable[Record]) -> Iterator[NoticeMark]:
    """Give the notices about the transfer: one that the log keeps went out, but without a text it told nothing."""
    for record in records:
        if record.kind is RecordKind.NOTICE:
            said = read_notice(record.act, record.event)
            yield NoticeMark(
                template=said.template,
                at_ms=record.occurred_ms,
                delivered=None if said.unwritten else True,
                ref=f"record {record.seq}",
            )
