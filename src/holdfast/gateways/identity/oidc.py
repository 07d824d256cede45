"""An OpenID provider: the authorization code flow with PKCE, and what its ID token says about the person.

State, nonce and code verifier are keyed hashes of the session's id and the instant of its start, so that they are bound
to it, need no place to be kept and survive a restart. The code that the person's browser brings is exchanged from here
to the provider; nothing else that the browser brings counts.
"""

import hmac
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qsl, quote_plus, urlencode

import msgspec

from holdfast.gateways.identity.assurance import VERIFIED, wanted
from holdfast.gateways.identity.calls import Call, Calls
from holdfast.gateways.identity.directory import Directory, Endpoints
from holdfast.gateways.identity.grants import Grants
from holdfast.gateways.identity.mapping import read_object, word_at
from holdfast.gateways.identity.tokens import check_token, checks_of, result_of
from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.errors import CallbackError, GarbageError, ProviderError
from holdfast.vocabulary.identity import Asked, Callback, Check, IdentityResult, Purpose, Started
from holdfast.vocabulary.identity_specs import ClientAuth, OidcIdentity

_CODE_MAX: Final = 4_096
_TOKEN_MAX: Final = 131_072
_OK: Final = 200
_REFUSED: Final = 400
_USED: Final = "invalid_grant"
_ANEW: Final = frozenset({Purpose.RECEIVE, Purpose.TRANSFER, Purpose.WITHDRAW})
"""Where money moves, a login that the browser remembers does not count."""


