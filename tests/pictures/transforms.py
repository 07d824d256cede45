"""What people do to a photo that they copied, each by its name."""

import io
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import zxingcpp
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

WHITE: Final = (255, 255, 255)
Transform = Callable[[Image.Image, Generator], Image.Image]


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """Write a picture as JPEG."""
    stream = io.BytesIO()
    picture.convert("RGB").save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def crop(share: float) -> Transform:
    """Cut a share of each side's length away, more on one edge than on the other."""

    def cut(picture: Image.Image, dice: Generator) -> Image.Image:
        width, height = picture.size
        left, top = dice.uniform(0.25, 0.75, 2) * (share * width, share * height)
        return picture.crop((int(left), int(top), int(left + width * (1 - share)), int(top + height * (1 - share))))

    return cut


def _caption(picture: Image.Image, dice: Generator) -> Image.Image:
    """Lay a bar with words over the lower tenth."""
    made, (width, height) = picture.copy(), picture.size
    pen, bar = ImageDraw.Draw(made), int(height * 0.1)
    dark = bool(dice.integers(0, 2))
    pen.rectangle((0, height - bar, width, height), fill=(20, 20, 20) if dark else WHITE)
    ink = WHITE if dark else (20, 20, 20)
    pen.text((width * 0.05, height - bar * 0.85), "+7 701 000 00 00", fill=ink, font_size=bar * 0.6)
    return made


def _covered(picture: Image.Image, dice: Generator) -> Image.Image:
    """Cover the number plate."""
    made, (width, height) = picture.copy(), picture.size
    x, y = width * dice.uniform(0.35, 0.5), height * dice.uniform(0.7, 0.8)
    ImageDraw.Draw(made).rectangle((x, y, x + width * 0.18, y + height * 0.08), fill=WHITE)
    return made


def _bordered(picture: Image.Image, dice: Generator) -> Image.Image:
    """Put a border of one colour around."""
    shade = int(dice.choice([0, 128, 255]))
    return ImageOps.expand(picture, border=round(picture.width * 0.05), fill=(shade, shade, shade))


def screenshot(picture: Image.Image, dice: Generator) -> Image.Image:
    """Show the picture on a phone: clock and battery above, buttons below, one colour between."""
    wide, high = 720, int(dice.integers(1280, 1600))
    dark = bool(dice.integers(0, 2))
    ground, ink = ((0, 0, 0), WHITE) if dark else (WHITE, (30, 30, 30))
    made = Image.new("RGB", (wide, high), ground)
    shown = picture.resize((wide, round(picture.height * wide / picture.width)))
    made.paste(shown, (0, (high - shown.height) // 2))
    pen = ImageDraw.Draw(made)
    pen.text((30, 14), "12:41", fill=ink, font_size=26)
    pen.rectangle((wide - 80, 18, wide - 30, 38), outline=ink, width=3)
    for x in (wide * 0.2, wide * 0.5, wide * 0.8):
        pen.ellipse((x - 16, high - 60, x + 16, high - 28), outline=ink, width=4)
    return made


def _noop(picture: Image.Image, dice: Generator) -> Image.Image:
    del dice
    return picture


TRANSFORMS: Final[Mapping[str, Transform]] = {
    "jpeg_50": _noop,
    "gray": lambda picture, _: picture.convert("L"),
    "brightness_25": lambda picture, _: ImageEnhance.Brightness(picture).enhance(1.25),
    "crop_5": crop(0.05),
    "crop_10": crop(0.10),
    "crop_20": crop(0.20),
    "mirror": lambda picture, _: ImageOps.mirror(picture),
    "crop_15_mirror": lambda picture, dice: ImageOps.mirror(crop(0.15)(picture, dice)),
    "rotate_3": lambda picture, _: picture.rotate(3, resample=Image.Resampling.BICUBIC),
    "border_5": _bordered,
    "caption_bar": _caption,
    "plate_covered": _covered,
    "screenshot": screenshot,
}


def copied(picture: Image.Image, name: str, seed: int) -> bytes:
    """Give the bytes of a copy that went through one transform, as JPEG."""
    changed = TRANSFORMS[name](picture, np.random.default_rng([seed, len(name)]))
    return jpeg(changed, 50 if name == "jpeg_50" else 85)


def with_code(picture: Image.Image, text: str) -> Image.Image:
    """Print a QR code into a picture."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    made = picture.copy()
    made.paste(Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(code, scale=6))).convert("RGB"), (300, 200))
    return made
