"""Invented models: small ones, trained in a moment on invented numbers, written as a person writes them."""

from functools import cache
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import yaml
from numpy.typing import NDArray

from holdfast.operations.model_folder import read_folder
from holdfast.scoring.manifest import model_content, read_model
from holdfast.vocabulary.models import Model

Row = dict[str, Any]
AMOUNT: Row = {"name": "amount", "value": "amount", "title": {"ru": "сумма", "kk": "сома", "en": "amount"}}
SBP: Row = {"name": "sbp", "value": 'rail == "sbp"', "title": {"ru": "СБП", "kk": "СБП", "en": "SBP"}}
PAST: Row = {
    "name": "past",
    "value": "count(by=payer.customer_id, over=days(30))",
    "title": {"en": "a month's transfers"},
}
FEATURES = (AMOUNT, SBP, PAST)
ROWS = 3_000


def rows(width: int = 3, seed: int = 7) -> NDArray[np.float64]:
    """Invent rows of an amount, a truth and counts, a tenth of the last column unknown."""
    rng = np.random.default_rng(seed)
    made = np.stack(
        [
            np.round(rng.lognormal(13, 2, ROWS)),
            (rng.random(ROWS) < 0.4).astype(float),
            *(rng.poisson(4, ROWS).astype(float) for _ in range(width - 2)),
        ],
        axis=1,
    )
    made[rng.random(ROWS) < 0.1, -1] = np.nan
    return made


def frauds(made: NDArray[np.float64], seed: int = 7) -> NDArray[np.int8]:
    """Invent fraud: large amounts over SBP from clients with little past, and some noise."""
    noise = np.random.default_rng(seed).normal(0, 0.7, len(made))
    drawn = np.log(made[:, 0]) / 4 + made[:, 1] - np.nan_to_num(made[:, -1]) / 6 + noise
    return (drawn > 3.8).astype(np.int8)


@cache
def trees(seed: int = 7, names: tuple[str, ...] = ("amount", "sbp", "past"), **more: Any) -> bytes:
    """Train a few trees and give LightGBM's text of them."""
    made = rows(len(names), seed)
    settings: Row = {"objective": "binary", "num_leaves": 15, "num_threads": 1, "verbose": -1, "seed": seed}
    data = lightgbm.Dataset(made, frauds(made, seed), feature_name=list(names))
    return lightgbm.train(settings | more, data, 20).model_to_string().encode()


def manifest(**changes: Any) -> Row:
    """Give what stands in `model.yaml`; `None` drops a key."""
    row: Row = {"id": "invented", "on": ["transfer"], "features": [dict(one) for one in FEATURES]}
    return {name: value for name, value in (row | changes).items() if value is not None}


def content(text: bytes | None = None, **changes: Any) -> bytes:
    """Give both files of a model as one content."""
    written = yaml.safe_dump(manifest(**changes), allow_unicode=True, sort_keys=False).encode()
    return model_content(written, trees() if text is None else text)


def model(text: bytes | None = None, **changes: Any) -> Model:
    """Give an invented model."""
    return read_model(content(text, **changes))


def write(folder: Path, text: bytes | None = None, **changes: Any) -> Path:
    """Write an invented model into a folder and give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.yaml").write_text(yaml.safe_dump(manifest(**changes), allow_unicode=True, sort_keys=False))
    (folder / "model.txt").write_bytes(trees() if text is None else text)
    return folder


def booster(found: Model) -> Any:
    """Load a model the way LightGBM's own users do."""
    return lightgbm.Booster(model_str=found.trees.decode())


def read(folder: Path) -> Model:
    """Read a model from its folder."""
    return read_model(read_folder(folder))
