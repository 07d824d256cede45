"""Every figure of FB-1 by its stable name: what it means, and what it is to be."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.bench.fb1.engine import STAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure; `floor` is what a release must reach, `target` what it is to reach, `more` that more is better."""

    name: str
    unit: str
    meaning: str
    floor: float | None = None
    target: float | None = None
    more: bool = False
    whole: bool = False  # a quick run, in small, says nothing about the goal

    def verdict(self, value: float) -> str:
        """Say how a value stands."""
        if self.floor is None or self.target is None:
            return ""
        for word, limit in (("target", self.target), ("floor", self.floor)):
            if (value >= limit) if self.more else (value <= limit):
                return word
        return "short"


CPU: Final = "cpu_us_per_decision"
CURVE: Final = (10, 25, 50, 75, 90)  # percent of the saturation rate
OVERLOAD: Final = (150, 300)
HISTORIES: Final = (0, 30, 300, 3_000)
_STAGES: Final = {
    "decode": "the event read and checked",
    "prepare": "windows, people, habits and lists asked",
    "seal": "the facts written down and hashed",
    "score": "the model asked",
    "decide": "signs and rules judged",
    "encode": "the judgement written down",
    "remember": "the event made part of the past",
}
_TIMES: Final = ("p50", "p90", "p99", "p99_9", "max")


def _main() -> Iterator[Figure]:
    yield Figure(
        name=f"{CPU}.http", unit="µs", meaning="one durable decision over HTTP, all threads", floor=200, target=100
    )
    yield Figure(name=f"{CPU}.batch", unit="µs", meaning="the same in batches of 50", floor=100, target=50)
    yield Figure(
        name=f"{CPU}.engine", unit="µs", meaning="the engine alone, bytes in to bytes out", floor=60, target=40
    )
    yield from (Figure(name=f"{CPU}.engine.{one}", unit="µs", meaning=_STAGES[one]) for one in STAGES)
    yield Figure(name=f"{CPU}.http.main_thread", unit="µs", meaning="the part of the thread that decides")
    yield Figure(name=f"{CPU}.http.other_threads", unit="µs", meaning="the part of the threads that write")
    yield Figure(
        name="decisions_per_s_per_core",
        unit="1/s",
        meaning="what follows for one core",
        floor=5_000,
        target=10_000,
        more=True,
    )
    yield Figure(name="http_decisions_per_s", unit="1/s", meaning="answered a second, saturated, with 64 callers")
    yield Figure(name="batch_decisions_per_s", unit="1/s", meaning="the same in batches, with 8 callers")
    yield Figure(name="bytes_written_per_decision", unit="B", meaning="written to storage, as the kernel counts it")


def _latency() -> Iterator[Figure]:
    yield Figure(name="latency_rate_per_s", unit="1/s", meaning="offered: half of what saturates")
    yield Figure(name="latency_errors", unit="", meaning="refused at that rate")
    for name, meaning in (
        ("latency_ms", "from the intended send time, at that rate"),
        ("fsync_ms", "the disk's own time to sync one block meanwhile"),
        ("hiccup_ms", "by how much a sleeper was woken too late meanwhile"),
        ("send_lag_ms", "by how much the generator itself was late"),
    ):
        yield from (
            Figure(name=f"{name}.{at}", unit="ms", meaning=f"{at.replace('_', '.')}: {meaning}") for at in _TIMES
        )
    for share in CURVE:
        at = f"at {share} % of the saturation rate"
        yield Figure(name=f"offered_per_s_at.{share}_percent", unit="1/s", meaning=f"offered {at}")
        yield Figure(
            name=f"goodput_at.{share}_percent", unit="", meaning=f"answered in time {at}, in parts of saturation"
        )
        for name in ("p50", "p99", "p99_9"):
            yield Figure(
                name=f"latency_ms_at.{share}_percent.{name}", unit="ms", meaning=f"{name.replace('_', '.')} {at}"
            )


def _overload() -> Iterator[Figure]:
    for share in OVERLOAD:
        at = f"at {share} % of the saturation rate"
        goal = {"floor": 0.8, "target": 0.9, "more": True} if share == max(OVERLOAD) else {}
        yield Figure(name=f"offered_per_s_at.{share}_percent", unit="1/s", meaning=f"offered {at}")
        yield Figure(
            name=f"goodput_at.{share}_percent",
            unit="",
            meaning=f"answered in time {at}, in parts of saturation",
            **goal,  # type: ignore[arg-type]  # three numbers
        )
    yield Figure(name="overload.refused", unit="", meaning="share refused with 503 or 429, at the greatest overload")
    yield Figure(name="overload.unanswered", unit="", meaning="requests without any answer")
    yield Figure(name="overload.accepted_ms.p99", unit="ms", meaning="p99 of what was answered")
    yield Figure(name="overload.refusal_ms.p50", unit="ms", meaning="p50 of refusals from the intended send time")
    yield Figure(
        name="overload.refusal_ms.p99",
        unit="ms",
        meaning="p99 of refusals from the intended send time",
        floor=50,
        target=10,
    )
    yield Figure(
        name="overload.back_to_normal_s",
        unit="s",
        meaning="after the overload, until answers are in time",
        floor=5,
        target=5,
    )


