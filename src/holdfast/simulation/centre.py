"""An invented centre of identification: it tells of whoever was before its camera, as a scene says."""

from collections.abc import Callable, Mapping
from typing import Final

from holdfast.vocabulary.errors import CallbackError
from holdfast.vocabulary.identity import Asked, Callback, Check, Checked, IdentityResult, Started, Verdict

CHECKS: Final = frozenset({Check.FACE_MATCH, Check.PAD})
_SAME, _OTHER = 0.97, 0.31
_LEAST: Final = 0.75


class InventedCentre:
    """A provider of identity whose visitors a scene sends; `asked` are the sessions that it was asked for so far."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._seen: dict[str, IdentityResult] = {}
        self.asked: list[Asked] = []

    @property
    def name(self) -> str:
        """Give its name."""
        return "centre"

    @property
    def checks(self) -> frozenset[Check]:
        """Name what it checks."""
        return CHECKS

    async def start(self, asked: Asked) -> Started:
        """Open a session."""
        self.asked.append(asked)
        return Started(reference=self._newest(), redirect_url=f"https://centre.example/{self._newest()}")

    def told(self, headers: Mapping[str, str], body: bytes) -> Callback:
        """Refuse: this centre does not call back, it is asked."""
        del headers, body
        raise CallbackError("the invented centre does not call back")

    async def fetch(self, reference: str) -> IdentityResult:
        """Tell of a session."""
        return self._seen.get(reference, IdentityResult(done=False))

    async def redact(self, reference: str) -> None:
        """Forget a session."""
        self._seen.pop(reference, None)

    async def close(self) -> None:
        """Nothing is open."""

    def saw(self, owner: str, *, same: bool = True) -> None:
        """Let a living person be before the camera of the newest session, who owns a number and looks like its face."""
        face = Checked(
            verdict=Verdict.PASS if same else Verdict.FAIL, score=_SAME if same else _OTHER, threshold=_LEAST
        )
        self._seen[self._newest()] = IdentityResult(
            done=True,
            checks={Check.FACE_MATCH: face, Check.PAD: Checked(verdict=Verdict.PASS)},
            acr="high",
            auth_ms=self._now_ms(),
            owner=owner,
            operation_hash=self.asked[-1].operation_hash,
            transaction_id=f"t-{self._newest()}",
            reference_source="state_db",
        )

    def _newest(self) -> str:
        return f"c-{len(self.asked)}"
