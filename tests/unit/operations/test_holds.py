"""A hold over the log: its acts, their races, what is answered, and what a restart leaves of it."""

import asyncio
from dataclasses import replace

import pytest

from holdfast.holds.proof import signature
from holdfast.lists.book import ListBook
from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.read_hold import hold_page
from holdfast.operations.release_hold import release_by_feed, release_hold
from holdfast.operations.restrain_hold import Notice
from holdfast.operations.said import Proof, Said
from holdfast.vocabulary.errors import (
    ForbiddenByLawError,
    InvalidError,
    NotFoundError,
    OtherClientError,
    ProofError,
    UnavailableError,
)
from holdfast.vocabulary.lists import ListEntry, ListKind
from tests.unit.operations.holding import CLIENT, DATABASE, OWN, World, acts, refused, told

HOUR_MS = 3_600_000
KEY = b"k" * 32


def test_a_confirmed_order_is_executed() -> None:
    """A confirmation in the window, with no match in the database, ends the hold at once."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.at("2026-05-09T23:59:59.999")
        row = await world.confirm(hold)
        assert (row["state"], row["instruction"], row["executed"]) == ("confirmed", "execute", None)
        await world.report("executed", at="2026-05-10T00:00:00")
        row = await world.read(hold)
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
        unfired = await world.read(hold)
        assert (unfired["state"], unfired["instruction"]) == ("not_accepted", "do_not_execute")
        await world.enlist(DATABASE)
        assert (await world.fire(), await world.fire()) == (1, 0)
        fired = await world.read(hold)
        assert fired == unfired
        assert fired["history"][-1]["at"] == "2026-05-10T00:00:00.000+03:00"
        assert "3.9" in (await refused(world.confirm(hold), ForbiddenByLawError)).message

    told(story)


def test_a_match_in_the_database_pauses_a_confirmed_order_once() -> None:
    """The second pause counts from the day of the confirmation; after it the order is executed, listed or not."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.at("2026-05-09T10:00:00")
        await world.enlist(DATABASE)
        row = await world.confirm(hold)
        assert (row["state"], row["until"]) == ("paused_again", "2026-05-10T23:59:59.999999+03:00")
        assert row["history"][-1]["details"]["list"] == DATABASE
        world.at("2026-05-10T10:00:00")
        assert await world.confirm(hold) == await world.read(hold)
        world.at("2026-05-11T00:00:00")
        assert await world.state(hold) == ("confirmed", "execute")
        assert await world.fire() == 1
        assert acts(await world.confirm(hold)) == ["place", "confirm", "lapse"]

    told(story)


def test_only_the_database_pauses_again() -> None:
    """The bank's own list holds an order, and is no reason to hold it a second time."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        assert (await world.confirm(hold))["state"] == "confirmed"

    told(story)


@pytest.mark.parametrize("when", ["placed", "paused_again", "confirmed", "after the second pause"])
def test_a_cancellation_works_until_the_execution(when: str) -> None:
    """From every waiting state, and after the confirmation; the same again changes nothing; then no confirmation."""

    async def story(world: World) -> None:
        listed = when in {"paused_again", "after the second pause"}
        await world.enlist(DATABASE if listed else OWN)
        hold = await world.place()
        if when != "placed":
            await world.confirm(hold)
        if when == "after the second pause":
            world.at("2026-05-10T08:00:00")  # unfired: the lapse is written with the cancellation
        row = await world.cancel(hold)
        assert (row["state"], row["instruction"]) == ("cancelled", "do_not_execute")
        assert await world.cancel(hold) == row
        await refused(world.confirm(hold), ForbiddenByLawError)
        world.at("2026-05-20T08:00:00")
        assert await world.fire() == 0
        assert await world.state(hold) == ("cancelled", "do_not_execute")

    told(story)


def test_an_executed_operation_is_not_cancelled() -> None:
    """After the execution neither client nor authority can stop it."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        await world.confirm(hold)
        await world.report("executed")
        error = await refused(world.cancel(hold), ForbiddenByLawError)
        assert "executed" in error.message
        notice = Notice(number="1", date="2026-05-08", effect="keep", provision="УПК, ст. 115.2")
        await refused(world.restrain(hold, notice), ForbiddenByLawError)

    told(story)


