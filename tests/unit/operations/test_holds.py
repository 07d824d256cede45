"""A hold over the log: its acts, their races, what is answered, and what a restart leaves of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from holdfast.operations.cancel_hold import cancel_hold
from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.confirm_hold import confirm_hold
from holdfast.operations.decide_event import decide_event
from holdfast.operations.fire_due import fire_due
from holdfast.operations.read_hold import hold_page, read_hold
from holdfast.operations.rebuild import rebuild
from holdfast.operations.release_hold import release_hold
from holdfast.operations.restrain_hold import Notice, restrain_hold
from holdfast.operations.said import Proof, Said
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.errors import (
    ForbiddenByLawError,
    HoldfastError,
    InvalidError,
    NotFoundError,
    OtherClientError,
    ProofError,
    UnavailableError,
)
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.lists import ListEntry, ListKind
from tests.unit.operations.shards import Json, SlowStore, StillClock, event, make_shard, transfer

DATABASE, OWN = "ru.cbr.recipients", "bank.recipients"
CLIENT = Said(by="client", customer_id="c-1")


class World:
    """A shard with a clock that a test moves, and the calls that a test makes."""

    def __init__(self, packs: str = "ru") -> None:
        self.clock = StillClock()
        self.store = SlowStore(self.clock)
        self.packs = packs
        self.shard = make_shard(self.store, self.clock, packs)

    def at(self, local: str) -> None:
        """Move the clock to a Moscow time, without firing timers."""
        self.clock.instant_ms = to_ms(datetime.fromisoformat(f"{local}+03:00"))

    def restart(self) -> None:
        """Build the memory anew from the log."""
        self.shard = make_shard(self.store, self.clock, self.packs)
        rebuild(self.shard)

    async def enlist(self, name: str, *, remove: bool = False) -> None:
        """Put the payee on a list, or take it off."""
        entry = [ListEntry(kind=ListKind.INN, value="500100732259")]
        await change_list(self.shard, Edit(list=name, remove=entry) if remove else Edit(list=name, add=entry))

    async def place(self, event_id: str = "t-1", **changes: Any) -> str:
        """Decide a transfer that must be held, and give the hold's id."""
        decision: Json = json.loads((await decide_event(self.shard, transfer(event_id, **changes))).body)
        assert decision["outcome"] == "hold", decision
        return str(decision["hold"]["id"])

    async def report(self, word: str, of: str = "t-1", at: str | None = None) -> None:
        """Report what became of a transfer."""
        more = {"occurred_at": f"{at}+03:00"} if at else {}
        body = json.loads(event(f"res-{of}-{word}-{self.shard.seq}", "transfer_result", of=of, result=word))
        await take_event(self.shard, json.dumps(body | more).encode())

    async def state(self, hold_id: str) -> tuple[str, str]:
        """Read state and instruction."""
        row = await read_hold(self.shard, hold_id)
        return str(row["state"]), str(row["instruction"])


Story = Callable[[World], Awaitable[None]]


def told(story: Story, packs: str = "ru") -> None:
    """Run a story in a new world."""

    async def whole() -> None:
        await story(World(packs))

    asyncio.run(whole())


def acts(row: dict[str, Any]) -> list[str]:
    """Name the acts of a hold."""
    return [act["act"] for act in row["history"]]


async def refused(call: Awaitable[Any], kind: type[HoldfastError]) -> HoldfastError:
    """Make a call that must be refused, and give the error."""
    with pytest.raises(kind) as raised:
        await call
    return raised.value