class OidcProvider:
    """Has people log in at an OpenID provider.

    `secret` is the client's, `key` binds state, nonce and verifier to the session, `owner_of` hashes the number of a
    person, `clock` is the tenant's. Deadline and breaker are around it, see `operations/guarded.py`. Codes wait in
    memory, for as long as it takes to exchange them.
    """

    def __init__(
        self, spec: OidcIdentity, *, clock: Clock, owner_of: Callable[[str], str], secret: str, key: bytes
    ) -> None:
        self._spec = spec
        self._clock = clock
        self._owner_of = owner_of
        self._secret = secret
        self._key = key
        self._calls = Calls(spec.reach)
        self._directory = Directory(spec, self._calls, clock)
        self._granted = Grants()

    @property
    def name(self) -> str:
        """Give the declared name."""
        return self._spec.reach.id

    @property
    def checks(self) -> frozenset[Check]:
        """Name the checks that a login can stand for."""
        return checks_of(self._spec)

    async def start(self, asked: Asked) -> Started:
        """Give the address at which the person logs in; raises ProviderError and GarbageError."""
        endpoint = (await self._directory.endpoints()).authorization
        attempt = f"{asked.session_id}.{self._clock.now_ms()}"
        state = f"{attempt}.{self._derived('state', attempt)}"
        join = "&" if "?" in endpoint else "?"
        return Started(reference=state, redirect_url=f"{endpoint}{join}{urlencode(self._question(asked, state))}")

    def told(self, headers: Mapping[str, str], body: bytes) -> Callback:  # noqa: ARG002 - a browser has none that prove
        """Read what the person's browser brought back, as a query; its state proves that it belongs to a session.

        Raises CallbackError where the state is not ours. Without a code the callback has no id, for there is nothing to
        exchange, whatever else the query says: anybody could have written that the person declined.
        """
        said, now_ms = _query(body), self._clock.now_ms()
        state, code = said.get("state", ""), said.get("code", "")
        attempt, _, proof = state.rpartition(".")
        if not hmac.compare_digest(proof.encode(), self._derived("state", attempt).encode()):
            raise CallbackError("the state is of no session")
        if said.get("iss", self._spec.issuer) != self._spec.issuer:
            raise CallbackError("the answer is of another issuer")
        if not 0 < len(code) <= _CODE_MAX:
            return Callback(id="", reference=state, sent_ms=now_ms)
        self._granted.bring(state, code, now_ms=now_ms)
        return Callback(id=sha256(f"{state}\n{code}".encode()).hexdigest(), reference=state, sent_ms=now_ms)

    async def fetch(self, reference: str) -> IdentityResult:
        """Exchange the code that came for this session; raises ProviderError and GarbageError.

        Without a code the session stands where it stood. A code that the provider refuses ends the attempt, not well.
        """
        if self._granted.waiting(reference) is None:
            return IdentityResult(done=False)
        endpoints = await self._directory.endpoints()
        grant = self._granted.waiting(reference)  # nobody else may have taken it meanwhile
        if grant is None:
            return IdentityResult(done=False)
        with grant.used():
            if grant.tokens is None:
                grant.tokens = await self._exchanged(endpoints, grant.code, reference)
            error = word_at(grant.tokens, ("error",))
            if error:
                return IdentityResult(done=True, error=error)
            claims = await self._claims(grant.tokens, endpoints, reference)
            return result_of(self._spec, claims, self._owner_of, now_ms=self._clock.now_ms())

    async def redact(self, reference: str) -> None:
        """Forget what came, if anything waits; an OpenID provider keeps nothing for us."""
        self._granted.forget(reference)

    async def close(self) -> None:
        """Close what connections are open."""
        self._calls.close()

    async def _exchanged(self, endpoints: Endpoints, code: str, reference: str) -> dict[str, Any]:
        """Exchange a code for tokens, or for the `error` that says that this code is worth nothing."""
        status, answer = await self._calls.call(self._exchange(endpoints, code, reference))
        if status == _REFUSED and word_at(read_object(answer), ("error",)) == _USED:
            return {"error": _USED}
        if status != _OK:
            raise ProviderError(f"the provider answered {status}")
        return read_object(answer)

    async def _claims(self, granted: dict[str, Any], endpoints: Endpoints, reference: str) -> dict[str, Any]:
        """Give the claims of the ID token, and the verified ones of userinfo where the token has none."""
        claims = await self._directory.claims(word_at(granted, ("id_token",), most=_TOKEN_MAX))
        check_token(self._spec, claims, self._derived("nonce", reference), now_ms=self._clock.now_ms())
        if not self._spec.userinfo or VERIFIED in claims:
            return claims
        told = await self._userinfo(endpoints, word_at(granted, ("access_token",), most=_TOKEN_MAX))
        if told.get("sub") != claims["sub"]:
            raise GarbageError("userinfo is about somebody else", pointer="/sub")
        return {**claims, VERIFIED: told.get(VERIFIED)}

    async def _userinfo(self, endpoints: Endpoints, token: str) -> dict[str, Any]:
        """Ask userinfo."""
        headers = {"authorization": f"Bearer {token}"}
        status, body = await self._calls.call(Call(method="GET", url=endpoints.userinfo, headers=headers))
        if status != _OK:
            raise ProviderError(f"userinfo answered {status}")
        return read_object(body)

    def _question(self, asked: Asked, state: str) -> dict[str, str]:
        """Write the parameters of the authorization request; equal sessions have equal ones."""
        spec = self._spec
        classes = [asked.acr] if asked.acr else self._classes(asked)
        known = {
            "response_type": "code",
            "client_id": spec.client_id,
            "redirect_uri": spec.redirect_uri,
            "scope": " ".join(spec.scopes),
            "state": state,
            "nonce": self._derived("nonce", state),
            "code_challenge": _hashed(self._derived("verifier", state)),
            "code_challenge_method": "S256",
            "acr_values": " ".join(classes),
            "max_age": str(asked.auth_age_s),
            "prompt": "login" if asked.purpose in _ANEW else "",
            "ui_locales": asked.locale,
            "claims": self._claims_wanted(classes),
            spec.operation_parameter: asked.operation_hash,
        }
        return {name: value for name, value in known.items() if name and value}

    def _classes(self, asked: Asked) -> list[str]:
        """Name the classes that stand for the required checks, where the session asks for none by name."""
        by_claims = {Check.DATA_MATCH, Check.DOCUMENT} if self._spec.assurance else set()
        wanted_checks = set(asked.checks) - by_claims
        return [name for name, checks in self._spec.acr.items() if checks >= wanted_checks]

    def _claims_wanted(self, classes: list[str]) -> str:
        """Write the `claims` parameter: class and time are essential, verified claims come from token or userinfo."""
        acr = {"acr": {"essential": True, "values": classes}} if classes else {}
        verified = {VERIFIED: wanted(self._spec.assurance)} if self._spec.assurance else {}
        own = {"auth_time": {"essential": True}, **acr, **({} if self._spec.userinfo else verified)}
        beside = {"userinfo": verified} if self._spec.userinfo and verified else {}
        return msgspec.json.encode({"id_token": own, **beside}).decode()

    def _exchange(self, endpoints: Endpoints, code: str, reference: str) -> Call:
        """Write the exchange of a code."""
        spec = self._spec
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": spec.redirect_uri,
            "code_verifier": self._derived("verifier", reference),
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if spec.client_auth is ClientAuth.POST:
            form |= {"client_id": spec.client_id, "client_secret": self._secret}
        else:
            pair = f"{quote_plus(spec.client_id)}:{quote_plus(self._secret)}"
            headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        return Call(method="POST", url=endpoints.token, headers=headers, body=urlencode(form).encode())

    def _derived(self, what: str, of: str) -> str:
        """Derive one secret of a session: 43 characters."""
        return _text(hmac.digest(self._key, f"{what}\n{of}".encode(), "sha256"))


def _hashed(verifier: str) -> str:
    """Write the challenge of a code verifier (RFC 7636, S256)."""
    return _text(sha256(verifier.encode()).digest())


def _text(digest: bytes) -> str:
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _query(body: bytes) -> dict[str, str]:
    """Read a query; a parameter that stands twice is none that was meant."""
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=32)
    except ValueError:
        return {}
    names = [name for name, _ in pairs]
    return {name: value for name, value in pairs if names.count(name) == 1}
