"""A person's visit: one browser a link, consent and age before the camera, attempts that the session counts."""

import asyncio

import pytest

from holdfast.operations.capture_visit import (
    Agreed,
    CaptureVisit,
    Settling,
    agree,
    begin_capture,
    choices,
    next_picture,
    open_capture,
    return_to_capture,
)
from holdfast.operations.captures import Captures
from holdfast.operations.end_session import cancel_session
from holdfast.operations.redact_session import withdraw_consent
from holdfast.operations.session_story import session_story
from holdfast.verification.course import COMMAND_MS
from holdfast.vocabulary.errors import ConsentError, OtherDeviceError, ProviderError, SessionStateError
from holdfast.vocabulary.identity import Check, Subject, Way
from holdfast.wire.capture import CaptureReply
from tests.unit.operations.capturing import JPEG, TOLD, CaptureWorld, told
from tests.unit.verification.scripted import OWNER, FakeIdentityProvider
from tests.unit.verification.sessions import CONSENT

AGREED = Agreed(text="what was shown", version="capture-ru-1", locale="ru", of_age=True)


class Person:
    """A person with a browser before the page of one session."""

    def __init__(self, world: CaptureWorld, session: str) -> None:
        self.world = world
        self.session = session
        self.captures = Captures(world.shard, settle=Settling(world.shard))
        self.device = ""

    async def open(self) -> CaptureVisit:
        """Open the page."""
        if not self.device:
            self.link = await self.world.link(self.session)
        visit = await open_capture(self.world.shard, self.link, self.device or None)
        self.device = visit.device
        return visit

    async def agree(self, agreed: Agreed = AGREED) -> None:
        """Agree to what is shown."""
        await agree(self.world.shard, await self.open(), agreed)

    async def begin(self, address: str = "") -> CaptureReply:
        """Begin an attempt."""
        return await begin_capture(self.world.shard, self.captures, await self.open(), told=TOLD, address=address)

    async def whole(self) -> CaptureReply:
        """Go through an attempt."""
        return await self.go_on(await self.begin())

    async def go_on(self, reply: CaptureReply) -> CaptureReply:
        """Send pictures to the end."""
        while not reply.ended:
            self.world.tick_ms += 500
            reply = await self.captures.look(self.session, JPEG)
        return reply

    async def look(self) -> CaptureReply:
        """Send one picture."""
        visit = await return_to_capture(self.world.shard, self.link, self.device)
        return await next_picture(self.world.shard, self.captures, visit, data=JPEG)

    async def fail(self) -> CaptureReply:
        """Go through an attempt, and be late."""
        self.world.judge.never = self.world.judge.commands
        reply = await self.begin()
        while not reply.ended:
            self.world.tick_ms += COMMAND_MS + 1 if reply.command else 500
            reply = await self.captures.look(self.session, JPEG)
        return reply


def test_a_person_passes() -> None:
    """Consent, one attempt, and a session that has passed; its words of the capture are kept, its weakness is said."""

    async def story(world: CaptureWorld) -> None:
        person = Person(world, await world.asked())
        await person.agree()
        reply = await person.whole()
        assert (reply.ended, reply.more) == ("done", False)
        row = await world.read(person.session)
        assert (row["state"], row["attempts"]) == ("passed", 1)
        assert row["result"]["capture"]["liveness"] == "weak"
        assert row["result"]["checks"]["pad"]["verdict"] == "not_performed"

    told(story)


def test_a_link_spends_nothing() -> None:
    """To make a link, to open it and to agree begins no attempt."""

    async def story(world: CaptureWorld) -> None:
        person = Person(world, await world.asked())
        await person.agree()
        row = await world.read(person.session)
        assert (row["attempts"], row["state"]) == (0, "created")
        assert [act["act"] for act in row["history"]] == ["create", "open", "consent"]
        assert not world.judge.asked

    told(story)


