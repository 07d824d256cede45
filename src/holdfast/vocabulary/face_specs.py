"""How faces are compared on this machine, as the operator's file declares it."""

from dataclasses import dataclass
from enum import StrEnum


class Channels(StrEnum):
    """The order in which a model takes the colours of a pixel."""

    RGB = "rgb"
    BGR = "bgr"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxSpec:
    """An operator's own model, and the pictures that show at every start that it is fed as it wants to be.

    A pixel is handed over as `(value * scale - mean) / std` with value 0 to 255. `crop` is how much more than the
    face's box a detector sees. `threshold` is a probability of the class `live`, or for a matcher the largest
    distance of unit vectors. `golden` are a live and an attack picture, or for a matcher a face, the same and another.
    """

    file: str
    sha256: str
    version: str
    width: int
    height: int
    channels: Channels
    threshold: float
    golden: tuple[str, ...]
    scale: float = 1.0
    mean: float = 0.0
    std: float = 1.0
    crop: float = 1.0
    live: int = 0
    """Which class of a detector's answer means that a living person is there."""
    softmax: bool = False
    """Whether the answer still has to be made into probabilities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencesAt:
    """Where the picture of a person lies with whom a face is compared: a folder, or an address that gives it.

    `folder` holds `REF.jpg` under the subject's reference. `url` holds `{subject_ref}`; `token_file` has what is sent
    as a bearer token.
    """

    folder: str = ""
    url: str = ""
    token_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceSpec:
    """How faces are compared: the folder of the models, the limits, where references lie, the operator's own models.

    `threshold` is the largest distance at which dlib's descriptors are taken for one person's. `acr` is the word for
    what a comparison that passed achieved.
    """

    models: str = ""
    """Empty: those that the extra brings."""
    threshold: float = 0.55
    acr: str = ""
    references: ReferencesAt | None = None
    matcher: OnnxSpec | None = None
    pad: OnnxSpec | None = None
    iad: OnnxSpec | None = None
