"""Pictures and their quality, without any model."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from holdfast.gateways.identity.face.pictures import SIDE, PictureError, opened
from holdfast.gateways.identity.face.quality import LEAST_APART, Box, flaw
from holdfast.vocabulary.capture import Flaw
from tests.pictures.faces import face, jpeg, person

BOX = Box(left=194, top=165, right=452, bottom=423)


@pytest.fixture(scope="module")
def shown() -> Image.Image:
    """Render somebody."""
    return face(person(5))


def test_a_good_picture_has_no_flaw(shown: Image.Image) -> None:
    """A sharp face in the middle in good light is fit to be judged."""
    assert flaw(np.asarray(shown), BOX, 105) is None


@pytest.mark.parametrize(("light", "wanted"), [(0.15, Flaw.DARK), (3.0, Flaw.BRIGHT)])
def test_too_little_and_too_much_light_are_told(shown: Image.Image, light: float, wanted: Flaw) -> None:
    """A face in the dark or burnt out is not compared."""
    lit = shown.point([min(255, int(value * light)) for value in range(256)] * 3)
    assert flaw(np.asarray(lit), BOX, 105) is wanted


def test_a_blurred_face_is_told(shown: Image.Image) -> None:
    """A face without fine differences is not compared."""
    assert flaw(np.asarray(shown.filter(ImageFilter.GaussianBlur(4))), BOX, 105) is Flaw.BLURRED


@pytest.mark.parametrize(
    ("box", "apart", "wanted"),
    [
        (BOX, LEAST_APART - 1, Flaw.TOO_SMALL),
        (Box(left=-100, top=-60, right=540, bottom=540), 200, Flaw.TOO_NEAR),
        (Box(left=-40, top=165, right=160, bottom=365), 80, Flaw.AT_RIGHT),
        (Box(left=5, top=165, right=105, bottom=265), 40, Flaw.AT_RIGHT),
        (Box(left=535, top=165, right=635, bottom=265), 40, Flaw.AT_LEFT),
        (Box(left=270, top=5, right=370, bottom=105), 40, Flaw.TOO_HIGH),
        (Box(left=270, top=375, right=370, bottom=475), 40, Flaw.TOO_LOW),
    ],
)
def test_a_face_must_be_whole_and_large_and_in_the_middle(
    shown: Image.Image, box: Box, apart: float, wanted: Flaw
) -> None:
    """What is small, cut off or far from the middle is told, with the side: not everybody sees where the oval is."""
    assert flaw(np.asarray(shown), box, apart) is wanted


def test_the_camera_s_orientation_is_applied(shown: Image.Image) -> None:
    """A picture that was taken on its side is put upright as its EXIF says."""
    side = shown.transpose(Image.Transpose.ROTATE_90)
    upright = opened(jpeg(side, 95, orientation=6))
    assert upright.shape == (480, 640, 3)
    assert np.abs(upright.astype(int) - np.asarray(shown)).mean() < 4


def test_a_large_picture_is_made_smaller() -> None:
    """Faces are looked for at a size that bounds the time."""
    assert max(opened(jpeg(Image.new("RGB", (3000, 2000)))).shape) <= SIDE


def _gif() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize("data", [b"", b"x" * 100, jpeg(Image.new("RGB", (64, 64)))[:300], _gif()])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """Nothing, noise, half a picture and other forms are no pictures here."""
    with pytest.raises(PictureError):
        opened(data)
