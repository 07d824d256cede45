"""What the bank reports of an operation also belongs to the story of its decision and of its hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from holdfast.holds.execute import reported
from holdfast.operations.hold_acts import row_after, write_acts
from holdfast.operations.hold_exposure import executed, of_result
from holdfast.operations.hold_story import HoldStory, due_acts, placed_hold, read_story
from holdfast.operations.recent import Lately
from holdfast.operations.record import idempotency_key
from holdfast.operations.results import RESULT
from holdfast.operations.shard import Shard, opened, settled
from holdfast.operations.watch import arrival
from holdfast.vocabulary.deadline import Deadline
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.records import ExposureRow, HoldRow, Record
from holdfast.wire.holds import act_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a result's record says beside the result: the act on the hold, the hold after it, and whose story it is.

    `exposures` are money at risk or back that the result shows. A client's claims are among the stories.
    """

    act: bytes = b""
    hold: HoldRow | None = None
    threads: tuple[str, ...] = ()
    exposures: tuple[ExposureRow, ...] = ()

    def beside(self, record: Record) -> Record:
        """Give the result's record with it."""
        if not self.threads:
            return record
        return structs.replace(record, act=self.act, hold=self.hold, threads=self.threads, exposures=self.exposures)


NOTHING: Final = Told()


async def told_settled(shard: Shard, event: Event, deadline: Deadline | None = None) -> Record | Lately | None:
    """Give the operation that a result is about: as it was decided lately, else from the log.

    There the whole of its story must be on disk, which is waited for.
    """
    if event.type != RESULT:
        return None
    of = str(event.values["of"])
    key = idempotency_key(of)
    if shard.openings:
        await opened(shard, key, deadline)
    lately = shard.recent.get(of)
    if lately is not None:
        return lately
    while (flight := shard.flights.get(key)) is not None:
        await arrival(flight.landed, deadline, shard.ports.tick)
    record = shard.ports.store.by_event(of)
    # every act on a hold belongs to its decision's story too
    await settled(shard, record.decision_id if record is not None else "", deadline)
    return record


def hold_results(shard: Shard, event: Event, of: Record | Lately | None) -> Told:
    """Give what a result says of a decision and its hold; a lapse that is due before it is written first.

    Nothing for any other event, and for an operation that was never decided here; `of` is the operation.
    """
    decision_id = of.decision_id if of is not None else ""
    if event.type != RESULT or not decision_id:
        return NOTHING
    if isinstance(of, Lately):
        return Told(threads=(decision_id,))
    records = shard.ports.store.thread(decision_id)
    hold_id = _hold_of(records)
    told = Told(threads=(decision_id,)) if hold_id is None else _on_hold(shard, read_story(shard, hold_id), event)
    claims = dict.fromkeys(record.claim.id for record in records if record.claim)
    return replace(
        told,
        threads=(*told.threads, *claims),
        exposures=(*told.exposures, *of_result(records, decision_id, event)),
    )


def _on_hold(shard: Shard, story: HoldStory, event: Event) -> Told:
    now_ms = shard.ports.clock.now_ms()
    story, _ = write_acts(shard, story, due_acts(story, now_ms))
    act = reported(story.acts, str(event.values.get("result")), occurred_ms=event.occurred_ms, at_ms=now_ms)
    return Told(
        act=act_bytes(act),
        hold=row_after(story.row, act),
        threads=(story.row.decision_id, story.row.id),
        exposures=executed(story, act, event.occurred_ms),
    )


def _hold_of(records: Sequence[Record]) -> str | None:
    """Name the hold that a decision or a revision of it placed."""
    placed = (placed_hold(record) for record in records)
    return next((hold_id for hold_id in placed if hold_id is not None), None)
