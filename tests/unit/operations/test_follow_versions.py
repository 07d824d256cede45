"""A new version of a list is followed to its end, once, whatever cuts it off, and decisions go on meanwhile."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.decide_event import decide_event
from holdfast.operations.follow_versions import follow_versions
from holdfast.operations.read_hold import read_hold
from holdfast.operations.read_restrictions import restrictions
from holdfast.operations.restrain_hold import Notice, restrain_hold
from holdfast.store import SqliteStore
from holdfast.vocabulary.errors import UnavailableError
from holdfast.vocabulary.lists import ListEntry, ListKind
from tests.unit.operations.following import CENTER, DATABASE, WORDS, World, client, inn, told
from tests.unit.operations.shards import Json, StillClock, make_shard, transfer

PAYEE = ListEntry(kind=ListKind.ACCOUNT, value="KZ75125KZT1001300335")
OTHER = ListEntry(kind=ListKind.PHONE, value="+77011234567")


async def kazakh_hold(world: World, event_id: str = "t-1") -> str:
    """Let a Kazakh transfer be held, and give the hold's id."""
    payee = {"kind": "individual", "account": PAYEE.value, "phone": OTHER.value}
    answer = await world.pay(event_id, payee=payee, currency="KZT")
    assert answer["outcome"] == "hold", answer
    return str(answer["hold"]["id"])


async def state(world: World, hold_id: str) -> tuple[str, str]:
    """Read a hold's state and instruction."""
    row = await read_hold(world.shard, hold_id)
    return str(row["state"]), str(row["instruction"])


def test_a_hold_that_the_list_carries_ends_when_the_value_leaves() -> None:
    """Kazakhstan: removal frees the money at once, with an act by the feed that names list and version."""

    async def story(world: World) -> None:
        await world.edit(PAYEE, name=CENTER)
        hold = await kazakh_hold(world)
        await world.follow()
        assert await state(world, hold) == ("placed", "wait")
        version = await world.edit(remove=[PAYEE], name=CENTER)
        await world.follow()
        row: Json = await read_hold(world.shard, hold)
        act = row["history"][-1]
        assert (row["state"], row["instruction"], act["by"]) == ("released", "execute", "feed")
        assert act["details"] == {"list": CENTER, "list_version": version.version}
        changed = world.queued("hold_changed")[-1]
        assert (changed["hold_id"], changed["act"], changed["instruction"]) == (hold, "release", "execute")
        at = world.store.last_seq()
        assert await world.follow() == 0
        assert world.store.last_seq() == at

    told(story, packs="kz")


def test_another_listed_value_of_the_operation_keeps_the_hold() -> None:
    """Only when no party is on the list any more does the hold end."""

    async def story(world: World) -> None:
        await world.edit(PAYEE, OTHER, name=CENTER)
        hold = await kazakh_hold(world)
        await world.edit(remove=[PAYEE], name=CENTER)
        await world.follow()
        assert await state(world, hold) == ("placed", "wait")
        await world.edit(remove=[OTHER], name=CENTER)
        await world.follow()
        assert await state(world, hold) == ("released", "execute")

    told(story, packs="kz")


def test_a_notice_of_an_authority_outlives_the_entry() -> None:
    """Money that an investigator's notice keeps stays where it is when the value leaves the list."""

    async def story(world: World) -> None:
        await world.edit(PAYEE, name=CENTER)
        hold = await kazakh_hold(world)
        await restrain_hold(
            world.shard,
            hold,
            Notice(number="7", date="2026-05-08", effect="keep", provision="УПК РК", until=None, reason=None),
        )
        await world.edit(remove=[PAYEE], name=CENTER)
        await world.follow()
        assert (await state(world, hold))[1] == "wait"

    told(story, packs="kz")


def test_a_russian_hold_waits_for_the_client_and_not_for_the_list() -> None:
    """Removal from the Bank of Russia's list releases no hold: the client confirms or the term ends."""

    async def story(world: World) -> None:
        await world.edit(inn(500100732259))
        hold = str((await world.pay("t-1"))["hold"]["id"])
        await world.edit(remove=[inn(500100732259)])
        await world.follow()
        assert await state(world, hold) == ("placed", "wait")

    told(story)


def test_several_versions_are_followed_in_their_order_and_remembered() -> None:
    """What was followed is known after a restart; what was not is made up for, the oldest first."""

    async def story(world: World) -> None:
        await world.pay("t-1", payer=client(1))
        await world.edit(inn(1))
        await world.follow()
        await world.edit(remove=[inn(1)])
        await world.edit(inn(9), name="bank.recipients")
        world.restart()
        assert await world.follow() == 2
        assert [row["topic"] for row in world.queued(*WORDS)] == ["client_restricted"] * 2 + ["client_restored"] * 2
        world.restart()
        assert await world.follow() == 0

    told(story)


def test_two_passes_at_once_do_everything_once() -> None:
    """A worker and a publication that follow at the same time never double."""

    async def story(world: World) -> None:
        for number in range(3):
            await world.pay(f"t-{number}", payer=client(number))
        await world.edit(*map(inn, range(3)))
        assert sorted(await asyncio.gather(*(world.follow() for _ in range(3)))) == [0, 0, 1]
        assert len(world.records("restriction")) == 3

    told(story)


