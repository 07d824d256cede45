"""Fit a model on the past, calibrate it on what came after, and judge it on what came last.

The rows are split by time, never at random: a model that has seen tomorrow looks better than it is. LightGBM runs
on one thread with a fixed seed, so that the same matrix gives the same trees.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.scoring.calibration import calibration
from holdfast.scoring.drift import bins
from holdfast.training.figures import average_precision, interval, line, threshold_for
from holdfast.training.matrix import Sample
from holdfast.vocabulary.errors import ModelError
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.models import Histogram, Model, Platt

LEARNT, CALIBRATED = 0.6, 0.8  # shares of the rows, by time, up to which they are learnt from and calibrated on
LEAST: Final = (50, 10, 10)  # frauds in each of the three parts
ALERTS: Final = (10, 50, 100)  # in 10,000 operations
_ROUNDS, _PATIENCE, _BINS = 600, 50, 10
_DEFAULTS: Final[dict[str, Any]] = {
    "objective": "binary",
    "metric": "average_precision",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "max_bin": 255,
    "seed": 1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What the scores find when so many of 10,000 operations are looked at; `recall` with its range at 95 %."""

    per_10k: int
    threshold: float
    looked_at: int
    found: int
    recall: float
    recall_low: float
    recall_high: float
    precision: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How the model did on the last part of the time, which it never saw; `baseline` is what guessing would reach."""

    rows: int
    frauds: int
    average_precision: float
    baseline: float
    mean_score: float
    trees: int
    alerts: tuple[Alerts, ...]

    def metrics(self) -> dict[str, float]:
        """Give the figures as they stand in `model.yaml`."""
        own = {name: value for name, value in asdict(self).items() if name != "alerts"}
        return own | {f"recall_at_{one.per_10k}_per_10000": one.recall for one in self.alerts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A fitted model: its definition with calibration and histograms, its trees, and the report on it."""

    model: Model
    report: Report


def fit(model: Model, sample: Sample) -> Trained:
    """Fit a model's trees to a sample; raises ModelError when there is too little to learn from."""
    learnt, calibrated, judged = sample.part(0.0, LEARNT), sample.part(LEARNT, CALIBRATED), sample.part(CALIBRATED, 1.0)
    _check(learnt, calibrated, judged)
    booster = _boosted(model, learnt, calibrated)
    slope, intercept = line(booster.predict(calibrated.features), calibrated.fraud)
    if slope <= 0.0:
        raise ModelError("what was learnt does not hold later", hint="look at the labels and at what changed over time")
    curve = Platt(slope=slope, intercept=intercept)
    calibrate = calibration(curve)
    scores = np.array([calibrate(one) for one in booster.predict(judged.features)])
    report = _report(scores, judged, trees=booster.num_trees())
    trained = replace(
        model,
        trees=booster.model_to_string(num_iteration=-1).encode(),
        calibration=curve,
        features=tuple(
            replace(one, training=histogram(learnt.features[:, place])) for place, one in enumerate(model.features)
        ),
        scores=histogram(scores),
        trained_on={
            "from": rfc3339(int(sample.instants[0])),
            "to": rfc3339(int(learnt.instants[-1])),
            "rows": len(learnt.fraud),
            "frauds": int(learnt.fraud.sum()),
        },
        metrics={name: round(value, 6) for name, value in report.metrics().items()},
    )
    return Trained(model=trained, report=report)


def _check(*parts: Sample) -> None:
    """Refuse to fit what would be noise."""
    for name, part, least in zip(("learn from", "calibrate on", "judge by"), parts, LEAST, strict=True):
        frauds = int(part.fraud.sum())
        if frauds < least:
            hint = "collect more labels; until then rules say more than a model"
            raise ModelError(f"there are {frauds} frauds to {name}, at least {least} are needed", hint=hint)
        if frauds == len(part.fraud):
            raise ModelError(f"every row to {name} is fraud", hint="a model needs honest operations too")


def _boosted(model: Model, learnt: Sample, calibrated: Sample) -> Any:
    """Grow trees until they no longer get better on later operations."""
    import lightgbm

    names = [feature.name for feature in model.features]
    data = lightgbm.Dataset(learnt.features, learnt.fraud.astype(np.int8), feature_name=names)
    later = lightgbm.Dataset(calibrated.features, calibrated.fraud.astype(np.int8), reference=data)
    smallest = max(2, min(_DEFAULTS["min_data_in_leaf"], len(learnt.fraud) // 100))
    return lightgbm.train(
        _DEFAULTS | {"min_data_in_leaf": smallest},
        data,
        _ROUNDS,
        valid_sets=[later],
        callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
    )


def _report(scores: NDArray[np.float64], judged: Sample, *, trees: int) -> Report:
    """Count what the scores find in operations that nothing was learnt from."""
    return Report(
        rows=len(judged.fraud),
        frauds=int(judged.fraud.sum()),
        average_precision=average_precision(scores, judged.fraud),
        baseline=float(judged.fraud.mean()),
        mean_score=float(scores.mean()),
        trees=trees,
        alerts=tuple(_alerts(scores, judged, per_10k) for per_10k in ALERTS),
    )


def _alerts(scores: NDArray[np.float64], judged: Sample, per_10k: int) -> Alerts:
    least = threshold_for(scores, per_10k)
    hits = scores >= least
    looked_at, found, frauds = int(hits.sum()), int((hits & judged.fraud).sum()), int(judged.fraud.sum())
    low, high = interval(found, frauds)
    return Alerts(
        per_10k=per_10k,
        threshold=least,
        looked_at=looked_at,
        found=found,
        recall=found / frauds,
        recall_low=low,
        recall_high=high,
        precision=found / looked_at if looked_at else 0.0,
    )


def histogram(values: NDArray[np.float64]) -> Histogram:
    """Describe how values are spread: edges at the deciles of the known ones, and the share between them."""
    known = values[~np.isnan(values)]
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else np.zeros(0)
    edges = tuple(float(f"{cut:.6g}") for cut in cuts.tolist())
    edges = tuple(dict.fromkeys(edges))
    counts = np.bincount(bins(values, edges), minlength=len(edges) + 2)
    return Histogram(edges=edges, shares=tuple(round(share, 6) for share in (counts / max(1, len(values))).tolist()))
