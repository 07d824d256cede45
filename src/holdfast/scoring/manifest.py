"""`model.yaml`: what the features of a model are, how its output is calibrated, and what is known of its training."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from holdfast.regulation.document import read_document
from holdfast.vocabulary.errors import ModelError, PackError
from holdfast.vocabulary.models import LANGUAGES, Feature, Histogram, Isotonic, Model, Platt
from holdfast.wire.canonical import canonical, content_hash, read_canonical
from holdfast.wire.codec import pointer_of

FILE: Final = "model.yaml"
MAX_FEATURES: Final = 1_000
_PLACE: Final = re.compile(r" - at `(?P<path>[^`]*)`$")
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class _Histogram(Struct, frozen=True, forbid_unknown_fields=True):
    edges: tuple[float, ...]
    shares: tuple[Share, ...]


class _Feature(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    value: Annotated[str, Meta(min_length=1)]
    title: dict[str, str] = {}
    required: bool = False
    training: _Histogram | None = None


class _Isotonic(Struct, frozen=True, forbid_unknown_fields=True):
    raw: tuple[Share, ...]
    score: tuple[Share, ...]


class _Platt(Struct, frozen=True, forbid_unknown_fields=True):
    slope: float
    intercept: float


class _Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    isotonic: _Isotonic | None = None
    platt: _Platt | None = None


class _Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it is written."""

    id: Name
    on: Annotated[tuple[str, ...], Meta(min_length=1)]
    features: Annotated[tuple[_Feature, ...], Meta(min_length=1, max_length=MAX_FEATURES)]
    calibration: _Calibration | None = None
    reasons_from: Share = 0.5
    scores: _Histogram | None = None
    trained_on: dict[str, str | int | float] = {}
    metrics: dict[str, float] = {}


class _Content(Struct, frozen=True):
    """Both files of a model as one content of the store."""

    manifest: str
    trees: str


def model_content(manifest: bytes, trees: bytes) -> bytes:
    """Put the two files of a model together as what is kept; raises ModelError when one is not UTF-8."""
    try:
        return canonical(_Content(manifest=manifest.decode("utf-8"), trees=trees.decode("utf-8")))
    except UnicodeDecodeError:
        raise ModelError("the model is not UTF-8", hint="both files are text") from None


def read_model(content: bytes) -> Model:
    """Read a model out of what is kept of it; raises ModelError with the place in `model.yaml`."""
    files = read_canonical(content, _Content)
    found = _manifest(files.manifest.encode())
    _check(found)
    return Model(
        id=found.id,
        content_hash=content_hash(content),
        on=found.on,
        features=tuple(_feature(one) for one in found.features),
        trees=files.trees.encode(),
        calibration=_calibration(found.calibration),
        reasons_from=found.reasons_from,
        scores=_histogram(found.scores, "/scores"),
        trained_on=found.trained_on,
        metrics=found.metrics,
    )


def _manifest(data: bytes) -> _Manifest:
    try:
        read = read_document(data).data
    except PackError as error:
        raise ModelError(f"`{FILE}`: {error.message}", pointer=error.pointer, hint=error.hint) from None
    try:
        return msgspec.convert(read, _Manifest, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: msgspec.ValidationError) -> ModelError:
    """Say what is wrong at which place, in our words."""
    text = str(error)
    place = _PLACE.search(text)
    message = _PLACE.sub("", text)
    pointer = pointer_of(place["path"]) if place else ""
    return ModelError(f"`{FILE}`: {message[:1].lower()}{message[1:]}", pointer=pointer)


def _check(found: _Manifest) -> None:
    """Refuse what fits the form but not itself."""
    names = [one.name for one in found.features]
    for place, one in enumerate(found.features):
        at = f"/features/{place}"
        if one.name in names[:place]:
            raise ModelError(f"the feature `{one.name}` stands twice", pointer=f"{at}/name", hint="keep one of the two")
        strange = sorted(set(one.title) - set(LANGUAGES))
        if strange:
            raise ModelError(f"there is no language `{strange[0]}`", pointer=f"{at}/title", hint="ru, kk or en")
        _histogram(one.training, f"{at}/training")


def _feature(one: _Feature) -> Feature:
    """Give a feature; where nobody wrote a title, its name stands for it."""
    return Feature(
        name=one.name,
        value=" ".join(one.value.split()),
        title={"en": one.name, **one.title},
        required=one.required,
        training=_histogram(one.training, ""),
    )


def _histogram(found: _Histogram | None, at: str) -> Histogram | None:
    if found is None:
        return None
    if len(found.shares) != len(found.edges) + 2:
        hint = "one share for unknown values, then one below each edge, then one for the rest"
        raise ModelError(f"{len(found.edges)} edges need {len(found.edges) + 2} shares", pointer=at, hint=hint)
    if any(one >= after for one, after in pairwise(found.edges)):
        raise ModelError("the edges must grow", pointer=f"{at}/edges", hint="from the least to the greatest, each once")
    return Histogram(edges=found.edges, shares=found.shares)


def _calibration(found: _Calibration | None) -> Isotonic | Platt | None:
    """Give the calibration; a score must never fall where the raw output grows."""
    if found is None:
        return None
    if (found.isotonic is None) == (found.platt is None):
        raise ModelError("a calibration is `isotonic` or `platt`", pointer="/calibration", hint="keep one of the two")
    if found.platt is not None:
        if found.platt.slope <= 0.0:
            raise ModelError("the slope must be above 0", pointer="/calibration/platt/slope", hint="else order is lost")
        return Platt(slope=found.platt.slope, intercept=found.platt.intercept)
    return _points(found.isotonic) if found.isotonic is not None else None


def _points(points: _Isotonic) -> Isotonic:
    at = "/calibration/isotonic"
    if len(points.raw) != len(points.score) or not points.raw:
        raise ModelError("`raw` and `score` need as many points, and at least one", pointer=at)
    if not _grows(points.raw, equal=False) or not _grows(points.score, equal=True):
        hint = "sort the points by `raw`; a higher output cannot mean a lower score"
        raise ModelError("`raw` must grow from point to point, and `score` must never fall", pointer=at, hint=hint)
    return Isotonic(raw=points.raw, score=points.score)


def _grows(numbers: Sequence[float], *, equal: bool) -> bool:
    return all(one < after or (equal and one == after) for one, after in pairwise(numbers))
