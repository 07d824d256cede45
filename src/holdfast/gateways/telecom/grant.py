"""What is sent for a token: who we are, and by what right one is asked for."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus, urlencode

from holdfast.gateways.telecom.assertion import LIFE_S, Key, signed
from holdfast.vocabulary.clock import Clock, IdMaker
from holdfast.vocabulary.telecom import OperatorSpec

_MS_PER_S: Final = 1_000
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
Form = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who asks: a shared secret or a key that signs, the time by which it signs, and ids that come only once."""

    operator: OperatorSpec
    clock: Clock
    new_id: IdMaker
    secret: str = ""
    key: Key | None = None

    def headers(self) -> tuple[str, ...]:
        """Give the header that proves a shared secret (RFC 6749 section 2.3.1)."""
        if self.key is not None:
            return ()
        pair = f"{quote_plus(self.operator.client_id)}:{quote_plus(self.secret)}"
        return (f"authorization: Basic {b64encode(pair.encode('ascii')).decode('ascii')}",)

    def proof(self) -> Form:
        """Give the fields that prove a key."""
        if self.key is None:
            return {}
        claims = self.claims(self.operator.client_id)
        return {
            "client_id": self.operator.client_id,
            "client_assertion_type": _ASSERTION,
            "client_assertion": signed(self.key, claims),
        }

    def claims(self, subject: str) -> dict[str, object]:
        """Write what an assertion says of itself."""
        now_s = self.clock.now_ms() // _MS_PER_S
        return {
            "iss": self.operator.client_id,
            "sub": subject,
            "aud": self.operator.token_url,
            "iat": now_s,
            "exp": now_s + LIFE_S,
            "jti": self.new_id("jti"),
        }


def scope_of(operator: OperatorSpec, scope: str) -> str:
    """Write what a token is to allow, with the one purpose for which it is asked."""
    return f"dpv:{operator.purpose} {scope}"


def own(identity: Identity, scope: str) -> bytes:
    """Ask for a token of our own (RFC 6749 section 4.4)."""
    asked = scope_of(identity.operator, scope)
    return _form({"grant_type": "client_credentials", "scope": asked} | identity.proof())


def by_code(identity: Identity, code: str) -> bytes:
    """Ask for a subscriber's token by the one-use code that the app was given (RFC 6749 section 4.1.3)."""
    sent = {"grant_type": "authorization_code", "code": code}
    if identity.operator.redirect_uri:
        sent["redirect_uri"] = identity.operator.redirect_uri
    return _form(sent | identity.proof())


def by_number(identity: Identity, key: Key, *, number: str, scope: str) -> bytes:
    """Ask for a subscriber's token by our own signed word about the number (RFC 7523 section 2.1)."""
    claims = identity.claims(f"tel:{number}") | {"scope": scope_of(identity.operator, scope)}
    return _form({"grant_type": _BEARER, "assertion": signed(key, claims)})


def _form(fields: Form) -> bytes:
    return urlencode(fields).encode("ascii")
