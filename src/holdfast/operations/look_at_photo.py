"""Look at one photo: its fingerprint, the texts of its codes, and whether there is enough to see in it."""

from holdfast.matching.fingerprints import write_fingerprint
from holdfast.matching.images import look_at
from holdfast.vocabulary.errors import PhotoError, TooLargeError
from holdfast.wire.parts import Photo
from holdfast.wire.photos import LookedAt, Quality, Refusal, Told


def look_at_photo(data: bytes) -> LookedAt:
    """Look at a photo in this process; raises PhotoError or TooLargeError."""
    seen = look_at(data)
    photo = Photo(fingerprint=write_fingerprint(seen.fingerprint), codes=seen.codes)
    return LookedAt(photo=photo, quality=Quality(score=seen.fingerprint.quality, low=seen.fingerprint.is_low))


def told(data: bytes) -> Told:
    """Say what a photo shows, or why it cannot be read."""
    try:
        return Told(looked=look_at_photo(data))
    except (PhotoError, TooLargeError) as error:
        return Told(refusal=Refusal(code=error.code, message=error.message, hint=error.hint))
