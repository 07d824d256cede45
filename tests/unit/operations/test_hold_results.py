"""Results belong to the story of their operation; holds of revisions, trusted persons and loans live as all others."""

import asyncio
import json
from typing import Any

import pytest

from holdfast.operations.decide_event import decide_event
from holdfast.operations.declare_source import declare_own_sources
from holdfast.operations.said import Proof, Said
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.errors import ForbiddenByLawError
from tests.unit.operations.holding import CLIENT, OWN, World, acts, refused, told
from tests.unit.operations.shards import NOON_MS, event, transfer

REPORT = {
    "client": {"customer_id": "c-1", "kind": "individual"},
    "provider": "op",
    "atypical": True,
    "window_start": "2026-05-08T04:00:00+03:00",
    "window_end": "2026-05-08T11:00:00+03:00",
}


async def decide(world: World, body: bytes) -> dict[str, Any]:
    """Decide and read the answer."""
    answer: dict[str, Any] = json.loads((await decide_event(world.shard, body)).body)
    return answer


def test_a_hold_that_a_revision_placed_is_one_like_all() -> None:
    """The decision allowed, an input came late, the revision holds: the client confirms, the bank reports."""

    async def story(world: World) -> None:
        await declare_own_sources(world.shard, NOON_MS - 365 * 24 * 3_600_000)
        first = await decide(world, transfer("t-1"))
        assert first["outcome"] == "allow"
        await take_event(world.shard, event("tel", "telecom_activity", **REPORT))
        page = world.store.holds(10).items
        assert [row.decision_id for row in page] == [first["id"]]
        hold = page[0].id
        for restarted in (False, True):
            if restarted:
                world.restart()
            row = await world.read(hold)
            assert (row["event_id"], row["amount_minor"], row["state"]) == ("t-1", 25_000_000, "placed")
        await world.confirm(hold)
        await world.report("executed")
        assert acts(await world.read(hold)) == ["place", "confirm", "execute"]

    told(story)


def test_a_result_by_either_route_is_told_to_the_hold_once() -> None:
    """Through the decision route too, and a retry of the report adds nothing."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        await world.confirm(hold)
        body = event("r-1", "transfer_result", of="t-1", result="executed")
        for _ in range(2):
            await decide_event(world.shard, body)
        assert acts(await world.read(hold)) == ["place", "confirm", "execute"]
        assert await world.fire() == 0

    told(story)


def test_a_result_and_its_twin_at_once_are_one() -> None:
    """Also while decision and confirmation are still on their way to disk."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.store.held = True
        body = event("r-1", "transfer_result", of="t-1", result="executed")
        calls: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(world.confirm(hold)),
            *(asyncio.ensure_future(take_event(world.shard, body)) for _ in range(3)),
        ]
        while any(not call.done() for call in calls):
            await asyncio.sleep(0)
            world.store.land()
        assert sorted(call.result().replayed for call in calls[1:]) == [False, True, True]
        row = await world.read(hold)
        assert acts(row) == ["place", "confirm", "execute"]
        assert row["history"][-1]["details"]["breach"] is False

    told(story)


def test_a_result_about_an_allowed_operation_belongs_to_its_decision() -> None:
    """The story of a decision without a hold holds its result too; one that nobody decided has no story."""

    async def story(world: World) -> None:
        decision = await decide(world, transfer("t-1"))
        await world.report("executed")
        kinds = [record.event_id for record in world.store.thread(decision["id"])]
        assert kinds[0] == "t-1"
        assert kinds[1].startswith("res-t-1")
        await take_event(world.shard, transfer("t-2"))
        await world.report("executed", of="t-2")
        await world.report("executed", of="t-unknown")
        assert len(world.store.thread(decision["id"])) == 2

    told(story)


def test_a_result_after_the_term_finds_the_lapse_written() -> None:
    """A report that comes before the timer fires writes the lapse first, so that the history has no gap."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.at("2026-05-10T09:00:00")
        await world.report("rejected", at="2026-05-10T08:00:00")
        row = await world.read(hold)
        assert (acts(row), row["executed"], row["state"]) == (["place", "lapse", "fail"], False, "not_accepted")
        assert await world.fire() == 0

    told(story)


def test_a_trusted_person_has_twelve_hours() -> None:
    """The client alone cannot confirm, but can cancel; the person confirms in time or the order is not accepted."""

    async def story(world: World) -> None:
        payer = {"customer_id": "c-1", "kind": "individual", "trusted_person": True}
        proof = Proof(method="call_back", reference="p-1")
        person = Said(by="trusted_person", customer_id="c-1", proof=proof)
        holds = [await world.place(name, payer=payer) for name in ("t-1", "t-2", "t-3")]
        for hold in holds:
            error = await refused(world.confirm(hold), ForbiddenByLawError)
            assert "41-ФЗ" in error.message
        assert (await world.cancel(holds[0], CLIENT))["state"] == "cancelled"
        world.at("2026-05-09T00:00:00")
        assert (await world.confirm(holds[1], person))["instruction"] == "execute"
        world.clock.instant_ms += 1
        assert await world.state(holds[2]) == ("not_accepted", "do_not_execute")
        await refused(world.confirm(holds[2], person), ForbiddenByLawError)

    told(story)


def loan(event_id: str, amount_minor: int, currency: str, contract: str) -> bytes:
    """Write a loan that is about to be paid out."""
    client = {"customer_id": "c-1", "kind": "individual"}
    more = {"product": "cash", "channel": "app", "contract_at": contract}
    return event(event_id, "loan_payout", client=client, amount_minor=amount_minor, currency=currency, **more)


@pytest.mark.parametrize("dropped", [False, True])
def test_a_russian_loan_waits_from_the_contract_and_dropping_it_is_free(dropped: bool) -> None:
    """48 hours from the contract, whatever the hour of the decision; nothing shortens them, and they need no word."""

    async def story(world: World) -> None:
        answer = await decide(world, loan("l-1", 50_000_000, "RUB", "2026-05-08T10:00:00+03:00"))
        assert answer["hold"]["until"].startswith("2026-05-10T10:00:00")
        hold = answer["hold"]["id"]
        await refused(world.confirm(hold), ForbiddenByLawError)
        if dropped:
            assert (await world.cancel(hold))["instruction"] == "do_not_execute"
            return
        world.at("2026-05-10T10:00:00.001")
        assert await world.state(hold) == ("released", "execute")

    told(story)


def test_a_kazakh_loan_waits_for_a_new_consent() -> None:
    """Before the term it is 409; after it the hold waits on without a timer, and the consent pays the loan out."""

    async def story(world: World) -> None:
        answer = await decide(world, loan("l-1", 150_000_000, "KZT", "2026-05-08T10:00:00+03:00"))
        assert answer["outcome"] == "hold", answer
        hold = answer["hold"]["id"]
        await refused(world.confirm(hold), ForbiddenByLawError)
        world.at("2026-05-20T00:00:00")
        assert (await world.fire(), await world.fire()) == (1, 0)
        row = await world.read(hold)
        assert (row["state"], row["instruction"], row["next"][0]) == ("placed", "wait", "confirm")
        world.at("2026-06-20T00:00:00")
        assert (await world.confirm(hold))["instruction"] == "execute"

    told(story, packs="kz")
