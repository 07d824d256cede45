"""Identifiers as 128-bit keyed hashes, so that memory holds no personal value."""

from dataclasses import dataclass, field
from hashlib import blake2b
from struct import Struct
from typing import Final, NamedTuple

_REMEMBERED: Final = 2_048  # rooms ask for the values of one event in turn; older ones take longer to find than to hash
_HALVES: Final = Struct(">QQ").unpack


class Key(NamedTuple):
    """A 128-bit key as two unsigned 64-bit halves; (0, 0) never occurs."""

    high: int
    low: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMaker:
    """Maker of keys for one tenant: a keyed BLAKE2b over (kind, normalised value).

    `secret` is 16 to 64 bytes, kept with the data directory; other tenants have other secrets, so that equal
    values never meet across tenants.
    """

    secret: bytes
    _recent: dict[tuple[str, str], Key] = field(default_factory=dict, repr=False, compare=False)
    _keyed: blake2b = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Mix the secret in, once for all keys."""
        object.__setattr__(self, "_keyed", blake2b(digest_size=16, key=self.secret))

    def key(self, kind: str, value: str) -> Key:
        """Hash one normalised value of one kind; recent answers are remembered, a bounded number of them."""
        found = self._recent.get((kind, value))
        if found is None:
            if len(self._recent) >= _REMEMBERED:
                self._recent.clear()
            found = self._recent[kind, value] = self._hash(kind, value)
        return found

    def fresh(self, kind: str, value: str) -> Key:
        """Hash a value that will hardly be asked for again; nothing is remembered."""
        return self._hash(kind, value)

    def _hash(self, kind: str, value: str) -> Key:
        keyed = self._keyed.copy()
        keyed.update(f"{kind}\x1f{value}".encode())
        high, low = _HALVES(keyed.digest())
        return Key(high, low | 1)
