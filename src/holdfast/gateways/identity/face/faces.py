"""Faces in a picture by dlib: where they are, their five points, and the descriptor of one."""

from dataclasses import dataclass
from typing import Any, Final

import dlib
import numpy as np

from holdfast.gateways.identity.face.models import DESCRIPTOR, POINTS, checked
from holdfast.gateways.identity.face.pictures import Pixels
from holdfast.gateways.identity.face.quality import Box

CHIP: Final = 150
_PADDING: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One face: its box, its five points, and dlib's own form of them."""

    box: Box
    points: tuple[tuple[float, float], ...]
    shape: Any


class Faces:
    """Finds faces and describes them; raises what `checked` raises when the models are not those they should be."""

    def __init__(self, folder: str) -> None:
        paths = checked(folder)
        self._detector = dlib.get_frontal_face_detector()
        self._points = dlib.shape_predictor(str(paths[POINTS]))
        self._descriptor = dlib.face_recognition_model_v1(str(paths[DESCRIPTOR]))

    def find(self, picture: Pixels) -> list[Face]:
        """Find every face of a picture, the largest first."""
        found = [self._face(picture, one) for one in self._detector(picture, 0)]
        return sorted(found, key=lambda one: one.box.left - one.box.right)

    def _face(self, picture: Pixels, found: Any) -> Face:
        shape = self._points(picture, found)
        box = Box(left=found.left(), top=found.top(), right=found.right(), bottom=found.bottom())
        return Face(box=box, points=tuple((float(one.x), float(one.y)) for one in shape.parts()), shape=shape)

    def describe(self, picture: Pixels, face: Face) -> tuple[float, ...]:
        """Give the 128 numbers of a face; `picture` is in red, green and blue."""
        return tuple(float(one) for one in self._descriptor.compute_face_descriptor(picture, face.shape))

    def chip(self, picture: Pixels, face: Face, size: int) -> Pixels:
        """Cut a face out upright, for a matcher of the operator's."""
        return np.asarray(dlib.get_face_chip(picture, face.shape, size=size, padding=_PADDING))
