"""A score is what LightGBM itself says, to the bit; its reasons add up, and what cannot be known has no score."""

from concurrent.futures import ThreadPoolExecutor
from math import inf, nan
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from holdfast.language import Scope
from holdfast.scoring import descent, sieve
from holdfast.scoring.descent import Descent
from holdfast.scoring.library import Predictor
from holdfast.scoring.scorer import Engine, Predict, Scored, Scorer
from holdfast.scoring.sieve import Sieve
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.models import Model
from holdfast.wire.canonical import content_hash
from holdfast.wire.fields import event_schema
from tests.unit.scoring.invented import AMOUNT, FEATURES, PAST, SBP, booster, content, model, rows, trees

NOON_MS = 1_778_230_800_000
SINCE = "complete_since(transfer)"
VALUES: dict[str, Value] = {"occurred_at": NOON_MS, "amount": 9_000_000, "rail": "sbp", "currency": "RUB"}
ROWS = rows()[:400]


def scorer(found: Model) -> Scorer:
    """Give a model's score for transfers."""
    return Scorer(Engine(found), Scope(schema=event_schema(), event_type="transfer"))


def past(one: Scorer, count: int) -> dict[str, Value]:
    """Give facts of a client with a known number of transfers in the past month."""
    (window,) = [window for plan in one.inputs.plans for window in plan.windows]
    return VALUES | {SINCE: 0, window.name: count}


def raw_sum(found: Model, table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what LightGBM sums up before it makes a probability of it."""
    return np.asarray(booster(found).predict(table, raw_score=True))


KINDS: list[dict[str, object]] = [
    {},
    {"zero_as_missing": True},
    {"use_missing": False},
    {"boosting": "dart"},
    {"sigmoid": 0.7},
    {"objective": "cross_entropy"},
    {"num_leaves": 2},
    {"min_data_in_leaf": 10_000},
    {"num_leaves": 64, "min_data_in_leaf": 2},
]
WIDE: dict[str, object] = {"num_leaves": 65, "min_data_in_leaf": 2}
AVERAGED: dict[str, object] = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}


@pytest.mark.parametrize("more", [*KINDS, WIDE, AVERAGED])
def test_a_score_equals_booster_predict_to_the_bit(more: dict[str, object]) -> None:
    """One row at a time gives the very number that `Booster.predict` gives, by our own way and by the library's."""
    found = model(trees(**more))
    engine = Engine(found)
    one_row = Predictor(found.trees, len(found.features))
    table = [*ROWS.tolist(), [inf, 1.0, nan], [-inf, nan, 0.0], [0.0, -0.0, 1e-36]]
    expected = booster(found).predict(np.array(table)).tolist()
    assert [engine.predict(tuple(row)) for row in table] == expected
    assert [one_row(tuple(row)) for row in table] == expected


def test_our_own_way_is_taken_where_it_is_proven() -> None:
    """Summed trees go through the sieve, wide ones down by descent; averaged ones go through the library."""
    assert all(isinstance(Engine(model(trees(**more))).predict, Sieve) for more in KINDS)
    assert type(Engine(model(trees(**WIDE))).predict) is Descent
    assert isinstance(Engine(model(trees(**AVERAGED))).predict, Predictor)


@pytest.mark.parametrize(("way", "name", "more"), [(sieve, "sift", {}), (descent, "descend", WIDE)])
def test_a_way_that_differs_anywhere_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, way: ModuleType, name: str, more: dict[str, object]
) -> None:
    """If one of our own ways went wrong on this machine for one row in many, the library would score instead."""
    honest = getattr(way, name)

    def wrong(row: NDArray[np.float64], *rest: Any) -> float:
        return float(honest(row, *rest)) + (1e-9 if np.isnan(row[1]) else 0.0)

    monkeypatch.setattr(way, name, wrong)
    assert isinstance(Engine(model(trees(**more))).predict, Predictor)


@pytest.mark.parametrize("more", [{}, {"zero_as_missing": True}, {"use_missing": False}])
def test_reasons_add_up_to_the_raw_output(more: dict[str, object]) -> None:
    """What the features moved and the mean of all trees are together what LightGBM sums up."""
    found = model(trees(**more))
    engine = Engine(found)
    moved = np.array([engine.moved(tuple(row)).sum() for row in ROWS.tolist()])
    assert np.ptp(raw_sum(found, ROWS) - moved) < 1e-9


