"""What is read out of a photo's bytes: its fingerprint, and the texts of codes that are printed in it.

The bytes come from strangers, so nothing but JPEG, PNG and WebP is opened, up to limits of bytes and pixels. The
orientation that a camera notes is applied; everything else that it notes is dropped with the bytes.
Hashes are those of ImageHash: the lowest frequencies of a cosine transform against their median.
"""

import io
import warnings
from dataclasses import dataclass
from typing import Final

import imagehash
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from holdfast.matching.fingerprints import COARSE, FINE, SIDE, Fingerprint, View
from holdfast.vocabulary.errors import PhotoError, TooLargeError

MAX_BYTES: Final = 12 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
MAX_SIDE: Final = 20_000
MAX_CODES: Final = 8
MAX_CODE_CHARACTERS: Final = 2_048
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_READ_PIXELS: Final = 1_600  # the longer side at which codes are looked for
_HASHED_PIXELS: Final = 512  # the longer side at which borders are cut and variants are made
_LEAST_PIXELS: Final = 80  # a shorter side shows a thumbnail
_NEAR_SHADE: Final = 14
_SAME_SHARE: Final = 0.6
_EDGE_SHARE: Final = 0.4
_BARS: Final = 3
_MOST_CUT: Final = 0.45
_NEARER, _FARTHER = 0.065, 0.135  # a fifth cut unevenly
_EDGES: Final = (  # of the views after the first: what is cut left, above, right and below
    (0.0, 0.0, 0.0, 0.0),
    (0.05, 0.05, 0.05, 0.05),
    (0.0, 0.0, 0.0, 0.1),
    (0.1, 0.1, 0.1, 0.1),
    (_NEARER, _NEARER, _FARTHER, _FARTHER),
    (_FARTHER, _NEARER, _NEARER, _FARTHER),
    (_NEARER, _FARTHER, _FARTHER, _NEARER),
    (_FARTHER, _FARTHER, _NEARER, _NEARER),
)
_CELLS: Final = 16
_CELL: Final = 6
_BUSY: Final = 10
_CODES: Final = (
    zxingcpp.BarcodeFormat.QRCode,
    zxingcpp.BarcodeFormat.MicroQRCode,
    zxingcpp.BarcodeFormat.RMQRCode,
    zxingcpp.BarcodeFormat.DataMatrix,
    zxingcpp.BarcodeFormat.Aztec,
)
Shades = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a photo shows: its fingerprint and the texts of its codes, in the order of the alphabet."""

    fingerprint: Fingerprint
    codes: tuple[str, ...]


def look_at(data: bytes) -> Seen:
    """Look at a photo; raises PhotoError for what is no picture, TooLargeError for one beyond the limits."""
    gray = _opened(data)
    return Seen(fingerprint=_fingerprint(gray), codes=_codes(gray))


def _opened(data: bytes) -> Image.Image:
    """Decode a picture to shades of gray, upright, at most as large as codes need."""
    if len(data) > MAX_BYTES:
        raise TooLargeError(f"the photo has {len(data)} bytes; at most {MAX_BYTES} are taken")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd notes of cameras; sizes are checked below
            picture = Image.open(io.BytesIO(data), formats=_FORMATS)
            _check_size(picture)
            picture.draft("L", (_READ_PIXELS, _READ_PIXELS))
            gray = _gray(ImageOps.exif_transpose(picture))
    except (PhotoError, TooLargeError):
        raise
    except Image.DecompressionBombError:
        raise TooLargeError(f"the photo has more than {MAX_PIXELS} pixels") from None
    except UnidentifiedImageError:
        raise PhotoError("the photo is not JPEG, PNG or WebP") from None
    except Exception as error:  # noqa: BLE001 - a decoder may fail in any way on bytes from strangers
        raise PhotoError(f"the photo cannot be read: {type(error).__name__}") from None
    gray.thumbnail((_READ_PIXELS, _READ_PIXELS), Image.Resampling.BOX)
    return gray


def _check_size(picture: Image.Image) -> None:
    """Refuse what would take too much memory before anything of it is decoded."""
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        hint = f"at most {MAX_PIXELS} pixels, and {MAX_SIDE} on a side"
        raise TooLargeError(f"the photo has {width} by {height} pixels", hint=hint)


def _gray(picture: Image.Image) -> Image.Image:
    """Give shades of gray; what is transparent lies on white."""
    if picture.mode.startswith(("I", "F")):
        deep = np.asarray(picture, dtype=np.float64)
        return Image.fromarray(np.clip(deep / 257, 0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        ground = Image.new("RGBA", clear.size, "white")
        ground.alpha_composite(clear)
        picture = ground
    return picture.convert("L")


def _fingerprint(gray: Image.Image) -> Fingerprint:
    """Hash the views of a picture."""
    small = gray.copy()
    small.thumbnail((_HASHED_PIXELS, _HASHED_PIXELS), Image.Resampling.BOX)
    box = _inside(np.asarray(small))
    inner = small.crop(box)
    pixels = min(box[2] - box[0], box[3] - box[1]) * gray.width / small.width
    quality = _quality(inner) if pixels >= _LEAST_PIXELS else 0
    views = (small, *(_cropped(inner, edges) for edges in _EDGES))
    return Fingerprint(quality=quality, views=tuple(_view(one) for one in views))


def _view(picture: Image.Image) -> View:
    """Hash one view."""
    signs = imagehash.phash(picture, hash_size=SIDE).hash
    coarse, fine = (sum(1 << (63 - at) for at, place in enumerate(places) if signs[place]) for places in (COARSE, FINE))
    return View(coarse, fine)


def _cropped(picture: Image.Image, edges: tuple[float, float, float, float]) -> Image.Image:
    """Cut shares of the width and the height away: left, above, right, below."""
    width, height = picture.size
    left, top, right, bottom = edges
    box = (width * left, height * top, width * (1 - right), height * (1 - bottom))
    return picture.crop((round(box[0]), round(box[1]), round(box[2]), round(box[3])))


def _quality(picture: Image.Image) -> int:
    """Say in how many of 256 cells there is something to see, from 0 to 100."""
    side = _CELLS * _CELL
    cells = np.asarray(picture.resize((side, side), Image.Resampling.BOX), dtype=np.int16)
    cells = cells.reshape(_CELLS, _CELL, _CELLS, _CELL)
    spread = cells.max(axis=(1, 3)) - cells.min(axis=(1, 3))
    return round(100 * float((spread >= _BUSY).mean()))


def _inside(shades: Shades) -> tuple[int, int, int, int]:
    """Find the picture within borders of one shade and bars such as those of a phone's screen: a box for `crop`."""
    height, width = shades.shape
    top, bottom = _cut(shades), height - _cut(shades[::-1])
    left, right = _cut(shades[top:bottom].T), width - _cut(shades[top:bottom].T[::-1])
    return left, top, right, bottom


