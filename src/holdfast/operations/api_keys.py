"""Make, show and end API keys: a key is shown once, and only its hash is kept."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256

from holdfast.operations.ports import Store
from holdfast.vocabulary.clock import IdMaker
from holdfast.vocabulary.errors import NotFoundError, SettingError
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.spelling import meant
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


def read_scopes(words: Iterable[str]) -> tuple[str, ...]:
    """Give the scopes that some words name, each once; raises SettingError for a strange word, and for none."""
    scopes = tuple(dict.fromkeys(words))
    unknown = next((scope for scope in scopes if scope not in SCOPES), None)
    hint = f"one of {', '.join(SCOPES)}"
    if unknown is not None:
        raise SettingError(f"there is no scope `{unknown}`", hint=meant(unknown, SCOPES, otherwise=hint))
    if not scopes:
        raise SettingError("no scope was named", hint=hint)
    return scopes


def create_key(
    store: Store,
    scopes: Iterable[str],
    *,
    now_ms: int,
    expires_ms: int | None,
    new_id: IdMaker,
    random_bytes: Callable[[int], bytes],
) -> tuple[ApiKeyRow, str]:
    """Make a key and give its row and its text, which nobody can learn again."""
    if expires_ms is not None and expires_ms <= now_ms:
        raise SettingError("the key would have ended already", hint="take a later instant for `--expires`")
    token = PREFIX + urlsafe_b64encode(random_bytes(TOKEN_BYTES)).rstrip(b"=").decode()
    row = ApiKeyRow(
        id=new_id("key"),
        hash=sha256(token.encode()).digest(),
        scopes=read_scopes(scopes),
        created_ms=now_ms,
        expires_ms=expires_ms,
    )
    store.put_key(row)
    return row, token


def end_key(store: Store, key_id: str, *, now_ms: int) -> ApiKeyRow:
    """End a key at once and give its row; the first end counts, an unknown id is a NotFoundError."""
    known = store.keys()
    if all(row.id != key_id for row in known):
        hint = "`holdfast keys list` and `GET /v1/keys` give the ids of keys"
        raise NotFoundError(f"there is no API key with the id `{key_id[:80]}`", hint=hint)
    store.revoke_key(key_id, now_ms)
    rows = store.keys()
    return next(row for row in rows if row.id == key_id)


def key_row(row: ApiKeyRow) -> dict[str, object]:
    """Describe a key without its hash."""

    def written(at_ms: int | None) -> str | None:
        return None if at_ms is None else rfc3339(at_ms)

    return {
        "id": row.id,
        "scopes": " ".join(row.scopes),
        "created_at": written(row.created_ms),
        "expires_at": written(row.expires_ms),
        "revoked_at": written(row.revoked_ms),
    }
