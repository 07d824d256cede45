"""What a passed check lets go: just the operation that it was asked for, once, while it is fresh; all else waits."""

import asyncio
from typing import Any

import pytest

from holdfast.operations.consume_session import consume_session
from holdfast.operations.session_story import session_story
from holdfast.vocabulary.errors import BindingError, ConsumedError, HoldfastError
from holdfast.vocabulary.identity import IdentityResult, Operation, SessionAct
from holdfast.vocabulary.instants import DAY_MS
from tests.unit.operations.challenges import OWNER, SELLER, Site, session_of, told, waits
from tests.unit.operations.shards import NOON_MS
from tests.unit.verification.scripted import checks, passing


def test_the_payout_goes_when_its_owner_passes() -> None:
    """The hold is released by the verification, the act names the session, and the session is used up."""

    async def story(site: Site) -> None:
        made = await site.held()
        session = session_of(made)["session"]
        await site.passes(session)
        hold = await site.hold(made)
        assert (hold["state"], hold["instruction"]) == ("released", "execute")
        last = hold["history"][-1]
        assert (last["act"], last["by"]) == ("release", "verification")
        assert await site.state(session) == "consumed"
        assert await site.expire() == 0

    told(story)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"checks": checks(face_match="fail", pad="pass")}, "created"),
        ({"checks": checks(face_match="pass", pad="not_performed")}, "created"),
        ({"owner": "bb" * 32}, "failed"),
        ({"owner": ""}, "inconclusive"),
        ({"operation_hash": "cc" * 32}, "failed"),
        ({"auth_ms": None}, "failed"),
    ],
)
def test_whatever_is_not_a_pass_leaves_the_payout_waiting(changes: dict[str, Any], state: str) -> None:
    """A face that does not match, a check left out, another owner, another amount, an old login: nothing goes."""

    async def story(site: Site) -> None:
        made = await site.held()
        session = session_of(made)["session"]
        now = site.clock.now_ms()
        given = {"auth_ms": now, "owner": OWNER} | changes
        assert await site.ends(session, await site.starts(session), passing(**given)) == state  # type: ignore[arg-type]  # as the table says
        assert (await site.hold(made))["state"] == "placed"

    told(story)


def test_the_hold_lapses_by_its_own_policy_when_nobody_passes() -> None:
    """After the term the payout is not accepted, the session has expired, and a late pass lets nothing go."""

    async def story(site: Site) -> None:
        made = await site.held()
        session = session_of(made)["session"]
        reference = await site.starts(session)
        site.later(days=5, seconds=1)
        await site.expire()
        assert await site.ends(session, reference) == "expired"
        hold = await site.hold(made)
        assert (hold["state"], hold["instruction"]) == ("not_accepted", "do_not_execute")

    told(story)


def test_a_provider_that_is_down_lets_nothing_go() -> None:
    """Neither a start that fails nor a result that cannot be fetched releases the hold, not even at the term."""

    async def story(site: Site) -> None:
        made = await site.held()
        session = session_of(made)["session"]
        await site.starts(session)
        site.provider.down = True
        assert await site.state(session) == "started"
        assert (await site.hold(made))["state"] == "placed"
        site.later(days=5, seconds=1)
        await site.expire()
        assert await site.state(session) == "provider_error"
        assert (await site.hold(made))["state"] == "not_accepted"

    told(story)


def test_a_pass_lets_no_other_payout_go() -> None:
    """Another amount or another card is another payout with a hold of its own, which the first check does not touch."""

    async def story(site: Site) -> None:
        made = await site.held("po-1")
        dearer = await site.held("po-2", amount_minor=9_900_000)
        elsewhere = await site.held("po-3", payee={"card": "5555555555554444"})
        await site.passes(session_of(made)["session"])
        assert (await site.hold(made))["state"] == "released"
        assert (await site.hold(dearer))["state"] == "placed"
        assert (await site.hold(elsewhere))["state"] == "placed"

    told(story)


def test_the_session_of_a_held_payout_serves_nothing_else() -> None:
    """Whoever tries to use it first for another sum is refused, and who comes after the release is too late."""

    async def story(site: Site) -> None:
        made = await site.held()
        session = session_of(made)["session"]
        site.provider.results[await site.starts(session)] = passing(site.clock.now_ms(), owner=OWNER)
        other = Operation(id="po-1", type="payout", amount_minor=1, currency="KZT", payee="4111111111111111")
        with pytest.raises(HoldfastError):
            await consume_session(site.shard, session, other)
        assert await site.state(session) == "consumed"
        with pytest.raises((BindingError, ConsumedError)):
            await consume_session(site.shard, session, other)

    told(story)