def test_a_confirmed_order_is_executed() -> None:
    """A confirmation in the window, with no match in the database, ends the hold at once."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.at("2026-05-09T23:59:59.999")
        row = await confirm_hold(world.shard, hold, CLIENT)
        assert (row["state"], row["instruction"], row["executed"]) == ("confirmed", "execute", None)
        await world.report("executed", at="2026-05-10T00:00:00")
        row = await read_hold(world.shard, hold)
        assert (row["executed"], acts(row), row["next"]) == (True, ["place", "confirm", "execute"], [])

    told(story)


def test_silence_ends_an_order_and_a_later_match_changes_nothing() -> None:
    """After D+1 an unconfirmed order counts as not accepted, whether its timer fired or not."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.at("2026-05-09T23:59:59.999")
        assert await world.state(hold) == ("placed", "wait")
        world.at("2026-05-10T00:00:00.000")
        unfired = await read_hold(world.shard, hold)
        assert (unfired["state"], unfired["instruction"]) == ("not_accepted", "do_not_execute")
        await world.enlist(DATABASE)
        assert (await fire_due(world.shard), await fire_due(world.shard)) == (1, 0)
        fired = await read_hold(world.shard, hold)
        assert fired == unfired
        assert fired["history"][-1]["at"] == "2026-05-10T00:00:00.000+03:00"
        assert "3.9" in (await refused(confirm_hold(world.shard, hold, CLIENT), ForbiddenByLawError)).message

    told(story)


def test_a_match_in_the_database_pauses_a_confirmed_order_once() -> None:
    """The second pause counts from the day of the confirmation; after it the order is executed, listed or not."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.at("2026-05-09T10:00:00")
        await world.enlist(DATABASE)
        row = await confirm_hold(world.shard, hold, CLIENT)
        assert (row["state"], row["until"]) == ("paused_again", "2026-05-10T23:59:59.999999+03:00")
        assert row["history"][-1]["details"]["list"] == DATABASE
        world.at("2026-05-10T10:00:00")
        assert await confirm_hold(world.shard, hold, CLIENT) == await read_hold(world.shard, hold)
        world.at("2026-05-11T00:00:00")
        assert await world.state(hold) == ("confirmed", "execute")
        assert await fire_due(world.shard) == 1
        assert acts(await confirm_hold(world.shard, hold, CLIENT)) == ["place", "confirm", "lapse"]

    told(story)


def test_only_the_database_pauses_again() -> None:
    """The bank's own list holds an order, and is no reason to hold it a second time."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        assert (await confirm_hold(world.shard, hold, CLIENT))["state"] == "confirmed"

    told(story)


@pytest.mark.parametrize("when", ["placed", "paused_again", "confirmed", "after the second pause"])
def test_a_cancellation_works_until_the_execution(when: str) -> None:
    """From every waiting state, and after the confirmation; the same again changes nothing; then no confirmation."""

    async def story(world: World) -> None:
        listed = when in {"paused_again", "after the second pause"}
        await world.enlist(DATABASE if listed else OWN)
        hold = await world.place()
        if when != "placed":
            await confirm_hold(world.shard, hold, CLIENT)
        if when == "after the second pause":
            world.at("2026-05-10T08:00:00")  # unfired: the lapse is written with the cancellation
        row = await cancel_hold(world.shard, hold, CLIENT)
        assert (row["state"], row["instruction"]) == ("cancelled", "do_not_execute")
        assert await cancel_hold(world.shard, hold, CLIENT) == row
        await refused(confirm_hold(world.shard, hold, CLIENT), ForbiddenByLawError)
        world.at("2026-05-20T08:00:00")
        assert await fire_due(world.shard) == 0
        assert await world.state(hold) == ("cancelled", "do_not_execute")

    told(story)


def test_an_executed_operation_is_not_cancelled() -> None:
    """After the execution neither client nor authority can stop it."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        await confirm_hold(world.shard, hold, CLIENT)
        await world.report("executed")
        error = await refused(cancel_hold(world.shard, hold, CLIENT), ForbiddenByLawError)
        assert "executed" in error.message
        notice = Notice(number="1", date="2026-05-08", effect="keep", provision="УПК, ст. 115.2")
        await refused(restrain_hold(world.shard, hold, notice), ForbiddenByLawError)

    told(story)


def test_nobody_else_acts_on_a_hold() -> None:
    """Another client is 403, another kind of actor 422, an unknown hold 404."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        for act in (confirm_hold, cancel_hold):
            await refused(act(world.shard, hold, Said(by="client", customer_id="c-2")), OtherClientError)
            await refused(act(world.shard, hold, Said(by="client", customer_id=None)), OtherClientError)
            await refused(act(world.shard, hold, Said(by="bank", customer_id="c-1")), InvalidError)
            await refused(act(world.shard, "hold_none", CLIENT), NotFoundError)
            await refused(act(world.shard, hold, Said(by="trusted_person", customer_id="c-1")), ForbiddenByLawError)
        assert acts(await read_hold(world.shard, hold)) == ["place"]

    told(story)


