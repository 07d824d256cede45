"""What is sealed into links and forms: a Fernet token under a key of its own for each kind of page.

Whatever is wrong with one is said in one way, so that nobody learns from an answer what there is.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from msgspec import DecodeError, Struct, ValidationError

from holdfast.operations.shard import Shard
from holdfast.vocabulary.instants import SECOND_MS
from holdfast.wire.canonical import canonical, read_canonical

_MAX_TOKEN = 1_024


class Sealed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands inside a token: its purpose, what it is bound to, and an instant."""

    purpose: str
    of: str
    client: str
    at_ms: int


def seal(shard: Shard, key: str, sealed: Sealed) -> str:
    """Make a token under the key of a name."""
    seconds = shard.ports.clock.now_ms() // SECOND_MS
    return _fernet(shard, key).encrypt_at_time(canonical(sealed), seconds).decode()


def open_sealed(shard: Shard, key: str, token: str) -> Sealed | None:
    """Open what we sealed; nothing where it is forged, damaged or of another server."""
    if len(token) > _MAX_TOKEN or not token.isascii():
        return None
    try:
        return read_canonical(_fernet(shard, key).decrypt(token), Sealed)
    except (InvalidToken, ValidationError, DecodeError):
        return None


def _fernet(shard: Shard, key: str) -> Fernet:
    return Fernet(urlsafe_b64encode(shard.ports.store.derive(key)))
