"""Pictures from strangers, opened within limits: upright as the camera held them, in red, green and blue."""

import io
import warnings
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

MAX_BYTES: Final = 12 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
SIDE: Final = 800
"""The longer side at which faces are looked for."""
_FORMATS: Final = ("JPEG", "PNG")
Pixels = NDArray[np.uint8]


class PictureError(Exception):
    """What came is no picture within the limits."""


def opened(data: bytes) -> Pixels:
    """Decode a picture; raises PictureError."""
    if len(data) > MAX_BYTES:
        raise PictureError
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd notes of cameras; sizes are checked below
            picture = Image.open(io.BytesIO(data), formats=_FORMATS)
            _check_size(picture)
            picture.draft("RGB", (SIDE * 2, SIDE * 2))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Exception as error:  # a decoder may fail in any way on bytes from strangers
        raise PictureError from error
    upright.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(upright)


def _check_size(picture: Image.Image) -> None:
    """Refuse what would take too much memory before anything of it is decoded."""
    if picture.width * picture.height > MAX_PIXELS:
        raise PictureError