def test_a_link_opens_in_one_browser() -> None:
    """The first browser is the only one, also of two at once, also after a restart; a new link is a new beginning."""

    async def story(world: CaptureWorld) -> None:
        session = await world.asked()
        link = await world.link(session)
        both = await asyncio.gather(*(open_capture(world.shard, link, None) for _ in range(2)), return_exceptions=True)
        assert sorted(type(one).__name__ for one in both) == ["CaptureVisit", "OtherDeviceError"]
        (visit,) = (one for one in both if isinstance(one, CaptureVisit))
        world.restart()
        for device in (None, "browser_" + "0" * 32):
            with pytest.raises(OtherDeviceError):
                await return_to_capture(world.shard, link, device)
        assert (await return_to_capture(world.shard, link, visit.device)).device == visit.device
        await open_capture(world.shard, await world.link(session), None)

    told(story)


def test_consent_comes_before_the_camera() -> None:
    """Without a consent no attempt begins; the text that was agreed to is kept under its hash."""

    async def story(world: CaptureWorld) -> None:
        person = Person(world, await world.asked())
        with pytest.raises(ConsentError):
            await person.begin()
        await person.agree()
        read = (await session_story(world.shard, person.session)).standing.consent
        assert read is not None
        assert (read.text_version, read.locale, read.of_age) == ("capture-ru-1", "ru", True)
        kept = world.store.put_content("consent", b"what was shown")
        assert any(f"sha256:{kept}".encode() in one.event for one in world.store.replay())
        assert world.store.content(kept) == b"what was shown"
        await person.begin()

    told(story)


def test_nobody_agrees_to_a_session_that_was_redacted_meanwhile() -> None:
    """A consent that is on its way while the session ends is refused, and leaves nothing behind."""

    async def story(world: CaptureWorld) -> None:
        person = Person(world, await world.asked())
        visit = await person.open()
        await withdraw_consent(world.shard, person.session, by="tenant")
        before = world.shard.seq
        with pytest.raises(SessionStateError):
            await agree(world.shard, visit, AGREED)
        assert world.shard.seq == before

    told(story)


def test_the_tenant_s_own_consent_is_enough() -> None:
    """Who agreed elsewhere and is known to be of age comes before the camera at once."""

    async def story(world: CaptureWorld) -> None:
        subject = Subject(ref="s-9", kind="seller_id", iin_hash=OWNER, born="1990-01-01")
        person = Person(world, await world.asked(consent=CONSENT, subject=subject))
        now = choices(world.shard, (await person.open()).story)
        assert (now.may_capture, now.must_agree, now.must_declare_age) == (True, False, False)
        assert (await person.whole()).ended == "done"

    told(story)


def test_nobody_of_unknown_age_comes_before_the_camera_unasked() -> None:
    """Where no date of birth is known the person must say to be of age; who is under age is not asked at all."""

    async def story(world: CaptureWorld) -> None:
        person = Person(world, await world.asked())
        with pytest.raises(ConsentError):
            await person.agree(Agreed(text="x", version="v", locale="ru", of_age=False))
        minor = Subject(ref="s-8", kind="seller_id", iin_hash=OWNER, born="2010-01-01")
        young = Person(world, await world.asked(subject=minor))
        now = choices(world.shard, (await young.open()).story)
        assert (now.may_capture, now.too_young) == (False, True)
        assert Way.OPERATOR_VIDEO not in now.ways
        with pytest.raises(SessionStateError):
            await young.agree()

    told(story)


def test_attempts_are_counted_by_the_session() -> None:
    """Each attempt that fails costs one, and after the last the session has failed."""

    async def story(world: CaptureWorld) -> None:
        person = Person(world, await world.asked())
        await person.agree()
        for number in (1, 2):
            reply = await person.fail()
            assert (reply.ended, reply.more) == ("late", True)
            row = await world.read(person.session)
            assert (row["attempts"], row["state"]) == (number, "created")
        assert not (await person.fail()).more
        assert (await world.read(person.session))["state"] == "failed"
        with pytest.raises(SessionStateError):
            await person.begin()

    told(story)


