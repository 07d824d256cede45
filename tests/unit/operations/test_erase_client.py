"""A person is erased when nothing of theirs waits, by their own key alone, and the log says who asked."""

import json
from dataclasses import replace

import pytest

from holdfast.operations.erase_client import Erasure, erase_client
from holdfast.vocabulary.errors import ConflictError, NotFoundError
from holdfast.vocabulary.records import RecordKind
from tests.unit.operations.holding import OWN, World, told

ASKED = Erasure(kind="customer_id", id="c-1", people=("Anna", "Boris"), reason="demand", document="D-17")


def test_what_waits_is_not_erased() -> None:
    """While a hold waits nothing is destroyed; when it has ended, the same call erases."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        hold = await world.place()
        with pytest.raises(ConflictError, match=hold):
            await erase_client(world.shard, ASKED)
        assert not any(record.forgotten for record in world.store.replay())
        await world.cancel(hold)
        row = await erase_client(world.shard, ASKED)
        assert row["erased"] == "customer_id"
        assert any(record.forgotten for record in world.store.replay())

    told(story)


def test_the_log_says_who_asked_and_names_nobody() -> None:
    """The act stands in the chain with people, reason and document; the person is there by a hash alone."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        await world.cancel(await world.place())
        row = await erase_client(world.shard, ASKED)
        last = list(world.store.replay())[-1]
        act = json.loads(last.act)
        assert (last.kind, last.seq) == (RecordKind.ERASURE, row["record"])
        assert (act["by"], act["reason"], act["document"]) == (["Anna", "Boris"], "demand", "D-17")
        assert b"c-1" not in last.act

    told(story)


def test_nothing_to_erase_is_said() -> None:
    """A second call, and a stranger, are refused; a client with the same id as a seller is another person."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        await world.cancel(await world.place())
        seller = Erasure(kind="seller_id", id="c-1", people=("Anna", "Boris"), reason="demand")
        with pytest.raises(NotFoundError, match="seller_id"):
            await erase_client(world.shard, seller)
        await erase_client(world.shard, ASKED)
        with pytest.raises(NotFoundError):
            await erase_client(world.shard, ASKED)

    told(story)


def test_one_person_alone_erases_nothing() -> None:
    """The same person twice, or a second one for another reason, only asks; a second one for the same erases."""

    async def story(world: World) -> None:
        await world.enlist(OWN)
        await world.cancel(await world.place())
        alone = replace(ASKED, people=("Anna",))
        for erasure in (alone, alone, replace(ASKED, people=("Boris",), reason="other"), alone):
            row = await erase_client(world.shard, erasure)
            assert (row["state"], row["by"]) == ("asked", list(erasure.people))
        assert not any(record.forgotten for record in world.store.replay())
        done = await erase_client(world.shard, replace(ASKED, people=("Boris",)))
        assert done["state"] == "done"
        assert json.loads(list(world.store.replay())[-1].act)["by"] == ["Anna", "Boris"]
        again = await erase_client(world.shard, replace(ASKED, people=("Boris",)))
        assert again["state"] == "asked", "the word of the first counts once"

    told(story)
