"""More than can be answered: what still is, how soon the others are told, when it is over; and idle connections."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.bench.fb1.server import Running, running
from tests.bench.fb1.workload import START_MS, Sent, events
from tests.bench.load.generator import Plan, Route, drive
from tests.bench.load.idle import idle_figures
from tests.bench.load.report import Report, Samples
from tests.bench.load.schedule import Step

FACTORS: Final = (1.0, 1.5, 2.0, 3.0)
_MOST: Final = 1_000_000
_AHEAD_MS: Final = _MOST + 60_000
_DEADLINE_NS: Final = 300_000_000
_CONNECTIONS: Final = 1_000
_FEW: Final = 32
_SLOT_NS: Final = 100_000_000
_OK: Final = 200
_REFUSED: Final = (429, 503)
_PATIENT: Final = Route(headers={"holdfast-deadline-ms": "60000"})
_KINDS: Final = ("fresh", "late", "very_late", "duplicate", "malformed", "listed", "login")


@dataclass(slots=True)
class Bench:
    """A server, the stream of events for it, and its rate when it never waits for work."""

    server: Running
    stream: "islice[Sent]"
    rate: float = 0.0
    cpu_us: float = 0.0

    def send(self, steps: Sequence[Step], *, connections: int = _CONNECTIONS) -> Report:
        """Send at fixed rates, whatever the server does."""
        wanted = int(sum(step.rate * step.seconds for step in steps) * 1.1) + 500
        plan = Plan(events=list(islice(self.stream, wanted)), steps=steps, connections=connections)
        return drive(self.server.address, plan)

    def saturate(self, count: int) -> None:
        """Learn the rate of a server whose few callers always have a next request."""
        cpu = self.server.cpu_s()
        plan = Plan(
            events=list(islice(self.stream, count)),
            steps=[Step(rate=count * 1_000, seconds=1e-3)],
            arrivals="even",
            connections=_FEW,
            routes=dict.fromkeys(_KINDS, _PATIENT),
            patience_s=600,
        )
        report = drive(self.server.address, plan)
        self.rate = count / report.seconds
        self.cpu_us = (self.server.cpu_s() - cpu) / count * 1e6


def measure(*, quick: bool = False) -> dict[str, float]:
    """Give the figures of overload at several rates, of the time after it, and of idle connections."""
    count, stretch_s = (3_000, 3.0) if quick else (20_000, 15.0)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with running(data, now_ms=START_MS + _AHEAD_MS) as server:
            bench = Bench(server, islice(events(37, _MOST), _MOST))
            bench.saturate(count)
            bench.saturate(count)
            figures = {"overload.saturation_per_s": round(bench.rate, 1)}
            for factor in FACTORS[-1:] if quick else FACTORS:
                figures |= overload_figures(bench, factor, stretch_s)
            load = partial(bench.send, [Step(rate=bench.rate * 0.3, seconds=stretch_s)], connections=64)
            return figures | idle_figures(server, load, count=2_000 if quick else 10_000)


def overload_figures(bench: Bench, factor: float, stretch_s: float) -> dict[str, float]:
    """Send a while at half the saturation rate, then at a multiple of it, then at half again.

    The greatest multiple has the names without a number. Goodput is what was answered within the deadline, against
    the saturation rate; `goodput_cpu_ratio` says the same by CPU time, which neighbours do not change: decisions a
    second of CPU, against those when saturated.
    """
    gentle = Step(rate=bench.rate / 2, seconds=stretch_s / 2)
    bench.send([gentle])
    cpu = bench.server.cpu_s()
    samples = bench.send([Step(rate=bench.rate * factor, seconds=stretch_s)]).samples
    cpu_us = (bench.server.cpu_s() - cpu) * 1e6
    after = bench.send([Step(rate=bench.rate * factor, seconds=1.0), gentle]).samples
    answered, refused = samples.count(status=_OK), sum(samples.count(status=one) for one in _REFUSED)
    good = samples.chosen(status=_OK) & (samples.took <= _DEADLINE_NS)
    found = {
        "goodput_ratio": good.sum() / stretch_s / bench.rate,
        "goodput_cpu_ratio": answered * bench.cpu_us / cpu_us,
        "refused_ratio": refused / len(samples.due),
        "accepted_ms.p99_9": _at(samples, samples.status == _OK, 99.9),
        "refusal_ms.p50": _at(samples, np.isin(samples.status, _REFUSED), 50),
        "refusal_ms.p99": _at(samples, np.isin(samples.status, _REFUSED), 99),
        "cpu_us_per_refusal": max(0.0, cpu_us - answered * bench.cpu_us) / max(1, refused),
        "recovery_s": recovery_s(after, 1.0),
    }
    prefix = "overload" if factor == FACTORS[-1] else f"overload.at_{factor:g}"
    return {f"{prefix}.{name}": round(float(value), 3) for name, value in found.items()}


def recovery_s(samples: Samples, over_s: float) -> float:
    """Give the time after an overload from which on every tenth of a second is answered in time and without refusal."""
    wrong = (samples.status != _OK) & (samples.status < 400) | (samples.took > _DEADLINE_NS)
    wrong |= np.isin(samples.status, _REFUSED)
    late: NDArray[np.int64] = samples.due[wrong & (samples.due >= over_s * 1e9)] - int(over_s * 1e9)
    return float((late // _SLOT_NS).max() + 1) * _SLOT_NS / 1e9 if late.size else 0.0


def _at(samples: Samples, marks: NDArray[np.bool_], percent: float) -> float:
    """Give a percentile in milliseconds; 0 where there was nothing."""
    took = samples.took[marks]
    return float(np.percentile(took, percent)) / 1e6 if took.size else 0.0
