"""Is a face fit to be judged: large enough, whole, in the middle, lit and sharp.

A gate before the comparison matters more than its threshold: a poor picture does not look like nobody, it looks like
many.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from holdfast.gateways.identity.face.pictures import Pixels
from holdfast.vocabulary.capture import Flaw

LEAST_APART: Final = 32.0
"""Pixels between the eyes below which a face is not compared."""
_DARK, _BRIGHT = 45.0, 225.0
_BURNT: Final = 0.2  # more of a face at full light has lost its shape
_SHARP: Final = 0.0035
_SIDE: Final = 96
_OUTSIDE: Final = 0.1
_AWAY: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Where a face lies in its picture, in pixels."""

    left: int
    top: int
    right: int
    bottom: int


def flaw(picture: Pixels, box: Box, apart: float) -> Flaw | None:
    """Name the first thing that is wrong with a face; `apart` is how far its eyes are from each other."""
    if apart < LEAST_APART:
        return Flaw.TOO_SMALL
    return _place(picture, box) or _light(picture, box)


def _place(picture: Pixels, box: Box) -> Flaw | None:
    """Tell whether a face is whole and near the middle."""
    height, width = picture.shape[:2]
    most = _OUTSIDE * (box.right - box.left)
    across, down = (box.left + box.right) / 2 / width - 0.5, (box.top + box.bottom) / 2 / height - 0.5
    if min(box.left, box.top, width - box.right, height - box.bottom) < -most:
        return Flaw.TOO_NEAR if box.right - box.left > 0.6 * min(width, height) else _off(across, down)
    return _off(across, down) if max(abs(across), abs(down)) > _AWAY else None


def _off(across: float, down: float) -> Flaw:
    """Name the side on which a face lies; the left of a person is the right of the camera's picture."""
    if abs(across) >= abs(down):
        return Flaw.AT_LEFT if across > 0 else Flaw.AT_RIGHT
    return Flaw.TOO_LOW if down > 0 else Flaw.TOO_HIGH


def _light(picture: Pixels, box: Box) -> Flaw | None:
    """Tell whether a face is lit and sharp."""
    shades = _shades(picture, box)
    middle, burnt = float(np.median(shades)), float(np.mean(shades >= 250))
    if middle < _DARK:
        return Flaw.DARK
    if middle > _BRIGHT or burnt > _BURNT:
        return Flaw.BRIGHT
    return Flaw.BLURRED if sharpness(shades) < _SHARP else None


def _shades(picture: Pixels, box: Box) -> NDArray[np.float64]:
    """Give the shades of gray of a face, always at one size."""
    height, width = picture.shape[:2]
    cut = picture[max(box.top, 0) : min(box.bottom, height), max(box.left, 0) : min(box.right, width)]
    gray = Image.fromarray(cut).convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(gray, dtype=np.float64)


def sharpness(shades: NDArray[np.float64]) -> float:
    """Give how strong the finest differences are against all: the variance of the Laplacian by that of the shades."""
    around = shades[1:-1, :-2] + shades[1:-1, 2:] + shades[:-2, 1:-1] + shades[2:, 1:-1]
    fine = around - 4 * shades[1:-1, 1:-1]
    return float(fine.var() / (shades.var() * 16 + 1e-9))