def test_nobody_else_acts_on_a_hold() -> None:
    """Another client is 403, another kind of actor 422, an unknown hold 404."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        for act in (world.confirm, world.cancel):
            await refused(act(hold, Said(by="client", customer_id="c-2")), OtherClientError)
            await refused(act(hold, Said(by="client", customer_id=None)), InvalidError)
            await refused(act(hold, Said(by="bank", customer_id="c-1")), ForbiddenByLawError)
            await refused(act("hold_none"), NotFoundError)
            await refused(act(hold, Said(by="trusted_person", customer_id="c-1")), ForbiddenByLawError)
        assert acts(await world.read(hold)) == ["place"]

    told(story)


def test_an_execution_against_the_instruction_is_a_breach_and_recorded() -> None:
    """What counts is what the bank had to do when it executed, not when it reported."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.at("2026-05-08T14:00:00")
        await world.confirm(hold)
        await world.report("executed", at="2026-05-08T13:00:00")
        row = await world.read(hold)
        assert row["history"][-1]["details"]["breach"] is True
        assert (row["state"], row["executed"]) == ("confirmed", True)
        await world.report("failed", at="2026-05-08T14:00:00")
        row = await world.read(hold)
        assert (row["executed"], row["instruction"]) == (False, "execute")
        await world.report("executed", at="2026-05-08T14:00:00")
        assert (await world.read(hold))["history"][-1]["details"]["breach"] is False

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
        assert await world.fire() == 1
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
        await world.confirm(hold)
        row = await world.restrain(hold, keep)
        assert (row["state"], row["instruction"], row["until"]) == ("confirmed", "wait", keep.until)
        world.at("2026-05-18T12:00:00.001")
        assert await world.state(hold) == ("confirmed", "execute")
        world.at("2026-05-08T13:00:00")
        await world.restrain(other, keep)
        error = await refused(world.confirm(other), ForbiddenByLawError)
        assert "115.2" in error.message
        back = Notice(number="2", date="2026-05-09", effect="return", provision="УПК, ст. 115.2")
        row = await world.restrain(other, back)
        assert (row["state"], row["instruction"]) == ("not_accepted", "do_not_execute")
        past = Notice(number="3", date="2026-05-01", effect="keep", provision="x", until="2026-05-01T00:00:00+03:00")
        await refused(world.restrain(hold, past), InvalidError)

    told(story)


def test_a_proof_is_used_once() -> None:
    """A reference that proved one act proves no other, also while the first is on its way and after a restart."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        first, second = await world.place(), await world.place("t-2")
        said = Said(by="client", customer_id="c-1", proof=Proof(method="push", reference="r-1"))
        answers = await asyncio.gather(world.confirm(first, said), world.confirm(second, said), return_exceptions=True)
        assert [type(answer) for answer in answers] == [dict, ProofError]
        world.restart()
        await refused(world.confirm(second, said), ProofError)
        await refused(world.cancel(second, said), ProofError)
        assert (await world.confirm(first, said))["state"] == "confirmed"

    told(story)


def test_of_two_acts_at_once_one_wins() -> None:
    """Confirm and cancel at once: one after the other in the log, and what is answered is what stands."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.store.held = True
        calls = [asyncio.ensure_future(act(hold)) for act in (world.cancel, world.confirm)]
        while any(not call.done() for call in calls):
            await asyncio.sleep(0)
            world.store.land()
        cancelled, late = calls[0].result(), calls[1].exception()
        assert cancelled["state"] == "cancelled"
        assert isinstance(late, ForbiddenByLawError)
        assert acts(await world.read(hold)) == ["place", "cancel"]

    told(story)


def test_confirm_twice_at_once_is_one_act() -> None:
    """The twin waits for the first and finds it done."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        rows = await asyncio.gather(*(world.confirm(hold) for _ in range(5)))
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
        calls = [asyncio.ensure_future(call) for call in (world.fire(), world.fire(), world.read(holds[0]))]
        while any(not call.done() for call in calls):
            await asyncio.sleep(0)
            world.store.land()
        assert [call.result() for call in calls[:2]] in ([2, 0], [1, 1], [0, 2])
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
        await refused(world.fire(), UnavailableError)
        world.store.open_again()
        world.restart()
        assert await world.fire() == 1
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
        error = await refused(world.confirm(hold), ForbiddenByLawError)
        assert "25-1" in error.message
        assert "confirm" not in (await world.read(hold))["next"]
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
        assert (await world.read(hold))["until"] == "2026-05-09T23:59:59.999999+03:00"

    told(story)


def test_a_page_of_holds_is_narrowed_by_client_and_state() -> None:
    """Newest first, and only what was asked for."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        mine = await world.place()
        world.clock.instant_ms += 1
        other = await world.place("t-2", payer={"customer_id": "c-2"})
        await world.cancel(mine)

        async def page(states: list[str], customer: str | None) -> list[str]:
            whose = ("customer_id", customer) if customer else None
            found = await hold_page(world.shard, limit=10, cursor=None, states=states, whose=whose)
            items = found["items"]
            assert isinstance(items, list)
            return [row["id"] for row in items]

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


