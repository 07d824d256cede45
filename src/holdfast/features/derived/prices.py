"""What a listing's words say of its price: what the number means, and what excuses a low one."""

from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.matching.prices import EXCUSES, PRICE_KINDS, excuses, price_kind
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import Field, FieldType

_LISTINGS: Final = frozenset({"listing_published", "listing_edited"})
_FIELDS: Final = (
    Field(
        path="listing.price_kind_read",
        type=FieldType.TEXT,
        words=PRICE_KINDS,
        title="what the price means: as the site says, else as the text says",
    ),
    Field(path="price.excused", type=FieldType.BOOL, title="whether the text gives a reason for a low price"),
    Field(path="price.excuse", type=FieldType.TEXT, words=EXCUSES, title="the first reason that the text gives"),
)


class Prices:
    """Reads title and text of a listing; a listing that gives no reason for its price is not excused."""

    def fields(self, event_type: str, known: Mapping[str, Field]) -> Sequence[Field]:
        """Declare what is read of a listing's price."""
        del known
        return _FIELDS if event_type in _LISTINGS else ()

    def derive(self, event_type: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Read a listing; the meaning of a price that was not given is unknown."""
        del event_type
        text = "\n".join(str(values[name]) for name in ("listing.title", "listing.text") if name in values)
        found = excuses(text)
        read: dict[str, Value] = {"price.excused": bool(found)}
        if found:
            read["price.excuse"] = found[0]
        kind = _kind(values, text)
        if kind is not None:
            read["listing.price_kind_read"] = kind
        return read


def _kind(values: Mapping[str, Value], text: str) -> str | None:
    """Take the site's word for what the price means, else read it; nothing without a price."""
    stated, price, currency = (values.get(f"listing.{name}") for name in ("price_kind", "price", "currency"))
    if stated is not None:
        return str(stated)
    if not isinstance(price, int) or currency is None:
        return None
    return price_kind(text, category=str(values.get("listing.category", "")), price_minor=price, currency=str(currency))
