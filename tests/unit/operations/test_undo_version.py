"""A wrong version is taken back by one correction: the list, the holds on it, the limits of clients."""

import asyncio
import json
from collections.abc import Awaitable
from typing import Any

import pytest

from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.confirm_hold import confirm_hold
from holdfast.operations.freshness import freshness
from holdfast.operations.read_decision import read_decision
from holdfast.operations.read_hold import read_hold
from holdfast.operations.restrain_hold import Notice, restrain_hold
from holdfast.operations.said import Proof, Said
from holdfast.operations.undo_version import Undone, Wrong, undo_version
from holdfast.vocabulary.errors import ConflictError, HoldfastError, NotFoundError
from holdfast.vocabulary.lists import ListKind, ListVersion
from tests.unit.operations.following import DATABASE, WORDS, World, client, inn, told

PAYEE = inn(500100732259)
OWN = "bank.recipients"
TWO = ("anna", "boris")


def wrong(version: ListVersion, /, **changes: Any) -> Wrong:
    """Say that a version was wrong."""
    said = {"reason": "the file of another region", "kind": "letter", "reference": "FC-17"}
    return Wrong(**{"list": version.list, "version": version.version} | said | changes)


async def undo(world: World, version: ListVersion) -> Undone:
    """Take a version back on the word of two people."""
    return await undo_version(world.shard, wrong(version), people=TWO)


async def place(world: World, event_id: str = "t-1", **changes: Any) -> str:
    """Let a transfer be held, and give the hold's id."""
    answer = await world.pay(event_id, **changes)
    assert answer["outcome"] == "hold", answer
    return str(answer["hold"]["id"])


def listed(world: World, name: str = DATABASE) -> set[tuple[str, str | None, bool]]:
    """Give what stands on a list, on disk."""
    entries = world.store.list_reader(name)(tuple(ListKind))
    return {(entry.value, entry.reason, entry.police) for entry in entries}


def test_exactly_what_the_version_changed_is_put_back() -> None:
    """What came goes, what went comes back as it was, a changed entry has its old form; memory and disk agree."""

    async def story(world: World) -> None:
        await world.edit(inn(1, reason="a"), inn(2, reason="b", police=True), inn(3, reason="c"))
        before = listed(world)
        bad = await world.load(inn(3, reason="other"), inn(4), inn(5), published="2026-05-08T11:00:00")
        done = await undo(world, bad)
        assert done.version is not None
        assert (done.version.entries, done.left, done.version.by) == (3, 0, "anna, boris")
        assert listed(world) == before
        world.restart()
        assert [world.shard.memory.lists.holds(DATABASE, inn(number)) for number in range(1, 6)] == [True] * 3 + [
            False
        ] * 2

    told(story)


def test_what_a_later_version_changed_again_is_left_and_reported() -> None:
    """The correction never overrules a later word about the same value."""

    async def story(world: World) -> None:
        bad = await world.edit(inn(1, reason="wrong"), inn(2, reason="wrong"))
        await world.edit(inn(2, reason="right"))
        done = await undo(world, bad)
        assert (done.left, listed(world)) == (1, {(f"{2:012d}", "right", False)})

    told(story)


def test_a_hold_on_a_wrong_entry_is_withdrawn_with_the_one_evidence() -> None:
    """The operation goes through, the decision is revised, and the bank and the client hear; the evidence is sealed."""

    async def story(world: World) -> None:
        bad = await world.edit(PAYEE)
        hold = await place(world)
        at = world.mark
        done = await undo(world, bad)
        assert done.followed is not None
        assert (done.followed.withdrawn, done.followed.kept) == (1, 0)
        row: dict[str, Any] = await read_hold(world.shard, hold)
        assert (row["state"], row["instruction"]) == ("withdrawn", "execute")
        decision = json.loads(read_decision(world.shard, row["decision_id"]))
        assert (decision["outcome"], decision["revision"]) == ("allow", 2)
        topics = [message["topic"] for message in world.queued(after=at)]
        assert {"decision_revised", "hold_changed"} <= set(topics)
        sealed = json.loads(world.store.thread(hold)[-1].event)
        assert (sealed["people"], sealed["evidence"]) == (["anna", "boris"], {"kind": "letter", "reference": "FC-17"})

    told(story)


