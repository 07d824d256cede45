"""The fingerprint of a photo: perceptual hashes of its variants as one text, and how far two photos lie apart.

A photo is found under the hashes of its `INDEX` variants and looked for by those of its `QUERY` variants, so that a
copy that was mirrored or cropped meets the original whichever of the two came first. Hashes are 64 bits and compared
by the number of bits that differ.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from struct import Struct
from typing import Final

from holdfast.vocabulary.errors import InvalidError

MARK: Final = "ph1."
VARIANTS: Final = ("whole", "crop_10", "crop_20", "mirror", "mirror_crop_10")
INDEX: Final = (0, 1, 2)
QUERY: Final = (0, 1, 3, 4)
NEAR_BITS: Final = 8
LOW_QUALITY: Final = 20
_LAYOUT: Final = Struct(">BB5Q")  # quality, a spare byte, hashes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Hashes in the order of `VARIANTS`; `quality` is from 0 (one colour) to 100 (full of detail)."""

    quality: int
    hashes: tuple[int, ...]

    @property
    def is_low(self) -> bool:
        """Tell whether there is too little in the picture for its hashes to mean anything."""
        return self.quality < LOW_QUALITY

    @property
    def index(self) -> tuple[int, ...]:
        """Give the hashes under which the photo is found."""
        return tuple(self.hashes[at] for at in INDEX)

    @property
    def query(self) -> tuple[int, ...]:
        """Give the hashes by which photos like it are looked for."""
        return tuple(self.hashes[at] for at in QUERY)


def write_fingerprint(fingerprint: Fingerprint) -> str:
    """Write a fingerprint as text."""
    packed = _LAYOUT.pack(fingerprint.quality, 0, *fingerprint.hashes)
    return MARK + urlsafe_b64encode(packed).decode("ascii")


def read_fingerprint(text: str) -> Fingerprint:
    """Read a fingerprint back; raises InvalidError for what is none of this version."""
    try:
        packed = urlsafe_b64decode(text.removeprefix(MARK).encode("ascii"))
    except (Error, ValueError):
        packed = b""
    if not text.startswith(MARK) or len(packed) != _LAYOUT.size:
        raise InvalidError("the text is no fingerprint of a photo", hint="send what `POST /v1/photos` answered")
    quality, _, *hashes = _LAYOUT.unpack(packed)
    return Fingerprint(quality=min(quality, 100), hashes=tuple(hashes))


def distance(asked: Fingerprint, known: Fingerprint) -> int:
    """Give how many bits the nearest variants of two photos differ in; up to `NEAR_BITS` it is one picture."""
    return min((one ^ other).bit_count() for one in asked.query for other in known.index)
