"""A world with a judge of pictures that a test scripts: it never looks at a picture, it only counts them."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from holdfast.operations.capture_link import CAPTURES, CaptureLink, read_capture_link
from holdfast.operations.invite_person import invite_person
from holdfast.operations.start_session import Beginning
from holdfast.vocabulary.capture import Captured, Command, Flaw, Frame, Glance
from holdfast.vocabulary.errors import ProviderError
from holdfast.vocabulary.identity import Asked, Check, Checked, IdentityResult, Started, Subject, Verdict
from holdfast.wire.capture import CameraTold, Picture
from tests.unit.verification.scripted import OWNER, WORKING, FakeIdentityProvider
from tests.unit.verification.sessions import World

SIX = frozenset(
    {Command.TURN_LEFT, Command.TURN_RIGHT, Command.LOOK_UP, Command.TILT_LEFT, Command.NEARER, Command.BLINK}
)
USUAL = Picture(width=1280, height=720, rate=30)
TOLD = CameraTold(asked=USUAL, given=USUAL, seen=USUAL, label="HD Webcam", facing="user")
JPEG = b"\xff\xd8 not looked at \xff\xd9"


@dataclass
class ScriptedJudge(FakeIdentityProvider):
    """A judge to whom each step is done after so many pictures; `never` are commands that nobody does.

    `begun` are attempts, `seen` what was asked when each picture came, `ended` how captures ended; of the pictures
    only the number is kept, until the capture ends, and their first three bytes.
    """

    name: str = "face"
    checks: frozenset[Check] = frozenset({Check.FACE_MATCH})
    commands: frozenset[Command] = SIX
    pictures: int = 2
    never: frozenset[Command] = frozenset()
    flaw: Flaw | None = None
    size: tuple[int, int] = (640, 360)
    begun: list[tuple[str, int]] = field(default_factory=list)
    seen: list[Command | None] = field(default_factory=list)
    ended: list[tuple[str, Captured]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    heads: list[bytes] = field(default_factory=list)
    blind: bool = False
    steps: dict[tuple[str, int, Command | None], int] = field(default_factory=dict)
    now_ms: Callable[[], int] = lambda: 0

    async def start(self, asked: Asked) -> Started:
        """Open a side of the session; the page is ours."""
        return Started(reference=(await super().start(asked)).reference)

    async def begin(self, reference: str, *, attempt: int) -> None:
        """Begin a capture."""
        if self.blind:
            raise ProviderError("the judge does not answer")
        self.begun.append((reference, attempt))
        self.held[reference] = 0
        self.steps.clear()

    async def look(self, reference: str, frame: Frame) -> Glance:
        """Count a picture."""
        if self.blind:
            raise ProviderError("the judge does not answer")
        self.seen.append(frame.command)
        self.heads.append(frame.data[:3])
        self.held[reference] += 1
        step = (reference, frame.step, frame.command)
        self.steps[step] = self.steps.get(step, 0) + 1
        width, height = self.size
        if self.flaw is not None:
            return Glance(done=False, flaw=self.flaw, width=width, height=height)
        done = self.steps[step] >= self.pictures and frame.command not in self.never
        return Glance(done=done, width=width, height=height)

    async def end(self, reference: str, captured: Captured) -> None:
        """Take how a capture ended: who did everything is the right person."""
        self.held.pop(reference, None)
        self.ended.append((reference, captured))
        verdict = Verdict.PASS if captured.passed else Verdict.FAIL
        self.results[reference] = IdentityResult(
            done=True,
            checks={Check.FACE_MATCH: Checked(verdict=verdict), Check.PAD: Checked(verdict=Verdict.NOT_PERFORMED)},
            auth_ms=self.now_ms(),
            owner=OWNER,
            reference_source="enrolled",
            capture=dict(captured.signals),
        )

    async def drop(self, reference: str) -> None:
        """Forget a capture."""
        self.held.pop(reference, None)
        self.dropped.append(reference)

    async def fetch(self, reference: str) -> IdentityResult:
        """Give the result of a capture that ended."""
        await super().fetch(reference)
        return self.results.get(reference, WORKING)


class CaptureWorld(World):
    """A world whose one provider judges pictures; its tick is moved by tests, a millisecond at a time."""

    def __init__(self) -> None:
        self.tick_ms = 0
        self.people = itertools.count(1)
        super().__init__()

    def restart(self) -> None:
        """Build the memory anew; the judge stays."""
        if not isinstance(self.provider, ScriptedJudge):
            self.provider = ScriptedJudge(now_ms=self.clock.now_ms)
        super().restart()
        self.shard.ports = replace(self.shard.ports, tick=lambda: self.tick_ms * 1_000_000)

    @property
    def judge(self) -> ScriptedJudge:
        """Give the judge."""
        assert isinstance(self.provider, ScriptedJudge)
        return self.provider

    async def asked(self, **changes: Any) -> str:
        """Open a session of a new person that asks for a face, without a consent, unless told otherwise."""
        subject = Subject(ref=f"s-{next(self.people)}", kind="seller_id", iin_hash=OWNER)
        known = {"subject": subject, "device": "", "address": ""}
        usual = {"checks": (Check.FACE_MATCH,), "acr": "", "consent": None, **known}
        return await self.open(**(usual | changes))

    async def path(self, session: str) -> str:
        """Ask for the page, as the tenant's application does."""
        _, started = await invite_person(self.shard, session, Beginning())
        return started.redirect_url

    async def link(self, session: str) -> CaptureLink:
        """Give the link of the page."""
        return read_capture_link(self.shard, (await self.path(session)).removeprefix(f"{CAPTURES}/"))


def told(story: Callable[[CaptureWorld], Awaitable[None]]) -> None:
    """Run a story in a new world."""

    async def whole() -> None:
        await story(CaptureWorld())

    asyncio.run(whole())