def test_a_hold_with_another_ground_stays_with_its_dates() -> None:
    """The bank's own list still names the recipient: nothing of the hold moves."""

    async def story(world: World) -> None:
        await world.edit(PAYEE, name=OWN)
        bad = await world.edit(PAYEE)
        hold = await place(world)
        before = await read_hold(world.shard, hold)
        done = await undo(world, bad)
        assert done.followed is not None
        assert (done.followed.withdrawn, done.followed.kept) == (0, 1)
        assert await read_hold(world.shard, hold) == before

    told(story)


def test_a_second_pause_on_a_wrong_entry_ends_and_the_confirmed_order_goes() -> None:
    """The first hold was right and the client confirmed it, so that without the match the order is executed."""

    async def story(world: World) -> None:
        await world.edit(PAYEE, name=OWN)
        hold = await place(world)
        bad = await world.edit(PAYEE)
        said = Said(by="client", customer_id="c-1", proof=Proof(method="app", reference="p-1"))
        row = await confirm_hold(world.shard, hold, said)
        assert row["state"] == "paused_again"
        await undo(world, bad)
        row = await read_hold(world.shard, hold)
        assert (row["state"], row["instruction"]) == ("withdrawn", "execute")

    told(story)


def test_a_hold_that_another_entry_carries_is_not_touched() -> None:
    """Only what the wrong version brought is in doubt."""

    async def story(world: World) -> None:
        await world.edit(PAYEE)
        bad = await world.edit(inn(3))
        hold = await place(world)
        await undo(world, bad)
        assert (await read_hold(world.shard, hold))["state"] == "placed"

    told(story)


def test_a_hold_that_the_list_never_carried_is_no_matter_of_the_correction() -> None:
    """The bank's own list placed it, before the wrong version came; that this list was changed since frees nothing."""

    async def story(world: World) -> None:
        await world.edit(PAYEE, name=OWN)
        hold = await place(world)
        bad = await world.edit(PAYEE)
        await world.edit(remove=[PAYEE], name=OWN)
        done = await undo(world, bad)
        assert done.followed is not None
        assert (done.followed.withdrawn, done.followed.kept) == (0, 0)
        assert (await read_hold(world.shard, hold))["state"] == "placed"

    told(story)


def test_clients_whom_the_version_limited_are_restored_at_once() -> None:
    """Their limits end with the correction, and they hear of it."""

    async def story(world: World) -> None:
        await world.pay("t-1", payer=client(1))
        bad = await world.edit(inn(1))
        await world.follow()
        done = await undo(world, bad)
        assert done.followed is not None
        assert done.followed.restored == 1
        assert [row["topic"] for row in world.queued(*WORDS)] == ["client_restricted"] * 2 + ["client_restored"] * 2
        assert world.queued("notify_client")[-1]["template"] == "ru.161-fz.9.11.11"

    told(story)


def test_a_version_is_taken_back_once() -> None:
    """A second time is a conflict, also after a restart, and so is taking back the correction itself."""

    async def story(world: World) -> None:
        bad = await world.edit(PAYEE)
        done = await undo(world, bad)
        assert done.version is not None
        await refused(undo(world, bad), ConflictError, hint="taken back once")
        world.restart()
        await refused(undo(world, bad), ConflictError)
        await refused(undo(world, done.version), ConflictError)
        await refused(undo_version(world.shard, wrong(bad, version="9.x"), people=TWO), NotFoundError)

    told(story)


async def refused(call: Awaitable[Any], kind: type[HoldfastError], *, hint: str = "") -> None:
    """Make a call that must be refused, with a hint that says so."""
    with pytest.raises(kind) as caught:
        await call
    assert hint in caught.value.hint


