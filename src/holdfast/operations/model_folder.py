"""Read a model from its folder: `model.yaml` and `model.txt`."""

from pathlib import Path

from holdfast.scoring.manifest import FILE as MANIFEST
from holdfast.scoring.manifest import model_content
from holdfast.scoring.trees import FILE as TREES
from holdfast.vocabulary.errors import ModelError

MAX_BYTES = 256 * 1024 * 1024


def read_folder(folder: Path, *, trained: bool = True) -> bytes:
    """Give both files of a model as one content; a model that is not `trained` yet may lack its trees.

    Raises ModelError naming the file that is missing or cannot be read.
    """
    if not folder.is_dir():
        hint = f"a model is a folder with `{MANIFEST}` and `{TREES}`"
        raise ModelError(f"`{folder}` is no folder", hint=hint)
    trees = _read(folder / TREES) if trained or (folder / TREES).exists() else b""
    return model_content(_read(folder / MANIFEST), trees)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ModelError(f"`{path}` has more than {MAX_BYTES} bytes", hint="train with fewer or smaller trees")
        return path.read_bytes()
    except FileNotFoundError:
        hint = f"a model is a folder with `{MANIFEST}` and `{TREES}`; `holdfast models train` makes both"
        raise ModelError(f"`{path.parent}` has no `{path.name}`", hint=hint) from None
    except OSError as error:
        raise ModelError(f"`{path}` cannot be read: {error.strerror}") from None
