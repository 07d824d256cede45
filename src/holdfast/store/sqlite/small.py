"""The small tables: contents by hash, API keys, sources, and single strings."""

import zlib
from hashlib import sha256

from holdfast.store.sqlite.parts import Part
from holdfast.vocabulary.errors import ConflictError, NotFoundError
from holdfast.vocabulary.stored import ApiKeyRow


class SmallTables(Part):
    """Contents, API keys, sources and meta of the SQLite store.

    API keys are asked for with every call, so that they are read once after each change; nobody else changes them,
    because a directory has one owner.
    """

    _key_changes = 0
    _keys_read: tuple[int, tuple[ApiKeyRow, ...]] = (-1, ())

    def put_content(self, kind: str, data: bytes) -> str:
        """Keep a pack, ruleset or model for ever, durably, and give its SHA-256 as hex; again does nothing."""
        digest = sha256(data)
        if not self._ask("content", digest.digest()):
            self._change("insert_content", digest.digest(), kind, zlib.compress(data))
        return digest.hexdigest()

    def content(self, content_hash: str) -> bytes | None:
        """Give what is kept under a hash (hex)."""
        rows = self._ask("content", bytes.fromhex(content_hash))
        return zlib.decompress(rows[0][0]) if rows else None

    def set_meta(self, name: str, value: str) -> None:
        """Keep one small string under a name, durably."""
        self._change("set_meta", name, value)

    def get_meta(self, name: str) -> str | None:
        """Give the string of a name."""
        rows = self._ask("get_meta", name)
        return str(rows[0][0]) if rows else None

    def sources(self) -> dict[str, int]:
        """Give, for each source that a record declared, the instant (epoch ms) since which it is complete."""
        return {str(source): int(since) for source, since in self._ask("sources")}

    def put_key(self, row: ApiKeyRow) -> None:
        """Keep a new API key's hash and scopes, durably; an id that is taken is a `ConflictError`."""
        if any(known.id == row.id for known in self.keys()):
            raise ConflictError(f"an API key with the id `{row.id}` exists already")
        self._change("put_key", row.id, row.hash, " ".join(row.scopes), row.created_ms, row.expires_ms)
        self._key_changes += 1

    def keys(self) -> tuple[ApiKeyRow, ...]:
        """Give every API key ever made, expired and revoked ones too, oldest first."""
        changes = self._key_changes
        if self._keys_read[0] != changes:
            self._keys_read = changes, self._read_keys()
        return self._keys_read[1]

    def _read_keys(self) -> tuple[ApiKeyRow, ...]:
        return tuple(
            ApiKeyRow(
                id=key_id,
                hash=key_hash,
                scopes=tuple(scopes.split()),
                created_ms=created_ms,
                expires_ms=expires_ms,
                revoked_ms=revoked_ms,
            )
            for key_id, key_hash, scopes, created_ms, expires_ms, revoked_ms in self._ask("keys")
        )

    def revoke_key(self, key_id: str, revoked_ms: int) -> None:
        """Take an API key's power, durably; the first revocation counts, an unknown id is a `NotFoundError`."""
        if not any(known.id == key_id for known in self.keys()):
            raise NotFoundError(f"there is no API key with the id `{key_id}`")
        self._change("revoke_key", revoked_ms, key_id)
        self._key_changes += 1
