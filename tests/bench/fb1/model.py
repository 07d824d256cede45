"""The model of FB-1: 300 trees of 63 leaves over the 64 features, trained by this seeded script.

The rows are the features of the gate's own decisions, so they are what the engine sees. The labels are invented: a
large amount for the payer, a new payee and a busy payee make fraud likely, and a tenth is chance, so that no tree
runs out of something to split.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from numpy.typing import NDArray

from tests.bench.fb1.features import FEATURES

TREES: Final = 300
LEAVES: Final = 63
_SEED: Final = 63
_CHANCE: Final = 0.1
_QUANTILE: Final = 0.97
Row = Mapping[str, float | None]


def matrix(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Give the features as columns in their order; unknown ones are NaN."""
    return np.array([[_number(row.get(name)) for name in FEATURES] for row in rows], dtype=np.float64)


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def labels(features: NDArray[np.float64]) -> NDArray[np.int64]:
    """Invent which rows were fraud."""
    dice = np.random.default_rng(_SEED)
    column = {name: np.nan_to_num(features[:, place], posinf=1e6) for place, name in enumerate(FEATURES)}
    risk = np.minimum(column["amount_to_mean"], 5) + (column["pair_minutes_since"] > 40_000) * 0.5
    risk += np.log1p(column["payee_count_1d"]) * 0.2 + dice.normal(0, 0.3, len(features))
    fraud = (risk > np.quantile(risk, _QUANTILE)) ^ (dice.random(len(features)) < _CHANCE)
    return np.asarray(fraud, dtype=np.int64)


def train(rows: Sequence[Row], folder: Path) -> Path:
    """Train the model on the rows and write its two files; gives the folder, as `--model` takes it."""
    import lightgbm as lgb

    features = matrix(rows)
    features[~np.isfinite(features)] = np.nan
    settings = {
        "objective": "binary",
        "num_leaves": LEAVES,
        "learning_rate": 0.02,
        "min_data_in_leaf": 2,
        "min_sum_hessian_in_leaf": 0.0,
        "seed": _SEED,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    data = lgb.Dataset(features, labels(features), feature_name=list(FEATURES))
    booster = lgb.train(settings, data, num_boost_round=TREES)
    leaves = [tree["num_leaves"] for tree in booster.dump_model()["tree_info"]]
    if len(leaves) != TREES or (len(rows) > 1_000 and min(leaves) < LEAVES):
        raise RuntimeError(f"the model has {len(leaves)} trees, the smallest with {min(leaves)} leaves")
    folder.mkdir(parents=True, exist_ok=True)
    booster.save_model(folder / "model.txt")
    described = {
        "id": "fb1",
        "on": ["transfer"],
        "features": [{"name": name, "value": text} for name, text in FEATURES.items()],
        "reasons_from": 0.5,
        "trained_on": {"rows": len(rows), "seed": _SEED},
    }
    (folder / "model.yaml").write_text(yaml.safe_dump(described, sort_keys=False, width=10_000))
    return folder