def test_an_execution_against_the_instruction_is_a_breach_and_recorded() -> None:
    """What counts is what the bank had to do when it executed, not when it reported."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.at("2026-05-08T14:00:00")
        await confirm_hold(world.shard, hold, CLIENT)
        await world.report("executed", at="2026-05-08T13:00:00")
        row = await read_hold(world.shard, hold)
        assert row["history"][-1]["details"]["breach"] is True
        assert (row["state"], row["executed"]) == ("confirmed", True)
        await world.report("failed", at="2026-05-08T14:00:00")
        row = await read_hold(world.shard, hold)
        assert (row["executed"], row["instruction"]) == (False, "execute")
        await world.report("executed", at="2026-05-08T14:00:00")
        assert (await read_hold(world.shard, hold))["history"][-1]["details"]["breach"] is False

    told(story)


def test_a_report_that_turns_out_false_starts_the_timer_again() -> None:
    """An order that was executed before its confirmation no longer lapses, until the report is taken back."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        await world.report("executed")
        assert world.store.next_hold_due() is None
        await world.report("failed")
        world.at("2026-05-10T00:00:00")
        assert await fire_due(world.shard) == 1
        assert await world.state(hold) == ("not_accepted", "do_not_execute")

    told(story)


def test_a_notice_of_an_authority_keeps_or_returns_the_money() -> None:
    """While it keeps the money nothing is confirmed; at its end the hold goes on; a return ends it."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold, other = await world.place(), await world.place("t-2")
        keep = Notice(
            number="1", date="2026-05-08", effect="keep", provision="УПК, ст. 115.2", until="2026-05-18T12:00:00+03:00"
        )
        await confirm_hold(world.shard, hold, CLIENT)
        row = await restrain_hold(world.shard, hold, keep)
        assert (row["state"], row["instruction"], row["until"]) == ("confirmed", "wait", keep.until)
        world.at("2026-05-18T12:00:00.001")
        assert await world.state(hold) == ("confirmed", "execute")
        world.at("2026-05-08T13:00:00")
        await restrain_hold(world.shard, other, keep)
        error = await refused(confirm_hold(world.shard, other, CLIENT), ForbiddenByLawError)
        assert "115.2" in error.message
        back = Notice(number="2", date="2026-05-09", effect="return", provision="УПК, ст. 115.2")
        row = await restrain_hold(world.shard, other, back)
        assert (row["state"], row["instruction"]) == ("not_accepted", "do_not_execute")
        past = Notice(number="3", date="2026-05-01", effect="keep", provision="x", until="2026-05-01T00:00:00+03:00")
        await refused(restrain_hold(world.shard, hold, past), InvalidError)

    told(story)


def test_a_proof_is_used_once() -> None:
    """A reference that proved one act proves no other, also while the first is on its way and after a restart."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        first, second = await world.place(), await world.place("t-2")
        said = Said(by="client", customer_id="c-1", proof=Proof(method="push", reference="r-1"))
        answers = await asyncio.gather(
            confirm_hold(world.shard, first, said), confirm_hold(world.shard, second, said), return_exceptions=True
        )
        assert [type(answer) for answer in answers] == [dict, ProofError]
        world.restart()
        await refused(confirm_hold(world.shard, second, said), ProofError)
        await refused(cancel_hold(world.shard, second, said), ProofError)
        assert (await confirm_hold(world.shard, first, said))["state"] == "confirmed"

    told(story)


def test_of_two_acts_at_once_one_wins() -> None:
    """Confirm and cancel at once: one after the other in the log, and what is answered is what stands."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.store.held = True
        calls = [asyncio.ensure_future(act(world.shard, hold, CLIENT)) for act in (cancel_hold, confirm_hold)]
        while any(not call.done() for call in calls):
            await asyncio.sleep(0)
            world.store.land()
        cancelled, late = calls[0].result(), calls[1].exception()
        assert cancelled["state"] == "cancelled"
        assert isinstance(late, ForbiddenByLawError)
        assert acts(await read_hold(world.shard, hold)) == ["place", "cancel"]

    told(story)


def test_confirm_twice_at_once_is_one_act() -> None:
    """The twin waits for the first and finds it done."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        rows = await asyncio.gather(*(confirm_hold(world.shard, hold, CLIENT) for _ in range(5)))
        assert all(row == rows[0] for row in rows)
        assert acts(rows[0]) == ["place", "confirm"]

    told(story)


