"""Write acts on a hold to the log, with what the bank and the client must hear of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from holdfast.holds.terms import instant_ms
from holdfast.operations.hold_exposure import saved
from holdfast.operations.hold_story import HoldStory, event_id_of
from holdfast.operations.let_go import let_go
from holdfast.operations.notices import case_row, changed_row, notice_row
from holdfast.operations.shard import Flight, Shard, commit
from holdfast.vocabulary.holds import ActKind, HoldAct, HoldState
from holdfast.vocabulary.records import HoldRow, OutboxRow, Record, RecordKind
from holdfast.wire.canonical import canonical
from holdfast.wire.holds import act_bytes

_TOLD: Final = frozenset(
    {ActKind.CONFIRM, ActKind.CANCEL, ActKind.LAPSE, ActKind.RELEASE, ActKind.RESTRAIN, ActKind.WITHDRAW}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What stands behind an act: personal content that is sealed under the client's key, and an idempotency key."""

    personal: Mapping[str, object] | None = None
    key: bytes = b""


def row_after(row: HoldRow, act: HoldAct) -> HoldRow:
    """Give a hold's row as an act leaves it; where no end is set any more, the last one stays for the record."""
    return replace(
        row,
        policy=act.policy,
        until_ms=instant_ms(act.until) if act.until else row.until_ms,
        confirm_by_ms=instant_ms(act.confirm_by) if act.confirm_by else None,
        state=act.to_state.value,
        due_ms=act.due_ms,
    )


def write_acts(
    shard: Shard, story: HoldStory, acts: Sequence[HoldAct], *, behind: Behind | None = None
) -> tuple[HoldStory, list[Flight]]:
    """Hand acts to the writer, in order; what stands `behind` belongs to the last of them."""
    flights = []
    for place, act in enumerate(acts, 1):
        record = act_record(shard, story, act, behind=behind if place == len(acts) else None)
        flights.append(commit(shard, record))
        let_go(shard, story.event, record)
        story = replace(story.after([act]), row=row_after(story.row, act))
    return story, flights


def act_record(shard: Shard, story: HoldStory, act: HoldAct, *, behind: Behind | None = None) -> Record:
    """Make the record of one act."""
    personal = behind.personal if behind else None
    return Record(
        seq=shard.next_seq(),
        kind=RecordKind.HOLD,
        occurred_ms=act.at_ms,
        received_ms=shard.ports.clock.now_ms(),
        key=behind.key if behind else b"",
        subject=story.decision.subject,
        event=canonical({name: value for name, value in personal.items() if value is not None}) if personal else b"",
        act=act_bytes(act),
        hold=row_after(story.row, act),
        outbox=told_rows(shard, story, act),
        threads=(story.row.decision_id,),
        exposures=saved(story, act),
    )


def told_rows(shard: Shard, story: HoldStory, act: HoldAct) -> tuple[OutboxRow, ...]:
    """Queue word to the bank of what it must do now, and the notice that the policy asks for."""
    return tuple(_told(shard, story, act)) if act.act in _TOLD else ()


def _told(shard: Shard, story: HoldStory, act: HoldAct) -> Iterator[OutboxRow]:
    decision_id, event_id = story.row.decision_id, event_id_of(story)
    subject = story.decision.subject
    yield changed_row(
        shard,
        hold_id=act.hold_id,
        decision_id=decision_id,
        event_id=event_id,
        act=act.act.value,
        state=act.to_state.value,
        instruction=act.instruction.value,
        subject=subject,
    )
    if act.details.get("coached"):
        yield case_row(shard, hold_id=act.hold_id, decision_id=decision_id, event_id=event_id, subject=subject)
    template = story.policy_now.texts.get(_text(act))
    if template is not None:
        yield notice_row(
            shard,
            template=template,
            case="",
            decision_id=decision_id,
            event_id=event_id,
            subject=subject,
            hold_id=act.hold_id,
            terms=act,
        )


def _text(act: HoldAct) -> str:
    """Name the text of an act: a confirmation that starts the second pause has its own."""
    return "again" if act.act is ActKind.CONFIRM and act.to_state is HoldState.PAUSED_AGAIN else act.act.value


async def landed(flights: Sequence[Flight]) -> None:
    """Wait until records are on disk; raises UnavailableError when one is not written."""
    for flight in flights:
        await flight.landed