def test_breaking_off_gives_no_free_attempt() -> None:
    """Who begins anew after a command was shown spends an attempt; the one before counts as failed."""

    async def story(world: CaptureWorld) -> None:
        person = Person(world, await world.asked())
        await person.agree()
        reply = await person.begin()
        while not reply.command:
            world.tick_ms += 500
            reply = await person.captures.look(person.session, JPEG)
        await person.begin()
        assert (await world.read(person.session))["attempts"] == 2
        assert [captured.signals["commands"] for _, captured in world.judge.ended] == ["left"]

    told(story)


def test_a_camera_that_shows_nobody_costs_nothing() -> None:
    """Who begins anew before any command was shown is still in the same attempt."""

    async def story(world: CaptureWorld) -> None:
        person = Person(world, await world.asked())
        await person.agree()
        await person.begin()
        await person.begin()
        assert (await world.read(person.session))["attempts"] == 1
        assert [attempt for _, attempt in world.judge.begun] == [1, 1]

    told(story)


def test_who_has_no_attempt_left_today_is_told_so() -> None:
    """When the person's attempts of the day are spent in other sessions, no capture begins and no error comes."""

    async def story(world: CaptureWorld) -> None:
        subject = Subject(ref="s-7", kind="seller_id", iin_hash=OWNER)
        first = Person(world, await world.asked(subject=subject))
        await first.agree()
        for _ in range(3):
            await first.fail()
        second = Person(world, await world.asked(subject=subject))
        await second.agree()
        assert (await second.begin()).ended == "spent"
        assert (await world.read(second.session))["state"] == "created"

    told(story)


def test_another_provider_takes_over() -> None:
    """When the judge does not answer, the person goes on to the page of the next provider."""

    async def story(world: CaptureWorld) -> None:
        person = Person(world, await world.asked())
        await person.agree()
        world.judge.down = True
        other = FakeIdentityProvider(name="other", checks=frozenset({Check.FACE_MATCH}))
        world.shard.identity = {"face": world.judge, "other": other}
        reply = await person.begin()
        assert (reply.ended, reply.go) == ("elsewhere", "https://verify.example/other-1")

    told(story)


def test_a_result_that_could_not_be_fetched_is_fetched_later() -> None:
    """When the provider fails at the end, the page that is opened next fetches what there is."""

    async def story(world: CaptureWorld) -> None:
        person = Person(world, await world.asked())
        await person.agree()
        reply = await person.begin()
        world.judge.down = True
        with pytest.raises(ProviderError):
            await person.go_on(reply)
        world.judge.down = False
        assert (await person.open()).story.standing.state.value == "passed"

    told(story)


@pytest.mark.parametrize(("address", "counted"), [("8.8.8.8", True), ("10.0.0.1", False), ("x", False), ("", False)])
def test_only_a_public_address_counts(address: str, *, counted: bool) -> None:
    """The address of a proxy in a private network, behind which everybody is one, is not counted."""

    async def story(world: CaptureWorld) -> None:
        person = Person(world, await world.asked())
        await person.agree()
        await person.begin(address)
        start = (await session_story(world.shard, person.session)).acts[-1]
        assert bool(start.address) is counted
        assert start.device

    told(story)


def test_a_session_that_ends_elsewhere_ends_the_capture() -> None:
    """When the tenant cancels, or the term is over, the next picture is not looked at and all of them are forgotten."""

    async def story(world: CaptureWorld) -> None:
        for end in ("cancel", "term"):
            person = Person(world, await world.asked())
            await person.agree()
            await person.begin()
            await person.look()
            assert world.judge.held
            if end == "cancel":
                await cancel_session(world.shard, person.session)
            else:
                world.clock.instant_ms += 601_000
            with pytest.raises(SessionStateError):
                await person.look()
            assert not world.judge.held
            assert not len(person.captures)

    told(story)
