"""Find the threshold of the sign "unlike the client's usual behaviour" for a budget of honest people stopped.

Events whose truth is known are judged in order by the same kernel that serves (`prepare`, `decide`, the fold), with
a memory of their own and no store. A fraud that is stopped is not executed and teaches nothing. An honest client who
is stopped confirms, so that the operation is executed and learnt; a challenge counts as passed. Reported results are
left out, for the invented bank reports every transfer as executed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.engine.decide import decide
from holdfast.engine.prepare import Memory, prepare
from holdfast.engine.tenant import Tenant
from holdfast.features.habit_score import combined, surprises_of
from holdfast.features.habits import JUDGED
from holdfast.operations.law import Law
from holdfast.operations.shard import OPERATIONS
from holdfast.vocabulary.event import Event

PARAMETER: Final = "deviation_threshold"
SCORE: Final = "usual.deviation"
PER: Final = 10_000
_STEP: Final = 0.001  # scores have three digits
_RESULT: Final = "transfer_result"
_STOPPED: Final = frozenset({"hold", "refuse"})
_LEVELS: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true of one event; `counts` is false while profiles are still being filled."""

    fraud: bool
    counts: bool
    scene: str = ""
    scene_id: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One event and the truth about it."""

    event: Event
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """One operation of a client of ours with its score (nothing: unknown) and the signs that fired."""

    truth: Truth
    event_type: str
    rail: str
    client: str
    score: float | None
    raw: float
    signs: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one sign did in one group: honest operations and how many it fired on, frauds and how many it found.

    `per_fraud` is how many honest operations were stopped for each fraud found, at the natural share of fraud;
    nothing where no fraud was found.
    """

    group: str
    honest: int
    stopped: int
    clients: int
    frauds: int
    found: int
    per_fraud: float | None

    @property
    def per_10k(self) -> float:
        """Give honest operations stopped in 10,000."""
        return PER * self.stopped / self.honest if self.honest else 0.0

    @property
    def recall(self) -> float | None:
        """Give the share of frauds found."""
        return self.found / self.frauds if self.frauds else None


def judged_signs(law: Law, instant_ms: int) -> dict[str, tuple[str, str]]:
    """Name, for each event type with habits, the sign that reads the score and the setting of its threshold."""
    found: dict[str, tuple[str, str]] = {}
    for event_type in JUDGED:
        for check in law.regime(event_type, instant_ms).signs:
            if SCORE in check.sign.when:
                found.setdefault(event_type, (check.sign.id, f"{check.pack.id}:{PARAMETER}"))
    return found


def rehearse(samples: Iterable[Sample], law: Law, *, tenant: Tenant, memory: Memory) -> Iterator[Rehearsed]:
    """Judge events in order, each before it becomes part of the past; give the operations that have habits."""
    for seq, sample in enumerate(samples, start=1):
        event = sample.event
        if event.type == _RESULT:
            continue
        facts = prepare(event, law.regime(event.type, event.occurred_ms), memory, seq=seq, decided_ms=event.received_ms)
        judgement = decide(facts, law.regime(event.type, event.occurred_ms), tenant, ruleset="rehearsal", facts_hash="")
        stopped = event.type in OPERATIONS and judgement.outcome in _STOPPED
        memory.fold.happened(event, seq, executed=not (stopped and sample.truth.fraud))
        client = event.values.get(f"{JUDGED[event.type]}.customer_id") if event.type in JUDGED else None
        if client is not None:
            score = facts.values.get(SCORE)
            yield Rehearsed(
                truth=sample.truth,
                event_type=event.type,
                rail=str(event.values.get("rail", "cash")),
                client=str(client),
                score=score if isinstance(score, float) else None,
                raw=combined(surprises_of(facts.values), event.type),
                signs=frozenset(sign.id for sign in judgement.signs if sign.state == "fired"),
            )


def counted(rehearsed: Iterable[Rehearsed], event_type: str) -> list[Rehearsed]:
    """Keep the operations of one type after the profiles were filled."""
    return [one for one in rehearsed if one.truth.counts and one.event_type == event_type]


def threshold(operations: Sequence[Rehearsed], budget: float) -> float:
    """Give the lowest threshold at which at most `budget` of 10,000 honest operations are stopped."""
    honest = [one for one in operations if not one.truth.fraud]
    scores = sorted((one.score for one in honest if one.score is not None), reverse=True)
    allowed = int(budget * len(honest) / PER)
    return round(scores[allowed] + _STEP, 3) if allowed < len(scores) else 0.0


def curve(operations: Sequence[Rehearsed]) -> list[tuple[float, float]]:
    """Read the calibration off honest operations: the combined surprise that one in 10, 32, 100, ... reaches."""
    raws = sorted((one.raw for one in operations if not one.truth.fraud and one.score is not None), reverse=True)
    places = [(int(len(raws) * 10**-level), level) for level in _LEVELS]
    return [(round(raws[place], 2), level) for place, level in places if place > 0]


def tally(operations: Sequence[Rehearsed], sign: str, *, group: str = "all", scale: float = 1.0) -> Tally:
    """Count what a sign did; `scale` is the natural share of fraud over that of the sample."""
    honest = [one for one in operations if not one.truth.fraud]
    frauds = [one for one in operations if one.truth.fraud]
    stopped = [one for one in honest if sign in one.signs]
    found = sum(sign in one.signs for one in frauds)
    return Tally(
        group=group,
        honest=len(honest),
        stopped=len(stopped),
        clients=len({one.client for one in stopped}),
        frauds=len(frauds),
        found=found,
        per_fraud=len(stopped) / (found * scale) if found and scale else None,
    )


def tallies(groups: Mapping[str, Sequence[Rehearsed]], sign: str, *, scale: float) -> list[Tally]:
    """Count by group, in the order of their names."""
    return [tally(groups[name], sign, group=name, scale=scale) for name in sorted(groups)]


def by_rail(operations: Iterable[Rehearsed]) -> dict[str, list[Rehearsed]]:
    """Group operations by rail."""
    return _grouped((one.rail, one) for one in operations)


def by_segment(operations: Iterable[Rehearsed]) -> dict[str, list[Rehearsed]]:
    """Group operations by the kind of client."""
    return _grouped((one.truth.segment, one) for one in operations)


def by_scene(operations: Iterable[Rehearsed], *, fraud: bool) -> dict[str, list[Rehearsed]]:
    """Group the operations that move money in scenes of fraud, or those of honest scenes."""
    return _grouped((one.truth.scene, one) for one in operations if one.truth.scene and one.truth.fraud == fraud)


def _grouped(pairs: Iterable[tuple[str, Rehearsed]]) -> dict[str, list[Rehearsed]]:
    groups: dict[str, list[Rehearsed]] = {}
    for name, one in pairs:
        groups.setdefault(name, []).append(one)
    return groups


def scenes_found(operations: Iterable[Rehearsed], sign: str) -> tuple[int, int]:
    """Count the tellings of fraud, and those of which the sign found at least one operation."""
    told: dict[str, bool] = {}
    for one in operations:
        if one.truth.fraud:
            told[one.truth.scene_id] = told.get(one.truth.scene_id, False) or sign in one.signs
    return len(told), sum(told.values())
