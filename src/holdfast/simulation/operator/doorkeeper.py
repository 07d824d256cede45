"""Tokens of the invented operator: who gets one, for whom, and whether one that comes back is any good."""

from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from holdfast.simulation.operator.answers import Said
from holdfast.vocabulary.errors import GarbageError
from holdfast.wire.outside import read_json

_HALF: Final = 32
_LONGEST_S: Final = 300
_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A token that was given: what it allows, until when, and for whose number where it is three-legged."""

    scopes: frozenset[str]
    until: datetime
    number: str | None = None


@dataclass(slots=True, kw_only=True)
class Doorkeeper:
    """Gives tokens to the clients it knows, by secret or by public key; `codes` are one-use codes by the number."""

    secrets: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    asked: int = 0

    def token(self, body: bytes, authorization: str, *, now: datetime, life_s: int) -> Said:
        """Answer a request for a token (RFC 6749 section 5)."""
        self.asked += 1
        form = dict(parse_qsl(body.decode("ascii")))
        found = self._granted(form, authorization, now)
        if isinstance(found, str):
            return (401 if found == "invalid_client" else 400), {"error": found}
        scopes, number = found
        token = f"token-{self.asked}"
        self.given[token] = Given(scopes=scopes, until=now + timedelta(seconds=life_s), number=number)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": life_s}

    def opened(self, authorization: str, *, now: datetime) -> Given | None:
        """Give what a token allows; nothing for one that was never given or has ended."""
        given = self.given.get(authorization.removeprefix("Bearer "))
        return given if given is not None and now < given.until else None

    def _granted(
        self, form: Mapping[str, str], authorization: str, now: datetime
    ) -> tuple[frozenset[str], str | None] | str:
        """Give the scopes and whose number it is, or the published word for what is wrong."""
        if form.get("grant_type") == _BEARER:
            claims = self._proven(form.get("assertion", ""), now)
            number = str(claims.get("sub", "")).removeprefix("tel:")
            return (_scopes(claims.get("scope")), number) if claims and number.startswith("+") else "invalid_grant"
        if not self._is_known(form, authorization, now):
            return "invalid_client"
        if form.get("grant_type") == "client_credentials":
            scopes = _scopes(form.get("scope"))
            return (scopes, None) if any(scope.startswith("dpv:") for scope in scopes) else "invalid_scope"
        number = self.codes.pop(form.get("code", ""), "")
        return (frozenset({"number-verification:verify", "sim-swap:check"}), number) if number else "invalid_grant"

    def _is_known(self, form: Mapping[str, str], authorization: str, now: datetime) -> bool:
        """Tell whether a client proved itself, by its secret or by its signature."""
        if authorization.startswith("Basic "):
            name, _, secret = b64decode(authorization.removeprefix("Basic ")).decode("ascii").partition(":")
            return self.secrets.get(unquote_plus(name)) == unquote_plus(secret)
        claims = self._proven(form.get("client_assertion", ""), now)
        return bool(claims) and claims.get("sub") == claims.get("iss")

    def _proven(self, assertion: str, now: datetime) -> Mapping[str, Any]:
        """Read the claims of an assertion; none where it is not signed, not of now, or comes again."""
        try:
            head, body, signature = assertion.split(".")
            claims, signed = read_json(_bytes(body)), f"{head}.{body}".encode("ascii")
            key = self.keys[str(claims["iss"])]
            _verify(key, _bytes(signature), signed)
        except (ValueError, KeyError, InvalidSignature, GarbageError):
            return {}
        now_s = now.timestamp()
        timely = claims["iat"] <= now_s + 1 and now_s < claims["exp"] <= claims["iat"] + _LONGEST_S
        if not timely or claims["jti"] in self.seen:
            return {}
        self.seen.add(claims["jti"])
        return dict(claims)


def _scopes(text: object) -> frozenset[str]:
    return frozenset(str(text or "").split())


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _verify(key: PublicKey, signature: bytes, data: bytes) -> None:
    """Check a signature of ES256 or RS256."""
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), SHA256())
        return
    r, s = (int.from_bytes(signature[at : at + _HALF], "big") for at in (0, _HALF))
    key.verify(encode_dss_signature(r, s), data, ec.ECDSA(SHA256()))