def test_a_hold_that_asks_more_than_who_it_is_waits_on() -> None:
    """Where another rule holds too (here: a check was failed before), no face lets the money go."""

    async def story(site: Site) -> None:
        await site.told("idc-1", "identity_check", client={"seller_id": "s-1"}, purpose="withdraw", result="failed")
        made = await site.held()
        assert {one["id"] for one in made["rules"]} >= {"policy.owner.failed-before", "policy.owner.payee-changed"}
        session = session_of(made)["session"]
        await site.passes(session)
        assert (await site.hold(made))["state"] == "placed"
        assert await site.state(session) == "passed"

    told(story)


def test_a_pass_that_comes_after_the_hold_ended_lets_nothing_go() -> None:
    """The hold and its session end together: what the provider says a minute later counts no more."""

    async def story(site: Site) -> None:
        made = await site.held()
        session = session_of(made)["session"]
        reference = await site.starts(session)
        site.later(days=4, hours=23, minutes=59)
        site.provider.results[reference] = passing(site.clock.now_ms(), owner=OWNER)
        site.later(minutes=2)
        assert await site.state(session) == "expired"
        assert (await site.hold(made))["state"] == "not_accepted"

    told(story)


@pytest.mark.parametrize("act", ["result", "consume", "release"])
def test_a_release_that_a_stop_cut_off_is_made_at_the_next_start(act: str) -> None:
    """The process ended behind the pass, the use or the release: the timer lets the payout go, once."""

    async def story(site: Site) -> None:
        made = await site.held()
        session = session_of(made)["session"]
        reference = await site.starts(session)
        site.provider.results[reference] = passing(site.clock.now_ms(), owner=OWNER)
        await _stop_after(site, session, act)
        assert (await site.hold(made))["state"] == ("released" if act == "release" else "placed")
        await site.expire()
        assert [one["act"] for one in (await site.hold(made))["history"]] == ["place", "release"]
        told_of = await session_story(site.shard, session)
        assert told_of.standing.followed
        assert [one.act for one in told_of.acts].count(SessionAct.CONSUME) == 1

    told(story)


async def _stop_after(site: Site, session: str, act: str) -> None:
    """Let the process end just when an act on the session is on disk, and start it again."""
    site.store.held = True
    asking = asyncio.create_task(site.state(session))
    while True:
        await waits(site, 1)
        record = site.store.waiting_now[0][0]
        site.store.land(1)
        if f'"act":"{act}"'.encode() in record.act:
            break
    await waits(site, 1)  # what comes next is under way, and never lands
    site.store.fail()
    with pytest.raises(HoldfastError):
        await asking
    site.store.open_again()
    await site.restart()


def test_how_a_session_ended_is_part_of_the_past() -> None:
    """A failed check is an event that rules read: the next payout of the seller waits for a person."""

    async def story(site: Site) -> None:
        made = await site.held()
        session = session_of(made)["session"]
        wrong: IdentityResult = passing(site.clock.now_ms(), owner="bb" * 32)
        assert await site.ends(session, await site.starts(session), wrong) == "failed"
        record = site.store.by_event(f"identity_check.{session}")
        assert record is not None
        assert b'"result":"failed"' in record.event
        again = await site.decided("po-9", seller=SELLER)
        assert "policy.owner.failed-before" in {one["id"] for one in again["rules"]}

    told(story)


def test_the_owner_passes_and_ten_minutes_later_another_device_withdraws() -> None:
    """The check was on one device: a payout from another waits for a person, and a second check does not let it go."""

    async def story(site: Site) -> None:
        site.shard.declare("identity_check", NOON_MS - DAY_MS)
        made = await site.held(device={"id": "d-own"})
        await site.passes(session_of(made)["session"], device="d-own")
        assert (await site.hold(made))["state"] == "released"
        site.later(minutes=10)
        again = await site.decided("po-2", device={"id": "d-new"})
        assert again["outcome"] == "hold"
        assert "policy.market.other-device-after-check" in {one["id"] for one in again["rules"]}
        await site.passes(session_of(again)["session"], device="d-new")
        assert (await site.hold(again))["state"] == "placed"

    told(story)
