"""A person's visit to the capture page: one link, one browser, consent before the camera, and the ways without one."""

import hmac
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Final

from holdfast.operations.capture_link import CaptureLink
from holdfast.operations.captures import Captures, Try
from holdfast.operations.fetch_result import fetch_result
from holdfast.operations.identity_terms import age_now
from holdfast.operations.ports import FrameJudge
from holdfast.operations.session_story import Beside, SessionStory, new_act, session_story, write_act
from holdfast.operations.shard import Shard
from holdfast.operations.start_session import Beginning, candidates, start_session
from holdfast.verification.age import Age, may_ask_face, ways_for
from holdfast.vocabulary.capture import Captured
from holdfast.vocabulary.errors import AttemptsError, ConsentError, OtherDeviceError, ProviderError, SessionStateError
from holdfast.vocabulary.identity import Consent, SessionAct, SessionState, Way
from holdfast.wire.capture import CameraTold, CaptureReply

SPENT: Final = "spent"
ELSEWHERE: Final = "elsewhere"
PERSON: Final = "person"
_CAPTURING: Final = frozenset({SessionState.CREATED, SessionState.STARTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureVisit:
    """A look at a session through its link, in the browser of a mark."""

    link: CaptureLink
    story: SessionStory
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person may do now: go before the camera, and with how many attempts left; which other ways there are.

    `must_agree` and `must_declare_age` say what comes before the camera; who is `too_young` is not asked for a face.
    """

    may_capture: bool
    too_young: bool
    must_agree: bool
    must_declare_age: bool
    left: int
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a person agreed to: the whole text as it was shown, its version and language, and the word on the age."""

    text: str
    version: str
    locale: str
    of_age: bool


async def open_capture(shard: Shard, link: CaptureLink, device: str | None) -> CaptureVisit:
    """Open a session's page; the first browser that does so is the only one. Raises OtherDeviceError in another.

    A result that is there already is fetched.
    """
    story = await session_story(shard, link.session_id)
    first = _browser(story, link)
    if first is None:
        device = device or shard.ports.new_id("browser")
        act = new_act(shard, story, SessionAct.OPEN, by=PERSON)
        act = replace(act, reference=link.name, device=_mark(shard, link, device))
        story, flight = write_act(shard, story, act)
        await flight.landed
        return CaptureVisit(link=link, story=story, device=device)
    visit = _known(shard, link, story, device=device)
    return replace(visit, story=await _refreshed(shard, visit.story))


async def return_to_capture(shard: Shard, link: CaptureLink, device: str | None) -> CaptureVisit:
    """Open a session's page for an act; raises OtherDeviceError unless this browser opened it before."""
    return _known(shard, link, await session_story(shard, link.session_id), device=device)


def choices(shard: Shard, story: SessionStory) -> Choices:
    """Tell what a person may do now."""
    standing, bound = story.standing, story.bound
    age = age_now(shard, bound.subject, standing.consent) if bound else Age.UNKNOWN
    left = max(0, standing.terms.max_attempts - standing.attempts)
    may_try = standing.state_at(shard.ports.clock.now_ms()) in _CAPTURING and (left > 0 or standing.waits)
    judged = any(isinstance(one, FrameJudge) for one in candidates(shard, story))
    return Choices(
        may_capture=bound is not None and may_try and judged and age is not Age.UNDER_AGE,
        too_young=age is Age.UNDER_AGE,
        must_agree=standing.consent is None,
        must_declare_age=age is Age.UNKNOWN and not may_ask_face(standing.terms.checks, age),
        left=left,
        ways=ways_for(age),
    )


async def agree(shard: Shard, visit: CaptureVisit, agreed: Agreed) -> SessionStory:
    """Keep a consent, and the text that was agreed to; raises ConsentError where the camera is not for this person."""
    story = await session_story(shard, visit.story.id)  # it may have ended since the visit was read
    now = choices(shard, story)
    if not now.may_capture:
        raise SessionStateError("no capture can begin in this session")
    if now.must_declare_age and not agreed.of_age:
        raise ConsentError("nobody said that the person is of age", pointer="/adult")
    text = agreed.text.encode()
    evidence = shard.ports.store.put_content("consent", text)
    consent = Consent(
        text_version=agreed.version,
        locale=agreed.locale,
        given_ms=shard.ports.clock.now_ms(),
        of_age=agreed.of_age,
    )
    act = replace(new_act(shard, story, SessionAct.CONSENT, by=PERSON), consent=consent)
    story, flight = write_act(shard, story, act, beside=Beside(personal={"evidence_ref": f"sha256:{evidence}"}))
    await flight.landed
    return story


async def next_picture(shard: Shard, captures: Captures, visit: CaptureVisit, *, data: bytes) -> CaptureReply:
    """Have a picture judged; raises SessionStateError when the session has ended meanwhile, and FormError."""
    if not visit.story.standing.is_open(shard.ports.clock.now_ms()):
        await captures.drop(visit.story.id)
        raise SessionStateError("the session has ended")
    return await captures.look(visit.story.id, data)


async def begin_capture(
    shard: Shard, captures: Captures, visit: CaptureVisit, *, told: CameraTold, address: str
) -> CaptureReply:
    """Begin an attempt before the camera: a new one, or the last one again where no command of it was shown.

    Raises SessionStateError or ConsentError where none may begin, UnavailableError when nobody can judge it.
    """
    story, now = visit.story, choices(shard, visit.story)
    if now.must_agree or now.must_declare_age:
        raise ConsentError("the person has not agreed", pointer="/consent")
    again = captures.unspent(story.id)
    if again is not None and again.attempt == story.standing.attempts and story.standing.waits:
        return await captures.begin(replace(again, told=told))
    await captures.give_up(story.id)
    try:
        story, started = await start_session(shard, story.id, _beginning(story, visit, address))
    except AttemptsError:
        return CaptureReply(step=0, of=0, left_ms=0, ended=SPENT)
    judge = shard.identity[story.standing.provider]
    if not isinstance(judge, FrameJudge):
        return CaptureReply(step=0, of=0, left_ms=0, ended=ELSEWHERE, go=started.redirect_url)
    attempt = story.standing.attempts
    return await captures.begin(
        Try(session_id=story.id, reference=started.reference, judge=judge, attempt=attempt, told=told)
    )


class Settling:
    """Hands the end of an attempt to its judge, has the result fetched, and tells whether there may be another."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard

    async def __call__(self, attempt: Try, captured: Captured) -> bool:
        """Settle one attempt."""
        await attempt.judge.end(attempt.reference, captured)
        story = await session_story(self._shard, attempt.session_id)
        if story.standing.reference == attempt.reference:
            story = await fetch_result(self._shard, story)
        return choices(self._shard, story).may_capture


async def _refreshed(shard: Shard, story: SessionStory) -> SessionStory:
    """Fetch the result of an attempt that ended, where it could not be fetched then."""
    if not story.standing.waits:
        return story
    try:
        return await fetch_result(shard, story)
    except ProviderError:  # noted in the story; the page shows the session as it stands
        return await session_story(shard, story.id)


def _beginning(story: SessionStory, visit: CaptureVisit, address: str) -> Beginning:
    """Say who begins: the tenant's own word on device and address goes before ours.

    An address of a private network is that of a proxy, behind which everybody would be one.
    """
    terms = story.standing.terms
    return Beginning(
        device="" if terms.device else visit.device,
        address="" if terms.address or not _is_public(address) else address,
    )


def _is_public(address: str) -> bool:
    try:
        return ip_address(address).is_global
    except ValueError:
        return False


def _known(shard: Shard, link: CaptureLink, story: SessionStory, *, device: str | None) -> CaptureVisit:
    first = _browser(story, link)
    if device is None or first is None or not hmac.compare_digest(first, _mark(shard, link, device)):
        raise OtherDeviceError("the link was opened on another device")
    return CaptureVisit(link=link, story=story, device=device)


def _browser(story: SessionStory, link: CaptureLink) -> str | None:
    """Give the mark of the browser that opened the link first; nothing where none did."""
    opened = (act for act in story.acts if act.act is SessionAct.OPEN and act.reference == link.name)
    return next((act.device for act in opened), None)


def _mark(shard: Shard, link: CaptureLink, device: str) -> str:
    """Hash a browser's cookie under our key."""
    key = shard.ports.store.derive("capture_devices")
    return hmac.new(key, f"{link.name}\x1f{device}".encode(), "sha256").hexdigest()
