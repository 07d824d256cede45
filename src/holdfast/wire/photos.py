"""What is answered about a photo: the part to put into an event, and how much there is to see in it."""

from typing import Annotated

from msgspec import Meta, Struct

from holdfast.wire.parts import Photo


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
