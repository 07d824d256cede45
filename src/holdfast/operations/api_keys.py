"""Make and end API keys: a key is shown once, and only its hash is kept."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256

from holdfast.operations.ports import Store
from holdfast.vocabulary.clock import IdMaker
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.stored import ApiKeyRow

SCOPES = (
    "decide",
    "events",
    "lists",
    "holds",
    "claims",
    "sellers",
    "addresses",
    "identity",
    "identity_attest",
    "identity_evidence",
    "read",
    "admin",
)
TOKEN_BYTES = 32
PREFIX = "hf_"


def create_key(
    store: Store,
    scopes: Sequence[str],
    *,
    now_ms: int,
    expires_ms: int | None,
    new_id: IdMaker,
    random_bytes: Callable[[int], bytes],
) -> tuple[ApiKeyRow, str]:
    """Make a key and give its row and its text, which nobody can learn again."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise SettingError(f"there is no scope `{unknown[0] if unknown else ''}`", hint=f"one of {', '.join(SCOPES)}")
    if expires_ms is not None and expires_ms <= now_ms:
        raise SettingError("the key would have ended already", hint="take a later instant for `--expires`")
    token = PREFIX + urlsafe_b64encode(random_bytes(TOKEN_BYTES)).rstrip(b"=").decode()
    row = ApiKeyRow(
        id=new_id("key"),
        hash=sha256(token.encode()).digest(),
        scopes=tuple(scopes),
        created_ms=now_ms,
        expires_ms=expires_ms,
    )
    store.put_key(row)
    return row, token