def test_one_person_s_word_waits_for_a_second_person_s_on_the_same() -> None:
    """The same person twice is still one; another reason is another proposal; a second person on the same does it."""

    async def story(world: World) -> None:
        bad = await world.edit(PAYEE)
        for people in (("anna",), ("Anna ",)):
            first = await undo_version(world.shard, wrong(bad), people=people)
            assert (first.version, listed(world) != set()) == (None, True)
        other = await undo_version(world.shard, wrong(bad, reason="another reason"), people=("boris",))
        assert other.version is None
        world.restart()
        done = await undo_version(world.shard, wrong(bad, reason="another reason"), people=("vera",))
        assert done.version is not None
        assert done.version.by == "boris, vera"
        assert listed(world) == set()

    told(story)


def test_the_right_snapshot_of_the_same_publication_can_come_after() -> None:
    """The publication before the wrong one counts again, also after a restart, and so does its freshness."""

    async def story(world: World) -> None:
        good = await world.load(inn(1), published="2026-05-08T09:00:00")
        world.at("2026-05-08T12:10:00")
        bad = await world.load(inn(2), published="2026-05-08T11:30:00")
        done = await undo(world, bad)
        assert done.version is not None
        for _ in range(2):
            assert world.shard.memory.lists.published(DATABASE, ListKind.INN) == good.published_ms
            fresh = freshness(world.shard, DATABASE)
            assert fresh is not None
            assert (fresh.published_ms, fresh.loaded_ms) == (good.published_ms, good.loaded_ms)
            world.restart()
        assert world.records("exposure") == []

    told(story)


def test_an_import_of_the_same_list_waits_for_the_correction() -> None:
    """A correction and an edit at once are made one after the other, each from the other's version."""

    async def story(world: World) -> None:
        bad = await world.edit(PAYEE)
        edit = Edit(list=DATABASE, add=[inn(1)])
        done, later = await asyncio.gather(undo(world, bad), change_list(world.shard, edit))
        assert done.version is not None
        assert {done.version.version[0], later.version[0]} == {"2", "3"}
        assert listed(world) == {(f"{1:012d}", None, False)}

    told(story)


async def wrongly_held(world: World) -> ListVersion:
    """Leave three holds and a client's limit behind, all on a wrong version."""
    bad = await world.edit(PAYEE, inn(1))
    for number in (2, 3, 4):
        await place(world, f"t-{number}", payer=client(number))
    await world.pay("t-1", payer=client(1), amount_minor=1, payee={"kind": "individual", "inn": f"{9:012d}"})
    await world.follow()
    return bad


@pytest.mark.parametrize("landed", range(6))
def test_a_crash_half_way_is_made_up_for(landed: int) -> None:
    """Before its record is on disk nothing was taken back; after it, everything is, by the worker if need be."""
    world = World()

    async def course() -> ListVersion:
        bad = await wrongly_held(world)
        await world.break_off(undo(world, bad), landed)
        return bad

    bad = asyncio.run(course())
    world.restart()

    async def again() -> None:
        await world.follow()
        if landed:
            await refused(undo(world, bad), ConflictError)
        else:
            await undo(world, bad)
        assert {row.state for row in world.store.holds(10).items} == {"withdrawn"}
        assert sum(row["topic"] == "hold_changed" for row in world.queued()) == 3
        assert listed(world) == set()
        at = world.store.last_seq()
        await world.follow()
        assert world.store.last_seq() == at

    asyncio.run(again())


def test_an_authority_s_notice_keeps_the_money_that_a_wrong_entry_held() -> None:
    """What an investigator keeps, a correction of the list does not set free."""

    async def story(world: World) -> None:
        bad = await world.edit(PAYEE)
        hold = await place(world)
        notice = Notice(number="7", date="2026-05-08", effect="keep", provision="УПК РФ", until=None, reason=None)
        await restrain_hold(world.shard, hold, notice)
        done = await undo(world, bad)
        assert done.followed is not None
        assert (done.followed.withdrawn, done.followed.kept) == (0, 0)
        assert (await read_hold(world.shard, hold))["instruction"] == "wait"

    told(story)
