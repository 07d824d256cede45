"""Read the model in service back: what it reads, what is known of its training, and how it does now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from holdfast.operations.shard import Shard
from holdfast.vocabulary.models import Model

Row = dict[str, object]
Titled = Callable[[Mapping[str, str]], str]
DRIFTED = 0.25
WORST = 3  # features named at once
BLIND = 20  # decisions one after another without a score


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How a model does since the start of the process.

    `scored` and `unscored` count decisions with and without a score, `failures` those of the latter where the library
    refused; `drift` is the population stability index by feature, and that of the score itself as `score`.
    """

    model: str
    scored: int
    unscored: int
    failures: int
    drift: dict[str, float]


def watch(shard: Shard) -> Watch | None:
    """Say how the model in service does; nothing where there is none."""
    engine = shard.law.engine
    if engine is None:
        return None
    version = engine.model.version
    scorers = [scorer for event_type in engine.model.on if (scorer := shard.law.scorer(event_type)) is not None]
    drift: dict[str, float] = {}
    for scorer in scorers:
        for name, index in scorer.drift.indices():
            drift[name] = max(index, drift.get(name, 0.0))
    return Watch(
        model=version,
        scored=shard.figures.scored[version],
        unscored=shard.figures.unscored[version],
        failures=engine.failures,
        drift=drift,
    )


def model_faults(shard: Shard) -> list[str]:
    """Say in words what is wrong with the model in service."""
    engine = shard.law.engine
    if engine is None:
        return []
    found = []
    if shard.figures.unscored_run >= BLIND:
        found.append(f"model `{engine.model.version}`: the last {shard.figures.unscored_run} decisions had no score")
    seen = watch(shard)
    drift = {name: index for name, index in seen.drift.items() if index >= DRIFTED} if seen else {}
    worst = sorted(drift, key=lambda name: -drift[name])[:WORST]
    return found + [
        f"model `{engine.model.version}`: `{name}` is not what it was trained on (index {drift[name]:.2f})"
        for name in worst
    ]


def model_rows(shard: Shard) -> list[Row]:
    """Describe the model in service, none or one."""
    engine, seen = shard.law.engine, watch(shard)
    if engine is None or seen is None:
        return []
    now: Row = {"scored": seen.scored, "unscored": seen.unscored, "failures": seen.failures}
    drift = {name: round(index, 4) for name, index in seen.drift.items()}
    return [{**described(engine.model, shard.tenant.voice.title), "now": now | {"drift": drift}}]


def described(model: Model, title: Titled) -> Row:
    """Describe a model as its files say it."""
    return {
        "id": model.id,
        "version": model.version,
        "content_hash": model.content_hash,
        "on": model.on,
        "features": [
            {"name": one.name, "value": one.value, "title": title(one.title), "required": one.required}
            for one in model.features
        ],
        "calibrated": type(model.calibration).__name__.lower() if model.calibration else None,
        "reasons_from": model.reasons_from,
        "trained_on": dict(model.trained_on),
        "metrics": dict(model.metrics),
    }
