"""Training splits by time, calibrates, tells the truth about itself, and refuses what would be noise."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from holdfast.scoring.calibration import calibration
from holdfast.scoring.trees import read_trees
from holdfast.training.fit import CALIBRATED, LEARNT, fit, histogram
from holdfast.training.matrix import Matrix, Sample, sample_of
from holdfast.vocabulary.errors import ModelError
from holdfast.vocabulary.instants import DAY_MS
from tests.unit.scoring.invented import FEATURES, booster, frauds, model, rows

NAMES = tuple(str(one["name"]) for one in FEATURES)
UNTRAINED = replace(model(), trees=b"", calibration=None)


def sample(seed: int = 7) -> Sample:
    """Invent a sample with a row a minute."""
    made = rows(3, seed)
    return Sample(features=made, fraud=frauds(made, seed) == 1, instants=np.arange(len(made)) * 60_000)


def test_a_trained_model_finds_what_is_to_be_found() -> None:
    """On the time that it never saw it is far better than guessing, and its scores mean what they say."""
    trained = fit(UNTRAINED, sample())
    assert trained.report.average_precision > 3 * trained.report.baseline
    assert trained.report.mean_score == pytest.approx(trained.report.baseline, abs=0.03)
    assert trained.report.rows == 600
    assert [one.per_10k for one in trained.report.alerts] == [10, 50, 100]
    assert all(one.recall_low <= one.recall <= one.recall_high for one in trained.report.alerts)
    assert trained.model.metrics["recall_at_10_per_10000"] == pytest.approx(trained.report.alerts[0].recall, abs=1e-6)


def test_the_report_is_about_the_last_rows_alone() -> None:
    """Turning the labels of the judged part over turns the report over, and leaves the trees as they were."""
    whole = sample()
    turned = whole.fraud.copy()
    turned[int(len(turned) * CALIBRATED) :] ^= True
    first, second = fit(UNTRAINED, whole), fit(UNTRAINED, replace(whole, fraud=turned))
    assert first.model.trees == second.model.trees
    assert second.report.average_precision < second.report.baseline


def test_a_model_says_what_it_was_trained_on() -> None:
    """What it learnt from is the first part of the time alone, and stands in its file."""
    trained = fit(UNTRAINED, sample())
    assert trained.model.trained_on["rows"] == int(len(rows()) * LEARNT)
    assert trained.model.trained_on["from"] == "1970-01-01T00:00:00.000+00:00"


def test_the_same_matrix_gives_the_same_model() -> None:
    """Training is repeatable to the byte."""
    assert fit(UNTRAINED, sample()) == fit(UNTRAINED, sample())


def test_the_written_trees_are_those_that_were_judged() -> None:
    """The text has the names of the features, reads back, and with its calibration gives the reported scores."""
    trained = fit(UNTRAINED, sample())
    read_trees(trained.model.trees, NAMES)
    raw = booster(trained.model).predict(sample().part(CALIBRATED, 1.0).features)
    calibrate = calibration(trained.model.calibration)
    assert float(np.mean([calibrate(one) for one in raw])) == pytest.approx(trained.report.mean_score)


def test_too_few_frauds_are_refused() -> None:
    """Noise is not learnt: the number that is there and the number that is needed are named."""
    few = sample()
    fraud = few.fraud & (np.cumsum(few.fraud) <= 30)
    with pytest.raises(ModelError, match="30 frauds to learn from, at least 50"):
        fit(UNTRAINED, replace(few, fraud=fraud))
    with pytest.raises(ModelError, match="every row to learn from is fraud"):
        fit(UNTRAINED, replace(few, fraud=np.ones_like(few.fraud)))


def frame(count: int = 4) -> pl.DataFrame:
    """Collect a small matrix, its rows two days apart and not in order of time."""
    made = Matrix(features=NAMES)
    for number in reversed(range(count)):
        made.add(f"t-{number}", (number, 1.0, float("nan")), at_ms=number * 2 * DAY_MS, outcome="allow")
    return made.frame()


def test_a_sample_is_in_the_order_of_time_and_without_the_unlabelled() -> None:
    """Rows whose truth is unknown, and the newest days where asked, are left out."""
    table = frame().with_columns(fraud=pl.Series([None, True, False, False], dtype=pl.Boolean))
    found = sample_of(table, NAMES)
    assert found.features[:, 0].tolist() == [0.0, 1.0, 2.0]
    assert found.fraud.tolist() == [False, False, True]
    assert sample_of(table, NAMES, delay_ms=3 * DAY_MS).features[:, 0].tolist() == [0.0, 1.0]


def test_a_matrix_of_another_model_is_refused() -> None:
    """A column that the model reads and the matrix lacks is named."""
    with pytest.raises(ModelError, match="no column `other`"):
        sample_of(frame(), (*NAMES, "other"))
    with pytest.raises(ModelError, match="`fraud` is a column of the matrix itself"):
        Matrix(features=("fraud",))


def test_a_histogram_holds_every_value_once() -> None:
    """Shares of unknown, low and high values sum up to one; a constant has a single edge."""
    values = np.array([np.nan] * 10 + list(range(90)), dtype=np.float64)
    spread = histogram(values)
    assert spread.shares[0] == 0.1
    assert sum(spread.shares) == pytest.approx(1.0)
    assert len(spread.shares) == len(spread.edges) + 2
    assert histogram(np.ones(5)).edges == (1.0,)
    assert histogram(np.full(5, np.nan)).shares == (1.0, 0.0)
