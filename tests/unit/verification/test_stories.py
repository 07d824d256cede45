"""Sessions at hand: read once, and never behind what the log tells."""

import asyncio
from collections import Counter

import pytest

from holdfast.operations.consume_session import consume_session
from holdfast.operations.redact_session import redact_session
from holdfast.operations.session_story import read_story, session_story
from holdfast.operations.stories import Stories
from holdfast.verification.standing import stand
from holdfast.vocabulary.errors import SessionStateError, UnavailableError
from holdfast.vocabulary.identity import SessionState
from holdfast.vocabulary.records import Record
from tests.unit.operations.shards import SlowStore
from tests.unit.verification.sessions import PAYOUT, World, told


def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each thread is read."""
    reads = Counter[str]()
    thread = SlowStore.thread

    def count(store: SlowStore, name: str) -> tuple[Record, ...]:
        reads[name] += 1
        return thread(store, name)

    monkeypatch.setattr(SlowStore, "thread", count)
    return reads


def test_a_session_is_read_once_until_something_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two acts the log is asked no more than once, and what is at hand is what the log tells."""

    async def story(world: World) -> None:
        session = await world.open()
        reads = counted(monkeypatch)
        for _ in range(3):
            assert (await session_story(world.shard, session)).standing.state is SessionState.CREATED
        assert reads[session] == 0
        await world.start(session)
        started = [await session_story(world.shard, session) for _ in range(3)]
        assert {one.standing.state for one in started} == {SessionState.STARTED}
        assert reads[session] == 1
        world.shard.stories.clear()
        assert read_story(world.shard, session) == started[0]
        assert stand(started[0].acts) == started[0].standing

    told(story)


def test_what_is_on_its_way_is_not_at_hand() -> None:
    """A session is told as it stands on disk while an act is on its way, and with the act once that landed."""

    async def story(world: World) -> None:
        session = await world.passed()
        await session_story(world.shard, session)
        world.store.held = True
        using = asyncio.ensure_future(consume_session(world.shard, session, PAYOUT))
        await asyncio.sleep(0)
        assert read_story(world.shard, session).standing.state is SessionState.PASSED
        world.store.land()
        await using
        assert read_story(world.shard, session).standing.state is SessionState.CONSUMED

    told(story)


def test_nothing_stays_at_hand_of_what_was_not_written() -> None:
    """After an act that did not reach the disk nothing is at hand, and the session is read from the log again."""

    async def story(world: World) -> None:
        session = await world.passed()
        world.store.held = True
        using = asyncio.ensure_future(consume_session(world.shard, session, PAYOUT))
        await asyncio.sleep(0)
        world.store.fail()
        with pytest.raises(UnavailableError):
            await using
        assert world.shard.stories.get(session) is None
        assert read_story(world.shard, session).standing.state is SessionState.PASSED

    told(story)


def test_nothing_personal_stays_at_hand_of_a_redacted_session() -> None:
    """Who reads a session while its key is destroyed leaves nothing at hand, and nobody can use it afterwards."""

    async def story(world: World) -> None:
        session = await world.passed()
        assert (await session_story(world.shard, session)).bound is not None
        forget = world.store.forget

        def read_meanwhile(subject: bytes) -> bool:
            read_story(world.shard, session)
            gone = forget(subject)
            assert world.shard.stories.get(session) is None
            return gone

        world.store.forget = read_meanwhile  # type: ignore[method-assign] # the test reads at the worst instant
        await redact_session(world.shard, session, by="officer")
        assert (await session_story(world.shard, session)).bound is None
        with pytest.raises(SessionStateError):
            await consume_session(world.shard, session, PAYOUT)

    told(story)


def test_so_many_are_at_hand() -> None:
    """The session that was read first goes first."""
    stories = Stories()

    async def story(world: World) -> None:
        session = await world.open()
        found = world.shard.stories.get(session)
        assert found is not None
        for number in range(1_030):
            stories.note(f"ver_{number}", found)
        assert stories.get("ver_5") is None
        assert stories.get("ver_6") == found

    told(story)
