"""The two models that are loaded, each known by its hash; no other file of the folder is ever opened.

Both are Davis King's and in the public domain (CC0). His 68-point model is not among them: it was trained on pictures
that may not be used for business.
"""

import importlib.util
from hashlib import sha256
from pathlib import Path
from typing import Final

from holdfast.vocabulary.errors import SettingError, UnavailableError

POINTS: Final = "shape_predictor_5_face_landmarks.dat"
DESCRIPTOR: Final = "dlib_face_recognition_resnet_model_v1.dat"
_PACKAGE: Final = "face_recognition_models"
HASHES: Final = {
    POINTS: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    DESCRIPTOR: "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
}
VERSION: Final = f"dlib-resnet-v1/{HASHES[DESCRIPTOR][:12]}"


def checked(folder: str) -> dict[str, Path]:
    """Give the two models of a folder by name; an empty one means the folder that `face-models` brings.

    Raises UnavailableError where one is missing, SettingError where one is not the file that it should be.
    """
    return {name: proven(Path(folder or _brought(), name), wanted) for name, wanted in HASHES.items()}


def _brought() -> Path:
    """Find the models that `face-models` brings, without importing what they come in."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        hint = "install `holdfast[face-models]`, or name the folder of the `models`"
        raise UnavailableError(f"`{_PACKAGE}` is not installed", hint=hint)
    return Path(found.origin).parent / "models"


def proven(path: Path, wanted: str) -> Path:
    """Give a file that has the hash it should have."""
    try:
        with path.open("rb") as file:
            digest = sha256()
            while part := file.read(1 << 20):
                digest.update(part)
    except OSError as error:
        why = f"the model `{path.name}` cannot be read: {error.strerror}"
        raise UnavailableError(why, hint="install `holdfast[face-models]`, or put the file there") from None
    if digest.hexdigest() != wanted:
        hint = f"SHA-256 must be {wanted}; get the file again"
        raise SettingError(f"the model `{path.name}` is not the one that it should be", hint=hint)
    return path
