"""Faces of nobody, modelled from a seed and rendered: heads with nose, eyes, brows, lips and hair that turn in space.

A person is a set of measures drawn from a seed. The head is a surface in three dimensions, so that a turn shows what a
turn shows, and a photo of it that is tilted shows what a flat thing shows. Nothing here was learnt from a picture of
anybody. Such faces prove that the way of a picture works; they prove nothing about how well people are told apart.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

SIZE: Final = (640, 480)
_TOP, _BOTTOM = -1.55, 1.42
_SIDE: Final = 1.75  # radians from the middle to behind the ears
_FAR: Final = 7.0  # from the camera to the head, in half widths of it
_NEAR: Final = 1.45  # how much of the picture's height the head takes when it is not moved
Grid = NDArray[np.float64]
Cover = NDArray[np.floating | np.bool_]
Layer = Callable[[Cover, tuple[float, float, float]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The measures of a head; lengths in half widths of it, colours from 0 to 1."""

    width: float
    jaw: float
    eyes_apart: float
    eye_size: float
    brow_height: float
    brow_thick: float
    nose_long: float
    nose_wide: float
    nose_high: float
    mouth_low: float
    mouth_wide: float
    lips_thick: float
    cheeks: float
    skin: tuple[float, float, float]
    hair: tuple[float, float, float]
    hairline: float
    beard: float
    iris: tuple[float, float, float]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """How a head is held before the camera, in degrees; left is the person's own. `zoom` 2 is twice as large."""

    left: float = 0.0
    up: float = 0.0
    tilt_left: float = 0.0
    zoom: float = 1.0
    across: float = 0.0
    down: float = 0.0
    light: tuple[float, float, float] = (0.25, -0.55, 1.0)
    """Where the light stands: to the right of the picture, downwards, towards the camera."""


def person(seed: int) -> Person:
    """Draw somebody who does not exist."""
    dice = np.random.default_rng([seed, 68])
    tone = dice.uniform(0.0, 1.0)
    skin = (0.93 - 0.45 * tone, 0.76 - 0.45 * tone, 0.64 - 0.42 * tone)
    shade = dice.uniform(0.03, 0.75)
    hair = (shade, shade * dice.uniform(0.7, 0.95), shade * dice.uniform(0.45, 0.9))
    return Person(
        width=dice.uniform(0.82, 1.18),
        jaw=dice.uniform(0.45, 0.95),
        eyes_apart=dice.uniform(0.34, 0.5),
        eye_size=dice.uniform(0.13, 0.22),
        brow_height=dice.uniform(0.18, 0.34),
        brow_thick=dice.uniform(0.02, 0.08),
        nose_long=dice.uniform(0.38, 0.62),
        nose_wide=dice.uniform(0.1, 0.23),
        nose_high=dice.uniform(0.24, 0.4),
        mouth_low=dice.uniform(0.2, 0.38),
        mouth_wide=dice.uniform(0.24, 0.46),
        lips_thick=dice.uniform(0.03, 0.14),
        cheeks=dice.uniform(-0.06, 0.16),
        skin=skin,
        hair=hair,
        hairline=dice.uniform(-1.3, -0.6),
        beard=float(dice.uniform(0.3, 0.95)) if dice.random() < 0.3 else 0.0,
        iris=(dice.uniform(0.1, 0.4), dice.uniform(0.15, 0.4), dice.uniform(0.1, 0.45)),
        seed=seed,
    )


def face(who: Person, pose: Pose | None = None, size: tuple[int, int] = SIZE) -> Image.Image:
    """Render a head before a wall."""
    pose = pose or Pose()
    wide, high = size[0] * 3 // 2, size[1] * 3 // 2
    places, colours = _head(who, pose, int(high * max(pose.zoom, 0.5)))
    picture = _wall(who, wide, high)
    scale = high / 2 / _NEAR * _FAR * pose.zoom * 0.72
    far = _FAR - places[2]
    across = np.rint(wide / 2 + (places[0] + pose.across) * scale / far).astype(np.int64)
    down = np.rint(high / 2 + (places[1] + pose.down) * scale / far).astype(np.int64)
    inside = (across >= 0) & (across < wide) & (down >= 0) & (down < high)
    order = np.argsort(places[2][inside], kind="stable")  # what is nearer is drawn later
    picture[down[inside][order], across[inside][order]] = colours[inside][order]
    drawn = Image.fromarray(np.clip(picture * 255, 0, 255).astype(np.uint8))
    return drawn.filter(ImageFilter.MedianFilter(3)).resize(size, Image.Resampling.BOX)


