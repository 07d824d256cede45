"""Strikes move the two lists, leave entries of people alone, and stand again after the memory was rebuilt."""

import asyncio

import pytest

from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.read_seller import BLOCKED, LIMITED, seller_story, seller_view
from holdfast.operations.strike_seller import Word, write_word
from holdfast.vocabulary.errors import ConflictError, NotFoundError
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.vocabulary.records import RecordKind
from holdfast.vocabulary.sellers import SellerActKind
from tests.unit.operations.holding import World, told

SELLER = "s-1"


def strike(name: str, by: str = "Aigerim") -> Word:
    """Make a strike."""
    about = {"ground": "scam"}
    return Word(act=SellerActKind.STRIKE, id=name, by=by, reason="took money and sent nothing", about=about)


def lift(name: str) -> Word:
    """Make the word that takes a strike back."""
    return Word(act=SellerActKind.LIFT, id=name, by="Boris", reason="a mistake")


def standing(world: World) -> object:
    """Say how the seller stands now."""
    return seller_view(world.shard, seller_story(world.shard, SELLER))["standing"]


def test_lifting_takes_the_seller_off_the_list() -> None:
    """Three strikes block, one lifted limits, two lifted leave one; the same lift again changes nothing."""

    async def story(world: World) -> None:
        for name in ("a", "b", "c"):
            await write_word(world.shard, SELLER, strike(name))
        assert standing(world) == "blocked"
        await write_word(world.shard, SELLER, lift("a"))
        assert standing(world) == "limited"
        await write_word(world.shard, SELLER, lift("b"))
        assert standing(world) == "struck"
        row, is_new = await write_word(world.shard, SELLER, lift("b"))
        assert (row["standing"], is_new) == ("struck", False)
        with pytest.raises(NotFoundError):
            await write_word(world.shard, SELLER, lift("z"))

    told(story)


def test_an_entry_that_a_person_made_stays() -> None:
    """Who was blocked by hand is not freed by strikes that end or are lifted, nor is the entry's end moved."""

    async def story(world: World) -> None:
        entry = ListEntry(kind=ListKind.SELLER, value=SELLER, reason="a court's order")
        await change_list(world.shard, Edit(list=BLOCKED, add=[entry]))
        for name in ("a", "b", "c"):
            await write_word(world.shard, SELLER, strike(name))
        for name in ("a", "b", "c"):
            await write_word(world.shard, SELLER, lift(name))
        assert standing(world) == "blocked"
        world.clock.instant_ms += 200 * DAY_MS
        assert standing(world) == "blocked"

    told(story)


def test_strikes_stand_again_after_a_restart_and_end_on_their_day() -> None:
    """The log alone says how a seller stands: rebuilt it is the same, and ninety days later nothing is left."""

    async def story(world: World) -> None:
        await write_word(world.shard, SELLER, strike("a"))
        await write_word(world.shard, SELLER, strike("b"))
        before = seller_view(world.shard, seller_story(world.shard, SELLER))
        world.restart()
        assert seller_view(world.shard, seller_story(world.shard, SELLER)) == before
        world.clock.instant_ms += 90 * DAY_MS - 1
        assert standing(world) == "limited"
        world.clock.instant_ms += 1
        assert standing(world) == "clear"

    told(story)


def test_several_at_once_are_several() -> None:
    """Strikes that come together are all counted, and the list ends with the last of them."""

    async def story(world: World) -> None:
        await asyncio.gather(*(write_word(world.shard, SELLER, strike(name)) for name in ("a", "b", "c")))
        assert standing(world) == "blocked"

    told(story)


def test_an_id_is_used_once() -> None:
    """The same strike again is one strike; another under the same id is refused."""

    async def story(world: World) -> None:
        assert (await write_word(world.shard, SELLER, strike("a")))[1]
        assert not (await write_word(world.shard, SELLER, strike("a")))[1]
        other = Word(act=SellerActKind.STRIKE, id="a", by="Boris", reason="rude", about={"ground": "abuse"})
        with pytest.raises(ConflictError):
            await write_word(world.shard, SELLER, other)

    told(story)


def test_a_half_done_call_is_finished_by_its_retry() -> None:
    """Where the list did not follow, the same strike again brings it in step."""

    async def story(world: World) -> None:
        await write_word(world.shard, SELLER, strike("a"))
        await write_word(world.shard, SELLER, strike("b"))
        await change_list(world.shard, Edit(list=LIMITED, remove=[ListEntry(kind=ListKind.SELLER, value=SELLER)]))
        assert standing(world) == "struck"
        await write_word(world.shard, SELLER, strike("b"))
        assert standing(world) == "limited"

    told(story)


def test_what_is_personal_is_sealed() -> None:
    """The public side of a record holds neither the seller's id nor the reason."""

    async def story(world: World) -> None:
        await write_word(world.shard, SELLER, strike("a"))
        record = next(one for one in world.store.replay(0) if one.kind is RecordKind.SELLER)
        assert b"sent nothing" in record.event
        assert b"sent nothing" not in record.act
        assert SELLER.encode() not in record.act

    told(story)
