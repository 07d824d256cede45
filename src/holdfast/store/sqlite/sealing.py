"""Personal data under keys that can be destroyed: AES-256-GCM with one data key for each subject.

A data key is random and stands in the database wrapped under the directory's key (the KEK, the file `secret.key`
with mode 0600, or bytes that the operator brings). Destroying the wrapped key makes everything that was sealed under
it unreadable, in the log and in every copy of it.
Source: NIST SP 800-38D for the mode; nonces are 96 random bits, far below 2^32 messages under one key.
"""

import os
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from holdfast.store.sqlite.directory import DAMAGED, write_new
from holdfast.vocabulary.errors import StoreError

RandomBytes = Callable[[int], bytes]
SECRET_NAME: Final = "secret.key"  # noqa: S105 - the name of a file, not what is in it
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
CACHED_KEYS: Final = 16_384


def read_secret(directory: Path, *, fresh: bool, random_bytes: RandomBytes) -> bytes:
    """Read the directory's key, and make one where the directory is fresh.

    A used directory without its key is a `StoreError`: a new key would read nothing of what is there.
    """
    path = directory / SECRET_NAME
    if fresh and not path.exists():
        write_new(path, random_bytes(KEY_BYTES))
    try:
        secret = path.read_bytes()
    except OSError as error:
        hint = "restore the file from the backup of this directory's key"
        raise StoreError(f"`{path}` cannot be read: {os.strerror(error.errno or 0)}", hint=hint) from error
    return secret


class Vault:
    """The directory's key: wraps data keys, and derives keys for other purposes."""

    def __init__(self, secret: bytes, random_bytes: RandomBytes) -> None:
        if len(secret) != KEY_BYTES:
            hint = f"restore `{SECRET_NAME}` from the backup of this directory's key"
            raise StoreError(f"the directory's key has {len(secret)} bytes instead of {KEY_BYTES}", hint=hint)
        self._secret = secret
        self._kek = AESGCM(self.derive("wrap"))
        self._random_bytes = random_bytes

    def derive(self, purpose: str) -> bytes:
        """Give 32 bytes for one purpose, always the same for the same directory's key."""
        return blake2b(purpose.encode(), digest_size=KEY_BYTES, key=self._secret, person=b"holdfast").digest()

    def fingerprint(self) -> str:
        """Give a text that tells keys apart and gives nothing of them away."""
        return self.derive("fingerprint").hex()

    def new_key(self, subject: bytes) -> tuple[bytes, AESGCM]:
        """Make a data key for a subject: its wrapped form, and the key ready for use."""
        data_key = self._random_bytes(KEY_BYTES)
        nonce = self._random_bytes(NONCE_BYTES)
        return nonce + self._kek.encrypt(nonce, data_key, subject), AESGCM(data_key)

    def unwrap(self, wrapped: bytes, subject: bytes) -> AESGCM:
        """Read a wrapped data key; one that the directory's key does not open is a `StoreError`."""
        try:
            return AESGCM(self._kek.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], subject))
        except InvalidTag as error:
            raise StoreError("a subject's key is damaged or belongs to another directory") from error


class KeyCache:
    """At most `bound` unwrapped keys by id, the ones that were not used for longest given up first."""

    def __init__(self, bound: int = CACHED_KEYS) -> None:
        self._bound = bound
        self._keys: OrderedDict[int, AESGCM] = OrderedDict()
        self._lock = Lock()

    def get(self, key_id: int) -> AESGCM | None:
        """Give a key that is at hand."""
        with self._lock:
            found = self._keys.get(key_id)
            if found is not None:
                self._keys.move_to_end(key_id)
            return found

    def put(self, key_id: int, key: AESGCM) -> None:
        """Keep a key at hand."""
        with self._lock:
            self._keys[key_id] = key
            if len(self._keys) > self._bound:
                self._keys.popitem(last=False)

    def drop(self, key_id: int) -> None:
        """Give a key up, because its subject was forgotten."""
        with self._lock:
            self._keys.pop(key_id, None)


def seal(key: AESGCM, data: bytes, *, nonce: bytes, seq: int) -> bytes:
    """Encrypt one record's personal part, bound to the record's number."""
    return nonce + key.encrypt(nonce, data, seq.to_bytes(8, "big"))


def unseal(key: AESGCM, sealed: bytes, *, seq: int) -> bytes:
    """Decrypt one record's personal part; a changed or moved one is a `StoreError`."""
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], seq.to_bytes(8, "big"))
    except InvalidTag as error:
        raise StoreError(f"the personal part of record {seq} is damaged", hint=DAMAGED) from error


def record_salt(key: AESGCM, sealed: bytes) -> bytes:
    """Give 16 secret bytes of one sealed record, which can be had as long as its subject's key is there.

    They are the tag of an empty message under the record's nonce with its last byte turned over, so that no nonce
    serves twice.
    """
    nonce = sealed[: NONCE_BYTES - 1] + bytes([sealed[NONCE_BYTES - 1] ^ 0xFF])
    return key.encrypt(nonce, b"", b"salt")
