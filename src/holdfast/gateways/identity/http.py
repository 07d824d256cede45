"""An identity provider with requests of its own: what is sent, proven and read stands in the operator's file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from holdfast.gateways.identity.calls import Call, Calls
from holdfast.gateways.identity.filling import Names, filled, filled_address, filled_text, names_of
from holdfast.gateways.identity.mapping import read_object, read_result, read_started, word_at
from holdfast.gateways.identity.signatures import Key, Proof
from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.errors import CallbackError, GarbageError, ProviderError
from holdfast.vocabulary.identity import Asked, Callback, Check, IdentityResult, Started
from holdfast.vocabulary.identity_specs import REFERENCE, SECRET, HttpIdentity, Request

_GOOD: Final = range(200, 300)
_GONE: Final = frozenset({404, 410})


class HttpIdentityProvider:
    """Opens, fetches and redacts sessions by declared requests.

    `secret` goes where a request names it, else as a bearer; `keys` are the live keys of callbacks; `owner_of` hashes
    the number of a person; `clock` is the tenant's. Deadline and breaker are
    around it, see `operations/guarded.py`.
    """

    def __init__(
        self,
        spec: HttpIdentity,
        *,
        clock: Clock,
        owner_of: Callable[[str], str],
        secret: str = "",
        keys: Sequence[Key] = (),
    ) -> None:
        self._spec = spec
        self._clock = clock
        self._owner_of = owner_of
        self._secret = secret
        self._keys = keys
        self._calls = Calls(spec.reach)
        self._bearer = {"authorization": f"Bearer {secret}"} if secret and not _names_secret(spec) else {}

    @property
    def name(self) -> str:
        """Give the declared name."""
        return self._spec.reach.id

    @property
    def checks(self) -> frozenset[Check]:
        """Name the checks that the declaration maps."""
        return frozenset(self._spec.result.checks)

    async def start(self, asked: Asked) -> Started:
        """Open a session; raises ProviderError and GarbageError."""
        status, answer = await self._asked(self._spec.start, names_of(asked))
        if status not in _GOOD:
            raise ProviderError(f"the provider answered {status}")
        return read_started(self._spec.started, answer, plain=self._spec.reach.plain)

    def told(self, headers: Mapping[str, str], body: bytes) -> Callback:
        """Read a callback whose signature is proven on the bytes as they came; raises CallbackError."""
        at = self._spec.callback
        if at is None:
            raise CallbackError("the provider has no callbacks", hint="declare `callback` with its keys")
        message_id, sent_ms = Proof(at=at, keys=self._keys).of(headers, body, now_ms=self._clock.now_ms())
        try:
            reference = word_at(read_object(body), at.reference)
        except GarbageError as error:
            raise CallbackError(f"the callback cannot be read: {error.message}") from None
        if not reference:
            raise CallbackError("the callback names no session", pointer="/" + "/".join(at.reference))
        return Callback(id=message_id, reference=reference, sent_ms=sent_ms)

    async def fetch(self, reference: str) -> IdentityResult:
        """Fetch where a session stands; raises ProviderError and GarbageError.

        One that the provider does not know, any more or yet, is no failure of the provider and never ends well.
        """
        status, answer = await self._asked(self._spec.fetch, {REFERENCE: reference})
        if status in _GONE:
            return IdentityResult(done=False, error="gone")
        if status not in _GOOD:
            raise ProviderError(f"the provider answered {status}")
        result = read_result(self._spec.result, answer, reference, now_ms=self._clock.now_ms())
        if not result.owner or self._spec.result.owner_hashed:
            return result
        return replace(result, owner=self._owner_of(result.owner))

    async def redact(self, reference: str) -> None:
        """Have everything deleted; what is not there any more needs no deleting. Raises ProviderError."""
        status, _ = await self._asked(self._spec.redact, {REFERENCE: reference})
        if status not in _GOOD and status not in _GONE:
            raise ProviderError(f"the provider answered {status}")

    async def close(self) -> None:
        """Close what connections are open."""
        self._calls.close()

    async def _asked(self, request: Request, names: Names) -> tuple[int, bytes]:
        """Fill a declared request and send it."""
        known = {**names, SECRET: self._secret}
        headers = {name: filled_text(value, known) for name, value in request.headers.items()}
        body = None if request.body is None else msgspec.json.encode(filled(dict(request.body), known))
        if body is None and request.method != "GET":
            body = b""
        told = {"content-type": "application/json"} if body else {}
        url = filled_address(request.url, known)
        return await self._calls.call(
            Call(method=request.method, url=url, headers={**told, **self._bearer, **headers}, body=body)
        )


def _names_secret(spec: HttpIdentity) -> bool:
    """Tell whether a request says itself where the key goes."""
    return any(f"{{{SECRET}}}" in str(request) for request in (spec.start, spec.fetch, spec.redact))
