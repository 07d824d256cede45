"""Cursors of listings: opaque texts that a caller hands back unchanged."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from holdfast.vocabulary.errors import InvalidError


def write_cursor(*parts: str) -> str:
    """Write the place after which the next page starts."""
    return urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def read_cursor(cursor: str, *, parts: int) -> list[str]:
    """Read a place back; a text that is no cursor is an `InvalidError`."""
    try:
        found = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[str])
    except (ValueError, msgspec.DecodeError) as error:
        raise InvalidError("the cursor is not one of this listing", pointer="cursor") from error
    if len(found) != parts:
        raise InvalidError("the cursor is not one of this listing", pointer="cursor")
    return found
