"""What is sealed into links and forms: a Fernet token under a key of its own for each kind of page.

Whatever is wrong with one is said in one way, so that nobody learns from an answer what there is.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from msgspec import DecodeError, Struct, ValidationError

from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import LinkError, LinkExpiredError
from holdfast.vocabulary.instants import SECOND_MS
from holdfast.wire.canonical import canonical, content_hash, read_canonical

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


def open_link(shard: Shard, key: str, token: str, *, purpose: str) -> tuple[Sealed, str]:
    """Open a link's token, and give with it a name that tells links apart and opens nothing.

    Raises LinkError where it is none of ours, and LinkExpiredError where its time is over.
    """
    sealed = open_sealed(shard, key, token)
    if sealed is None or sealed.purpose != purpose:
        raise LinkError("the link is not valid")
    if sealed.at_ms <= shard.ports.clock.now_ms():
        raise LinkExpiredError("the link's time is over")
    return sealed, content_hash(urlsafe_b64decode(token))[:32]  # of the bytes: one token can be spelt in several ways


def _fernet(shard: Shard, key: str) -> Fernet:
    return Fernet(urlsafe_b64encode(shard.ports.store.derive(key)))
