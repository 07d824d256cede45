"""The watch on drift counts what the model reads into the bins of its training."""

from math import nan

import numpy as np
import pytest

from holdfast.scoring.drift import EVERY, LEAST, Drift, bins, stability
from tests.unit.scoring.invented import AMOUNT, PAST, SBP, model

SPREAD = {"edges": [10.0, 100.0], "shares": [0.1, 0.3, 0.3, 0.3]}


def watched() -> Drift:
    """Watch a model of which one feature and the score came with their histograms."""
    scores = {"edges": [0.5], "shares": [0.0, 0.5, 0.5]}
    return Drift(model(features=[AMOUNT | {"training": SPREAD}, SBP, PAST], scores=scores))


def feed(drift: Drift, amounts: list[float]) -> None:
    """Let the watch see amounts so often that each counts once."""
    for place, amount in enumerate(amounts):
        for _ in range(EVERY):
            drift.see((amount, 0.0, nan), place % 2)


def test_values_fall_into_the_bins_of_their_edges() -> None:
    """Unknown values have a bin of their own; a value at an edge belongs above it."""
    assert bins(np.array([nan, 9.9, 10.0, 99.0, 100.0, 1e9]), (10.0, 100.0)).tolist() == [0, 1, 2, 2, 3, 3]


def test_what_was_trained_on_does_not_drift() -> None:
    """The same shares as in training give an index near 0, for features and for the score."""
    drift = watched()
    feed(drift, ([nan] + [1.0] * 3 + [50.0] * 3 + [500.0] * 3) * 60)
    assert dict(drift.indices()) == pytest.approx({"amount": 0.0, "score": 0.0}, abs=1e-9)


def test_another_population_shows() -> None:
    """Amounts that were rare in training and are usual now raise the index above what calls for a look."""
    drift = watched()
    feed(drift, [500.0] * 400)
    found = dict(drift.indices())
    assert found["amount"] > 0.25
    assert found["score"] < 0.01


def test_an_index_is_the_sum_that_the_definition_says() -> None:
    """The index is the sum of (served - trained) ln(served / trained), an empty bin counting as one in ten thousand."""
    trained, served = np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.75, 0.0])
    expected = -0.25 * np.log(0.5) + 0.25 * np.log(1.5)
    assert stability(trained, served) == pytest.approx(expected)


def test_too_little_says_nothing() -> None:
    """Before there is enough to go by there is no index, so that a restart raises no alarm."""
    drift = watched()
    feed(drift, [500.0] * (LEAST - 1))
    assert dict(drift.indices()) == {}


def test_a_model_without_histograms_is_not_watched() -> None:
    """Without training data there is nothing to compare with, and nothing is kept."""
    drift = Drift(model())
    feed(drift, [1.0] * 500)
    assert dict(drift.indices()) == {}
