"""A decision carries the session in which its operation's owner is verified; without one that can pass it says none."""

import asyncio

import pytest

from holdfast.operations.decide_event import decide_event
from holdfast.operations.read_session import read_session
from holdfast.operations.session_story import read_story
from holdfast.vocabulary.challenges import asks_session
from holdfast.vocabulary.errors import UnavailableError
from tests.unit.operations.challenges import CARD, IIN, OWNER, SELLER, Site, session_of, told, waits
from tests.unit.operations.shards import transfer


def test_a_held_payout_carries_the_session_that_lets_it_go() -> None:
    """The answer names the session and its purpose; it is open as long as the hold, and bound to just this payout."""

    async def story(site: Site) -> None:
        made = await site.held(device={"id": "d-1"})
        measure = session_of(made)
        assert measure["purpose"] == "withdraw"
        assert measure["expires_at"][:19] == made["hold"]["until"][:19]
        assert site.decision(made)["measures"] == made["measures"]
        seen = await read_session(site.shard, measure["session"])
        assert (seen["state"], seen["decision_id"], seen["checks"]) == ("created", made["id"], ["face_match", "pad"])
        bound = read_story(site.shard, measure["session"]).bound
        assert bound is not None
        assert (bound.subject.ref, bound.subject.kind, bound.subject.iin_hash) == ("s-1", "seller_id", OWNER)
        assert (bound.operation.id, bound.operation.amount_minor, bound.operation.payee) == (
            "po-1",
            9_000_000,
            CARD["card"],
        )
        assert bound.device == "d-1"

    told(story)


def test_a_retry_gets_the_same_session() -> None:
    """The same event again repeats the first answer to the byte, and opens nothing."""

    async def story(site: Site) -> None:
        made = await site.held()
        seq = site.shard.seq
        assert await site.decided("po-1") == made
        assert site.shard.seq == seq

    told(story)


def test_nobody_is_challenged_where_nobody_can_be_asked() -> None:
    """Without a provider, or where none looks at what is asked for, the measure stands and names no session."""

    async def story(site: Site) -> None:
        site.provider.checks = frozenset()
        made = await site.held()
        assert all("session" not in one for one in made["measures"])
        site.shard.identity = {}
        again = await site.held("po-2")
        assert all("session" not in one for one in again["measures"])
        assert [one["kind"] for one in again["measures"]] == [one["kind"] for one in made["measures"]]

    told(story)


def test_an_owner_whom_nobody_knows_gets_no_session() -> None:
    """A payout without the owner's number could only ever end as unknown, so that nobody is sent there."""

    async def story(site: Site) -> None:
        made = await site.held(seller={"seller_id": "s-1"})
        assert all("session" not in one for one in made["measures"])

    told(story)


def test_a_challenged_login_asks_for_its_own_purpose() -> None:
    """A login binds no money, and its session serves no payout."""

    async def story(site: Site) -> None:
        party = {"customer_id": "s-1", "phone": "+447911123456", "iin": IIN}
        made = await site.decided("lg-1", "login", client=party, where="marketplace")
        assert made["outcome"] == "challenge"
        session = session_of(made)
        assert session["purpose"] == "login"
        bound = read_story(site.shard, session["session"]).bound
        assert bound is not None
        assert (bound.subject.ref, bound.subject.kind, bound.operation.amount_minor) == ("s-1", "seller_id", None)

    told(story)


def test_a_laws_own_way_of_verifying_opens_no_session() -> None:
    """What the American act asks for (papers within ten days) is no check by a provider."""
    assert asks_session({"kind": "verify_identity", "duty": "policy.owner.pays-out", "checks": "pad"})
    assert asks_session({"kind": "verify_identity"})
    assert not asks_session({"kind": "verify_identity", "duty": "us.inform-act.verify", "method": "papers"})
    assert not asks_session({"kind": "open_case", "checks": "pad"})


def test_a_bank_transfer_that_passes_writes_nothing_more() -> None:
    """One record for a transfer, with a provider as without."""

    async def story(site: Site) -> None:
        before = site.shard.seq
        answer = await decide_event(site.shard, transfer("tr-1"))
        assert b'"outcome":"allow"' in answer.body
        assert site.shard.seq == before + 1

    told(story, packs="ru")


def test_a_session_that_a_stop_cut_off_is_opened_at_the_next_start() -> None:
    """The process ends between the two records: who asks again finds the session that the decision names."""

    async def story(site: Site) -> None:
        await site.told("sc-1", "seller_changed", seller=SELLER, field="payout_account")
        site.store.held = True
        asking = asyncio.create_task(site.decided("po-1"))
        await waits(site, 2)
        site.store.land(1)
        site.store.fail()
        with pytest.raises(UnavailableError):
            await asking
        site.store.open_again()
        assert await site.restart() == 1
        assert await site.restart() == 0
        made = await site.decided("po-1")
        session = session_of(made)["session"]
        await site.passes(session)
        assert (await site.hold(made))["state"] == "released"

    told(story)
