"""The invariants of attempts: counted over sessions, subjects, devices and addresses, whatever is opened again."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from holdfast.vocabulary.errors import AttemptsError, SessionStateError
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS
from tests.unit.operations.shards import NOON_MS
from tests.unit.verification.sessions import SUBJECT, World, told


def test_three_failed_attempts_end_a_session() -> None:
    """A link that is opened again keeps the used attempts; the third failure is final."""

    async def story(world: World) -> None:
        session = await world.open()
        for number, state in ((1, "created"), (2, "created"), (3, "failed")):
            await world.lose(session)
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
            await world.lose(first)
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


def test_three_failures_of_a_subject_leave_no_fourth_in_a_new_session_on_a_new_device() -> None:
    """A new session, device, address and a restart give no new attempt; a day after the first failure one is free."""

    async def story(world: World) -> None:
        for number in range(3):
            await world.failed(device=f"phone-{number}", address=f"192.0.2.{number + 10}")
            world.clock.instant_ms += HOUR_MS
        fourth = await world.open(device="phone-new", address="198.51.100.1", ttl_s=86_400)
        with pytest.raises(AttemptsError, match="3 of 3 attempts were used by this subject") as refused:
            await world.start(fourth)
        assert "2026-05-09T12:00" in refused.value.hint
        world.restart()
        with pytest.raises(AttemptsError):
            await world.start(fourth)
        world.clock.instant_ms = NOON_MS + DAY_MS
        assert await world.start(fourth)

    told(story)


def test_midnight_gives_no_attempt_back() -> None:
    """What failed late in the evening still counts in the morning."""

    async def story(world: World) -> None:
        world.clock.instant_ms = NOON_MS + 11 * HOUR_MS
        for _ in range(3):
            await world.failed()
        world.clock.instant_ms += 10 * HOUR_MS
        with pytest.raises(AttemptsError):
            await world.start(await world.open())

    told(story)


def test_three_failures_on_a_device_count_for_the_next_person_there() -> None:
    """Who tries other people's names on one device is stopped by the device, and by no other."""

    async def story(world: World) -> None:
        for number in range(3):
            await world.failed(subject=replace(SUBJECT, ref=f"s-{number}"), address=f"192.0.2.{number + 10}")
        other = await world.open(subject=replace(SUBJECT, ref="s-9"), address="198.51.100.1")
        with pytest.raises(AttemptsError, match="this device"):
            await world.start(other)
        with pytest.raises(AttemptsError, match="this device"):
            await world.start(other, device="phone-1")
        assert await world.start(other, device="phone-2")

    told(story)


def test_an_address_has_room_for_many_and_not_for_all() -> None:
    """Thirty failures from one address stop the next attempt from there."""

    async def story(world: World) -> None:
        for number in range(30):
            await world.failed(subject=replace(SUBJECT, ref=f"s-{number}"), device=f"phone-{number}")
        other = await world.open(subject=replace(SUBJECT, ref="s-99"), device="phone-99")
        with pytest.raises(AttemptsError, match="30 of 30 attempts were used by this address"):
            await world.start(other)
        assert await world.start(other, address="198.51.100.1")

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
            await world.lose(session, device="kiosk")
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
