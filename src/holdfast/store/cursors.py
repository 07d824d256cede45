"""Cursors of listings: opaque texts that a caller hands back unchanged."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Final, NamedTuple, TypeVar

import msgspec

from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.stored import Page

Item = TypeVar("Item")
Kind = TypeVar("Kind")
Number = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
NEWEST: Final = 2**63 - 1


class Aged(NamedTuple):
    """A place in a listing that goes from the newest to the oldest."""

    at_ms: Number
    id: str


class Happened(NamedTuple):
    """A place in the listing of exposures: when it happened, its record, and its place in that."""

    at_ms: Number
    seq: Number
    place: Number


class Numbered(NamedTuple):
    """A place in a listing of records."""

    seq: Number


def write_cursor(*parts: str) -> str:
    """Write the place after which the next page starts."""
    return urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def read_cursor(cursor: str, *, parts: int) -> list[str]:
    """Read a place back; a text that is no cursor is an `InvalidError`."""
    try:
        found = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[str])
    except (ValueError, msgspec.DecodeError) as error:
        raise _no_cursor() from error
    if len(found) != parts:
        raise _no_cursor()
    return found


def read_place(cursor: str, kind: type[Kind], *, parts: int) -> Kind:
    """Read a place back with its numbers as numbers; anything else is an `InvalidError`."""
    try:
        return msgspec.convert(read_cursor(cursor, parts=parts), kind, strict=False)
    except msgspec.ValidationError as error:
        raise _no_cursor() from error


def read_aged(cursor: str | None) -> Aged:
    """Read the place of a listing that goes from the newest to the oldest; without a cursor it is the start."""
    return Aged(NEWEST, "") if cursor is None else read_place(cursor, Aged, parts=2)


def page_of(rows: Sequence[Item], limit: int, place: Callable[[Item], Sequence[object]]) -> Page[Item]:
    """Make a page of the first `limit` rows; more rows than that mean that a page follows."""
    following = write_cursor(*map(str, place(rows[limit - 1]))) if len(rows) > limit else None
    return Page(items=tuple(rows[:limit]), next=following)


def _no_cursor() -> InvalidError:
    hint = "give what `next` of the page before says, or nothing for the first page"
    return InvalidError("the cursor is not one of this listing", pointer="/cursor", hint=hint)