def test_two_workers_and_a_client_fire_a_timer_once() -> None:
    """Whoever looks, one lapse is written, at the first instant after the term, the oldest hold first."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        holds = [await world.place()]
        world.at("2026-05-09T12:00:00")
        holds.append(await world.place("t-2"))
        world.at("2026-05-12T00:00:00")
        world.store.held = True
        shard = world.shard
        calls = [asyncio.ensure_future(call) for call in (fire_due(shard), fire_due(shard), read_hold(shard, holds[0]))]
        while any(not call.done() for call in calls):
            await asyncio.sleep(0)
            world.store.land()
        assert sum(call.result() for call in calls[:2]) == 2
        lapses = [record.hold.id for record in world.store.replay() if record.act and record.hold]
        assert lapses == holds

    told(story)


def test_a_store_that_fails_leaves_timers_for_the_next_round() -> None:
    """What could not be written is due still, and fires when the store is back."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.at("2026-05-10T00:00:00")
        world.store.break_with(OSError("no space left"))
        await refused(fire_due(world.shard), UnavailableError)
        world.store.open_again()
        world.restart()
        assert await fire_due(world.shard) == 1
        assert await world.state(hold) == ("not_accepted", "do_not_execute")

    told(story)


def test_what_the_law_forbids_names_the_provision() -> None:
    """In Kazakhstan nobody confirms and the bank does not release; in the end the operation is executed."""

    async def story(world: World) -> None:
        await change_list(
            world.shard, Edit(list="kz.afc.persons", add=[ListEntry(kind=ListKind.IIN, value="900101300017")])
        )
        payee = {"kind": "individual", "iin": "900101300017"}
        hold = await world.place(currency="KZT", payee=payee)
        error = await refused(confirm_hold(world.shard, hold, CLIENT), ForbiddenByLawError)
        assert "25-1" in error.message
        assert "confirm" not in (await read_hold(world.shard, hold))["next"]  # type: ignore[operator]
        world.at("2026-05-30T00:00:00")
        assert await world.state(hold) == ("released", "execute")

    told(story, packs="kz")


def test_a_retry_keeps_the_first_dates() -> None:
    """The same order sent again after midnight gets the same hold and the same end."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.at("2026-05-09T09:00:00")
        assert await world.place() == hold
        assert (await read_hold(world.shard, hold))["until"] == "2026-05-09T23:59:59.999999+03:00"

    told(story)


def test_a_page_of_holds_is_narrowed_by_client_and_state() -> None:
    """Newest first, and only what was asked for."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        mine = await world.place()
        world.clock.instant_ms += 1
        other = await world.place("t-2", payer={"customer_id": "c-2"})
        await cancel_hold(world.shard, mine, CLIENT)

        async def page(states: list[str], customer: str | None) -> list[str]:
            found = await hold_page(world.shard, limit=10, cursor=None, states=states, customer_id=customer)
            return [row["id"] for row in found["items"]]  # type: ignore[attr-defined]

        assert await page([], None) == [other, mine]
        assert await page([], "c-1") == [mine]
        assert await page(["placed"], None) == [other]
        assert await page(["placed"], "c-1") == []

    told(story)


def test_the_bank_releases_only_where_no_provision_forbids_it() -> None:
    """What the pack cites as forbidden is refused with the citation."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        policy = world.shard.law.policies(world.clock.instant_ms)["ru.161-fz.8.3.4"][0]
        if "release" in policy.forbids:
            error = await refused(release_hold(world.shard, hold, reason="sure"), ForbiddenByLawError)
            assert policy.forbids["release"] in error.message
            return
        assert (await release_hold(world.shard, hold, reason="sure"))["state"] == "released"

    told(story)
