"""What the running server costs and how fast it answers: saturated, in batches, at fixed rates, and overloaded."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.bench.fb1.names import CURVE, OVERLOAD
from tests.bench.fb1.server import Running, running, slow_provider
from tests.bench.fb1.told import Told
from tests.bench.fb1.workload import START_MS, Sent, events
from tests.bench.load.generator import Plan, Route, drive
from tests.bench.load.report import Report, Samples, percentiles_ms
from tests.bench.load.schedule import Step

BATCH: Final = 50
GENTLE: Final = 0.5
SLOW_MS: Final = 200
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
_BATCHERS: Final = 8
_ROUNDS: Final = 200
_LONGEST_S: Final = 600.0
_WAITING: Final = 256  # callers of a server that waits for a provider most of the time
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
    callers: int = _CONNECTIONS
    figures: dict[str, float] = field(default_factory=dict)
    rate: float = 0.0

    def take(self, count: int) -> list[Sent]:
        """Give the next events of the stream."""
        return list(islice(self.stream, count))

    def at_once(self, sent: Sequence[Sent], *, connections: int | None = None) -> float:
        """Send as fast as the server answers, and what it refused again; gives the seconds that this took.

        Everything is due at the start and waits for a free connection.
        """
        seconds, left = 0.0, list(sent)
        for _ in range(_ROUNDS):
            report = drive(self.server.address, _flood(left, connections or self.callers))
            seconds += report.seconds
            left = refused_of(report, left)
            if not left:
                return seconds
        raise RuntimeError(f"{len(left)} of {len(sent)} requests were refused {_ROUNDS} times")

    def at_rates(self, steps: Sequence[Step], *, connections: int | None = None) -> Report:
        """Send at fixed rates whatever the server does, with the probes beside."""
        wanted = int(sum(step.rate * step.seconds for step in steps) * 1.1) + 500
        plan = Plan(events=self.take(wanted), steps=steps, connections=connections or self.callers, probes=self.folder)
        return drive(self.server.address, plan)


def _flood(sent: Sequence[Sent], connections: int) -> Plan:
    step = Step(rate=len(sent) * 1_000, seconds=1e-3)
    return Plan(
        events=sent, steps=[step], arrivals="even", connections=connections, routes=_ROUTES, patience_s=_LONGEST_S
    )


def refused_of(report: Report, sent: Sequence[Sent]) -> list[Sent]:
    """Give what the server refused for want of time; raises RuntimeError when anything else went wrong."""
    statuses = report.samples.status.tolist()
    strange = [one for one, status in zip(sent, statuses, strict=True) if status not in _expected(one)]
    if report.errors or strange:
        raise RuntimeError(f"{len(strange)} requests went wrong: {report.by_status} {report.errors} {strange[:1]}")
    return [one for one, status in zip(sent, statuses, strict=True) if status in _REFUSED]


def _expected(sent: Sent) -> tuple[int, ...]:
    """Give the statuses that a request may get."""
    return (*_REFUSED, 400, 422) if sent.kind == "malformed" else (*_REFUSED, _OK)


@dataclass(slots=True)
class Meter:
    """What a server has used since the meter was made, in parts of the decisions that it made meanwhile."""

    server: Running
    _cpu_s: float = 0.0
    _main_s: float = 0.0
    _written: int = 0
    _decisions: int = 0

    def __post_init__(self) -> None:
        server = self.server
        self._cpu_s, self._main_s = server.cpu_s(), server.main_thread_s()
        self._written, self._decisions = server.written_bytes(), server.decisions()

    def decisions(self) -> int:
        """Give how many decisions were made."""
        return max(1, self.server.decisions() - self._decisions)

    def cpu_us(self) -> float:
        """Give the CPU of a decision, all threads, whatever else was answered included."""
        return (self.server.cpu_s() - self._cpu_s) / self.decisions() * 1e6

    def main_us(self) -> float:
        """Give the part of the thread that decides."""
        return (self.server.main_thread_s() - self._main_s) / self.decisions() * 1e6

    def written_bytes(self) -> float:
        """Give the bytes that a decision caused to be written."""
        return (self.server.written_bytes() - self._written) / self.decisions()


def saturate(runs: Runs, count: int) -> None:
    """Measure the server's CPU a decision, its rate, and the bytes that it writes, while it never waits for work."""
    sent, meter = runs.take(count), Meter(runs.server)
    seconds = runs.at_once(sent)
    cpu_us, main_us = meter.cpu_us(), meter.main_us()
    runs.rate = len(sent) / seconds
    runs.figures |= {
        "cpu_us_per_decision.http": round(cpu_us, 1),
        "cpu_us_per_decision.http.main_thread": round(main_us, 1),
        "cpu_us_per_decision.http.other_threads": round(cpu_us - main_us, 1),
        "decisions_per_s_per_core": round(1e6 / cpu_us, 1),
        "http_decisions_per_s": round(meter.decisions() / seconds, 1),
        "bytes_written_per_decision": round(meter.written_bytes(), 1),
    }


def batched(runs: Runs, count: int) -> None:
    """Measure the server's CPU a decision where events come in batches."""
    lines, meter = [one for one in runs.take(count) if b"\n" not in one.body], Meter(runs.server)
    bodies = [b"\n".join(one.body for one in lines[start : start + BATCH]) for start in range(0, len(lines), BATCH)]
    seconds = runs.at_once(
        [Sent(f"batch-{place}", body, "batch", 0) for place, body in enumerate(bodies)], connections=_BATCHERS
    )
    runs.figures |= {
        "cpu_us_per_decision.batch": round(meter.cpu_us(), 1),
        "batch_decisions_per_s": round(meter.decisions() / seconds, 1),
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
    words: tuple[str, ...] = ("--model", str(model))
    now_ms = START_MS + _AHEAD_MS
    with ExitStack() as stack:
        if variant == "d":
            words += stack.enter_context(slow_provider(data, SLOW_MS))
        server = stack.enter_context(running(data, now_ms=now_ms, more=words))
        callers = _CONNECTIONS if variant != "d" else _WAITING
        runs = Runs(server=server, stream=stream, folder=data, step=step, callers=callers)
        _all(runs, sizes, variant=variant)
        runs.figures["resident_mb"] = round(server.resident_bytes() / 1e6, 1)
    return runs.figures


def _all(runs: Runs, sizes: Sizes, *, variant: str) -> None:
    runs.step("server: warm")(0, 1)
    runs.at_once(runs.take(sizes.warm))
    if variant != "b":
        _one_by_one(runs, sizes)
    runs.step("server: batches")(0, 1)
    batched(runs, sizes.batched)
    if variant != "b":
        runs.step("server: half its rate")(0, 1)
        gentle(runs, sizes.stretch_s)
        at_each_rate(runs, sizes.stretch_s / 2)
        runs.step("server: overloaded")(0, 1)
        overloaded(runs, sizes.stretch_s, sizes.after_s)


def _one_by_one(runs: Runs, sizes: Sizes) -> None:
    runs.step("server: saturated")(0, 1)
    saturate(runs, sizes.saturated)
