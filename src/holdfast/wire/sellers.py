"""A seller's standing on the wire: the bodies of the calls, and the acts as the log keeps them."""

from typing import Literal

import msgspec

from holdfast.vocabulary.sellers import SellerAct
from holdfast.wire.canonical import canonical
from holdfast.wire.parts import Id
from holdfast.wire.requests import Body, Text


class StrikeBody(Body, frozen=True, kw_only=True):
    """A strike against a seller: what for, why, on which event it rests, and who gives it.

    `id` is the caller's own; the same body under the same id is one strike.
    """

    id: Id
    ground: Literal[
        "scam",
        "copied_listing",
        "misleading_listing",
        "off_platform",
        "phishing_link",
        "rented_account",
        "abuse",
        "other",
    ]
    reason: Text
    of: Id | None = None
    by: Text | None = None


class LiftBody(Body, frozen=True, kw_only=True):
    """A strike is taken back: why, and who says so."""

    reason: Text
    by: Text | None = None


class AppealBody(Body, frozen=True, kw_only=True):
    """The seller objects to a strike, in the seller's own words."""

    id: Id
    strike: Id
    text: Text


class AppealResultBody(Body, frozen=True, kw_only=True):
    """How an appeal ended, why, and who heard it."""

    result: Literal["upheld", "rejected"]
    reason: Text
    by: Text | None = None


_ACT = msgspec.json.Decoder(SellerAct)


def seller_act_bytes(act: SellerAct) -> bytes:
    """Encode an act on a seller's standing canonically."""
    return canonical(act)


def read_seller_act(data: bytes) -> SellerAct:
    """Read back an act on a seller's standing."""
    return _ACT.decode(data)