def test_reasons_are_the_features_that_raised_the_score() -> None:
    """The strongest comes first, none that lowered the score is named, and the same row has the same reasons."""
    one = scorer(model())
    scored = one.score(past(one, 0))
    assert scored is not None
    named = [feature.name for feature in one.strongest(scored)]
    moved = dict(zip(("amount", "sbp", "past"), Engine(one.model).moved(scored.row).tolist(), strict=True))
    assert named == sorted((name for name in moved if moved[name] > 0), key=lambda name: -moved[name])
    assert {"amount", "sbp"} <= set(named)
    assert all([feature.name for feature in one.strongest(scored)] == named for _ in range(3))
    low = one.score(past(one, 12) | {"amount": 100, "rail": "card"})
    assert low is not None
    assert "sbp" not in [feature.name for feature in one.strongest(low)]


def test_an_unknown_feature_is_missing_and_not_zero() -> None:
    """A window outside the complete period is NaN for the trees, as LightGBM was trained to take it."""
    one = scorer(model())
    known, unknown = one.score(past(one, 0)), one.score(VALUES)
    assert known is not None
    assert unknown is not None
    assert unknown.value == booster(one.model).predict(np.array([[9_000_000, 1.0, nan]]))[0]
    assert known.value == booster(one.model).predict(np.array([[9_000_000, 1.0, 0.0]]))[0]


def test_a_required_feature_that_is_unknown_leaves_no_score() -> None:
    """Nothing is guessed where the model says that it needs a value."""
    one = scorer(model(features=[AMOUNT, SBP, PAST | {"required": True}]))
    assert one.score(VALUES) is None
    assert isinstance(one.score(past(one, 0)), Scored)


def test_nothing_known_is_no_score() -> None:
    """Where no feature at all is known there is no score, though the trees would give a number."""
    assert scorer(model()).score({"occurred_at": NOON_MS}) is None


def test_a_row_that_the_library_refuses_has_no_score_and_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing library leaves the decision without a score, and is seen."""
    engine = Engine(model())
    one = Scorer(engine, Scope(schema=event_schema(), event_type="transfer"))
    monkeypatch.setattr(engine, "predict", lambda _: None)
    assert one.score(past(one, 0)) is None
    assert engine.failures == 1


def test_threads_do_not_mix_their_rows() -> None:
    """A thread that judges the past beside the engine gets its own scores, and so does the engine."""
    ways: list[Predict] = [Predictor(model().trees, 3), Engine(model()).predict]
    table, expected = ROWS.tolist(), booster(model()).predict(ROWS).tolist()

    def scored(start: int) -> bool:
        order = [*range(start, len(table)), *range(start)] * 5
        return all(way(tuple(table[place])) == expected[place] for place in order for way in ways)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(scored, (0, 100, 200, 300)))


def test_a_model_is_named_by_both_of_its_files() -> None:
    """Another tree or another expression is another version; the same content is the same."""
    versions = {model().version, model(trees(8)).version, model(features=[AMOUNT, PAST, SBP]).version}
    assert len(versions) == 3
    assert model().version == model().version
    assert model().content_hash == content_hash(content())


def test_every_kind_of_number_becomes_a_float() -> None:
    """Amounts come in minor units, truths as 0 and 1, spans of time in milliseconds."""
    values = [
        {"name": "a", "value": "amount"},
        {"name": "b", "value": "amount > rub(1)"},
        {"name": "c", "value": "hour_of_day(occurred_at)"},
        {"name": "d", "value": "known(device.id)"},
        {"name": "e", "value": "hours(2)"},
    ]
    one = scorer(model(features=values))
    assert list(one.inputs.row(VALUES)) == [9_000_000, 1, 9, 0, 7_200_000]


def test_the_order_of_features_is_that_of_the_file() -> None:
    """Row and trees are joined by place."""
    assert [plan.fields[0] for plan in scorer(model()).inputs.plans[:2]] == ["amount", "rail"]
    assert [feature.name for feature in model().features] == [one["name"] for one in FEATURES]
