"""What the running server costs and how fast it answers: saturated, in batches, at fixed rates, and overloaded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.bench.fb1.names import CURVE, OVERLOAD
from tests.bench.fb1.server import Running, running
from tests.bench.fb1.told import Told
from tests.bench.fb1.workload import START_MS, Sent, events
from tests.bench.load.generator import Plan, Route, drive
from tests.bench.load.report import Report, Samples, percentiles_ms
from tests.bench.load.schedule import Step

BATCH: Final = 50
GENTLE: Final = 0.5
_MOST: Final = 3_000_000
_AHEAD_MS: Final = _MOST + 60_000  # the standing clock is ahead of every event, a thousand of which come in a second
_DEADLINE_S: Final = 0.3
_PATIENT: Final = {"holdfast-deadline-ms": "60000"}  # saturated, every answer waits in a queue, and none is refused
_KINDS: Final = ("fresh", "late", "very_late", "duplicate", "malformed", "listed", "login")
_ROUTES: Final = {
    **{kind: Route(headers=_PATIENT) for kind in _KINDS},
    "batch": Route(path="/v1/decisions:batch", headers=_PATIENT),
}
_CONNECTIONS: Final = 64
_MANY: Final = 1_000
_OK, _REFUSED = 200, (429, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is sent: warm-up, saturated, batched events, and seconds of each open-loop stretch.

    `after_s` is how long the server is watched after the overload.
    """

    warm: int
    saturated: int
    batched: int
    stretch_s: float
    after_s: float


QUICK: Final = Sizes(warm=3_000, saturated=6_000, batched=6_000, stretch_s=5, after_s=8)
TINY: Final = Sizes(warm=50, saturated=100, batched=100, stretch_s=0.5, after_s=1)
FULL: Final = Sizes(warm=20_000, saturated=60_000, batched=60_000, stretch_s=30, after_s=15)


@dataclass(slots=True, kw_only=True)
class Runs:
    """The stream of one measured server, handed out piece by piece, and what was found so far."""

    server: Running
    stream: Iterator[Sent]
    folder: Path
    step: Callable[[str], Told]
    figures: dict[str, float] = field(default_factory=dict)
    rate: float = 0.0

    def take(self, count: int) -> list[Sent]:
        """Give the next events of the stream."""
        return list(islice(self.stream, count))

    def at_once(self, sent: Sequence[Sent], *, connections: int = _CONNECTIONS) -> Report:
        """Send as fast as the server answers: everything is due at the start and waits for a free connection."""
        step = Step(rate=len(sent) * 1_000, seconds=1e-3)
        return drive(
            self.server.address,
            Plan(
                events=sent,
                steps=[step],
                arrivals="even",
                connections=connections,
                routes=_ROUTES,
                patience_s=600,
            ),
        )

    def at_rates(self, steps: Sequence[Step], *, connections: int = _CONNECTIONS) -> Report:
        """Send at fixed rates whatever the server does, with the probes beside."""
        wanted = int(sum(step.rate * step.seconds for step in steps) * 1.1) + 500
        plan = Plan(events=self.take(wanted), steps=steps, connections=connections, probes=self.folder)
        return drive(self.server.address, plan)


def decisions_in(sent: Sequence[Sent]) -> int:
    """Count what gets a decision of its own: neither retries nor malformed events."""
    return sum(one.kind not in {"duplicate", "malformed"} for one in sent)


def check(report: Report, sent: Sequence[Sent]) -> None:
    """Refuse to report on a run in which something went wrong."""
    malformed = sum(one.kind == "malformed" for one in sent)
    answered = report.by_status[_OK]
    if report.errors or answered != len(sent) - malformed:
        raise RuntimeError(f"of {len(sent)} requests {answered} were answered: {report.by_status} {report.errors}")


def saturate(runs: Runs, count: int) -> None:
    """Measure the server's CPU a decision, its rate, and the bytes that it writes, while it never waits for work."""
    sent = runs.take(count)
    cpu, main, written = runs.server.cpu_s(), runs.server.main_thread_s(), runs.server.written_bytes()
    report = runs.at_once(sent)
    check(report, sent)
    decided = decisions_in(sent)
    cpu_us = (runs.server.cpu_s() - cpu) / decided * 1e6
    main_us = (runs.server.main_thread_s() - main) / decided * 1e6
    runs.rate = len(sent) / report.seconds
    runs.figures |= {
        "cpu_us_per_decision.http": round(cpu_us, 1),
        "cpu_us_per_decision.http.main_thread": round(main_us, 1),
        "cpu_us_per_decision.http.other_threads": round(cpu_us - main_us, 1),
        "decisions_per_s_per_core": round(1e6 / cpu_us, 1),
        "http_decisions_per_s": round(decided / report.seconds, 1),
        "bytes_written_per_decision": round((runs.server.written_bytes() - written) / decided, 1),
    }


def batched(runs: Runs, count: int) -> None:
    """Measure the server's CPU a decision where events come in batches."""
    sent = runs.take(count)
    lines = [one for one in sent if b"\n" not in one.body]
    batches = [
        Sent(f"batch-{start}", b"\n".join(one.body for one in lines[start : start + BATCH]), "batch", 0)
        for start in range(0, len(lines), BATCH)
    ]
    cpu = runs.server.cpu_s()
    report = runs.at_once(batches, connections=8)
    check(report, batches)
    cpu_us = (runs.server.cpu_s() - cpu) / decisions_in(lines) * 1e6
    runs.figures |= {
        "cpu_us_per_decision.batch": round(cpu_us, 1),
        "batch_decisions_per_s": round(decisions_in(lines) / report.seconds, 1),
    }