def _history() -> Iterator[Figure]:
    for each in HISTORIES:
        yield Figure(name=f"cost_by_history_us.{each}", unit="µs", meaning=f"engine, {each:,} events an account")
    yield Figure(
        name="cost_by_history_us.per_1000_events", unit="µs", meaning="what 1,000 more events of an account add"
    )
    for name, whose in (
        ("hot_key_us", "a payee that takes a fifth of the traffic"),
        ("hot_key_late_us", "the same, event late"),
    ):
        yield from (
            Figure(name=f"{name}.{at}", unit="µs", meaning=f"{at.replace('_', '.')} of the engine: {whose}")
            for at in ("p50", "p99", "p99_9", "max")
        )
    yield Figure(
        name="bytes_per_entity",
        unit="B",
        meaning="an account in the windows, beside its events",
        floor=1_024,
        target=512,
    )
    yield Figure(name="bytes_per_event", unit="B", meaning="an event under one key", floor=128, target=64)
    yield Figure(name="bytes_per_event_all_keys", unit="B", meaning="an event under all its keys, new pairs included")
    yield Figure(
        name="bytes_per_profile", unit="B", meaning="an account's habits", floor=1_024, target=1_024, whole=True
    )
    yield Figure(name="rows_per_event", unit="", meaning="series that an event enters")


def _past() -> Iterator[Figure]:
    yield Figure(
        name="replay_events_per_s",
        unit="1/s",
        meaning="decisions judged again with model, rules and signs, by CPU time",
        floor=20_000,
        target=50_000,
        more=True,
    )
    yield Figure(
        name="rebuild_events_per_s", unit="1/s", meaning="records of the log folded into the memory, by CPU time"
    )
    yield Figure(name="replay.decisions", unit="", meaning="judged again, all equal to the byte")
    yield Figure(
        name="cold_start_s",
        unit="s",
        meaning="from the process's start to its first answer",
        floor=60,
        target=15,
        whole=True,
    )
    yield Figure(name="cold_start_cpu_s", unit="s", meaning="CPU of the same")
    yield Figure(name="cold_start.accounts", unit="", meaning="accounts in that snapshot and tail")
    yield Figure(name="cold_start.tail_records", unit="", meaning="records after the snapshot")
    yield Figure(name="snapshot_s", unit="s", meaning="CPU of making that snapshot beside the server")
    yield Figure(name="snapshot_bytes_per_account", unit="B", meaning="of that snapshot")
    yield Figure(name="resident_bytes_per_account", unit="B", meaning="memory of that server, everything counted")
    yield Figure(name="resident_mb", unit="MB", meaning="memory of the loaded server")


def _around() -> Iterator[Figure]:
    yield Figure(name="gate.events", unit="", meaning="events whose answers were compared before anything was measured")
    yield Figure(name="gate.features_compared", unit="", meaning="features compared with the oracle")
    yield Figure(name="gate.mismatches", unit="", meaning="differences; a run with one measures nothing")
    yield Figure(name="gate.rule_hits_percent", unit="%", meaning="decisions in which some rule was true")
    yield Figure(name="gate.outcomes.allow", unit="", meaning="transfers allowed among them")
    yield Figure(name="gate.outcomes.hold", unit="", meaning="transfers held among them")
    yield Figure(name="machine.neighbours_percent", unit="%", meaning="of the processors that others took meanwhile")
    yield Figure(name="machine.steal_percent", unit="%", meaning="of the processors that the host took")
    yield Figure(name="machine.load_1m", unit="", meaning="load at the end")
    yield Figure(name="machine.loop_ns", unit="ns", meaning="one turn of a plain loop: the yardstick between runs")


FIGURES: Final = (*_main(), *_latency(), *_overload(), *_history(), *_past(), *_around())
WINDOWS: Final = (
    Figure(
        name="window_cost_ratio",
        unit="",
        meaning="an event in a window of 2.5 million against one of 100, through Python",
        floor=1.25,
        target=1.10,
    ),
    Figure(name="kernel_cost_ratio", unit="", meaning="the same inside the kernel alone", floor=1.25, target=1.10),
)
