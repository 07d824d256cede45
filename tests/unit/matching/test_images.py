"""Photos: a copy is known again, another picture is not, and what strangers send cannot do harm."""

import io
import struct
import zlib

import msgspec
import numpy as np
import pytest
from PIL import Image, ImageOps

from holdfast.matching import images
from holdfast.matching.fingerprints import VIEWS, Fingerprint, View, alike, read_fingerprint, write_fingerprint
from holdfast.matching.images import look_at
from holdfast.vocabulary.errors import InvalidError, PhotoError, TooLargeError
from holdfast.wire.parts import Photo
from holdfast.wire.photos import MAX_PHOTO_BYTES
from tests.pictures.scenes import scene, street, stub, studio
from tests.pictures.transforms import TRANSFORMS, copied, jpeg, with_code

CERTAIN = ("jpeg_50", "gray", "brightness_25", "crop_5", "mirror", "border_5", "caption_bar", "screenshot")


def seen(data: bytes) -> Fingerprint:
    """Give the fingerprint of a picture."""
    return look_at(data).fingerprint


def written(picture: Image.Image, form: str, **more: object) -> bytes:
    """Write a picture in a format."""
    stream = io.BytesIO()
    picture.save(stream, form, **more)
    return stream.getvalue()


@pytest.mark.parametrize("name", CERTAIN)
def test_a_copy_meets_its_original_whichever_came_first(name: str) -> None:
    """What people do to a copied photo does not hide it."""
    for seed in (2, 5):
        one, other = seen(jpeg(scene(seed), 90)), seen(copied(scene(seed), name, seed))
        assert alike(other, one)
        assert alike(one, other)


def test_most_copies_of_every_kind_meet_their_original() -> None:
    """Crops, turns and covered plates are found more often than not; how often is measured by `./dev bench photos`."""
    names = sorted(set(TRANSFORMS) - set(CERTAIN))
    found = [
        alike(seen(copied(scene(seed), name, seed)), seen(jpeg(scene(seed), 90)))
        for name in names
        for seed in (1, 4, 8)
    ]
    assert sum(found) >= 0.7 * len(found)


def test_different_pictures_do_not_meet() -> None:
    """Scenes of other seeds are other pictures."""
    several = [seen(jpeg(scene(seed), 90)) for seed in range(12)]
    assert not any(alike(one, other) for at, one in enumerate(several) for other in several[:at])


def test_cars_before_one_wall_nearly_meet() -> None:
    """A dealer's studio gives different cars near hashes: why photos of one seller are never compared."""
    several = [seen(jpeg(studio(3, seed), 90)) for seed in range(8)]
    assert any(alike(one, other) for at, one in enumerate(several) for other in several[:at])


def test_the_text_of_a_fingerprint_reads_back() -> None:
    """A fingerprint survives its text, has a version, and fits what the wire takes."""
    fingerprint = seen(jpeg(street(3), 90))
    text = write_fingerprint(fingerprint)
    assert text.startswith("ph1.")
    assert read_fingerprint(text) == fingerprint
    assert msgspec.convert({"fingerprint": text}, Photo).fingerprint == text


@pytest.mark.parametrize("text", ["", "ph1.", "ph1.AAAA", "ph2." + "A" * 196, "A" * 200, "ph1." + "é" * 196])
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    """Only a text of this version and length is read."""
    with pytest.raises(InvalidError, match="no fingerprint"):
        read_fingerprint(text)


def test_a_mirrored_view_is_asked_without_being_stored() -> None:
    """The signs of odd frequencies turn with a mirror, so that mirror images need no hashes of their own."""
    picture = street(11)
    plain, mirrored = seen(jpeg(picture, 95)), seen(jpeg(ImageOps.mirror(picture), 95))
    assert min((view.coarse ^ plain.views[0].coarse).bit_count() for view in mirrored.asked) <= 4
    assert (mirrored.views[0].coarse ^ plain.views[0].coarse).bit_count() > 10