async def busy(world: World) -> None:
    """Leave a day behind with a hold, clients and a transfer, and a version that touches all of them."""
    world.at("2026-05-08T09:00:00")
    for number in range(4):
        await world.pay(f"t-{number}", payer=client(number), occurred_at="2026-05-08T09:00:00+03:00")
    await world.load(inn(0), inn(1, police=True), published="2026-05-08T08:59:00")
    await world.follow()
    world.at("2026-05-08T12:00:00")
    for number in range(4):
        payee = {"kind": "individual", "inn": f"{7:012d}"}
        await world.pay(f"late-{number}", payer=client(number), payee=payee, amount_minor=1)
    world.at("2026-05-08T13:00:00")
    await world.load(inn(1), inn(2), inn(7), published="2026-05-08T10:00:00")


def outcome(world: World) -> list[object]:
    """Give everything that following led to, without instants and numbers."""
    words = [(row["topic"], row["event_id"], row.get("duty") or row.get("template")) for row in world.queued()]
    exposed = [(row.amount_minor, row.reason) for row in world.store.exposures(100).items]
    return [sorted(words), exposed, len(world.records("restriction")), len(world.records("exposure"))]


def whole_course() -> list[object]:
    """Follow without a fault."""
    world = World()

    async def course() -> None:
        await busy(world)
        await world.follow()

    asyncio.run(course())
    return outcome(world)


@pytest.mark.parametrize("landed", range(9))
def test_a_crash_at_any_record_is_made_up_for_and_doubles_nothing(landed: int) -> None:
    """After a failure behind any of its records the pass goes on after the restart to the same end."""
    world = World()

    async def course() -> None:
        await busy(world)
        await world.break_off(world.follow(), landed)

    asyncio.run(course())
    world.restart()
    asyncio.run(world.follow())
    assert outcome(world) == whole_course()


def test_a_log_that_cannot_be_written_leaves_the_version_to_the_next_pass() -> None:
    """The fault is told, and nothing counts as done."""

    async def story(world: World) -> None:
        await world.pay("t-1", payer=client(1))
        await world.edit(inn(1))
        world.store.break_with(OSError("no space left"))
        with pytest.raises(UnavailableError):
            await world.follow()
        world.restart()
        assert await world.follow() == 1
        assert len(world.queued("client_restricted")) == 2

    told(story)


CHANGES = st.lists(
    st.tuples(st.booleans(), st.integers(0, 4), st.booleans(), st.sampled_from(["follow", "restart", "nothing"])),
    max_size=8,
)


@settings(max_examples=12, deadline=None)
@given(changes=CHANGES)
def test_what_clients_were_told_is_what_binds_them(changes: list[tuple[bool, int, bool, str]]) -> None:
    """After any course of edits, restarts and passes each client was told of what stands; a repeated pass is silent."""

    async def story(world: World) -> None:
        for number in range(3):
            await world.pay(f"t-{number}", payer=client(number))
        for adds, number, police, then in changes:
            await (world.edit(inn(number, police=police)) if adds else world.edit(remove=[inn(number)]))
            if then == "restart":
                world.restart()
            if then != "nothing":
                await world.follow()
        await world.follow()
        heard: dict[str, set[str]] = {}
        for row in world.queued(*WORDS):
            stands = heard.setdefault(row["event_id"], set())
            (stands.add if row["topic"] == "client_restricted" else stands.discard)(row["duty"])
        for number in range(3):
            rows: list[Json] = restrictions(world.shard, f"c-{number}")["restrictions"]  # type: ignore[assignment]  # JSON of any shape
            assert heard.get(f"t-{number}", set()) == {row["duty"] for row in rows}
        at = world.store.last_seq()
        world.store.set_meta(f"followed:{DATABASE}", '{"version":"none"}')
        world.restart()
        await world.follow()
        assert world.store.last_seq() == at

    told(story)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SqliteStore]:
    """Open a data directory, in which a large change can be read by pages."""
    store = SqliteStore.open(tmp_path, clock=StillClock(), random_bytes=bytes)
    yield store
    store.close()


def test_decisions_are_answered_while_a_large_change_is_followed(disk: SqliteStore) -> None:
    """Two hundred thousand changes are followed in portions, between which decisions are made."""
    clock = StillClock()
    shard = make_shard(disk, clock)  # type: ignore[arg-type]  # a double of its own

    async def story() -> int:
        await decide_event(shard, transfer("t-0", payer=client(5)))
        await change_list(shard, Edit(list=DATABASE, add=[inn(number) for number in range(200_000)]))
        task = asyncio.ensure_future(follow_versions(shard))
        answered = 0
        while not task.done():
            await decide_event(shard, transfer(f"t-{answered + 1}"))
            answered += not task.done()
        assert await task == 1
        return answered

    assert asyncio.run(story()) > 1
    assert shard.followed[DATABASE].restricted == 1
