"""Proof that a callback is the provider's own: Standard Webhooks over the bytes as they came (standardwebhooks.com)."""

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from holdfast.vocabulary.errors import CallbackError, SettingError
from holdfast.vocabulary.identity_specs import CallbackAt

TOLERANCE_S: Final = 300
SIGNATURES_MAX: Final = 16
_ID_MAX: Final = 256
_SYMMETRIC: Final = "whsec_"
_PUBLIC: Final = "whpk_"
_SECRET_BYTES: Final = range(24, 65)
_PUBLIC_BYTES: Final = 32
_HINT: Final = "`whsec_` with 24 to 64 random bytes, or `whpk_` with an Ed25519 public key, in base64"
_MS_PER_S: Final = 1_000
_STAMP: Final = re.compile(r"[0-9]{1,12}")


class Key(Protocol):
    """One live key of a provider."""

    def proves(self, signature: str, signed: bytes) -> bool:
        """Tell whether a signature as it stands in the header is this key's over these bytes."""
        ...


class Shared:
    """A secret that both sides hold: HMAC-SHA256, marked `v1`."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def proves(self, signature: str, signed: bytes) -> bool:
        """Compare in constant time."""
        own = b"v1," + b64encode(hmac.digest(self._secret, signed, "sha256"))
        return hmac.compare_digest(own, signature.encode())


class Public:
    """The provider's public key: Ed25519, marked `v1a`."""

    def __init__(self, key: bytes) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(key)

    def proves(self, signature: str, signed: bytes) -> bool:
        """Verify."""
        version, _, text = signature.partition(",")
        if version != "v1a":
            return False
        try:
            self._key.verify(b64decode(text, validate=True), signed)
        except (ValueError, InvalidSignature):
            return False
        return True


def read_key(text: str, *, name: str) -> Key:
    """Read one key of the provider `name`; SettingError when it is none."""
    for prefix, sizes, kind in ((_SYMMETRIC, _SECRET_BYTES, Shared), (_PUBLIC, (_PUBLIC_BYTES,), Public)):
        if text.startswith(prefix):
            key = _decoded(text.removeprefix(prefix))
            if len(key) in sizes:
                return kind(key)
    raise SettingError(f"`{name}`: a key of its callbacks cannot be read", hint=_HINT)


def _decoded(text: str) -> bytes:
    """Read base64; what is none is empty."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What proves the callbacks of one provider: where its headers stand, and its live keys."""

    at: CallbackAt
    keys: Sequence[Key]

    def of(self, headers: Mapping[str, str], body: bytes, *, now_ms: int) -> tuple[str, int]:
        """Give id and instant of a callback that one of the live keys signed lately; raises CallbackError.

        What is signed is `id.timestamp.body`, the body as its bytes came.
        """
        small = {name.lower(): value for name, value in headers.items()}
        message_id, stamp = small.get(self.at.id_header, ""), small.get(self.at.timestamp_header, "")
        sent_s = int(stamp) if _STAMP.fullmatch(stamp) else None
        if not 0 < len(message_id) <= _ID_MAX or not message_id.isascii() or sent_s is None:
            raise CallbackError("the callback is not signed")
        signatures = small.get(self.at.signature_header, "").split(" ")[:SIGNATURES_MAX]
        signed = b"%b.%b.%b" % (message_id.encode(), stamp.encode(), body)
        if not any(key.proves(signature, signed) for signature in signatures for key in self.keys):
            raise CallbackError("the signature is of no live key")
        if abs(now_ms - sent_s * _MS_PER_S) > TOLERANCE_S * _MS_PER_S:
            raise CallbackError(f"the callback was not sent within {TOLERANCE_S} s")
        return message_id, sent_s * _MS_PER_S