def _cut(lines: Shades) -> int:
    """Give how many of the first lines are bars: each of nearly one shade, ending at a straight edge."""
    cut, most = 0, int(len(lines) * _MOST_CUT)
    for _ in range(_BARS):
        bar = _bar(lines[cut:])
        if not bar or cut + bar > most:
            break
        cut += bar
    return cut


def _bar(lines: Shades) -> int:
    """Give how thick the bar at the first line is; nothing where it fades, as a sky does, instead of ending."""
    shade = np.median(lines[0])
    same = (np.abs(lines.astype(np.int16) - shade) <= _NEAR_SHADE).mean(axis=1)
    ends = np.flatnonzero(same < _SAME_SHARE)
    if len(ends) == 0 or ends[0] == 0:
        return 0
    end = int(ends[0])
    beyond = min(end + 1, len(lines) - 1)
    jumps = np.abs(lines[beyond].astype(np.int16) - lines[end - 1]) > _NEAR_SHADE
    return end if float(jumps.mean()) >= _EDGE_SHARE else 0


def _codes(gray: Image.Image) -> tuple[str, ...]:
    """Read the codes in a picture."""
    shades, plain = np.asarray(gray), zxingcpp.TextMode.Plain
    found = zxingcpp.read_barcodes(shades, formats=_CODES, text_mode=plain)  # type: ignore[arg-type] # a tuple is asked for
    texts = {one.text.encode("utf-8", "replace").decode()[:MAX_CODE_CHARACTERS] for one in found}
    return tuple(sorted(texts - {""})[:MAX_CODES])
