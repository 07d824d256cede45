"""A hold is withdrawn only on two people's word that a fact was wrong, and only when nothing holds it any more."""

import asyncio
import json

import pytest

from holdfast.operations.read_decision import read_decision, replay_decision
from holdfast.operations.take_event import take_event
from holdfast.operations.withdraw_hold import Correction, withdraw_hold
from holdfast.vocabulary.errors import ForbiddenByLawError, InvalidError
from holdfast.vocabulary.records import RecordKind
from holdfast.wire.holds import Corrected
from tests.unit.operations.holding import OWN, World, acts, refused, told
from tests.unit.operations.shards import Json, event

DEVICE = {"id": "d-1", "malware": True}
CLEAN: dict[str, Corrected] = {"device.malware": False}


def correction(corrections: dict[str, Corrected], reason: str = "the scanner was wrong") -> Correction:
    """Make a correction with its evidence."""
    return Correction(corrections=corrections, reason=reason, kind="vendor_letter", reference="17/2026")


async def withdraw(world: World, hold: str, said: Correction, *people: str) -> tuple[Json, bool]:
    """Withdraw a hold on the word of people."""
    return await withdraw_hold(world.shard, hold, said, people=people)


def test_two_people_withdraw_at_once() -> None:
    """The decision gets a revision with the corrected facts, which replays to the byte; the order is executed."""

    async def story(world: World) -> None:
        hold = await world.place(device=DEVICE)
        row, done = await withdraw(world, hold, correction(CLEAN), "anna", "boris")
        assert (done, row["state"], row["instruction"]) == (True, "withdrawn", "execute")
        decision = json.loads(read_decision(world.shard, row["decision_id"]))
        assert (decision["outcome"], decision["revision"]) == ("allow", 2)
        assert replay_decision(world.shard, row["decision_id"]).equal
        world.restart()
        assert await world.read(hold) == row
        assert json.loads(read_decision(world.shard, row["decision_id"])) == decision
        world.at("2026-05-20T00:00:00")
        assert await world.fire() == 0
        await world.report("executed")
        assert (await world.read(hold))["history"][-1]["details"]["breach"] is False

    told(story)


def test_the_second_person_completes_the_same_proposal() -> None:
    """The first word changes nothing, said twice still nothing; another content is another proposal."""

    async def story(world: World) -> None:
        hold = await world.place(device=DEVICE)
        row, done = await withdraw(world, hold, correction(CLEAN), "key-1")
        assert (done, row["state"], acts(row)) == (False, "placed", ["place", "propose_withdrawal"])
        assert await withdraw(world, hold, correction(CLEAN), "key-1") == (row, False)
        _, done = await withdraw(world, hold, correction(CLEAN, "another reason"), "key-2")
        assert not done
        world.restart()
        row, done = await withdraw(world, hold, correction(CLEAN), "key-3")
        assert (done, row["state"], acts(row)[-1]) == (True, "withdrawn", "withdraw")
        await refused(withdraw(world, hold, correction(CLEAN), "key-1"), ForbiddenByLawError)

    told(story)


def test_who_withdrew_and_why_is_sealed_with_the_record() -> None:
    """Reason, evidence and people are in the part of the record that the client's key covers, not in the act."""

    async def story(world: World) -> None:
        hold = await world.place(device=DEVICE)
        await withdraw(world, hold, correction(CLEAN), "anna", "boris")
        record = list(world.store.replay())[-1]
        sealed = json.loads(record.event)
        assert (record.kind, sealed["people"]) == (RecordKind.REVISION, ["anna", "boris"])
        assert sealed["evidence"] == {"kind": "vendor_letter", "reference": "17/2026"}
        assert b"anna" not in record.act
        assert b"scanner" not in record.act

    told(story)


def test_what_still_fires_is_named() -> None:
    """A correction that does not take the ground away is 409 with the sign, and writes nothing."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place(device=DEVICE)
        error = await refused(withdraw(world, hold, correction(CLEAN), "anna", "boris"), ForbiddenByLawError)
        assert "ru.od-2506.1.7" in error.message
        await refused(withdraw(world, hold, correction(CLEAN), "anna"), ForbiddenByLawError)
        assert acts(await world.read(hold)) == ["place"]

    told(story)


@pytest.mark.parametrize(
    ("corrections", "pointer"),
    [
        ({"device.malware": "maybe"}, "/corrections/device/malware"),
        ({"device.mallware": False}, "/corrections/device/mallware"),
        ({"amount_minor.x": 1}, "/corrections/amount_minor.x"),
        ({"id": "t-9"}, "/corrections/id"),
        ({"occurred_at": "2026-05-01T00:00:00+03:00"}, "/corrections/occurred_at"),
        ({"device.malware": True}, "/corrections"),
    ],
)
def test_a_correction_that_is_none_is_refused(corrections: dict[str, Corrected], pointer: str) -> None:
    """Each with the field that is to blame; nothing is written."""

    async def story(world: World) -> None:
        hold = await world.place(device=DEVICE)
        error = await refused(withdraw(world, hold, correction(corrections), "anna", "boris"), InvalidError)
        assert error.pointer == pointer
        assert acts(await world.read(hold)) == ["place"]

    told(story)


def test_a_withdrawn_operation_is_not_decided_again_by_itself() -> None:
    """A later input would judge the wrong fact again; people have spoken, also after a restart."""

    async def story(world: World) -> None:
        hold = await world.place(device=DEVICE)
        await withdraw(world, hold, correction(CLEAN), "anna", "boris")
        for restarted in (False, True):
            if restarted:
                world.restart()
            client = {"customer_id": "c-1"}
            change = event(f"pc-{restarted}", "profile_change", client=client, field="phone", where="bank")
            await take_event(world.shard, change)
            assert await world.state(hold) == ("withdrawn", "execute")
            assert list(world.store.replay())[-1].kind is RecordKind.EVENT

    told(story)


def test_a_confirmation_and_a_withdrawal_at_once_have_one_winner() -> None:
    """Whoever comes second finds the hold ended."""

    async def story(world: World) -> None:
        hold = await world.place(device=DEVICE)
        answers = await asyncio.gather(
            withdraw(world, hold, correction(CLEAN), "anna", "boris"), world.cancel(hold), return_exceptions=True
        )
        assert isinstance(answers[1], ForbiddenByLawError)
        assert acts(await world.read(hold)) == ["place", "withdraw"]

    told(story)
