"""How rendered people are held before a camera, and photos of them that are held there instead."""

import math
from typing import Final

import numpy as np
from PIL import Image

from holdfast.vocabulary.capture import Command
from tests.pictures.faces import Pose

DONE: Final = {
    Command.TURN_LEFT: Pose(left=25),
    Command.TURN_RIGHT: Pose(left=-25),
    Command.TILT_LEFT: Pose(tilt_left=22),
    Command.TILT_RIGHT: Pose(tilt_left=-22),
    Command.NEARER: Pose(zoom=1.45),
    Command.FARTHER: Pose(zoom=0.7),
}


def tilted_photo(photo: Image.Image, *, left: float = 0.0, up: float = 0.0, far: float = 3.0) -> Image.Image:
    """Show a flat photo that is turned and nodded before a camera, in degrees; `far` is in half widths of it."""
    wide, high = photo.size
    across, down = math.radians(left), math.radians(up)
    turn = np.array([[math.cos(across), 0, math.sin(across)], [0, 1, 0], [-math.sin(across), 0, math.cos(across)]])
    nod = np.array([[1, 0, 0], [0, math.cos(down), -math.sin(down)], [0, math.sin(down), math.cos(down)]])
    share = high / wide
    corners = turn @ nod @ np.array([[-1, -share, 0], [1, -share, 0], [1, share, 0], [-1, share, 0]]).T
    seen = corners[:2] * far / (far - corners[2]) * wide / 2 + np.array([[wide / 2], [high / 2]])
    rows, wanted = [], []
    for (x, y), (u, v) in zip(seen.T, [(0, 0), (wide, 0), (wide, high), (0, high)], strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    shape = np.linalg.solve(np.array(rows), np.array(wanted)).tolist()
    return photo.transform(photo.size, Image.Transform.PERSPECTIVE, shape, Image.Resampling.BICUBIC)


def on_screen(picture: Image.Image) -> Image.Image:
    """Show a picture on a screen before a camera: its pixels and their moire, its blue light, a little askew."""
    wide, high = picture.width * 2, picture.height * 2
    light = np.asarray(picture.resize((wide, high), Image.Resampling.NEAREST), dtype=float)
    y, x = np.mgrid[:high, :wide]
    pixels = 1 - 0.12 * ((x % 3 == 0) | (y % 3 == 0)) + 0.06 * np.sin(x * 0.9 + y * 0.13)
    shown = np.clip(light * pixels[..., None] * (0.92, 0.98, 1.08) + 14, 0, 255).astype(np.uint8)
    return Image.fromarray(shown).resize(picture.size, Image.Resampling.BICUBIC).rotate(2, fillcolor=(20, 20, 24))


def beside_each_other(one: Image.Image, other: Image.Image) -> Image.Image:
    """Put two pictures into one."""
    both = Image.new("RGB", (one.width + other.width, max(one.height, other.height)))
    both.paste(one, (0, 0))
    both.paste(other, (one.width, 0))
    return both
