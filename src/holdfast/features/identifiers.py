"""Which identifiers a party carries in an event, normalised and hashed."""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from struct import Struct
from typing import Final

from holdfast.matching.identifiers import Identity, identify
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.keys import Key, KeyMaker
from holdfast.vocabulary.lists import ListKind

PARTY_ORDER = (
    "customer_id",
    "account",
    "card",
    "phone",
    "ewallet",
    "inn",
    "iin",
    "bin",
    "passport_hash",
    "snils_hash",
    "seller_id",
    "swift",
)


_KINDS: Final = {kind.value: kind for kind in ListKind}
_PLAIN = frozenset({"customer_id", "seller_id"})
_REMEMBERED = 8_192
_IN_HAND: Final = 64  # values: people and lists ask of one event in turn, and so few stay near the processor
_HALVES: Final = Struct("<QQ")
NOTHING: Final = bytes(16)


@lru_cache(maxsize=_IN_HAND)
def identity(kind: str, value: str, *, bic: str | None, home: str) -> Identity | None:
    """Normalise one identifier; nothing for a value that cannot be one of its kind."""
    try:
        return identify(_KINDS[kind], value, bic=bic, home=home)
    except InvalidError:
        return None


def attribute(path: str) -> str:
    """Give the last step of a path: equal attributes of different parties are comparable."""
    return path.rpartition(".")[2]


@cache
def _paths(party: str) -> tuple[str, ...]:
    """Give where a party's bank and its identifiers stand in an event."""
    return (f"{party}.bic", *(f"{party}.{name}" for name in PARTY_ORDER))


def packed(key: Key) -> bytes:
    """Write a key as the two words of a box."""
    return _HALVES.pack(*key)


class Recognition:
    """Maker of the keys of parties and of plain values, as bytes for a box; recent ones are remembered.

    So a bounded number of values stands in memory in the clear, as those of the events in hand do.
    """

    def __init__(self, keys: KeyMaker, home: str) -> None:
        self._keys = keys
        self._home = home
        self._parties: dict[tuple[Value, ...], bytes] = {}
        self._values: dict[str, dict[Value, bytes]] = {}

    def packed(self, event: Event, party: str) -> bytes:
        """Give the keys of a party's identifiers, weightiest first; an account is taken together with its BIC."""
        form = tuple(map(event.values.get, _paths(party)))
        found = self._parties.get(form)
        if found is None:
            if len(self._parties) >= _REMEMBERED:
                self._parties.clear()
            found = self._parties[form] = b"".join(map(packed, self.known(event, party)))
        return found

    def known(self, event: Event, party: str) -> list[Key]:
        """Give the keys of the identifiers that a party carries, weightiest first."""
        bank, *values = map(event.values.get, _paths(party))
        bic = str(bank) if bank else None
        return [
            self._key(name, str(value), bic)
            for name, value in zip(PARTY_ORDER, values, strict=True)
            if value is not None
        ]

    def _key(self, name: str, value: str, bic: str | None) -> Key:
        """Give the key of one identifier in its normal form; one that has none stands as it came."""
        if name in _PLAIN:
            return self._keys.key(name, value)
        known = identity(name, value, bic=bic, home=self._home)
        if known is None:
            return self._keys.fresh(name, f"{value}@{bic or ''}")
        if name == "account":
            return self._keys.fresh(name, f"{known.value}@{known.bic or ''}")
        return self._keys.key(name, known.value)  # lists ask for it too

    def maker(self, path: str) -> tuple[Mapping[Value, bytes], Callable[[Value], bytes]]:
        """Give what is known of plain values at a path, and what makes the key of any; `None` has none."""
        kind = attribute(path)
        hashed = self._keys.key if kind in PARTY_ORDER else self._keys.fresh  # of parties, people and lists ask too
        known = self._values.setdefault(kind, {None: NOTHING})

        def make(value: Value) -> bytes:
            text = value if value is None or value.__class__ is str else str(value)
            found = known.get(text)
            if found is None:
                if len(known) >= _REMEMBERED:
                    known.clear()
                    known[None] = NOTHING
                found = known[text] = packed(hashed(kind, str(text)))
            return found

        return known, make


def combine(first: Key, second: Key) -> Key:
    """Mix two keys into one for their pair; the order matters."""
    high = (first.high * 0x9E3779B97F4A7C15 + second.high) & 0xFFFFFFFFFFFFFFFF
    low = (first.low * 0xC2B2AE3D27D4EB4F + second.low) & 0xFFFFFFFFFFFFFFFF
    return Key(high, low | 1)
