"""Money that a hold's course put at risk, saved or brought back, noted on the record at which it becomes known."""

from collections.abc import Iterator, Sequence
from typing import Final

from holdfast.operations.hold_story import HoldStory
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.holds import ActKind, HoldAct, HoldState
from holdfast.vocabulary.records import ExposureRow, Record
from holdfast.wire.codec import restore
from holdfast.wire.replies import read_outcome

BREACH: Final = "executed_in_breach"
SAVED: Final = "saved"
RETURNED: Final = "returned"
EXECUTED: Final = "executed"
_SAVES: Final = {ActKind.CANCEL: HoldState.CANCELLED, ActKind.LAPSE: HoldState.NOT_ACCEPTED}


def saved(story: HoldStory, act: HoldAct) -> tuple[ExposureRow, ...]:
    """Count an operation that the client cancelled or did not confirm."""
    return tuple(_row(story, SAVED, at_ms=act.at_ms, reason=act.to_state.value)) if _saves(act) else ()


def _saves(act: HoldAct) -> bool:
    """Tell whether an act keeps the money with the client."""
    return _SAVES.get(act.act) is act.to_state


def _breaks(act: HoldAct) -> bool:
    return act.act is ActKind.EXECUTE and act.details.get("breach") is True


def executed(story: HoldStory, act: HoldAct, occurred_ms: int) -> tuple[ExposureRow, ...]:
    """Count an execution against the instruction, once; what had counted as saved is taken back.

    `story` is the one before the act.
    """
    if not _breaks(act) or any(map(_breaks, story.acts)):
        return ()
    reason = f"instruction_{act.details.get('instruction')}"
    rows = [*_row(story, BREACH, at_ms=occurred_ms, reason=reason)]
    if any(map(_saves, story.acts)):
        rows += _row(story, SAVED, at_ms=occurred_ms, reason="executed_after_all", sign=-1)
    return tuple(rows)


def of_result(records: Sequence[Record], decision_id: str, result: Event) -> tuple[ExposureRow, ...]:
    """Count what a result shows where no hold tells it: executed though refused, or come back after a report of fraud.

    `records` are the operation's story, its decision among them; each kind counts once.
    """
    word = result.values.get("result")
    judged = [one.judgement for one in records if one.decision_id.partition(".")[0] == decision_id and one.judgement]
    if word == EXECUTED and judged and read_outcome(judged[-1]) == "refuse":
        return _once(records, BREACH, result, reason="executed_though_refused")
    if word == RETURNED and any(record.claim for record in records):
        return _once(records, RETURNED, result, reason="transfer_result")
    return ()


def _once(records: Sequence[Record], kind: str, result: Event, *, reason: str) -> tuple[ExposureRow, ...]:
    """Make a row of the operation's amount, unless the story has one of the kind, or its event was erased."""
    told = next((record for record in records if record.event_id == result.values.get("of") and record.event), None)
    if told is None or any(row.kind == kind for record in records for row in record.exposures):
        return ()
    operation = restore(told.event, told.received_ms)
    amount = operation.values.get("amount")
    row = ExposureRow(
        decision_id=told.decision_id,
        kind=kind,
        amount_minor=amount if isinstance(amount, int) else 0,
        currency=str(operation.values.get("currency")),
        at_ms=result.occurred_ms,
        reason=reason,
    )
    return (row,)


def _row(story: HoldStory, kind: str, *, at_ms: int, reason: str, sign: int = 1) -> Iterator[ExposureRow]:
    """Make a row for the whole held amount; nothing where it cannot be read any more."""
    values = story.event.values if story.event is not None else {}
    amount = values.get("amount")
    if isinstance(amount, int):
        yield ExposureRow(
            decision_id=story.row.decision_id,
            kind=kind,
            amount_minor=sign * amount,
            currency=str(values.get("currency")),
            at_ms=at_ms,
            reason=reason,
        )
