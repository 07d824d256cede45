"""The captures that run on this server: what each person is asked, and how the pictures answer it.

Nothing here outlives the process. Pictures pass through to their judge and are forgotten by it when a capture ends, is
begun anew, or is not fed for a while.
"""

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from holdfast.operations.ports import FrameJudge
from holdfast.operations.shard import Shard
from holdfast.verification.camera import camera_words
from holdfast.verification.course import COMMANDS, KINDS, Choose, Course, Ended, follow, leave
from holdfast.vocabulary.capture import Captured, Command, Flaw, Frame
from holdfast.vocabulary.errors import Bug, FormError, OverloadedError
from holdfast.wire.capture import CameraTold, CaptureReply

IDLE_S: Final = 20.0
MOST: Final = 32
_REMEMBERED: Final = 1_000
ANEW: Final = 10
"""How often an attempt may begin before it is spent: each beginning has the reference picture fetched and described."""
_NS_PER_MS: Final = 1_000_000
_log: Final = structlog.get_logger("holdfast.capture")


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt before the camera: whose, for which judge, and what the page told of its camera.

    `begun` counts how often it has begun before.
    """

    session_id: str
    reference: str
    judge: FrameJudge
    attempt: int
    told: CameraTold
    begun: int = 0


Settle = Callable[[Try, Captured], Awaitable[bool]]
"""Takes how an attempt ended, and tells whether there may be another."""


@dataclass(slots=True, kw_only=True)
class _Capture:
    """One capture as it runs; `size` is that of its pictures, in pixels."""

    attempt: Try
    id: str
    begun_ns: int
    course: Course
    size: tuple[int, int] = (0, 0)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    timer: asyncio.TimerHandle | None = None


class Captures:
    """All captures of a shard, one a session."""

    def __init__(self, shard: Shard, *, settle: Settle, idle_s: float = IDLE_S) -> None:
        self._shard = shard
        self._settle = settle
        self._idle_s = idle_s
        self._running: dict[str, _Capture] = {}
        self._unspent: OrderedDict[str, Try] = OrderedDict()
        self._leaving: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Tell how many run."""
        return len(self._running)

    async def begin(self, attempt: Try) -> CaptureReply:
        """Begin an attempt; one that still ran in this session is over. Raises OverloadedError when too many run."""
        if len(attempt.judge.commands) < KINDS:
            raise Bug(f"`{attempt.judge.name}` judges {len(attempt.judge.commands)} kinds of commands, not {KINDS}")
        if attempt.session_id not in self._running and len(self._running) >= MOST:
            raise OverloadedError("there are more captures than can be judged at once")
        capture = _Capture(
            attempt=attempt,
            id=self._shard.ports.new_id("capture"),
            begun_ns=self._shard.ports.tick(),
            course=Course(slow=attempt.told.slow),
        )
        before = self._running.get(attempt.session_id)
        self._running[attempt.session_id] = capture
        self._remember(attempt)
        async with capture.lock:
            if before is not None:
                self._stop(before)
                async with before.lock:  # a picture that is just being looked at belongs to the attempt before
                    pass
            try:
                await attempt.judge.begin(attempt.reference, attempt=attempt.attempt)
            except BaseException:
                self._forget(capture)
                raise
        self._feed(capture)
        return self._reply(capture)

    def _remember(self, attempt: Try) -> None:
        """Remember that no command of an attempt was shown, of the newest attempts."""
        self._unspent[attempt.session_id] = attempt
        while len(self._unspent) > _REMEMBERED:
            self._unspent.popitem(last=False)

    def _forget(self, capture: _Capture) -> None:
        """Take a capture from those that run, unless another has its place."""
        self._stop(capture)
        if self._running.get(capture.attempt.session_id) is capture:
            self._running.pop(capture.attempt.session_id)

    def unspent(self, session_id: str) -> Try | None:
        """Give the newest attempt of a session if it has shown no command: it may begin anew and is still the same."""
        attempt = self._unspent.get(session_id)
        return replace(attempt, begun=attempt.begun + 1) if attempt and attempt.begun + 1 < ANEW else None

    async def look(self, session_id: str, data: bytes) -> CaptureReply:
        """Have the next picture judged; raises FormError where no capture runs, ProviderError when nobody can look.

        A picture that comes while another is looked at is left out.
        """
        capture = self._running.get(session_id)
        if capture is None:
            raise FormError("no capture runs in this session")
        if capture.lock.locked():
            return self._reply(capture)
        async with capture.lock:
            return await self._look(capture, data)

    async def _look(self, capture: _Capture, data: bytes) -> CaptureReply:
        attempt, at_ms, course = capture.attempt, self._at_ms(capture), capture.course
        frame = Frame(data=data, at_ms=at_ms, step=len(course.steps), command=course.command)
        glance = await attempt.judge.look(attempt.reference, frame)
        if self._running.get(attempt.session_id) is not capture:
            raise FormError("this capture is over")
        capture.size = max(capture.size, (glance.width, glance.height))
        now = follow(course, glance, at_ms, choose=_chooser(self._shard, capture))
        if now.command is not None and now is not course:
            self._unspent.pop(attempt.session_id, None)
            now = replace(now, since_ms=self._at_ms(capture))  # the time of a command begins when it is shown
        capture.course = now
        if now.ended is not None:
            return self._reply(capture, more=await self._end(capture))
        self._feed(capture)
        return self._reply(capture, glance.flaw)

    async def give_up(self, session_id: str) -> None:
        """End a session's capture as one that was left; without one nothing happens."""
        capture = self._running.get(session_id)
        if capture is not None:
            await self._left(capture)

    async def drop(self, session_id: str) -> None:
        """End a session's capture without a result, and have its pictures forgotten; without one nothing happens."""
        capture = self._running.get(session_id)
        if capture is not None:
            self._forget(capture)
            await capture.attempt.judge.drop(capture.attempt.reference)

    async def close(self) -> None:
        """Drop everything."""
        for task in tuple(self._leaving):
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        for session_id in tuple(self._running):
            await self.drop(session_id)

    def _feed(self, capture: _Capture) -> None:
        """Wait for the next picture, but not for ever."""
        self._stop(capture)
        loop = asyncio.get_running_loop()
        capture.timer = loop.call_later(self._idle_s, self._starve, capture)

    def _starve(self, capture: _Capture) -> None:
        """End a capture that no more pictures come to; while one is looked at, for however long, one has come."""
        if capture.lock.locked():
            self._feed(capture)
            return
        task = asyncio.get_running_loop().create_task(self._left(capture))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _left(self, capture: _Capture) -> None:
        async with capture.lock:
            if self._running.get(capture.attempt.session_id) is capture:
                capture.course = leave(capture.course, self._at_ms(capture))
                try:
                    await self._end(capture)
                except Exception as error:  # noqa: BLE001 - nobody waits for this answer, so it is logged
                    _log.warning("a capture that was left could not be ended", exc_info=error)

    async def _end(self, capture: _Capture) -> bool:
        """Settle an attempt that ended, and tell whether there may be another."""
        attempt, course = capture.attempt, capture.course
        self._forget(capture)
        if not course.is_spent:  # nothing was asked, so nothing was learnt
            await attempt.judge.drop(attempt.reference)
            return True
        words = camera_words(attempt.told, capture.size, course.steps)
        signals = {**words, "commands": str(course.ended), "liveness": "weak", "attempt": str(attempt.attempt)}
        captured = Captured(passed=course.ended is Ended.DONE, steps=course.steps, signals=signals)
        return await self._settle(attempt, captured)

    @staticmethod
    def _stop(capture: _Capture) -> None:
        if capture.timer is not None:
            capture.timer.cancel()
            capture.timer = None

    def _at_ms(self, capture: _Capture) -> int:
        return (self._shard.ports.tick() - capture.begun_ns) // _NS_PER_MS

    def _reply(self, capture: _Capture, flaw: Flaw | None = None, *, more: bool = False) -> CaptureReply:
        course = capture.course
        left_ms = max(0, course.limit_ms - (self._at_ms(capture) - course.since_ms))
        return CaptureReply(
            step=min(len(course.steps) + 1, COMMANDS),
            of=COMMANDS,
            left_ms=left_ms,
            command=course.command or "",
            flaw=flaw or "",
            ended=course.ended or "",
            more=more,
        )


def _chooser(shard: Shard, capture: _Capture) -> Choose:
    """Give what chooses a step's command, never the same twice in a row.

    The choice hangs on the random bits of the capture's id under our key, so that nobody can work it out; it is made
    when the command is shown.
    """
    key = shard.ports.store.derive("capture_commands")

    def choose(step: int, last: Command | None) -> Command:
        kinds = sorted(kind for kind in capture.attempt.judge.commands if kind is not last)
        digest = hmac.new(key, f"{capture.id}\x1f{step}".encode(), "sha256").digest()
        return kinds[int.from_bytes(digest, "big") % len(kinds)]

    return choose
