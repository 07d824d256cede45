"""What the log keeps of a session: enough to stand again after a restart, and nothing personal in clear."""

import asyncio
from dataclasses import replace

import pytest

from holdfast.operations.end_session import cancel_session
from holdfast.operations.expire_sessions import expire_sessions
from holdfast.operations.open_session import open_session
from holdfast.vocabulary.errors import (
    ConflictError,
    ConsumedError,
    HoldfastError,
    NotFoundError,
)
from holdfast.vocabulary.instants import SECOND_MS
from tests.unit.verification.scripted import OWNER, checks, passing
from tests.unit.verification.sessions import WITHDRAW, World, told


def test_a_second_use_is_refused_after_a_restart() -> None:
    """A verification that was used stays used when the memory is built again from the log."""

    async def story(world: World) -> None:
        session = await world.passed()
        await world.consume(session)
        world.restart()
        with pytest.raises(ConsumedError):
            await world.consume(session)

    told(story)


def test_the_same_key_opens_one_session() -> None:
    """The same body under a key is one session, at once and after a restart; another body is a conflict."""

    async def story(world: World) -> None:
        both = await asyncio.gather(*(open_session(world.shard, WITHDRAW, "k") for _ in range(20)))
        assert len({one.id for one, _ in both}) == 1
        assert sum(is_new for _, is_new in both) == 1
        world.restart()
        again, is_new = await open_session(world.shard, WITHDRAW, "k")
        assert (again.id, is_new) == (both[0][0].id, False)
        with pytest.raises(ConflictError):
            await open_session(world.shard, replace(WITHDRAW, ttl_s=700), "k")

    told(story)


def test_what_a_person_goes_on_with_is_kept_nowhere() -> None:
    """Neither the page nor the token of an attempt stands in the log, nor does anything personal in clear."""

    async def story(world: World) -> None:
        session = await world.passed()
        await cancel_session(world.shard, await world.open(), reason="Asel called")
        said = b"".join(
            one.act + one.reply + "".join(one.threads).encode() for one in world.store.replay() if one.key or one.act
        )
        assert session.encode() in said
        secrets = ("verify.example", "s-1", "phone-1", "192.0.2.7", "KZ86125", OWNER, "site.example", "proof-1", "Asel")
        assert [word for word in secrets if word.encode() in said] == []

    told(story)


def test_every_step_has_its_actor_and_instant() -> None:
    """The history says who did what when, and where it left the session."""

    async def story(world: World) -> None:
        session = await world.passed()
        world.clock.instant_ms += SECOND_MS
        await world.consume(session, by="decision")
        history = (await world.read(session))["history"]
        assert [(one["act"], one["by"], one["state"]) for one in history] == [
            ("create", "tenant", "created"),
            ("start", "person", "started"),
            ("callback", "provider", "processing"),
            ("result", "provider", "passed"),
            ("consume", "decision", "consumed"),
        ]
        assert history[-1]["at"] == "2026-05-08T12:00:01.000+03:00"

    told(story)


@pytest.mark.parametrize(
    "step", ["created", "started", "processing", "again", "passed", "failed", "expired", "consumed"]
)
def test_a_session_stands_as_before_after_a_restart(step: str) -> None:
    """Whatever its state, a session is the same when the memory is built again from the log, and goes on."""

    async def story(world: World) -> None:
        session = await world.open()
        if step == "expired":
            world.clock.instant_ms += 600 * SECOND_MS
        elif step != "created":
            await _to(world, session, step)
        before = await world.read(session)
        world.restart()
        assert await world.read(session) == before
        if step in {"created", "again"}:
            await world.end(await world.start(session))
        elif step in {"started", "processing"}:
            await world.end("fake-1")
        else:
            with pytest.raises(HoldfastError):
                await world.start(session)
            return
        assert (await world.consume(session))["state"] == "consumed"

    told(story)


async def _to(world: World, session: str, step: str) -> None:
    """Bring a session to a step."""
    reference = await world.start(session)
    if step == "processing":
        await world.call_back(reference)
    elif step in {"passed", "consumed"}:
        await world.end(reference)
        if step == "consumed":
            await world.consume(session)
    elif step == "again":
        await world.end(reference, passing(world.now_ms, checks=checks(face_match="fail")))
    elif step == "failed":
        await world.end(reference, passing(world.now_ms, acr="low"))


def test_what_follows_an_end_is_done_after_a_stop() -> None:
    """An end whose consequences were interrupted is due at once, and the timer does them, once."""

    async def story(world: World) -> None:
        session = await world.passed()
        row = world.store.verification(session)
        assert row is not None
        assert row.due_ms is None
        expiring = await world.open()
        world.clock.instant_ms += 600 * SECOND_MS
        assert world.store.next_verification_due() is not None
        assert await expire_sessions(world.shard) == 1
        assert (await expire_sessions(world.shard), world.store.next_verification_due()) == (0, None)
        assert await world.state(expiring) == "expired"

    told(story)


def test_an_unknown_session_is_not_found() -> None:
    """Ids of other stories, and ids of nothing, are no sessions."""

    async def story(world: World) -> None:
        for name in ("ver_1", "dec_1", "identity_sessions_1"):
            with pytest.raises(NotFoundError):
                await world.read(name)

    told(story)
