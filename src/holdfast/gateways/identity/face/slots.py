"""An operator's own models in the ONNX form: a matcher, and detectors of attacks before the camera or behind it.

How a model wants its pixels is a silent trap: with colours in the wrong order, or divided by 255 where that is wrong,
a detector goes on answering and takes attacks for people. So each comes with golden pictures, and a model that does not
tell them apart is not used.
"""

import math
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from holdfast.gateways.identity.face.faces import Face, Faces
from holdfast.gateways.identity.face.models import proven
from holdfast.gateways.identity.face.pictures import PictureError, Pixels, opened
from holdfast.vocabulary.errors import SettingError, UnavailableError
from holdfast.vocabulary.face_specs import Channels, OnnxSpec

PAIR: Final = 2
THREE: Final = 3
Batch = NDArray[np.float32]
_THREADS: Final = 1


class Slot:
    """One model of the operator's, fed as declared."""

    def __init__(self, spec: OnnxSpec) -> None:
        self.spec = spec
        try:
            import onnxruntime
        except ImportError:
            hint = "install `holdfast[face-onnx]`"
            raise UnavailableError(f"`{spec.file}` needs `onnxruntime`", hint=hint) from None
        proven(Path(spec.file), spec.sha256)
        choices = onnxruntime.SessionOptions()
        choices.intra_op_num_threads = choices.inter_op_num_threads = _THREADS
        try:
            self._session: Any = onnxruntime.InferenceSession(spec.file, choices, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 - the runtime raises kinds of its own for every damage
            raise SettingError(f"`{spec.file}` is no model that can be run: {type(error).__name__}") from None
        self._input: str = self._session.get_inputs()[0].name

    def answer(self, picture: Pixels) -> NDArray[np.float64]:
        """Give the model's numbers for one picture; raises SettingError when it does not take such pictures."""
        try:
            found = self._session.run(None, {self._input: batch(self.spec, picture)})[0]
        except Exception as error:  # noqa: BLE001 - as above
            hint = "compare `width`, `height` and the order of the axes (1, 3, height, width)"
            raise SettingError(
                f"`{self.spec.file}` does not take such pictures: {type(error).__name__}", hint=hint
            ) from None
        return np.asarray(found, dtype=np.float64).reshape(-1)

    def alive(self, picture: Pixels, face: Face) -> float:
        """Give the chance that a living person is there."""
        numbers = self.answer(_around(picture, face, self.spec.crop))
        if self.spec.live >= len(numbers):
            raise SettingError(f"`{self.spec.file}` answers {len(numbers)} numbers; there is no class {self.spec.live}")
        if self.spec.softmax:
            numbers = np.exp(numbers - numbers.max())
            numbers = numbers / numbers.sum()
        chance = float(numbers[self.spec.live])
        return chance if math.isfinite(chance) else 0.0

    def describe(self, faces: Faces, picture: Pixels, face: Face) -> tuple[float, ...]:
        """Describe a face by a vector of length 1."""
        numbers = self.answer(faces.chip(picture, face, max(self.spec.width, self.spec.height)))
        return tuple((numbers / (np.linalg.norm(numbers) or 1.0)).tolist())


def batch(spec: OnnxSpec, picture: Pixels) -> Batch:
    """Write a picture as a model wants it: one picture, three channels, rows, columns."""
    sized = np.asarray(Image.fromarray(picture).resize((spec.width, spec.height), Image.Resampling.BILINEAR))
    ordered = sized[..., ::-1] if spec.channels is Channels.BGR else sized
    values = (ordered.astype(np.float32) * spec.scale - spec.mean) / spec.std
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None], dtype=np.float32)


def prove_detector(slot: Slot, faces: Faces) -> None:
    """Hold a detector to its golden pictures: the first is alive, the second is an attack."""
    live, attack = (slot.alive(*golden(faces, path)) for path in _golden(slot, PAIR))
    if not (attack < slot.spec.threshold <= live):
        _refuse(
            slot, f"the living one got {live:.3f} and the attack {attack:.3f} at a threshold of {slot.spec.threshold}"
        )


def prove_matcher(slot: Slot, faces: Faces) -> None:
    """Hold a matcher to its golden pictures: the first two show one face, the third another."""
    face, same, other = (np.array(slot.describe(faces, *golden(faces, path))) for path in _golden(slot, THREE))
    near, far = float(np.linalg.norm(face - same)), float(np.linalg.norm(face - other))
    if not (near <= slot.spec.threshold < far):
        _refuse(slot, f"the same lies {near:.3f} away and the other {far:.3f} at a threshold of {slot.spec.threshold}")


def golden(faces: Faces, path: str) -> tuple[Pixels, Face]:
    """Open a golden picture and find its face."""
    try:
        picture = opened(Path(path).read_bytes())
    except (OSError, PictureError):
        raise SettingError(f"the golden picture `{path}` cannot be read") from None
    found = faces.find(picture)
    if len(found) != 1:
        raise SettingError(f"the golden picture `{path}` shows {len(found)} faces, not one")
    return picture, found[0]


def _golden(slot: Slot, many: int) -> tuple[str, ...]:
    if len(slot.spec.golden) != many:
        raise SettingError(f"`{slot.spec.file}` has {len(slot.spec.golden)} golden pictures, not {many}")
    return slot.spec.golden


def _refuse(slot: Slot, why: str) -> None:
    """Refuse a model that fails its golden pictures."""
    hint = "compare `channels`, `scale`, `mean`, `std`, `crop` and `live` with what the model was trained on"
    raise SettingError(f"`{slot.spec.file}` fails its golden pictures: {why}", hint=hint)


def _around(picture: Pixels, face: Face, crop: float) -> Pixels:
    """Cut a square around a face, moved inside the picture where it would stand over its edge."""
    height, width = picture.shape[:2]
    box = face.box
    side = int(min(max(box.right - box.left, box.bottom - box.top) * crop, width, height))
    left = min(max((box.left + box.right - side) // 2, 0), width - side)
    top = min(max((box.top + box.bottom - side) // 2, 0), height - side)
    return picture[top : top + side, left : left + side]