def jpeg(picture: Image.Image, quality: int = 90, *, orientation: int = 1) -> bytes:
    """Write a picture as a camera does, with the orientation that it notes."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=notes)
    return out.getvalue()


def _bump(x: Grid, y: Grid, at: tuple[float, float], wide: tuple[float, float]) -> Grid:
    """Give a round hill of height 1."""
    return np.asarray(np.exp(-(((x - at[0]) / wide[0]) ** 2) - ((y - at[1]) / wide[1]) ** 2))


def _surface(who: Person, rows: int) -> tuple[Grid, Grid, Grid]:
    """Give the surface of a head: to the right of the picture, downwards, towards the camera."""
    y, angle = np.meshgrid(np.linspace(_TOP, _BOTTOM, rows), np.linspace(-_SIDE, _SIDE, rows * 11 // 9), indexing="ij")
    above = np.clip(-y / -_TOP, 0, 1)
    below = np.clip(y / _BOTTOM, 0, 1)
    outline = np.sqrt(np.clip(1 - above**2.6, 0, 1)) * (1 - (1 - who.jaw) * below**1.6) * np.sqrt(1 - below**7 * 0.98)
    x = who.width * outline * np.sin(angle)
    z = (
        1.02
        * np.sqrt(np.clip(1 - above**2.8, 0, 1))
        * (1 - 0.12 * below**2)
        * np.sqrt(1 - below**9 * 0.9)
        * np.cos(angle)
    )
    front = np.cos(angle) > 0
    return x, y, z + np.where(front, _features(who, x, y), 0.0)


def _features(who: Person, x: Grid, y: Grid) -> Grid:
    """Give what stands out of a face, and what lies deep in it."""
    tip = who.nose_long
    along = np.clip((y + 0.12) / (tip + 0.12), 0, 1)
    slim = who.nose_wide * (0.55 + 0.45 * along)
    ridge = who.nose_high * along**1.3 * np.exp(-((x / slim) ** 2)) * (y > -0.12)
    nose = ridge * np.where(y > tip, np.exp(-(((y - tip) / 0.06) ** 2)), 1.0)
    wings = sum(_bump(x, y, (side * who.nose_wide * 0.95, tip - 0.03), (0.075, 0.075)) for side in (-1, 1)) * 0.09
    mouth = tip + who.mouth_low
    shape = nose + wings
    for side in (-1, 1):
        at = side * who.eyes_apart
        shape = shape - 0.14 * _bump(x, y, (at, 0.0), (0.26, 0.17)) + 0.07 * _bump(x, y, (at, 0.01), (0.14, 0.1))
        shape = shape + 0.07 * _bump(x, y, (at, -who.brow_height), (0.28, 0.1))
        shape = shape + who.cheeks * _bump(x, y, (side * 0.55, 0.38), (0.25, 0.25))
    shape = shape + 0.07 * _bump(x, y, (0, mouth - who.lips_thick / 2), (who.mouth_wide, who.lips_thick))
    shape = shape + 0.07 * _bump(x, y, (0, mouth + who.lips_thick * 0.7), (who.mouth_wide * 0.8, who.lips_thick))
    shape = shape - 0.05 * _bump(x, y, (0, mouth + 0.2), (0.3, 0.08))
    return np.asarray(shape + 0.1 * _bump(x, y, (0, mouth + 0.4), (0.25, 0.16)))


def _paint(who: Person, x: Grid, y: Grid, front: NDArray[np.bool_]) -> Grid:
    """Give the colour of every place of the surface."""
    dice = np.random.default_rng([who.seed, 7])
    colours = np.ones((*x.shape, 3)) * np.array(who.skin)
    coarse = dice.normal(0, 1, (226, 276))
    rows, columns = (np.arange(count) * many // count for count, many in zip(x.shape, coarse.shape, strict=True))
    grain = coarse[rows[:, None], columns]
    colours = colours * (1 + 0.018 * grain[..., None])
    mouth = who.nose_long + who.mouth_low

    def lay(cover: Cover, colour: tuple[float, float, float]) -> None:
        share = np.clip(cover, 0, 1)[..., None] * front[..., None]
        colours[:] = colours * (1 - share) + np.array(colour) * share

    if who.beard:
        low = np.clip((y - mouth + 0.16) / 0.12, 0, 1) * np.clip(1.6 - np.abs(x), 0, 1)
        lay(low * who.beard, who.hair)
    lay(0.35 * (_bump(x, y, (-0.55, 0.4), (0.25, 0.2)) + _bump(x, y, (0.55, 0.4), (0.25, 0.2))), (0.8, 0.4, 0.35))
    for side in (-1, 1):
        _eye(who, lay, (x - side * who.eyes_apart) * side, y)
        lay(1.2 * _bump(x, y, (side * who.nose_wide * 0.55, who.nose_long + 0.035), (0.05, 0.025)), (0.12, 0.05, 0.04))
    lips = _bump(x, y, (0, mouth), (who.mouth_wide * 0.95, who.lips_thick)) ** 2
    lay(1.6 * lips, (who.skin[0] * 0.72, who.skin[1] * 0.5, who.skin[2] * 0.52))
    line = np.exp(-(((y - mouth - 0.02 * np.cos(x * 9)) / 0.016) ** 2)) * (np.abs(x) < who.mouth_wide * 0.88)
    lay(0.9 * line, (0.22, 0.08, 0.08))
    hairy = np.clip((who.hairline + 0.35 * x**2 * (x**2 < 1) - y) / 0.05, 0, 1)
    colours[:] = np.where((hairy > 0.5)[..., None], np.array(who.hair) * (1 + 0.1 * grain[..., None]), colours)
    return np.asarray(colours)


def _eye(who: Person, lay: Layer, x: Grid, y: Grid) -> None:
    """Paint an eye and its brow; `x` runs outwards from the middle of the eye."""
    wide = who.eye_size
    lid = 0.46 * wide * np.sqrt(np.clip(1 - (x / wide) ** 2, 0, 1))
    inside = (np.abs(x) < wide) & (np.abs(y) < lid)
    lay(np.exp(-(((y + lid + 0.06) / 0.018) ** 2)) * 0.35 * (np.abs(x) < wide), (0.3, 0.18, 0.15))
    lay(inside * 1.0, (0.93, 0.91, 0.89))
    far = np.hypot(x, y)
    lay(inside * (far < 0.42 * wide), who.iris)
    lay(inside * (far < 0.2 * wide), (0.02, 0.02, 0.02))
    lay(inside * (np.hypot(x - 0.03, y + 0.03) < 0.09 * wide), (1, 1, 1))
    edge = np.exp(-(((y + lid) / 0.016) ** 2)) * (np.abs(x) < wide * 1.04)
    lay(edge, (0.1, 0.06, 0.05))
    lay(0.55 * np.exp(-(((y - lid) / 0.012) ** 2)) * (np.abs(x) < wide), (0.35, 0.2, 0.17))
    bend = -who.brow_height - 0.05 * np.cos(x * 5)
    lay(
        1.4 * np.exp(-(((y - bend) / who.brow_thick) ** 2)) * np.clip((0.29 - np.abs(x - 0.03)) / 0.06, 0, 1),
        (who.hair[0] * 0.7, who.hair[1] * 0.7, who.hair[2] * 0.7),
    )


def _head(who: Person, pose: Pose, rows: int) -> tuple[Grid, Grid]:
    """Give every place of a head, turned and lit: three rows of places, and their colours."""
    x, y, z = _surface(who, rows)
    colours = _paint(who, x, y, z > 0)
    surface = np.stack([x, y, z])
    turn = _turned(pose)
    normal = np.cross(np.gradient(surface, axis=2), np.gradient(surface, axis=1), axis=0)
    normal = normal / (np.linalg.norm(normal, axis=0) + 1e-9)
    normal = np.where(np.sum(normal * surface, axis=0) < 0, -normal, normal)
    normal = np.tensordot(turn, normal, axes=1)
    light = np.array(pose.light) / np.linalg.norm(pose.light)
    lit = 0.42 + 0.68 * np.clip(np.tensordot(light, normal, axes=1), 0, None)
    neck = _neck(who, rows)
    places = np.concatenate([np.tensordot(turn, surface, axes=1).reshape(3, -1), neck], axis=1)
    shaded = (colours * lit[..., None]).reshape(-1, 3)
    below = np.repeat(np.array([who.skin]) * 0.5, neck.shape[1], axis=0)
    return places, np.concatenate([shaded, below])


def _neck(who: Person, rows: int) -> Grid:
    """Give the places of a neck and shoulders, which stay where they are when the head turns."""
    y, angle = np.meshgrid(
        np.linspace(1.0, 2.4, rows // 2), np.linspace(-np.pi / 2, np.pi / 2, rows * 3 // 2), indexing="ij"
    )
    wide = 0.55 * who.width + 3.2 * np.clip((y - 1.65), 0, 1) ** 0.8
    return np.stack([wide * np.sin(angle), y, 0.35 * np.cos(angle) - 0.25]).reshape(3, -1)


def _turned(pose: Pose) -> Grid:
    """Give the matrix of a pose: first the nod, then the turn, then the tilt."""
    up, left, tilt = np.radians((pose.up, pose.left, pose.tilt_left))
    nod = np.array([[1, 0, 0], [0, np.cos(up), -np.sin(up)], [0, np.sin(up), np.cos(up)]])
    turn = np.array([[np.cos(left), 0, np.sin(left)], [0, 1, 0], [-np.sin(left), 0, np.cos(left)]])
    roll = np.array([[np.cos(tilt), -np.sin(tilt), 0], [np.sin(tilt), np.cos(tilt), 0], [0, 0, 1]])
    return np.asarray(roll @ turn @ nod)


def _wall(who: Person, wide: int, high: int) -> Grid:
    """Paint what is behind."""
    dice = np.random.default_rng([who.seed, 3])
    rows = np.linspace(0, 1, high)[:, None, None]
    first, last = dice.uniform(0.35, 0.85, (2, 3))
    return np.asarray(np.broadcast_to(first * (1 - rows) + last * rows, (high, wide, 3)).copy())
