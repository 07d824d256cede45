"""One model over one event type: facts in; a calibrated score out, or nothing where it cannot be known."""

from collections.abc import Callable, Mapping
from functools import cached_property
from math import nan
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from holdfast.language import Scope
from holdfast.scoring.calibration import calibration
from holdfast.scoring.drift import Drift
from holdfast.scoring.inputs import Inputs, Row, compile_inputs
from holdfast.scoring.library import Predictor
from holdfast.scoring.trees import Trees, read_trees
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.models import Feature, Model

STRONGEST: Final = 3


Predict = Callable[[Row], float | None]


class Scored(NamedTuple):
    """A score with the row that it came from."""

    value: float
    row: Row


class Engine:
    """The trees of one model, loaded when first asked; `failures` counts rows that were refused."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.failures = 0
        self.calibrate = calibration(model.calibration)

    def warm(self) -> float | None:
        """Load everything that would make the first score wait, and give the score of a row of which nothing is known.

        Raises ModelError when the trees or the library cannot be used.
        """
        row = (nan,) * len(self.model.features)
        self.moved(row)
        return self.predict(row)

    @cached_property
    def predict(self) -> Predict:
        """Give the fastest way from a row to the raw output: our own where it is LightGBM's to the bit."""
        from holdfast.scoring.descent import Descent
        from holdfast.scoring.sieve import Sieve

        width = len(self.model.features)
        library, way = Predictor(self.model.trees, width), Sieve if Sieve.fits(self._trees) else Descent
        own = way(self._trees, width)
        return own if own.is_plain and own.equals(library) else library

    @cached_property
    def _trees(self) -> Trees:
        return read_trees(self.model.trees, [feature.name for feature in self.model.features])

    def moved(self, row: Row) -> NDArray[np.float64]:
        """Say how far each feature moved the raw sum of the trees for a row."""
        from holdfast.scoring.attribution import attribute

        return attribute(self._trees, np.array(row, dtype=np.float64))


class Scorer:
    """A model's score for events of one type; `drift` watches what it is asked in service."""

    def __init__(self, engine: Engine, scope: Scope) -> None:
        self.model = engine.model
        self._engine = engine
        self.inputs: Inputs = compile_inputs(engine.model, scope)
        self.drift = Drift(engine.model)

    def score(self, values: Mapping[str, Value]) -> Scored | None:
        """Score facts; nothing where a required feature is unknown, or all are, or the library fails."""
        row = self.inputs.row(values)
        if not self.inputs.is_known(row):
            return None
        raw = self._engine.predict(row)
        if raw is None:
            self._engine.failures += 1
            return None
        return Scored(self._engine.calibrate(raw), row)

    def strongest(self, scored: Scored) -> tuple[Feature, ...]:
        """Give the features that raised a score most, the strongest first; equal ones in the model's order."""
        moved = self._engine.moved(scored.row)
        order = np.argsort(-moved, kind="stable")[:STRONGEST]
        return tuple(self.model.features[place] for place in order.tolist() if moved[place] > 0.0)