def gentle(runs: Runs, stretch_s: float) -> None:
    """Measure latency from the intended send time at half the saturation rate, and the disk beside it."""
    report = runs.at_rates([Step(rate=runs.rate * GENTLE, seconds=stretch_s)])
    assert report.fsync is not None
    assert report.hiccup is not None
    for name, recorded in (
        ("latency_ms", report.histogram),
        ("fsync_ms", report.fsync),
        ("hiccup_ms", report.hiccup),
        ("send_lag_ms", report.send_lag),
    ):
        runs.figures |= {f"{name}.{at}": round(ms, 2) for at, ms in percentiles_ms(recorded).items()}
    runs.figures["latency_rate_per_s"] = round(runs.rate * GENTLE, 1)
    runs.figures["latency_errors"] = report.errors.total() + sum(
        number for status, number in report.by_status.items() if status in _REFUSED
    )


def at_each_rate(runs: Runs, stretch_s: float) -> None:
    """Measure latency at several rates, for the curve."""
    told = runs.step("server: at several rates")
    for place, percent in enumerate(CURVE):
        told(place, len(CURVE))
        rate = runs.rate * percent / 100
        report = runs.at_rates([Step(rate=rate, seconds=stretch_s)])
        runs.figures |= _offered(runs, report.samples, percent, seconds=stretch_s)
        found = percentiles_ms(report.histogram)
        runs.figures |= {f"latency_ms_at.{percent}_percent.{at}": round(found[at], 2) for at in ("p50", "p99", "p99_9")}


def _offered(runs: Runs, samples: Samples, percent: int, *, seconds: float) -> dict[str, float]:
    """Say how much was offered, and how much of it was answered in time."""
    within = samples.chosen(until_s=seconds)
    good = within & (samples.status == _OK) & (samples.took <= _DEADLINE_S * 1e9)
    return {
        f"offered_per_s_at.{percent}_percent": round(float(within.sum()) / seconds, 1),
        f"goodput_at.{percent}_percent": round(float(good.sum()) / seconds / runs.rate, 3),
    }


def overloaded(runs: Runs, stretch_s: float, after_s: float) -> None:
    """Send more than the server can answer, at last three times as much, then half, and see what it does with each.

    Goodput counts what was answered within the deadline, against the saturation rate. The server is back to normal in
    the first second after the overload from which on a hundredth at most take longer than the deadline.
    """
    for percent in OVERLOAD:
        over_s = Step(rate=runs.rate * percent / 100, seconds=stretch_s)
        then = Step(rate=runs.rate * GENTLE, seconds=after_s)
        samples = runs.at_rates([over_s, then], connections=_MANY).samples
        runs.figures |= _offered(runs, samples, percent, seconds=stretch_s)
    over = samples.chosen(until_s=stretch_s)
    refused = over & ((samples.status == _REFUSED[0]) | (samples.status == _REFUSED[1]))
    runs.figures |= {
        "overload.refused": round(float(refused.sum()) / max(1.0, float(over.sum())), 3),
        "overload.unanswered": float((over & (samples.status == 0)).sum()),
        "overload.back_to_normal_s": _normal_after(samples.due[~over] / 1e9 - stretch_s, samples.took[~over] / 1e9),
        "overload.accepted_ms.p99": _percentile_ms(samples.took[over & (samples.status == _OK)], 99),
        "overload.refusal_ms.p50": _percentile_ms(samples.took[refused], 50),
        "overload.refusal_ms.p99": _percentile_ms(samples.took[refused], 99),
    }


def _percentile_ms(took_ns: NDArray[np.int64], at: float) -> float:
    """Give a percentile in milliseconds; 0 where there was nothing."""
    return round(float(np.percentile(took_ns, at)) / 1e6, 2) if took_ns.size else 0.0


def _normal_after(due_s: NDArray[np.float64], took_s: NDArray[np.float64]) -> float:
    """Give the whole seconds after which at most one in a hundred takes longer than the deadline."""
    slow: dict[int, list[bool]] = {}
    for due, took in zip(due_s.tolist(), took_s.tolist(), strict=True):
        slow.setdefault(int(due), []).append(took > _DEADLINE_S)
    last = max((second for second, marks in slow.items() if sum(marks) > len(marks) / 100), default=-1)
    return float(last + 1)


def measure(
    sizes: Sizes, data: Path, step: Callable[[str], Told], *, model: Path, variant: str = ""
) -> dict[str, float]:
    """Run one server over the bank's directory through everything."""
    stream = events(31, _MOST, variant=variant)
    with running(data, now_ms=START_MS + _AHEAD_MS, more=("--model", str(model))) as server:
        runs = Runs(server=server, stream=stream, folder=data, step=step)
        _all(runs, sizes)
        runs.figures["resident_mb"] = round(server.resident_bytes() / 1e6, 1)
    return runs.figures


def _all(runs: Runs, sizes: Sizes) -> None:
    runs.step("server: warm")(0, 1)
    runs.at_once(runs.take(sizes.warm))
    runs.step("server: saturated")(0, 1)
    saturate(runs, sizes.saturated)
    runs.step("server: batches")(0, 1)
    batched(runs, sizes.batched)
    runs.step("server: half its rate")(0, 1)
    gentle(runs, sizes.stretch_s)
    at_each_rate(runs, sizes.stretch_s / 2)
    runs.step("server: overloaded")(0, 1)
    overloaded(runs, sizes.stretch_s, sizes.after_s)
