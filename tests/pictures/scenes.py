"""Scenes drawn from a seed: streets with cars, rooms with furniture, a dealer's studio, a site's stub.

Every scene has what a perceptual hash lives on: large shapes, light that falls off, and texture whose strength falls
with its frequency as in photographs. No two seeds share their layout.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

SIZE: Final = (800, 600)
Colour = tuple[int, int, int]
Texture = NDArray[np.float64]


def texture(dice: Generator, size: tuple[int, int], *, slope: float = 1.0) -> Texture:
    """Make noise whose amplitude falls with its frequency, from -1 to 1."""
    width, height = size
    across, down = np.fft.rfftfreq(width), np.fft.fftfreq(height)
    frequency = np.hypot(across[None, :], down[:, None])
    frequency[0, 0] = 1.0
    wave = dice.normal(size=frequency.shape) + 1j * dice.normal(size=frequency.shape)
    field = np.fft.irfft2(wave / frequency**slope, s=(height, width))
    return np.asarray(field / np.abs(field).max())


def colour(dice: Generator, low: int = 20, high: int = 235) -> Colour:
    """Draw a colour."""
    red, green, blue = dice.integers(low, high, 3)
    return int(red), int(green), int(blue)


def _weathered(picture: Image.Image, dice: Generator, strength: float) -> Image.Image:
    """Lay texture and light over what was drawn."""
    cells = np.asarray(picture.filter(ImageFilter.GaussianBlur(1.2)), dtype=np.float64)
    width, height = picture.size
    grain = texture(dice, picture.size) * strength
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    light = 1 - dice.uniform(0.05, 0.35) * np.hypot(across - dice.uniform(-0.6, 0.6), down - dice.uniform(-0.6, 0.6))
    made = cells * light[..., None] + grain[..., None] + dice.normal(0, 3, cells.shape)
    return Image.fromarray(np.clip(made, 0, 255).astype(np.uint8))


def car(pen: ImageDraw.ImageDraw, dice: Generator, *, at: tuple[float, float], wide: float) -> None:
    """Draw a car from the side with its lower middle at a point."""
    x, y = at
    body, high = colour(dice), wide * dice.uniform(0.18, 0.26)
    left, right = x - wide / 2, x + wide / 2
    roof_left, roof_right = x - wide * dice.uniform(0.2, 0.38), x + wide * dice.uniform(0.12, 0.35)
    top = y - high - wide * dice.uniform(0.12, 0.2)
    pen.rounded_rectangle((left, y - high, right, y), radius=wide * 0.05, fill=body)
    pen.polygon(
        ((left + wide * 0.1, y - high), (roof_left, top), (roof_right, top), (right - wide * 0.06, y - high)), body
    )
    pen.polygon(
        (
            (left + wide * 0.17, y - high),
            (roof_left + wide * 0.03, top + wide * 0.02),
            (roof_right - wide * 0.03, top + wide * 0.02),
            (right - wide * 0.14, y - high),
        ),
        colour(dice, 10, 110),
    )
    for wheel in (left + wide * 0.2, right - wide * 0.2):
        size = wide * 0.085
        pen.ellipse((wheel - size, y - size, wheel + size, y + size), fill=colour(dice, 5, 50))
        pen.ellipse((wheel - size / 2, y - size / 2, wheel + size / 2, y + size / 2), fill=colour(dice, 120, 220))
    pen.rectangle((right - wide * 0.04, y - high * 0.7, right, y - high * 0.45), fill=colour(dice, 180, 255))
    pen.rectangle((x - wide * 0.09, y - high * 0.35, x + wide * 0.09, y - high * 0.15), fill=colour(dice, 200, 250))


def _street(pen: ImageDraw.ImageDraw, dice: Generator) -> None:
    """Draw houses along a road with a car before them."""
    width, height = SIZE
    horizon = height * dice.uniform(0.3, 0.55)
    pen.rectangle((0, horizon, width, height), fill=colour(dice, 60, 150))
    x = -dice.uniform(0, 80)
    while x < width:
        wide, high = dice.uniform(60, 230), dice.uniform(0.2, 0.95) * horizon
        wall = colour(dice, 40, 220)
        pen.rectangle((x, horizon - high, x + wide, horizon + dice.uniform(0, 30)), fill=wall)
        pane, step = colour(dice, 20, 240), dice.uniform(24, 44)
        for row in np.arange(horizon - high + 10, horizon - 14, step):
            for column in np.arange(x + 8, x + wide - 16, step):
                pen.rectangle((column, row, column + step * 0.5, row + step * 0.6), fill=pane)
        x += wide + dice.uniform(0, 60)
    for _ in range(int(dice.integers(0, 5))):
        x, size = dice.uniform(0, width), dice.uniform(30, 110)
        pen.rectangle((x - 5, horizon - size * 0.4, x + 5, horizon + 30), fill=(70, 50, 30))
        pen.ellipse(
            (x - size / 2, horizon - size * 1.4, x + size / 2, horizon - size * 0.3), fill=colour(dice, 20, 130)
        )
    car(
        pen,
        dice,
        at=(width * dice.uniform(0.35, 0.65), height * dice.uniform(0.78, 0.93)),
        wide=width * dice.uniform(0.5, 0.8),
    )


def _room(pen: ImageDraw.ImageDraw, dice: Generator) -> None:
    """Draw a room with windows, furniture and pictures."""
    width, height = SIZE
    left, right = width * dice.uniform(0.05, 0.3), width * dice.uniform(0.7, 0.95)
    top, floor = height * dice.uniform(0.05, 0.2), height * dice.uniform(0.6, 0.8)
    pen.polygon(((0, 0), (left, top), (left, floor), (0, height)), colour(dice, 90, 220))
    pen.polygon(((width, 0), (right, top), (right, floor), (width, height)), colour(dice, 90, 220))
    pen.rectangle((left, top, right, floor), fill=colour(dice, 120, 240))
    pen.polygon(((0, height), (left, floor), (right, floor), (width, height)), colour(dice, 40, 170))
    for _ in range(int(dice.integers(1, 4))):
        x, y = dice.uniform(left, right - 90), dice.uniform(top, top + (floor - top) * 0.4)
        pen.rectangle(
            (x, y, x + dice.uniform(60, 190), y + dice.uniform(50, 160)),
            fill=colour(dice, 150, 255),
            outline=colour(dice),
            width=6,
        )
    for _ in range(int(dice.integers(3, 8))):
        x, wide, high = dice.uniform(0, width * 0.85), dice.uniform(60, 320), dice.uniform(40, 210)
        foot = dice.uniform(floor, height)
        pen.rounded_rectangle((x, foot - high, x + wide, foot), radius=dice.uniform(2, 24), fill=colour(dice))
        pen.rectangle((x + wide * 0.1, foot - high * 0.8, x + wide * 0.9, foot - high * 0.4), fill=colour(dice))


def street(seed: int) -> Image.Image:
    """Draw a car in a street."""
    return _drawn(seed, _street, sky=True)


def room(seed: int) -> Image.Image:
    """Draw a room of a flat."""
    return _drawn(seed, _room, sky=False)


def scene(seed: int) -> Image.Image:
    """Draw a street or a room, by turns."""
    return room(seed) if seed % 2 else street(seed)


def _drawn(seed: int, draw: Callable[[ImageDraw.ImageDraw, Generator], None], *, sky: bool) -> Image.Image:
    dice = np.random.default_rng([seed, int(sky)])
    cells = np.full((SIZE[1], SIZE[0], 3), colour(dice, 110, 240), dtype=np.float64)
    if sky:
        cells += (texture(dice, SIZE, slope=1.6) * 60)[..., None] + np.linspace(-40, 40, SIZE[1])[:, None, None]
    picture = Image.fromarray(np.clip(cells, 0, 255).astype(np.uint8))
    draw(ImageDraw.Draw(picture), dice)
    return _weathered(picture, dice, dice.uniform(15, 60))


def studio(place: int, seed: int) -> Image.Image:
    """Draw a car in the studio of a dealer: one `place` has one background, light and camera."""
    dice, width, height = np.random.default_rng([place, 7]), *SIZE
    cells = np.full((height, width, 3), colour(dice, 150, 230), dtype=np.float64)
    cells += np.linspace(30, -50, height)[:, None, None] + (texture(dice, SIZE, slope=1.4) * 25)[..., None]
    picture = Image.fromarray(np.clip(cells, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, height * 0.68, width, height), fill=colour(dice, 70, 130))
    pen.rectangle((width * 0.06, height * 0.06, width * 0.3, height * 0.16), fill=colour(dice))
    for x in np.linspace(0.1, 0.9, 5):
        pen.rectangle((width * x - 3, 0, width * x + 3, height * 0.68), fill=colour(dice, 100, 200))
    shown = np.random.default_rng([place, seed, 11])
    car(pen, shown, at=(width * 0.5, height * 0.85), wide=width * shown.uniform(0.6, 0.7))
    return _weathered(picture, dice, 20)


def stub() -> Image.Image:
    """Draw the picture that a site shows where there is none: an icon on one colour."""
    picture = Image.new("RGB", (640, 480), (236, 236, 236))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((250, 180, 390, 290), radius=12, outline=(190, 190, 190), width=8)
    pen.ellipse((293, 208, 347, 262), outline=(190, 190, 190), width=8)
    pen.text((288, 310), "no photo", fill=(150, 150, 150))
    return picture
