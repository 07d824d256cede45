"""Fingerprints of photos that were never taken: numbers in place of pictures, and copies as their owners change them.

A picture is its nine views, each with two hashes. A copy mirrors, crops or compresses it: the views change places as
they would in a real picture, and a few bits flip.
"""

from base64 import urlsafe_b64encode
from random import Random
from struct import pack
from typing import Final

from holdfast.simulation.world import Document

View = tuple[int, int]
Views = tuple[View, ...]
_VIEWS: Final = 9
_TENTH, _FIFTH = 2, 4  # the views that show what is left after a crop
_ODD: Final = (0x5555555555555555, 0x492492554AA95500)  # the frequencies whose signs a mirror turns
_ALL: Final = 2**64 - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15
_QUALITY: Final = 78
_STUB_QUALITY: Final = 9
STUB: Final = 1  # the picture that the site shows where there is none
_STUDIO_BITS: Final = 6
_COPY_BITS: Final = 4


def _mixed(number: int) -> int:
    """Scatter a number over 64 bits, so that two numbers lie about 32 bits apart."""
    value = (number * _GOLDEN) & _ALL
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _ALL
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _ALL
    return value ^ (value >> 31)


def _flipped(value: int, rng: Random, bits: int) -> int:
    """Flip at most so many bits."""
    for _ in range(rng.randrange(bits + 1)):
        value ^= 1 << rng.randrange(64)
    return value


def _noisy(views: Views, rng: Random, bits: int) -> Views:
    return tuple((_flipped(coarse, rng, bits), _flipped(fine, rng, bits)) for coarse, fine in views)


def picture(number: int) -> Views:
    """Give the picture of a number, without borders; no two numbers look alike."""
    first, *others = [(_mixed(number * 32 + 2 * place), _mixed(number * 32 + 2 * place + 1)) for place in range(_VIEWS)]
    return (first, first, *others[1:])


def in_studio(studio: int, rng: Random) -> Views:
    """Give a picture before a dealer's one background: another car, nearly the same hashes."""
    return _noisy(picture(studio), rng, _STUDIO_BITS)


def _mirrored(views: Views) -> Views:
    return tuple((coarse ^ _ODD[0], fine ^ _ODD[1]) for coarse, fine in views)


def _cropped(views: Views, rng: Random) -> Views:
    """Cut a tenth away: what is left was a view before; what was never seen is new."""
    fresh = [(rng.getrandbits(64), rng.getrandbits(64)) for _ in range(_VIEWS)]
    return (views[_TENTH], views[_TENTH], views[_FIFTH], *fresh[3:])


def copied(views: Views, rng: Random) -> Views:
    """Give a copy: saved again, mirrored, cropped, or both."""
    cropped = _cropped(views, rng)
    return _noisy(rng.choice((views, _mirrored(views), cropped, _mirrored(cropped))), rng, _COPY_BITS)


def fingerprint(views: Views, quality: int = _QUALITY) -> str:
    """Write a picture as the text that `POST /v1/photos` gives for a real one."""
    words = [word for view in views for word in view]
    return "ph1." + urlsafe_b64encode(pack(f">B2x{2 * _VIEWS}Q", quality, *words)).decode("ascii")


_STUB_VIEWS: Final = picture(STUB)


def photo(photo_id: str, views: Views) -> Document:
    """Write a photo as a part of a listing; there is hardly anything in the site's own stub."""
    quality = _STUB_QUALITY if views == _STUB_VIEWS else _QUALITY
    return {"photo_id": photo_id, "fingerprint": fingerprint(views, quality)}
