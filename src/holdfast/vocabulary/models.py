"""A model: the trees that score an event, the features they read, and what is known of their training."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from holdfast.vocabulary.schema import Field, FieldType

SCORE: Final = "score"
SCORE_FIELD: Final = Field(path=SCORE, type=FieldType.NUMBER, title="the model's score, from 0 to 1")
LANGUAGES: Final = ("ru", "kk", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How values were spread: `shares` of the unknown ones, of those below each edge in turn, and of the rest."""

    edges: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One number that a model reads: an expression of the rule language, and its name for people by language.

    Where a `required` one is unknown there is no score; any other one is then missing for the trees, which were
    trained with such rows. `training` is how its values were spread in training, for the watch on drift.
    """

    name: str
    value: str
    title: Mapping[str, str]
    required: bool = False
    training: Histogram | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Isotonic:
    """Calibration by points, straight between them: what comes out raw, and the share of fraud seen there."""

    raw: tuple[float, ...]
    score: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platt:
    """Calibration by a line over the log-odds (Platt 1999): `slope * logit(raw) + intercept`."""

    slope: float
    intercept: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model as its two files say it.

    `content_hash` names both files, `version` is what decisions show. `on` are the event types that it scores;
    `trees` is LightGBM's own text, empty for a model that is not trained yet. From `reasons_from` on a score comes
    with its reasons, below it only where a rule that reads it was true.
    """

    id: str
    content_hash: str
    on: tuple[str, ...]
    features: tuple[Feature, ...]
    trees: bytes = b""
    calibration: Isotonic | Platt | None = None
    reasons_from: float = 0.5
    scores: Histogram | None = None
    trained_on: Mapping[str, str | int | float] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Name the model with enough of its hash that no other one is meant."""
        return f"{self.id}@{self.content_hash[:16]}"
