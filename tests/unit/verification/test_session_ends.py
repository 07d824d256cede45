"""The invariants of an end: nothing revives it, a provider's failure is no pass, the person agreed before."""

import asyncio

import pytest

from holdfast.operations.end_session import cancel_session
from holdfast.operations.expire_sessions import expire_sessions
from holdfast.vocabulary.errors import (
    ConsentError,
    ProviderError,
    SessionStateError,
    UnavailableError,
)
from holdfast.vocabulary.identity import IdentityResult
from holdfast.vocabulary.instants import SECOND_MS
from tests.unit.verification.scripted import FakeIdentityProvider, passing
from tests.unit.verification.sessions import CONSENT, World, told


@pytest.mark.parametrize("fired", [False, True])
def test_a_late_pass_revives_nothing(*, fired: bool) -> None:
    """What passes after the term has expired, whether the timer has fired or not."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        world.clock.instant_ms += 600 * SECOND_MS
        if fired:
            await expire_sessions(world.shard)
        assert not await world.end(reference)
        assert await world.state(session) == "expired"
        await expire_sessions(world.shard)
        assert not await world.call_back(reference)
        assert await world.state(session) == "expired"
        with pytest.raises(SessionStateError, match="expired"):
            await world.consume(session)

    told(story)


def test_a_pass_after_cancelling_revives_nothing() -> None:
    """A cancelled session stays so; cancelling again changes nothing, and what ended otherwise is not cancelled."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        await cancel_session(world.shard, session, reason="the client changed their mind")
        assert not await world.end(reference)
        assert await world.state(session) == "cancelled"
        before = world.shard.seq
        await cancel_session(world.shard, session)
        assert world.shard.seq == before
        passed = await world.passed()
        with pytest.raises(SessionStateError, match="passed"):
            await cancel_session(world.shard, passed)

    told(story)


@pytest.mark.parametrize(("meanwhile", "state"), [("cancel", "cancelled"), ("expire", "expired"), ("again", "started")])
def test_a_result_that_comes_too_late_from_the_provider_is_dropped(meanwhile: str, state: str) -> None:
    """While the provider is being asked the session ends or is started again: what then comes does not count."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        asked, go = asyncio.Event(), asyncio.Event()
        usual = world.provider.fetch

        async def slow(reference: str) -> IdentityResult:
            del reference
            asked.set()
            await go.wait()
            return passing(world.now_ms)

        world.provider.fetch = slow  # type: ignore[method-assign] # this one answer is late
        call = asyncio.create_task(world.call_back(reference))
        await asked.wait()
        world.provider.fetch = usual  # type: ignore[method-assign] # later ones are not
        if meanwhile == "cancel":
            await cancel_session(world.shard, session)
        elif meanwhile == "expire":
            world.clock.instant_ms += 600 * SECOND_MS
        else:
            await world.start(session)
        go.set()
        await call
        assert await world.state(session) == state

    told(story)


def test_a_failure_of_the_provider_is_never_a_pass() -> None:
    """While nothing can be fetched the session waits, the provider must call again, and the end is an error."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        world.provider.down = True
        for _ in range(2):
            with pytest.raises(ProviderError):
                await world.call_back(reference, "cb-a")
        assert await world.state(session) == "processing"
        with pytest.raises(SessionStateError):
            await world.consume(session)
        world.clock.instant_ms += 600 * SECOND_MS
        assert await world.state(session) == "provider_error"
        await expire_sessions(world.shard)
        world.provider.down = False
        assert not await world.end(reference)
        row = await world.read(session)
        assert (row["state"], row["reasons"]) == ("provider_error", ["provider_error"])
        assert [one["act"] for one in row["history"]] == ["create", "start", "callback", "fault", "expire"]

    told(story)


def test_the_same_callback_counts_once_the_provider_answers() -> None:
    """A callback whose result could not be fetched counts when it comes again."""

    async def story(world: World) -> None:
        session = await world.open()
        reference = await world.start(session)
        world.provider.results[reference], world.provider.down = passing(world.now_ms), True
        with pytest.raises(ProviderError):
            await world.call_back(reference, "cb-a")
        world.provider.down = False
        assert await world.call_back(reference, "cb-a")
        assert await world.state(session) == "passed"

    told(story)


def test_the_second_provider_is_asked_when_the_first_does_not_answer() -> None:
    """Providers are tried in their order; where none answers nothing was begun and no attempt was used."""

    async def story(world: World) -> None:
        second = FakeIdentityProvider(name="second")
        world.shard.identity = {"fake": world.provider, "second": second}
        session = await world.open()
        world.provider.down = second.down = True
        with pytest.raises(UnavailableError):
            await world.start(session)
        assert ((await world.read(session))["attempts"], await world.state(session)) == (0, "created")
        second.down = False
        assert await world.start(session) == "second-1"
        assert (await world.read(session))["provider"] == "second"
        bound = await world.open(provider="fake")
        with pytest.raises(UnavailableError):
            await world.start(bound)

    told(story)


def test_nothing_begins_before_the_person_agreed() -> None:
    """Without a consent at the opening or at the start no provider hears of the person."""

    async def story(world: World) -> None:
        session = await world.open(consent=None)
        with pytest.raises(ConsentError):
            await world.start(session)
        assert world.provider.asked == []
        await world.start(session, consent=CONSENT)
        row = await world.read(session)
        assert row["consent"] == {
            "text_version": "2026-01",
            "locale": "kk",
            "given_at": "2026-05-08T11:59:59.000+03:00",
            "of_age": True,
            "withdrawn": False,
        }

    told(story)


def test_a_person_who_declines_at_the_provider_ends_the_session() -> None:
    """Consent that is taken back before the camera cancels."""

    async def story(world: World) -> None:
        session = await world.open()
        await world.end(await world.start(session), IdentityResult(done=True, error="consent_declined"))
        row = await world.read(session)
        assert (row["state"], row["reasons"]) == ("cancelled", ["consent_declined"])

    told(story)
