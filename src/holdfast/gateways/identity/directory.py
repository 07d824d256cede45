"""What an OpenID provider publishes of itself: its endpoints and the keys that sign its tokens."""

from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from holdfast.gateways.identity.calls import Call, Calls
from holdfast.gateways.identity.mapping import read_object, word_at
from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.errors import GarbageError, ProviderError
from holdfast.vocabulary.identity_specs import OidcIdentity
from holdfast.wire.web_addresses import is_safe

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Public keys only: who knows the client's secret cannot sign a token."""
KEPT_MS: Final = 3_600_000
KEYS_MAX: Final = 64
_PATH: Final = "/.well-known/openid-configuration"
_ADDRESS_MAX: Final = 2_048
_OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where a provider takes what; `userinfo` is empty where nobody asks it."""

    authorization: str
    token: str
    keys: str
    userinfo: str


class Directory:
    """Reads endpoints and keys when they are needed and anew after an hour.

    A token whose key is not known, or whose signature does not fit, has the keys read once more: a provider may change
    them at any time. What it no longer publishes is no longer believed.
    """

    def __init__(self, spec: OidcIdentity, calls: Calls, clock: Clock) -> None:
        self._spec = spec
        self._calls = calls
        self._clock = clock
        self._endpoints: tuple[int, Endpoints] | None = None
        self._keys: tuple[int, KeySet] | None = None

    async def endpoints(self) -> Endpoints:
        """Give the endpoints; raises ProviderError, and GarbageError where they are another issuer's or unsafe."""
        if self._endpoints is None or self._is_old(self._endpoints[0]):
            root = await self._read(self._spec.issuer.rstrip("/") + _PATH)
            if word_at(root, ("issuer",)) != self._spec.issuer:
                raise GarbageError("the configuration is of another issuer")
            self._endpoints = (self._clock.now_ms(), self._named(root))
        return self._endpoints[1]

    async def claims(self, token: str) -> dict[str, Any]:
        """Give the claims of a token that the provider signed; raises ProviderError and GarbageError."""
        known = self._keys
        keys = await self._fresh_keys() if known is None or self._is_old(known[0]) else known[1]
        try:
            return _verified(token, keys)
        except (InvalidKeyIdError, BadSignatureError):
            keys = await self._fresh_keys()
        except (JoseError, ValueError):
            raise _unproven() from None
        try:
            return _verified(token, keys)
        except (JoseError, ValueError):
            raise _unproven() from None

    def _is_old(self, since_ms: int) -> bool:
        """Tell whether what was read must be read again."""
        return not 0 <= self._clock.now_ms() - since_ms < KEPT_MS

    async def _fresh_keys(self) -> KeySet:
        """Read the keys."""
        root = await self._read((await self.endpoints()).keys)
        rows = root.get("keys")
        if not isinstance(rows, list) or len(rows) > KEYS_MAX:
            raise GarbageError("the keys cannot be read", pointer="/keys")
        keys = [key for row in rows if (key := _key(row)) is not None]
        if not keys:
            raise GarbageError("the provider publishes no key that signs", pointer="/keys")
        self._keys = (self._clock.now_ms(), KeySet(keys))
        return self._keys[1]

    async def _read(self, url: str) -> dict[str, Any]:
        """Read a JSON object."""
        status, body = await self._calls.call(Call(method="GET", url=url))
        if status != _OK:
            raise ProviderError(f"the provider answered {status}")
        return read_object(body)

    def _named(self, root: dict[str, Any]) -> Endpoints:
        """Read the endpoints; those that would be read on the way are refused."""
        return Endpoints(
            authorization=self._address(root, "authorization_endpoint"),
            token=self._address(root, "token_endpoint"),
            keys=self._address(root, "jwks_uri"),
            userinfo=self._address(root, "userinfo_endpoint") if self._spec.userinfo else "",
        )

    def _address(self, root: dict[str, Any], name: str) -> str:
        """Read one endpoint."""
        url = word_at(root, (name,), most=_ADDRESS_MAX)
        if not is_safe(url, plain=self._spec.reach.plain):
            raise GarbageError(f"`{name}` is missing or not safe", pointer=f"/{name}")
        return url


def _unproven() -> GarbageError:
    return GarbageError("the ID token is not proven")


def _verified(token: str, keys: KeySet) -> dict[str, Any]:
    """Verify a token's signature."""
    return jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims


def _key(row: object) -> Key | None:
    """Read one public key that signs; what is anything else is passed over."""
    if not isinstance(row, dict) or row.get("kty") == "oct" or row.get("use", "sig") != "sig":
        return None
    try:
        return JWKRegistry.import_key(row)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