def test_a_hold_that_cannot_be_read_stands_in_nobodys_way() -> None:
    """Its timer is logged and passed over; the others fire."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        await world.place()
        good = await world.place("t-2")
        row = world.store.hold(good)
        assert row is not None
        world.store._holds["hold_lost"] = replace(row, id="hold_lost", due_ms=0)
        world.at("2026-05-10T00:00:00")
        assert await world.fire() == 2
        assert await world.state(good) == ("not_accepted", "do_not_execute")

    told(story)


def test_where_the_device_is_in_doubt_the_thief_does_not_confirm() -> None:
    """With malware on the device only the branch, a call-back or a channel of 48 hours counts, measured then."""

    async def story(world: World) -> None:
        hold = await world.place(device={"id": "d-1", "malware": True})
        since = world.clock.instant_ms - 40 * HOUR_MS

        def push(reference: str, since_ms: int | None = None) -> Said:
            proof = Proof(method="push", reference=reference, channel_since_ms=since_ms)
            return Said(by="client", customer_id="c-1", proof=proof)

        for said in (CLIENT, push("1"), push("2", since)):
            await refused(world.confirm(hold, said), ProofError)
        world.clock.instant_ms += 8 * HOUR_MS
        row = await world.confirm(hold, push("2", since))
        assert row["history"][-1]["details"] == {"method": "push", "verified": False}
        assert row["proof"]["careful"] is True
        assert row["proof"]["channel_unchanged_hours"] == 48

    told(story)


def test_with_a_key_a_proof_is_verified() -> None:
    """The signature over the hold's binding counts, for this act alone; a cancellation needs none."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        bound = (await world.read(hold))["proof"]["binding"]

        def signed(act: str) -> Said:
            bare = Proof(method="push", reference="r-1")
            proof = replace(bare, signature=signature(KEY, bound, act=act, proof=bare))
            return Said(by="client", customer_id="c-1", proof=proof)

        for said in (CLIENT, signed("cancel")):
            await refused(world.confirm(hold, said), ProofError)
        await refused(world.cancel(hold, signed("confirm")), ProofError)
        row = await world.confirm(hold, signed("confirm"))
        assert row["history"][-1]["details"] == {"method": "push", "verified": True}
        assert (await world.cancel(hold))["state"] == "cancelled"

    told(story, proof_key=KEY)


def test_a_list_that_cannot_answer_pauses_nothing_and_is_named() -> None:
    """Unknown is no ground for a second pause; the confirmation says so and is counted."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.shard.memory = replace(world.shard.memory, lists=ListBook(world.shard.ports.keys))
        row = await world.confirm(hold)
        assert (row["state"], row["history"][-1]["details"]["unknown"]) == ("confirmed", DATABASE)
        assert world.shard.figures.again_unknown[DATABASE] == 1

    told(story)


def test_a_hold_is_released_in_the_moment_its_record_leaves_the_feed() -> None:
    """Only when no party is listed any more, and not while an authority's notice keeps the money."""

    async def story(world: World) -> None:
        entry = [ListEntry(kind=ListKind.IIN, value="900101300017")]
        await change_list(world.shard, Edit(list="kz.afc.persons", add=entry))
        payee = {"kind": "individual", "iin": "900101300017"}
        first, second = [await world.place(name, currency="KZT", payee=payee) for name in ("t-1", "t-2")]
        assert await release_by_feed(world.shard, first) is None
        keep = Notice(number="1", date="2026-05-08", effect="keep", provision="УПК РК")
        await world.restrain(second, keep)
        await change_list(world.shard, Edit(list="kz.afc.persons", remove=entry))
        row = await release_by_feed(world.shard, first)
        assert row is not None
        assert (row["state"], row["instruction"]) == ("released", "execute")
        assert await release_by_feed(world.shard, first) is None
        assert await release_by_feed(world.shard, second) is None
        world.at("2027-05-08T00:00:00")
        assert await world.state(second) == ("placed", "wait")

    told(story, packs="kz")


def test_an_erased_client_is_still_told_apart() -> None:
    """Without the personal data the hold shows no payee, and its client is known by the hash that is left."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        world.store.forget(list(world.store.replay())[-1].subject)
        row = await world.read(hold)
        assert (row["payee"], row["amount_minor"], row["event_id"]) == (None, None, "t-1")
        await refused(world.cancel(hold, Said(by="client", customer_id="c-2")), OtherClientError)
        assert (await world.cancel(hold))["state"] == "cancelled"

    told(story)