def test_ten_bits_are_one_picture_and_eleven_are_not() -> None:
    """The limits of coarse and of all bits hold to the bit."""
    plain = Fingerprint(quality=90, views=tuple(View(0, 0) for _ in range(VIEWS)))

    def away(coarse: int, fine: int) -> Fingerprint:
        return Fingerprint(quality=90, views=tuple(View((1 << coarse) - 1, (1 << fine) - 1) for _ in range(VIEWS)))

    assert alike(away(10, 14), plain)
    assert not alike(away(11, 0), plain)
    assert not alike(away(10, 15), plain)


def test_the_orientation_that_a_camera_notes_is_applied() -> None:
    """A photo that was taken with a turned phone shows the same picture."""
    picture = street(6)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = written(picture.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=90, exif=exif)
    assert alike(seen(turned), seen(jpeg(picture, 90)))


def test_notes_of_the_camera_change_nothing() -> None:
    """The fingerprint is of the picture alone."""
    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = "Maker", {1: "N", 2: (43.0, 14.0, 0.0)}
    assert seen(written(street(6), "JPEG", quality=90, exif=exif)) == seen(written(street(6), "JPEG", quality=90))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "I;16", "1"])
def test_every_kind_of_colour_is_read(mode: str) -> None:
    """Grey, palette, transparent, deep and print colours all show the same scene, one bit a point apart."""
    picture = street(6)
    if mode == "I;16":
        deep = Image.fromarray(np.asarray(picture.convert("L"), dtype=np.uint16) * 257)
        data = written(deep, "PNG")
    else:
        data = written(picture.convert(mode), "JPEG" if mode == "CMYK" else "PNG")
    assert alike(seen(data), seen(jpeg(picture, 90)))


def test_webp_is_read() -> None:
    """WebP is one of the three formats."""
    assert alike(seen(written(street(6), "WEBP", quality=80)), seen(jpeg(street(6), 90)))


def test_what_is_transparent_lies_on_white() -> None:
    """Hidden colours below full transparency do not count."""
    clear = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    assert look_at(written(clear, "PNG")).fingerprint.quality == 0


@pytest.mark.parametrize(
    ("picture", "low"),
    [
        (stub(), True),
        (Image.new("RGB", (800, 600), "white"), True),
        (street(1).resize((60, 45)), True),
        (street(1), False),
        (studio(1, 1), False),
    ],
)
def test_stubs_and_thumbnails_are_of_low_quality(picture: Image.Image, low: bool) -> None:
    """A flat or tiny picture says that it is one."""
    assert seen(jpeg(picture, 90)).is_low is low


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 100,
        b"not a picture",
        jpeg(street(1), 90)[:3_000],
        written(street(1), "GIF"),
        written(street(1), "TIFF"),
    ],
    ids=["empty", "zeros", "text", "cut", "gif", "tiff"],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """Garbage, half a picture and other formats are an error of the caller."""
    with pytest.raises(PhotoError, match="the photo"):
        look_at(data)


def bomb(width: int, height: int) -> bytes:
    """Write a PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(9_000, 9_000), (60_000, 60_000), (30_000, 10)])
def test_a_bomb_is_refused_by_its_head(size: tuple[int, int]) -> None:
    """What would swell is refused before anything of it is decoded."""
    with pytest.raises(TooLargeError, match="pixels"):
        look_at(bomb(*size))


def test_too_many_bytes_are_refused() -> None:
    """The limit of a body is also that of a picture."""
    assert images.MAX_BYTES == MAX_PHOTO_BYTES
    with pytest.raises(TooLargeError, match="bytes"):
        look_at(b"\0" * (images.MAX_BYTES + 1))


def test_codes_in_a_photo_are_read() -> None:
    """The text of a QR code is given beside the fingerprint, also from a copy of low quality."""
    address = "https://kaspi-pay.example/oplata?id=1"
    assert look_at(jpeg(with_code(street(4), address), 60)).codes == (address,)
    assert look_at(jpeg(street(4), 90)).codes == ()
