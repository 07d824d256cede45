"""How a store names people: by a hash with a key that only its directory has.

Directories made before schema 5 hash without a key, so that whoever holds the database can find a telephone number by
trying all of them. They go on so, for their log, which is never changed, is full of the old names.
"""

from hashlib import blake2b
from typing import Final

NAMES: Final = "names"
KEYED: Final = "keyed"
NAMES_KEY: Final = "names"
_BYTES: Final = 16


class Names:
    """Hashes of 16 bytes under one key; under the empty key they are what `short_hash` gives."""

    __slots__ = ("_begun", "keyed")

    def __init__(self, key: bytes) -> None:
        self._begun = blake2b(digest_size=_BYTES, key=key)
        self.keyed = bool(key)

    def hash(self, data: bytes) -> bytes:
        """Hash what may name a person; the key was mixed in once for all."""
        begun = self._begun.copy()
        begun.update(data)
        return begun.digest()

    def __deepcopy__(self, memo: object) -> "Names":
        """Give itself: it never changes, and a hash that was begun cannot be copied with the store in memory."""
        return self
