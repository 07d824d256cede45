"""Fingerprints of photos that were never taken: numbers in place of pictures, and copies as their owners change them.

A picture is its five perceptual hashes (whole, cropped by a tenth, by a fifth, mirrored, mirrored and cropped). A copy
mirrors, crops or compresses it: the hashes change places as they would in a real picture, and a few bits flip.
"""

from base64 import urlsafe_b64encode
from random import Random
from struct import pack
from typing import Final

from holdfast.simulation.world import Document

Hashes = tuple[int, int, int, int, int]
_ALL: Final = 2**64 - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15
_QUALITY: Final = 78
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


def _noisy(hashes: Hashes, rng: Random, bits: int) -> Hashes:
    whole, crop, deep, mirror, mirror_crop = (_flipped(value, rng, bits) for value in hashes)
    return whole, crop, deep, mirror, mirror_crop


def picture(number: int) -> Hashes:
    """Give the picture of a number; no two numbers look alike."""
    whole, crop, deep, mirror, mirror_crop = (_mixed(number * 8 + place) for place in range(5))
    return whole, crop, deep, mirror, mirror_crop


def in_studio(studio: int, rng: Random) -> Hashes:
    """Give a picture before a dealer's one background: another car, nearly the same hashes."""
    return _noisy(picture(studio), rng, _STUDIO_BITS)


def copied(hashes: Hashes, rng: Random) -> Hashes:
    """Give a copy: saved again, mirrored, cropped, or both."""
    whole, crop, deep, mirror, mirror_crop = hashes
    fresh = rng.getrandbits(64)
    ways: tuple[Hashes, ...] = (
        hashes,
        (mirror, mirror_crop, fresh, whole, crop),
        (crop, deep, fresh, mirror_crop, fresh ^ _GOLDEN),
        (mirror_crop, fresh, fresh ^ _GOLDEN, crop, deep),
    )
    return _noisy(rng.choice(ways), rng, _COPY_BITS)


def fingerprint(hashes: Hashes, quality: int = _QUALITY) -> str:
    """Write a picture as the text that `POST /v1/photos` gives for a real one."""
    return "ph1." + urlsafe_b64encode(pack(">BB5Q", quality, 0, *hashes)).decode("ascii")


def photo(photo_id: str, hashes: Hashes) -> Document:
    """Write a photo as a part of a listing."""
    return {"photo_id": photo_id, "fingerprint": fingerprint(hashes)}
