"""The provider of this machine: faces from the capture page, compared with the operator's picture of the person.

Pictures pass through; measures and descriptors live in memory until the capture ends. What stays until it is fetched
or redacted is the result: verdicts, distances, words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from holdfast.gateways.identity.face.cores import leave_no_core
from holdfast.gateways.identity.face.held import COMMANDS
from holdfast.gateways.identity.face.lookers import Lookers, tried
from holdfast.gateways.identity.face.references import References, references
from holdfast.gateways.identity.face.seen import READY, Ready
from holdfast.gateways.identity.face.sitting import Descriptor, Sitting, after
from holdfast.gateways.identity.face.verdicts import compared
from holdfast.vocabulary.capture import Captured, Command, Frame, Glance
from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.errors import CallbackError, ProviderError
from holdfast.vocabulary.face_specs import FaceSpec
from holdfast.vocabulary.identity import Asked, Callback, Check, Checked, IdentityResult, Started, Verdict

MOST: Final = 1_000
SOURCE: Final = "provider_db"
LOST: Final = "lost"
_log: Final = structlog.get_logger("holdfast.face")


@dataclass(slots=True, kw_only=True)
class _Side:
    """Our side of one session."""

    asked: Asked
    attempt: int = 0
    sitting: Sitting | None = None
    reference: Descriptor = ()
    result: IdentityResult = field(default_factory=lambda: IdentityResult(done=False))


class FaceProvider:
    """Compares faces on this machine; it judges the pictures of our own capture page."""

    commands: frozenset[Command] = COMMANDS

    def __init__(self, name: str, spec: FaceSpec, *, clock: Clock, lookers: Lookers, ready: Ready) -> None:
        self._name, self._spec, self._clock = name, spec, clock
        self._lookers, self._ready = lookers, ready
        self._references: References = references(spec.references)
        self._sides: dict[str, _Side] = {}

    @property
    def name(self) -> str:
        """Give the name under which the operator declared the provider."""
        return self._name

    @property
    def checks(self) -> frozenset[Check]:
        """Name what can be checked: faces where there are references, attacks where there is a detector."""
        spec = self._spec
        found = {Check.FACE_MATCH: spec.references, Check.PAD: spec.pad, Check.IAD: spec.iad}
        return frozenset(check for check, has in found.items() if has is not None)

    async def start(self, asked: Asked) -> Started:
        """Open our side of a session: the capture page is ours, so there is no address to give."""
        self._must_be_ready()
        now_ms = self._clock.now_ms()
        for gone in [name for name, side in self._sides.items() if side.asked.expires_ms <= now_ms]:
            del self._sides[gone]
        if asked.session_id not in self._sides and len(self._sides) >= MOST:
            raise ProviderError("more sessions of faces are open than can be kept in memory")
        self._sides[asked.session_id] = _Side(asked=asked)
        return Started(reference=asked.session_id)

    def told(self, headers: Mapping[str, str], body: bytes) -> Callback:  # noqa: ARG002 - the port's names
        """Refuse: nobody calls back for this machine."""
        raise CallbackError("the provider of faces on this machine sends no callbacks")

    async def fetch(self, reference: str) -> IdentityResult:
        """Give the result of the last capture that ended; what a restart lost will never be known, so it is open."""
        self._must_be_ready()
        side = self._sides.get(reference)
        return side.result if side else _lost()

    async def redact(self, reference: str) -> None:
        """Forget everything of a session."""
        self._sides.pop(reference, None)

    async def begin(self, reference: str, *, attempt: int) -> None:
        """Begin a capture: the picture of the person is fetched and described, then forgotten."""
        side = self._side(reference)
        side.attempt, side.sitting, side.result = attempt, None, IdentityResult(done=False)
        side.reference = await self._described(side.asked)
        side.sitting = Sitting()

    async def look(self, reference: str, frame: Frame) -> Glance:
        """Look at the next picture; raises ProviderError when it cannot look."""
        side = self._side(reference)
        if side.sitting is None:
            raise ProviderError("no capture of faces has begun")
        seen = await self._lookers.look(frame.data, compare=frame.command is None)
        if side.sitting is None:
            raise ProviderError("the capture of faces is over")
        look = after(side.sitting, frame, seen, limit=self._ready.threshold)
        side.sitting = look.sitting
        return look.glance

    async def end(self, reference: str, captured: Captured) -> None:
        """Judge a capture and forget what was taken for it."""
        side = self._side(reference)
        sitting = side.sitting or Sitting()
        judged = compared(sitting, side.reference, captured, spec=self._spec, ready=self._ready)
        matched = judged.checks[Check.FACE_MATCH].verdict is Verdict.PASS
        side.result = IdentityResult(
            done=True,
            checks=dict(judged.checks),
            acr=self._spec.acr if matched else "",
            auth_ms=self._clock.now_ms(),
            owner=side.asked.subject.iin_hash if matched else "",
            transaction_id=f"{reference}.{side.attempt}",
            reference_source=SOURCE if side.reference else "",
            capture=dict(judged.signals),
        )
        side.sitting, side.reference = None, ()

    async def drop(self, reference: str) -> None:
        """Forget the pictures of a capture that goes no further."""
        if side := self._sides.get(reference):
            side.sitting, side.reference = None, ()

    async def close(self) -> None:
        """End the processes and close what connections are open."""
        self._sides.clear()
        await self._lookers.close()
        await self._references.close()

    async def _described(self, asked: Asked) -> Descriptor:
        """Describe the operator's picture of a person; raises ProviderError when it cannot be used."""
        data = await self._references.picture(asked.subject.ref)
        if data is None:
            return ()
        seen = await self._lookers.look(data, compare=True)
        if not seen.descriptor:
            raise ProviderError(f"the reference picture cannot be used: `{seen.flaw}`")
        return seen.descriptor

    def _side(self, reference: str) -> _Side:
        self._must_be_ready()
        side = self._sides.get(reference)
        if side is None:
            raise ProviderError("this session of faces is not known here; it was begun before a restart, or redacted")
        return side

    def _must_be_ready(self) -> None:
        if self._ready.state != READY:
            raise ProviderError(f"faces cannot be compared on this machine: {self._ready.why}")


def face_provider(name: str, spec: FaceSpec, *, clock: Clock) -> FaceProvider:
    """Make the provider ready; raises SettingError when a model or its golden pictures are not what they should be."""
    leave_no_core()
    ready = tried(spec)
    if ready.state != READY:
        _log.warning("faces cannot be compared on this machine", provider=name, why=ready.why)
    return FaceProvider(name, spec, clock=clock, lookers=Lookers(spec), ready=ready)


def _lost() -> IdentityResult:
    """Give the result of an attempt of which nothing is known any more: no check was decided."""
    return IdentityResult(done=True, checks={Check.FACE_MATCH: Checked(verdict=Verdict.INCONCLUSIVE)}, error=LOST)
