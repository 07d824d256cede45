"""Which identifiers a party carries in an event, normalised and hashed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

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


_PLAIN = frozenset({"customer_id", "seller_id"})
_REMEMBERED = 65_536


@lru_cache(maxsize=_REMEMBERED)
def identity(kind: str, value: str, *, bic: str | None, home: str) -> Identity | None:
    """Normalise one identifier; nothing for a value that cannot be one of its kind."""
    try:
        return identify(ListKind(kind), value, bic=bic, home=home)
    except InvalidError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One party's identifiers in the order of their weight, and the client's key when it is one of ours."""

    keys: Sequence[Key]
    client: Key | None


def attribute(path: str) -> str:
    """Give the last step of a path: equal attributes of different parties are comparable."""
    return path.rpartition(".")[2]


def _normal(name: str, value: str, *, bic: str | None, home: str) -> str:
    """Give an identifier's normal form; one that has none stands as it came."""
    if name in _PLAIN:
        return value
    known = identity(name, value, bic=bic, home=home)
    if known is None:
        return f"{value}@{bic or ''}"
    return f"{known.value}@{known.bic or ''}" if name == "account" else known.value


@cache
def _paths(party: str) -> tuple[tuple[str, str], ...]:
    """Give the identifiers of a party, each with its path."""
    return tuple((name, f"{party}.{name}") for name in PARTY_ORDER)


class Recognition:
    """Maker of the keys of parties' identifiers; recent ones are remembered, a bounded number of them."""

    def __init__(self, keys: KeyMaker, home: str) -> None:
        self._keys = keys
        self._home = home
        self._recent: dict[tuple[str, Value, Value], Key] = {}

    def known(self, event: Event, party: str) -> Known:
        """Collect the identifiers that a party carries; an account is taken together with its BIC."""
        values = event.values
        bic = values.get(f"{party}.bic")
        found: list[Key] = []
        client: Key | None = None
        for name, path in _paths(party):
            value = values.get(path)
            if value is None:
                continue
            key = self._recent.get((name, value, bic)) or self._key(name, value, bic)
            found.append(key)
            if name == "customer_id":
                client = key
        return Known(keys=found, client=client)

    def _key(self, name: str, value: Value, bic: Value) -> Key:
        if len(self._recent) >= _REMEMBERED:
            self._recent.clear()
        normal = _normal(name, str(value), bic=str(bic) if bic else None, home=self._home)
        made = self._recent[name, value, bic] = self._keys.key(name, normal)
        return made


def value_key(values: Mapping[str, object], path: str, keys: KeyMaker) -> Key | None:
    """Give the key of one plain value, or nothing when it is unknown."""
    value = values.get(path)
    return None if value is None else keys.key(attribute(path), str(value))


def combine(first: Key, second: Key) -> Key:
    """Mix two keys into one for their pair; the order matters."""
    high = (first.high * 0x9E3779B97F4A7C15 + second.high) & 0xFFFFFFFFFFFFFFFF
    low = (first.low * 0xC2B2AE3D27D4EB4F + second.low) & 0xFFFFFFFFFFFFFFFF
    return Key(high, low | 1)
