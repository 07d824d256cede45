"""The invariants of callbacks: forged, replayed, late, out of order; what is fetched alone counts."""

import json

import pytest

from holdfast.operations.take_callback import take_callback
from holdfast.vocabulary.errors import (
    CallbackError,
    NotFoundError,
    SessionStateError,
)
from holdfast.vocabulary.instants import SECOND_MS
from tests.unit.verification.scripted import callback, passing, signed
from tests.unit.verification.sessions import World, told


def test_a_replayed_callback_is_dropped() -> None:
    """The same callback again changes nothing, whether the session is still open or has ended."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        assert await world.call_back(reference, "cb-a")
        assert await world.state(session) == "processing"
        world.provider.results[reference] = passing(world.now_ms)
        assert not await world.call_back(reference, "cb-a")
        assert await world.call_back(reference, "cb-b")
        before = await world.read(session)
        assert not await world.call_back(reference, "cb-a")
        assert not await world.call_back(reference, "cb-b")
        assert not await world.call_back(reference, "cb-c")
        assert await world.read(session) == before

    told(story)


def test_a_callback_of_another_tenant_or_of_nobody_is_dropped() -> None:
    """A session of another tenant is unknown here: the callback is taken and nothing happens, in either."""

    async def story(world: World) -> None:
        other = World()
        session = await other.open()
        reference = await other.start(session)
        other.provider.results[reference] = world.provider.results[reference] = passing(world.now_ms)
        before = world.shard.seq
        assert not await world.call_back(reference)
        assert not await world.call_back("made up")
        assert (world.shard.seq, world.provider.fetched) == (before, 0)
        with pytest.raises(NotFoundError):
            await world.consume(session)

    told(story)


def test_a_callback_must_be_signed_as_it_was_sent() -> None:
    """The same content in other bytes, and any bytes without the provider's key, are no callback."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        world.provider.results[reference] = passing(world.now_ms)
        headers, body = callback(reference, world.now_ms)
        for forged in (json.dumps(json.loads(body), indent=1).encode(), body + b" ", b"", b"{}", body[:-1]):
            with pytest.raises(CallbackError):
                await take_callback(world.shard, "fake", headers=headers, body=forged)
        with pytest.raises(CallbackError):
            await take_callback(world.shard, "fake", headers={}, body=body)
        with pytest.raises(NotFoundError):
            await take_callback(world.shard, "other", headers=headers, body=body)
        assert world.provider.fetched == 0
        odd = b" " + body
        assert await take_callback(world.shard, "fake", headers={"signature": signed(odd)}, body=odd)
        assert await world.state(session) == "passed"

    told(story)


@pytest.mark.parametrize(("minutes", "counts"), [(-10, False), (10, False), (-4, True), (4, True)])
def test_a_callback_is_of_now(minutes: int, *, counts: bool) -> None:
    """What was signed more than five minutes before or after now is refused, however good the signature."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        world.provider.results[reference] = passing(world.now_ms)
        at_ms = world.now_ms + minutes * 60 * SECOND_MS
        if counts:
            assert await world.call_back(reference, at_ms=at_ms)
        else:
            with pytest.raises(CallbackError, match="five minutes"):
                await world.call_back(reference, at_ms=at_ms)
            assert world.provider.fetched == 0

    told(story)


def test_what_is_fetched_counts_and_not_the_order_of_the_calls() -> None:
    """Word of the end before word of the beginning leads to the same end, and the late word changes nothing."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        world.provider.results[reference] = passing(world.now_ms)
        assert await world.call_back(reference, "passed")
        assert not await world.call_back(reference, "started")
        assert await world.state(session) == "passed"

    told(story)


def test_a_callback_alone_passes_nobody() -> None:
    """While the provider itself says that it still works, the session waits, however often it calls."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        for _ in range(3):
            await world.call_back(reference)
        assert await world.state(session) == "processing"
        with pytest.raises(SessionStateError):
            await world.consume(session)

    told(story)


def test_the_result_of_an_older_attempt_does_not_count() -> None:
    """After the link was opened again, what comes of the first opening is dropped."""

    async def story(world: World) -> None:
        session = await world.open()
        first = await world.start(session)
        second = await world.start(session)
        assert not await world.end(first)
        assert await world.state(session) == "started"
        assert await world.end(second)
        assert await world.state(session) == "passed"

    told(story)


def test_a_session_that_nobody_calls_back_about_is_asked_for_when_it_is_read() -> None:
    """A provider without callbacks is asked when the tenant looks."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        world.provider.results[reference] = passing(world.now_ms)
        assert await world.state(session) == "passed"

    told(story)
