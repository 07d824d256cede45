"""What is kept at hand of operations tells a result the same as the log does."""

import json
from typing import Any

import pytest

from holdfast.operations.decide_event import decide_event
from holdfast.operations.declare_source import declare_own_sources
from holdfast.operations.recent import Known, Recent
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.event import Event, EventId
from holdfast.vocabulary.records import Record
from tests.unit.operations.holding import OWN, World, told
from tests.unit.operations.shards import NOON_MS, event, transfer

REPORT = {
    "client": {"customer_id": "c-1", "kind": "individual"},
    "provider": "op",
    "atypical": True,
    "window_start": "2026-05-08T04:00:00+03:00",
    "window_end": "2026-05-08T11:00:00+03:00",
}


WORDS = {"held": "hold", "refused": "refuse"}


def known(number: int) -> Known:
    """Make an operation."""
    made = Event(id=EventId(f"t-{number}"), type="transfer", occurred_ms=0, received_ms=0, values={})
    return Known(event=made, seq=number, executed=True)


def test_the_oldest_goes_first_and_is_forgotten_whole() -> None:
    """Memory stays bounded, whatever comes."""
    recent = Recent()
    for number in range(40_000):
        recent.note(known(number), f"dec_{number}" if number % 2 else "")
    assert recent.get("t-39999") is not None
    assert recent.get("t-0") is None
    assert len(recent._operations) == 16_384
    assert len(recent._decided) == 8_192


def test_an_operation_whose_story_goes_on_is_read_from_the_log() -> None:
    """What is forgotten by its decision is at hand no longer; a decision that is not at hand does no harm."""
    recent = Recent()
    recent.note(known(1), "dec_1")
    recent.note(known(2))
    for decision_id in ("dec_1", "dec_1", "dec_9", ""):
        recent.forget(decision_id)
    assert recent.get("t-1") is None
    assert recent.get("t-2") is not None


def result_of(world: World) -> Record:
    """Give the record of the result, without what is its own."""
    return next(record for record in world.store.replay() if record.event_id == "r-1")


def comparable(record: Record) -> dict[str, Any]:
    """Give what a result's record says, with the names that differ from run to run left out."""
    return {
        "act": bool(record.act),
        "threads": len(record.threads),
        "exposures": [(row.kind, row.amount_minor, row.at_ms, row.reason) for row in record.exposures],
        "seq": record.seq,
        "judgement": json.loads(record.judgement)["outcome"] if record.judgement else "",
    }


@pytest.mark.parametrize("word", ["executed", "rejected", "returned"])
@pytest.mark.parametrize("story", ["allowed", "held", "refused", "reported", "revised"])
def test_a_result_is_told_the_same_from_memory_and_from_the_log(word: str, story: str) -> None:
    """Whatever became of the operation before: its record and the past come out alike."""
    found = []

    async def lived(world: World, *, at_hand: bool) -> None:
        await declare_own_sources(world.shard, NOON_MS - 365 * 24 * 3_600_000)
        if story in {"held", "refused"}:
            await world.enlist(OWN)
        act = take_event if story == "reported" else decide_event
        rail = "sbp" if story == "refused" else "order"
        await act(world.shard, transfer("t-1", rail=rail))
        decided = world.shard.figures.decisions
        assert decided["transfer", WORDS.get(story, "allow")] == (story != "reported")
        if story == "revised":
            await take_event(world.shard, event("tel", "telecom_activity", **REPORT))
        if not at_hand:
            world.shard.recent.clear()
        await decide_event(world.shard, event("r-1", "transfer_result", of="t-1", result=word))
        after = json.loads((await decide_event(world.shard, transfer("t-2"))).body)
        found.append((comparable(result_of(world)), after["facts_hash"], after["outcome"]))

    for at_hand in (True, False):

        async def once(world: World, *, at_hand: bool = at_hand) -> None:
            await lived(world, at_hand=at_hand)

        told(once)
    assert found[0] == found[1]


def test_only_plain_operations_are_at_hand() -> None:
    """Neither one with a hold nor one that a revision held is told from memory."""

    async def story(world: World) -> None:
        await declare_own_sources(world.shard, NOON_MS - 365 * 24 * 3_600_000)
        await decide_event(world.shard, transfer("t-1"))
        assert world.shard.recent.get("t-1") is not None
        await take_event(world.shard, event("tel", "telecom_activity", **REPORT))
        assert world.shard.recent.get("t-1") is None
        await world.enlist(OWN)
        await decide_event(world.shard, transfer("t-2"))
        assert world.shard.recent.get("t-2") is None

    told(story)
