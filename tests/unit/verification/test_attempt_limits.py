"""The invariants of attempts: counted over sessions, subjects and devices, whatever is opened again."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from holdfast.vocabulary.errors import (
    AttemptsError,
    SessionStateError,
)
from holdfast.vocabulary.instants import DAY_MS
from tests.unit.verification.scripted import checks, passing
from tests.unit.verification.sessions import SUBJECT, World, told


async def lose(world: World, session: str, **beginning: Any) -> None:
    """Begin an attempt, and fail it."""
    reference = await world.start(session, **beginning)
    await world.end(reference, passing(world.now_ms, checks=checks(face_match="fail", pad="pass")))


def test_three_failed_attempts_end_a_session() -> None:
    """A link that is opened again keeps the used attempts; the third failure is final."""

    async def story(world: World) -> None:
        session = await world.open()
        for number, state in ((1, "created"), (2, "created"), (3, "failed")):
            await lose(world, session)
            row = await world.read(session)
            assert (row["state"], row["attempts"], row["reasons"]) == (state, number, ["face_match_fail"])
        with pytest.raises(SessionStateError):
            await world.start(session)

    told(story)


def test_a_link_opened_again_and_again_uses_attempts_up() -> None:
    """Who breaks off before the answer has used an attempt; after three there is no fourth."""

    async def story(world: World) -> None:
        session = await world.open()
        for _ in range(3):
            await world.start(session)
        with pytest.raises(AttemptsError, match="this session"):
            await world.start(session)

    told(story)


@pytest.mark.parametrize(
    "changes",
    [
        {"device": "phone-2", "address": "192.0.2.8"},
        {"subject": replace(SUBJECT, ref="s-2"), "address": "192.0.2.8"},
    ],
    ids=["a new session and device of the subject", "a new session and subject on the device"],
)
def test_a_fourth_attempt_in_a_day_is_refused_wherever_it_comes_from(changes: dict[str, Any]) -> None:
    """A new session does not begin the count anew, also after a restart; a day later it does."""

    async def story(world: World) -> None:
        first = await world.open()
        for _ in range(3):
            await lose(world, first)
        world.restart()
        session = await world.open(**changes)
        with pytest.raises(AttemptsError):
            await world.start(session)
        world.clock.instant_ms += DAY_MS - 1
        session = await world.open(**changes)
        with pytest.raises(AttemptsError):
            await world.start(session)
        world.clock.instant_ms += 2
        await world.start(await world.open(**changes))

    told(story)


def test_attempts_at_once_in_many_sessions_are_counted_together() -> None:
    """Fifty sessions of one subject begun at once give three attempts, and no more."""

    async def story(world: World) -> None:
        sessions = [await world.open() for _ in range(50)]
        begun = await asyncio.gather(*(world.start(one) for one in sessions), return_exceptions=True)
        assert sum(isinstance(one, str) for one in begun) == 3
        assert sum(isinstance(one, AttemptsError) for one in begun) == 47

    told(story)


def test_the_device_of_the_moment_is_counted() -> None:
    """A device and an address that are told at the start count, not only those of the opening."""

    async def story(world: World) -> None:
        for number in range(3):
            session = await world.open(subject=replace(SUBJECT, ref=f"s-{number}"), device="", address="")
            await lose(world, session, device="kiosk")
        last = await world.open(subject=replace(SUBJECT, ref="s-9"), device="", address="")
        with pytest.raises(AttemptsError, match="this device"):
            await world.start(last, device="kiosk")
        await world.start(last, device="another")

    told(story)


def test_passing_uses_no_attempt_up() -> None:
    """Who passes every time is asked as often as needed."""

    async def story(world: World) -> None:
        for _ in range(5):
            await world.passed()

    told(story)
