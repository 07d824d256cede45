"""What people do about a listing, on the wire: the bodies of the calls, and the acts as the log keeps them."""

import datetime as dt
from typing import Literal

import msgspec

from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.listings import ListingAct
from holdfast.wire.canonical import canonical
from holdfast.wire.parts import Id
from holdfast.wire.requests import Body, Text


class NoticeAppealBody(Body, frozen=True, kw_only=True):
    """The seller objects to the notice on a listing, in the seller's own words."""

    seller_id: Id
    text: Text


class NoticeResultBody(Body, frozen=True, kw_only=True):
    """How an objection ended, why, and who heard it; `value` is what the notice says once it is upheld."""

    result: Literal["upheld", "rejected"]
    reason: Text
    value: Literal["no", "not_determined"] = "not_determined"
    by: Text | None = None


class PaperBody(Body, frozen=True, kw_only=True):
    """The paper by which an authority asks."""

    number: Text
    date: dt.date
    authority: Text


class AddressesBody(Body, frozen=True, kw_only=True):
    """A request for the addresses from which a listing was placed: why, on which paper, and who asks."""

    reason: Text
    document: PaperBody
    by: Text | None = None


class AgreeBody(Body, frozen=True, kw_only=True):
    """Who agrees, on a development server."""

    by: Text | None = None


_ACT = msgspec.json.Decoder(ListingAct)


def listing_act_bytes(act: ListingAct) -> bytes:
    """Encode an act about a listing canonically."""
    return canonical(act)


def read_listing_act(data: bytes) -> ListingAct:
    """Read back an act about a listing."""
    return _ACT.decode(data)


def listing_id(text: str) -> str:
    """Read a listing's id out of an address."""
    try:
        return msgspec.convert(text, Id)
    except msgspec.ValidationError:
        hint = "up to 128 printable ASCII characters"
        raise InvalidError(f"`{text[:80]}` cannot be the id of a listing", pointer="/id", hint=hint) from None
