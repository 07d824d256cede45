"""The fingerprint of a photo: perceptual hashes of its views as one text, and whether two photos show one picture.

A view is the picture as it came, without its borders, or cropped. A photo is found under all its views and looked for
by the first few and their mirror images, so that a copy that was cropped or mirrored meets the original whichever of
the two came first. Each view has a hash of 121 bits, the signs of its lowest frequencies: the 64 lowest of them are
what an index can find, the rest confirms what was found.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from struct import Struct
from typing import Final, NamedTuple

from holdfast.vocabulary.errors import InvalidError

MARK: Final = "ph1."
SIDE: Final = 11  # frequencies across and down
COARSE: Final = tuple((row, column) for row in range(8) for column in range(8))
FINE: Final = tuple((row, column) for row in range(SIDE) for column in range(SIDE) if max(row, column) >= 8)
VIEWS: Final = 9
ASKED: Final = 4  # of them are asked by, each also mirrored
COARSE_BITS: Final = 10
ALL_BITS: Final = 24
LOW_QUALITY: Final = 20
_LAYOUT: Final = Struct(f">B2x{2 * VIEWS}Q")  # quality, two spare bytes, hashes


class View(NamedTuple):
    """The hash of one view: the signs of the frequencies of `COARSE` and of `FINE`, the first in the highest bit."""

    coarse: int
    fine: int


def _odd(places: tuple[tuple[int, int], ...]) -> int:
    """Give the bits that turn when a picture is mirrored: those of odd frequencies across."""
    return sum(1 << (63 - at) for at, (_, column) in enumerate(places) if column % 2)


_MIRROR: Final = View(_odd(COARSE), _odd(FINE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The views of a photo; `quality` is from 0 (one shade) to 100 (full of detail)."""

    quality: int
    views: tuple[View, ...]

    @property
    def is_low(self) -> bool:
        """Tell whether there is too little in the picture for its hashes to mean anything."""
        return self.quality < LOW_QUALITY

    @property
    def asked(self) -> tuple[View, ...]:
        """Give the views by which photos like it are looked for, each once."""
        plain = self.views[:ASKED]
        mirrored = [View(coarse ^ _MIRROR.coarse, fine ^ _MIRROR.fine) for coarse, fine in plain]
        return tuple(dict.fromkeys((*plain, *mirrored)))


def write_fingerprint(fingerprint: Fingerprint) -> str:
    """Write a fingerprint as text."""
    words = [word for view in fingerprint.views for word in view]
    return MARK + urlsafe_b64encode(_LAYOUT.pack(fingerprint.quality, *words)).decode("ascii")


def read_fingerprint(text: str) -> Fingerprint:
    """Read a fingerprint back; raises InvalidError for what is none of this version."""
    try:
        packed = urlsafe_b64decode(text.removeprefix(MARK).encode("ascii"))
    except (Error, ValueError):
        packed = b""
    if not text.startswith(MARK) or len(packed) != _LAYOUT.size:
        raise InvalidError("the text is no fingerprint of a photo", hint="send what `POST /v1/photos` answered")
    quality, *words = _LAYOUT.unpack(packed)
    return Fingerprint(quality=min(quality, 100), views=tuple(map(View, words[::2], words[1::2])))


def alike(asked: Fingerprint, known: Fingerprint) -> bool:
    """Tell whether two photos show one picture, by some view of each."""
    return any(_near(one, other) for one in asked.asked for other in known.views)


def _near(one: View, other: View) -> bool:
    coarse = (one.coarse ^ other.coarse).bit_count()
    return coarse <= COARSE_BITS and coarse + (one.fine ^ other.fine).bit_count() <= ALL_BITS
