"""The invariants of identity verification, one test each."""

import asyncio

import pytest

from holdfast.vocabulary.errors import ConsumedError
from tests.unit.verification.sessions import World, told


def test_of_fifty_uses_at_once_one_wins() -> None:
    """However many calls use a verification at once, exactly one succeeds and every other is told that it was used."""

    async def story(world: World) -> None:
        session = await world.passed()
        calls = [world.consume(session) for _ in range(50)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert [one for one in answers if isinstance(one, dict)] == [{"state": "consumed"}]
        assert sum(isinstance(one, ConsumedError) for one in answers) == 49
        assert await world.state(session) == "consumed"

    told(story)


def test_a_second_use_is_refused_after_a_restart() -> None:
    """A verification that was used stays used when the memory is built again from the log."""

    async def story(world: World) -> None:
        session = await world.passed()
        await world.consume(session)
        world.restart()
        with pytest.raises(ConsumedError):
            await world.consume(session)

    told(story)
