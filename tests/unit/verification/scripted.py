"""A provider of identity that does what a test tells it, in place of one that is paid by the check."""

import asyncio
import hmac
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from holdfast.vocabulary.errors import CallbackError, ProviderError
from holdfast.vocabulary.identity import Asked, Callback, Check, Checked, IdentityResult, Started, Verdict

SECRET = b"a secret of the provider alone"
WORKING = IdentityResult(done=False)
OWNER = "aa" * 32


def checks(**verdicts: str) -> dict[Check, Checked]:
    """Give verdicts by check."""
    return {Check(name): Checked(verdict=Verdict(word)) for name, word in verdicts.items()}


def passing(auth_ms: int | None, **changes: Any) -> IdentityResult:
    """Give a result in which everything passed at an instant."""
    all_passed = checks(face_match="pass", pad="pass", iad="pass", document="pass", data_match="pass")
    given: dict[str, Any] = {"done": True, "checks": all_passed, "acr": "high", "auth_ms": auth_ms, "owner": OWNER}
    return IdentityResult(**(given | changes))


def signed(body: bytes) -> str:
    """Sign a callback as the provider does."""
    return hmac.new(SECRET, body, sha256).hexdigest()


def callback(reference: str, sent_ms: int, name: str = "cb-1") -> tuple[dict[str, str], bytes]:
    """Write a callback as the provider sends it."""
    body = json.dumps({"id": name, "reference": reference, "sent_ms": sent_ms}).encode()
    return {"signature": signed(body)}, body


@dataclass
class FakeIdentityProvider:
    """A provider whose answers are set by a test; `down` makes every call fail."""

    name: str = "fake"
    checks: frozenset[Check] = frozenset(Check)
    results: dict[str, IdentityResult] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    redacted: list[str] = field(default_factory=list)
    fetched: int = 0
    down: bool = False
    closed: bool = False
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def start(self, asked: Asked) -> Started:
        """Open a side of the session."""
        await asyncio.sleep(0)  # as any call that goes over a network lets others go on
        self._check()
        self.asked.append(asked)
        reference = f"{self.name}-{next(self.numbers)}"
        return Started(reference=reference, redirect_url=f"https://verify.example/{reference}")

    def told(self, headers: Mapping[str, str], body: bytes) -> Callback:
        """Read a callback whose signature is right."""
        if not hmac.compare_digest(headers.get("signature", ""), signed(body)):
            raise CallbackError("the signature is not the provider's")
        told = json.loads(body)
        return Callback(id=told["id"], reference=told["reference"], sent_ms=told["sent_ms"])

    async def fetch(self, reference: str) -> IdentityResult:
        """Give the result that the test set."""
        self._check()
        self.fetched += 1
        return self.results.get(reference, WORKING)

    async def redact(self, reference: str) -> None:
        """Forget what there is of a session."""
        self._check()
        self.redacted.append(reference)

    async def close(self) -> None:
        """Close."""
        self.closed = True

    def _check(self) -> None:
        if self.down:
            raise ProviderError(f"`{self.name}` does not answer")
