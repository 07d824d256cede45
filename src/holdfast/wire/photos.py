"""Photos on the wire: events that carry the pictures themselves, and what is answered about a picture.

Pictures are never part of an event: they are taken out of its message before it is an event at all, and what they show
is put in their place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, cast

from msgspec import Meta, Struct, structs

from holdfast.wire.canonical import Hash, canonical, short_hash
from holdfast.wire.codec import decode_message, refuse_repeated
from holdfast.wire.events import EventMessage, ListingEdited, ListingPublished
from holdfast.wire.parts import Photo

MAX_PHOTO_BYTES: Final = 12 * 1024 * 1024
MAX_PHOTO_EVENT_BYTES: Final = 8 * 1024 * 1024
LENGTH_BYTES: Final = 4
"""Of the length that is written before each picture to the process that looks at it."""
READY: Final = b"ready\n"
"""What that process says first."""
_CARRIES: Final = b'"bytes"'


class Quality(Struct, frozen=True, kw_only=True):
    """How much of a photo is not of one shade, from 0 to 100; a photo of `low` quality is never evidence."""

    score: Annotated[int, Meta(ge=0, le=100)]
    low: bool


class LookedAt(Struct, frozen=True, kw_only=True):
    """What a photo shows; `photo` goes into the event of its listing or message as it stands."""

    photo: Photo
    quality: Quality


class Refusal(Struct, frozen=True, kw_only=True):
    """Why a photo could not be read."""

    code: str
    message: str
    hint: str = ""


class Told(Struct, frozen=True, kw_only=True):
    """What the process that looks at photos says: one of the two."""

    looked: LookedAt | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A message that came with pictures: it without them, the hash of what came, and each by the photo's place."""

    message: EventMessage
    came: bytes
    pictures: dict[int, bytes]

    def pointer(self, at: int) -> str:
        """Point to a picture."""
        return f"{'/listing' if isinstance(self.message, _LISTINGS) else ''}/photos/{at}/bytes"

    def with_photos(self, looked: dict[int, Photo]) -> bytes:
        """Give the canonical bytes of the message with what the pictures show."""
        photos = tuple(
            structs.replace(one, fingerprint=looked[at].fingerprint, codes=looked[at].codes) if at in looked else one
            for at, one in enumerate(_photos(self.message))
        )
        return canonical(_replaced(self.message, photos))


def carries_pictures(body: bytes) -> bool:
    """Tell whether a body may hold pictures; other events pay next to nothing for the question."""
    return _CARRIES in body


def take_pictures(body: bytes, hashed: Hash = short_hash) -> Carried:
    """Read a body that may hold pictures, and hash it; raises what every reading of an event raises."""
    message = decode_message(body, limit=MAX_PHOTO_EVENT_BYTES)
    canon = canonical(message)
    refuse_repeated(body, canon)
    photos = _photos(message)
    pictures = {at: one.data for at, one in enumerate(photos) if one.data is not None}
    bare = _replaced(message, tuple(structs.replace(one, data=None) for one in photos)) if pictures else message
    return Carried(message=bare, came=hashed(canon), pictures=pictures)


_LISTINGS: Final = (ListingPublished, ListingEdited)


def _photos(message: EventMessage) -> Sequence[Photo]:
    holder = message.listing if isinstance(message, _LISTINGS) else message
    return getattr(holder, "photos", None) or ()


def _replaced(message: EventMessage, photos: tuple[Photo, ...]) -> EventMessage:
    """Put photos in the place of those of a message."""
    if isinstance(message, _LISTINGS):
        return structs.replace(message, listing=structs.replace(message.listing, photos=photos))
    return cast("EventMessage", structs.replace(cast("Any", message), photos=photos))
