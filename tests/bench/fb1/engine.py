"""What a decision costs inside the engine: the bytes of an event in, the bytes of a judgement out, by stage."""

import gc
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Final

from holdfast.app import Assembled
from holdfast.cli.collecting import spare_what_stands
from holdfast.engine.decide import decide, score
from holdfast.engine.prepare import prepare
from holdfast.operations.remember import is_late
from holdfast.vocabulary.event import Event
from holdfast.wire.codec import decode
from holdfast.wire.replies import judgement_bytes, seal_facts
from tests.bench.fb1.told import Told
from tests.bench.fb1.workload import Sent

STAGES: Final = ("decode", "prepare", "seal", "score", "decide", "encode", "remember")
_BLOCK: Final = 250


@dataclass(slots=True, kw_only=True)
class Engine:
    """The engine of an assembled bank without its store: it decides events one after another and remembers them.

    `spent` takes, for each event, the CPU time of every stage in nanoseconds.
    """

    bank: Assembled
    spent: list[tuple[int, ...]] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    seq: int = 0

    def __post_init__(self) -> None:
        self.seq = self.bank.shard.seq

    def learn(self, sent: Sent) -> None:
        """Let an event become part of the past as executed, undecided."""
        event = decode(sent.body, sent.at_ms).event
        self.seq += 1
        if not is_late(event):
            self.bank.shard.memory.fold.happened(event, self.seq, executed=True)

    def decide(self, sent: Sent) -> None:
        """Decide one event by all stages and note what each took."""
        shard, tick = self.bank.shard, time.process_time_ns
        self.seq += 1
        start = tick()
        event = decode(sent.body, sent.at_ms).event
        decoded = tick()
        regime = shard.law.regime(event.type, event.occurred_ms)
        facts = prepare(event, regime, shard.memory, seq=self.seq, decided_ms=event.received_ms)
        prepared = tick()
        _, facts_hash = seal_facts(facts)
        sealed = tick()
        scored = score(facts, regime)
        known_score = tick()
        judgement = decide(facts, regime, shard.tenant, ruleset=shard.ruleset, facts_hash=facts_hash, scored=scored)
        decided = tick()
        judgement_bytes(judgement)
        encoded = tick()
        self._remember(event, executed=judgement.outcome == "allow")
        ticks = (start, decoded, prepared, sealed, known_score, decided, encoded, tick())
        self.spent.append(tuple(after - before for before, after in pairwise(ticks)))
        self.outcomes[judgement.outcome] = self.outcomes.get(judgement.outcome, 0) + 1

    def _remember(self, event: Event, *, executed: bool) -> None:
        if not is_late(event):
            self.bank.shard.memory.fold.happened(event, self.seq, executed=executed)


def decided_once(stream: Iterable[Sent]) -> list[Sent]:
    """Leave out what never reaches the engine: retries and malformed events."""
    return [sent for sent in stream if sent.kind not in {"duplicate", "malformed"}]


def clock_ns() -> float:
    """Give what one reading of the CPU clock costs, which every stage pays once."""
    start = time.process_time_ns()
    for _ in range(10_000):
        time.process_time_ns()
    return (time.process_time_ns() - start) / 10_000


def run(engine: Engine, stream: Sequence[Sent], told: Told) -> None:
    """Decide a stream of events with the collector as the server sets it: what stands is frozen, only the young go."""
    usual = gc.get_threshold()
    spare_what_stands()
    try:
        for number, sent in enumerate(stream, start=1):
            engine.decide(sent)
            if number % _BLOCK == 0:
                told(number, len(stream))
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def by_stage(spent: Sequence[tuple[int, ...]]) -> dict[str, float]:
    """Give microseconds a decision by stage: the middle of the means of many blocks, which a noisy neighbour spares.

    The sum is the middle of the blocks' sums, so the stages add up to it only nearly.
    """
    clock = clock_ns()
    blocks = [spent[start : start + _BLOCK] for start in range(0, len(spent) - _BLOCK + 1, _BLOCK)] or [spent]
    means = [[sum(column) / len(block) - clock for column in zip(*block, strict=True)] for block in blocks]
    figures = {stage: median(column) / 1e3 for stage, column in zip(STAGES, zip(*means, strict=True), strict=True)}
    return figures | {"": median(map(sum, means)) / 1e3}


def figures(spent: Sequence[tuple[int, ...]]) -> dict[str, float]:
    """Name the figures of the engine alone."""
    name = "cpu_us_per_decision.engine"
    return {f"{name}.{stage}" if stage else name: round(us, 1) for stage, us in by_stage(spent).items()}


def percentiles_us(spent: Sequence[tuple[int, ...]]) -> dict[str, float]:
    """Give percentiles of the CPU time of single decisions in microseconds."""
    totals = sorted(map(sum, spent))
    wanted = {"p50": 0.5, "p99": 0.99, "p99_9": 0.999, "max": 1.0}
    return {name: round(totals[min(len(totals) - 1, int(len(totals) * at))] / 1e3, 1) for name, at in wanted.items()}
