"""What looks at pictures: it finds the one face, judges its quality, and describes it when that is asked for."""

from importlib.resources import files
from typing import Final

import numpy as np

from holdfast.gateways.identity.face.faces import Face, Faces
from holdfast.gateways.identity.face.held import held
from holdfast.gateways.identity.face.models import VERSION
from holdfast.gateways.identity.face.pictures import PictureError, Pixels, opened
from holdfast.gateways.identity.face.quality import flaw
from holdfast.gateways.identity.face.seen import READY, Ready, Seen
from holdfast.gateways.identity.face.slots import Slot, prove_detector, prove_matcher
from holdfast.vocabulary.capture import Flaw
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.face_specs import FaceSpec

NEAR: Final = 0.02
"""How far a golden descriptor may lie from what it was; arithmetic differs a little between machines."""
_GOLDEN: Final = files("holdfast.gateways.identity.face") / "golden"
_NAMES: Final = ("one.png", "one_again.png", "other.png")


class Eye:
    """Looks at pictures with dlib's two models and the operator's own; proves all of them before the first look."""

    def __init__(self, spec: FaceSpec) -> None:
        self._spec = spec
        self._faces = Faces(spec.models)
        self._prove()
        self._matcher = Slot(spec.matcher) if spec.matcher else None
        if self._matcher:
            prove_matcher(self._matcher, self._faces)
        self._pad, self._iad = (self._detector(one) for one in ("pad", "iad"))

    def _detector(self, name: str) -> Slot | None:
        spec = getattr(self._spec, name)
        if spec is None:
            return None
        slot = Slot(spec)
        prove_detector(slot, self._faces)
        return slot

    def ready(self) -> Ready:
        """Say with what it compares."""
        own = self._spec.matcher
        if own:
            return Ready(state=READY, matcher=own.version, threshold=own.threshold)
        return Ready(state=READY, matcher=VERSION, threshold=self._spec.threshold)

    def look(self, data: bytes, *, compare: bool) -> Seen:
        """Look at one picture; `compare` also describes its face."""
        try:
            picture = opened(data)
        except PictureError:
            return Seen(flaw=Flaw.UNREADABLE)
        height, width = picture.shape[:2]
        found = self._faces.find(picture)
        if len(found) != 1:
            return Seen(width=width, height=height, flaw=Flaw.SEVERAL_FACES if found else Flaw.NO_FACE)
        face = found[0]
        now = held(face.points)
        wrong = flaw(picture, face.box, now.apart if now else 0.0)
        seen = Seen(width=width, height=height, flaw=wrong, points=face.points)
        return seen if wrong or not compare else self._compared(seen, picture, face)

    def _compared(self, seen: Seen, picture: Pixels, face: Face) -> Seen:
        described = self._matcher.describe(self._faces, picture, face) if self._matcher else None
        return Seen(
            width=seen.width,
            height=seen.height,
            points=seen.points,
            descriptor=described or self._faces.describe(picture, face),
            pad=self._pad.alive(picture, face) if self._pad else None,
            iad=self._iad.alive(picture, face) if self._iad else None,
        )

    def golden(self) -> list[tuple[float, ...]]:
        """Describe the golden pictures, which are rendered faces of nobody."""
        described = []
        for name in _NAMES:
            picture = opened((_GOLDEN / name).read_bytes())
            found = self._faces.find(picture)
            if len(found) != 1:
                raise SettingError(f"`dlib` finds {len(found)} faces in a golden picture, not one")
            described.append(self._faces.describe(picture, found[0]))
        return described

    def _prove(self) -> None:
        """Hold dlib and its models to what they answered when the golden pictures were made."""
        wanted = np.load(str(_GOLDEN / "descriptors.npy"))
        away = np.linalg.norm(np.array(self.golden()) - wanted, axis=1)
        if not float(away.max()) <= NEAR:  # so that what is no number does not pass
            hint = "install another build of `dlib-bin`"
            raise SettingError(
                f"`dlib` describes a golden picture {float(away.max()):.3f} off what it should", hint=hint
            )
