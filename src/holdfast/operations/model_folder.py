"""A model's folder, `model.yaml` and `model.txt`: read, and written by training."""

from pathlib import Path
from typing import Any

import yaml

from holdfast.scoring.manifest import FILE as MANIFEST
from holdfast.scoring.manifest import model_content
from holdfast.scoring.trees import FILE as TREES
from holdfast.vocabulary.errors import ModelError
from holdfast.vocabulary.models import Feature, Histogram, Isotonic, Model

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


def write_folder(folder: Path, model: Model) -> None:
    """Write a model into a folder that is made for it; raises ModelError where another model stands there."""
    if (folder / TREES).exists():
        hint = "name a new folder for each training, so that the one in service can be gone back to"
        raise ModelError(f"`{folder}` holds a trained model already", hint=hint)
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(_manifest(model), allow_unicode=True, sort_keys=False, width=120)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    (folder / TREES).write_bytes(model.trees)


def _manifest(model: Model) -> dict[str, Any]:
    """Write a model as its file says it; what was not said is left out."""
    curve = model.calibration
    fitted: dict[str, Any] = {}
    if isinstance(curve, Isotonic):
        fitted = {"isotonic": {"raw": list(curve.raw), "score": list(curve.score)}}
    elif curve is not None:
        fitted = {"platt": {"slope": curve.slope, "intercept": curve.intercept}}
    rows: dict[str, Any] = {
        "id": model.id,
        "on": list(model.on),
        "reasons_from": model.reasons_from,
        "trained_on": dict(model.trained_on),
        "metrics": dict(model.metrics),
        "calibration": fitted,
        "scores": _histogram(model.scores),
        "features": [_feature(one) for one in model.features],
    }
    return {name: value for name, value in rows.items() if value not in ({}, None)}


def _feature(one: Feature) -> dict[str, Any]:
    rows: dict[str, Any] = {
        "name": one.name,
        "value": one.value,
        "title": dict(one.title),
        "required": one.required or None,
        "training": _histogram(one.training),
    }
    return {name: value for name, value in rows.items() if value is not None}


def _histogram(spread: Histogram | None) -> dict[str, list[float]] | None:
    return None if spread is None else {"edges": list(spread.edges), "shares": list(spread.shares)}
