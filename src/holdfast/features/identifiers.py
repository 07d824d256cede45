"""Which identifiers a party carries in an event, normalised and hashed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holdfast.vocabulary.event import Event
from holdfast.vocabulary.keys import Key, KeyMaker

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One party's identifiers in the order of their weight, and the client's key when it is one of ours."""

    keys: Sequence[Key]
    client: Key | None


def attribute(path: str) -> str:
    """Give the last step of a path: equal attributes of different parties are comparable."""
    return path.rpartition(".")[2]


def known_identifiers(event: Event, party: str, keys: KeyMaker) -> Known:
    """Collect the identifiers that a party carries; an account is taken together with its BIC."""
    values = event.values
    found: list[Key] = []
    client: Key | None = None
    for name in PARTY_ORDER:
        value = values.get(f"{party}.{name}")
        if value is None:
            continue
        text = f"{value}@{values.get(f'{party}.bic', '')}" if name == "account" else str(value)
        key = keys.key(name, text)
        found.append(key)
        if name == "customer_id":
            client = key
    return Known(keys=found, client=client)


def value_key(values: Mapping[str, object], path: str, keys: KeyMaker) -> Key | None:
    """Give the key of one plain value, or nothing when it is unknown."""
    value = values.get(path)
    return None if value is None else keys.key(attribute(path), str(value))


def combine(first: Key, second: Key) -> Key:
    """Mix two keys into one for their pair; the order matters."""
    high = (first.high * 0x9E3779B97F4A7C15 + second.high) & 0xFFFFFFFFFFFFFFFF
    low = (first.low * 0xC2B2AE3D27D4EB4F + second.low) & 0xFFFFFFFFFFFFFFFF
    return Key(high, low | 1)
