"""An operator's own models, and the golden pictures that find the silent mistakes in how they are fed."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from holdfast.gateways.identity.face.pictures import opened
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.face_specs import Channels, OnnxSpec
from tests.faces.beside import beside, models
from tests.faces.onnx import by_colour
from tests.pictures.faces import Pose, face, jpeg, person

if TYPE_CHECKING:
    from holdfast.gateways.identity.face.faces import Faces

SIZE = (320, 240)
SIDE = 16


@pytest.fixture(scope="module")
def faces() -> Iterator["Faces"]:
    """Find faces in this very process: the pictures are our own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(beside())
        from holdfast.gateways.identity.face.faces import Faces

        yield Faces(str(models()))


@cache
def ruddy(left: float = 0.0) -> bytes:
    """Take a picture of somebody with blood in the face."""
    return jpeg(face(person(11), Pose(left=left), SIZE))


@cache
def bluish() -> bytes:
    """Take a picture of the same face on a screen that shines blue."""
    red, green, blue = face(person(11), None, SIZE).split()
    return jpeg(Image.merge("RGB", (blue, green, red)))


def detector(folder: Path) -> OnnxSpec:
    """Write a detector that takes reddish faces for living ones if it is fed blue first and unscaled."""
    model = by_colour(SIDE, [(0.0, 0.2), (0.0, 0.0), (0.2, 0.0)], (-0.5, 0.5))
    (folder / "pad.onnx").write_bytes(model)
    (folder / "live.jpg").write_bytes(ruddy())
    (folder / "screen.jpg").write_bytes(bluish())
    return OnnxSpec(
        file=str(folder / "pad.onnx"),
        sha256=hashlib.sha256(model).hexdigest(),
        version="pad-1",
        width=SIDE,
        height=SIDE,
        channels=Channels.BGR,
        threshold=0.8,
        golden=(str(folder / "live.jpg"), str(folder / "screen.jpg")),
        softmax=True,
    )


def prove(spec: OnnxSpec, faces: "Faces") -> None:
    """Load a detector and hold it to its golden pictures."""
    from holdfast.gateways.identity.face.slots import Slot, prove_detector

    prove_detector(Slot(spec), faces)


def test_a_detector_that_is_fed_as_it_wants_tells_people_from_screens(faces: "Faces", tmp_path: Path) -> None:
    """The golden pictures pass, and other pictures get a chance of life."""
    from holdfast.gateways.identity.face.slots import Slot

    spec = detector(tmp_path)
    prove(spec, faces)
    for data, alive in ((ruddy(3.0), True), (bluish(), False)):
        picture = opened(data)
        assert (Slot(spec).alive(picture, faces.find(picture)[0]) > 0.8) is alive


@pytest.mark.parametrize(
    "changes",
    [{"channels": Channels.RGB}, {"scale": 1 / 255}, {"live": 1}, {"mean": float("nan")}, {"threshold": 1.1}],
    ids=["colours the wrong way", "divided by 255", "the other class", "no numbers", "no such threshold"],
)
def test_a_detector_that_is_fed_wrongly_is_refused(faces: "Faces", tmp_path: Path, changes: dict[str, Any]) -> None:
    """What would silently take attacks for people is found by the golden pictures."""
    with pytest.raises(SettingError, match="golden pictures"):
        prove(replace(detector(tmp_path), **changes), faces)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sha256": "0" * 64}, "not the one"),
        ({"live": 7}, "no class 7"),
        ({"width": 32}, "does not take such pictures"),
        ({"golden": ()}, "0 golden pictures"),
        ({"golden": ("/nowhere.jpg",) * 2}, "cannot be read"),
    ],
)
def test_a_detector_that_is_declared_wrongly_is_refused(
    faces: "Faces", tmp_path: Path, changes: dict[str, Any], why: str
) -> None:
    """A wrong hash, class, size or a missing golden picture are told by name."""
    with pytest.raises(SettingError, match=why):
        prove(replace(detector(tmp_path), **changes), faces)


def test_a_file_that_is_no_model_is_refused(faces: "Faces", tmp_path: Path) -> None:
    """What the runtime cannot load is told, not raised as its own kind of error."""
    spec = detector(tmp_path)
    Path(spec.file).write_bytes(b"no model")
    with pytest.raises(SettingError, match="no model that can be run"):
        prove(replace(spec, sha256=hashlib.sha256(b"no model").hexdigest()), faces)


def test_a_matcher_is_held_to_its_golden_pictures(faces: "Faces", tmp_path: Path) -> None:
    """A matcher that tells the golden faces apart is used; at a limit where it does not, it is refused."""
    from holdfast.gateways.identity.face.slots import Slot, prove_matcher

    model = by_colour(SIDE, np.eye(3).tolist(), (0.0, 0.0, 0.0))
    (tmp_path / "m.onnx").write_bytes(model)
    names = tuple(str(tmp_path / f"{at}.jpg") for at in range(3))
    for name, data in zip(names, (ruddy(), ruddy(3.0), bluish()), strict=True):
        Path(name).write_bytes(data)
    spec = replace(
        detector(tmp_path),
        file=str(tmp_path / "m.onnx"),
        sha256=hashlib.sha256(model).hexdigest(),
        threshold=0.1,
        golden=names,
    )
    prove_matcher(Slot(spec), faces)
    for threshold in (0.0001, 1.9):
        with pytest.raises(SettingError, match="golden pictures"):
            prove_matcher(Slot(replace(spec, threshold=threshold)), faces)
