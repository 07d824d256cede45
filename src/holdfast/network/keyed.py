"""Keys of listings and sellers as the indexes of listings hold them."""

from collections.abc import Mapping
from typing import Final

from holdfast.vocabulary.event import Value
from holdfast.vocabulary.keys import Key, KeyMaker

LISTINGS: Final = frozenset({"listing_published", "listing_edited"})
LIVE: Final = frozenset({"allow", "challenge"})
"""The outcomes after which a listing stands on the site."""
KEY_BYTES: Final = 16
_SELLER: Final = ("seller_id", "customer_id", "phone")


def packed(key: Key) -> bytes:
    """Write a key as sixteen bytes."""
    return key.high.to_bytes(8, "big") + key.low.to_bytes(8, "big")


def seller_key(keys: KeyMaker, known: Mapping[str, Value]) -> Key | None:
    """Give the key of whose listing it is, by the first identifier that is present; nothing where there is none."""
    named = ((name, known.get(f"seller.{name}")) for name in _SELLER)
    return next((keys.key(name, str(value)) for name, value in named if value is not None), None)
