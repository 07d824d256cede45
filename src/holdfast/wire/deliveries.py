"""Messages to the bank on the wire, and what its endpoint may answer."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from holdfast.vocabulary.errors import InvalidError
from holdfast.wire.parts import Instant

Channel = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_]*$(?!\n)")]


class ReceiptBody(Struct, frozen=True, kw_only=True):
    """What the endpoint says of a message that it took; every field may be absent, others are not read."""

    channel: Channel | None = None
    language: Literal["ru", "kk", "en"] | None = None
    reference: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    channel_since: Instant | None = None


_RECEIPT = msgspec.json.Decoder(ReceiptBody)


def read_receipt(body: bytes) -> ReceiptBody:
    """Read an endpoint's answer, of which nothing need be said; InvalidError where something is said wrongly."""
    if not body.strip():
        return ReceiptBody()
    try:
        return _RECEIPT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidError(f"the answer is no receipt: {error}") from None
