"""Verification sessions and slow operators: how many sessions a second go through, and what operators cost a decision.

A session is created, started, called back by its provider and consumed over HTTP; the server asks the provider twice
meanwhile. Server, provider and the people share the machine. Then transfers are decided at a fixed rate while three
mobile operators take ten seconds, say nothing at all, or answer 503: first as a file of providers usually declares
them, so that they are soon left alone, then so that no breaker opens and every decision waits for them.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.request import urlopen

import numpy as np

from tests.bench.fb1.server import Running, started
from tests.bench.load.generator import Plan, Route, drive
from tests.bench.load.report import Report, percentiles_ms
from tests.bench.load.schedule import Step
from tests.bench.verifying import centre
from tests.bench.verifying.operators import PATIENT_MS, TIMEOUT_MS, TROUBLED, WELL, Sent, operating, transfers
from tests.bench.verifying.walk import STEPS, Walked, walk_at_once, walk_at_rate

RATE: Final = 150.0
_CONNECTIONS: Final = 128
_PATIENCE_S: Final = 10.0
_AT: Final = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99_9": 99.9, "max": 100.0}
_CASES: Final = {
    "operators_well": (WELL, TIMEOUT_MS),
    "operators_slow": (TROUBLED, TIMEOUT_MS),
    "operators_waited_for": (TROUBLED, PATIENT_MS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is done: warm-up and saturated sessions, seconds at a rate, and decisions a second beside operators.

    `deadline_ms` is what the caller of a decision gives it.
    """

    warm: int
    saturated: int
    seconds: float
    rate: float = RATE
    decisions: float = 100.0
    walkers: int = 32
    deadline_ms: int = 300


QUICK: Final = Sizes(warm=100, saturated=600, seconds=10)
TINY: Final = Sizes(warm=2, saturated=6, seconds=0.5, rate=10, decisions=10, walkers=2, deadline_ms=20_000)
FULL: Final = Sizes(warm=300, saturated=3_000, seconds=60)


@contextmanager
def running(folder: Path, words: Sequence[str]) -> Iterator[Running]:
    """Run the server by the machine's clock on a directory of its own while the `with` lasts."""
    usual = ["--data", str(folder / "data"), "--port", "0", "--dev", "--home", "KZ", "--zone", "Asia/Almaty"]
    command = [sys.executable, "-m", "holdfast", "serve", *usual, "--compact-records", "0", *words]
    with started(command) as (pid, url):
        host, _, port = url.removeprefix("http://").partition(":")
        yield Running(address=(host, int(port)), pid=pid)


def _percentiles(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """Name the percentiles of some durations, in milliseconds."""
    found = np.percentile(seconds, list(_AT.values())) * 1_000 if len(seconds) else np.zeros(len(_AT))
    return {f"identity.{name}_ms.{at}": round(float(value), 2) for at, value in zip(_AT, found, strict=True)}


def _cpu_s(pid: int) -> float:
    return Running(address=("", 0), pid=pid).cpu_s()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """The server and its provider, and what is read of both."""

    server: Running
    provider: int

    def used(self) -> tuple[float, float]:
        """Give the CPU seconds of server and provider so far."""
        return self.server.cpu_s(), _cpu_s(self.provider)


def sessions(folder: Path, sizes: Sizes) -> dict[str, float]:
    """Let people go through sessions, first as fast as it goes, then at the fixed rate."""
    with ExitStack() as stack:
        pid, url = stack.enter_context(started([sys.executable, "-m", "tests.bench.verifying.centre"]))
        words = ("--packs", "kz", *centre.declared(folder, url))
        site = _Site(server=stack.enter_context(running(folder, words)), provider=pid)
        address = site.server.address
        walk_at_once(address, count=sizes.warm, walkers=sizes.walkers, mark="warm")
        walked, cpu = _measured(site, lambda: walk_at_once(address, count=sizes.saturated, walkers=sizes.walkers))
        figures = {
            "identity.saturated_per_s": len(walked.whole) / walked.seconds,
            "identity.saturated_cpu_ms": cpu[0] / max(1, len(walked.whole)) * 1_000,
            "identity.saturated_faults": float(len(walked.faults)),
        }
        walked, cpu = _measured(site, lambda: walk_at_rate(address, rate=sizes.rate, seconds=sizes.seconds))
        return figures | _told(walked, cpu, offered=sizes.rate)


def _measured(site: _Site, walk: Callable[[], Walked]) -> tuple[Walked, tuple[float, float]]:
    """Let a run happen, and give the CPU seconds that server and provider spent on it."""
    before = site.used()
    walked = walk()
    server, provider = (after - own for after, own in zip(site.used(), before, strict=True))
    return walked, (server, provider)


def _told(walked: Walked, cpu: tuple[float, float], *, offered: float) -> dict[str, float]:
    """Name what came of sessions at a fixed rate."""
    done = max(1, len(walked.whole))
    figures = {
        "identity.offered_per_s": offered,
        "identity.sessions_per_s": len(walked.whole) / walked.seconds,
        "identity.sessions": float(len(walked.whole)),
        "identity.faults": float(len(walked.faults)),
        "identity.cpu_ms_per_session": cpu[0] / done * 1_000,
        "identity.provider_cpu_ms_per_session": cpu[1] / done * 1_000,
        "identity.people_cpu_ms_per_session": walked.cpu_s / done * 1_000,
        "identity.server_cores": cpu[0] / walked.seconds,
    }
    figures |= _percentiles("session", walked.whole)
    for step in STEPS:
        figures |= _percentiles(step, walked.steps[step])
    return figures


def decisions(folder: Path, name: str, sizes: Sizes) -> dict[str, float]:
    """Decide transfers at a fixed rate beside operators of one kind."""
    manners, timeout_ms = _CASES[name]
    count = int(sizes.decisions * sizes.seconds)
    with operating(folder, manners, timeout_ms=timeout_ms) as words, running(folder, words) as server:
        warm = transfers(count // 10 + 1, f"{name}-warm")
        _drive(server, warm, rate=sizes.decisions / 2, deadline_ms=sizes.deadline_ms)
        cpu, before = server.cpu_s(), _skipped(server)
        report = _drive(server, transfers(count, name), rate=sizes.decisions, deadline_ms=sizes.deadline_ms)
        cpu, missing = server.cpu_s() - cpu, _skipped(server)
    late = int((report.samples.took > sizes.deadline_ms * 1_000_000).sum())
    figures = {
        f"identity.{name}_decisions": float(len(report.samples.due)),
        f"identity.{name}_deadline_ms": float(sizes.deadline_ms),
        f"identity.{name}_late": float(late),
        f"identity.{name}_not_decided": float(len(report.samples.due) - report.by_status[200]),
        f"identity.{name}_cpu_ms": cpu / len(report.samples.due) * 1_000,
    }
    figures |= {f"identity.{name}_ms.{at}": value for at, value in percentiles_ms(report.histogram).items()}
    waited = {why: count - before.get(why, 0.0) for why, count in missing.items()}
    return figures | {f"identity.{name}_skipped.{why}": count for why, count in sorted(waited.items())}


def _drive(server: Running, sent: Sequence[Sent], *, rate: float, deadline_ms: int) -> Report:
    """Send transfers evenly, whatever the server does."""
    steps = [Step(rate=rate, seconds=len(sent) / rate)]
    routes = {"transfer": Route(headers={"holdfast-deadline-ms": str(deadline_ms)})}
    patience_s = _PATIENCE_S + deadline_ms / 1_000
    plan = Plan(
        events=sent, steps=steps, arrivals="even", routes=routes, connections=_CONNECTIONS, patience_s=patience_s
    )
    return drive(server.address, plan)


def _skipped(server: Running) -> dict[str, float]:
    """Give how many inputs decisions had to do without, by the reason, by the server's own count."""
    host, port = server.address
    found: dict[str, float] = {}
    with urlopen(f"http://{host}:{port}/metrics", timeout=30) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("holdfast_skipped_total{"):
                why = line.partition('why="')[2].partition('"')[0]
                found[why] = found.get(why, 0.0) + float(line.rpartition(" ")[2])
    return found


def measure(*, quick: bool = False, sizes: Sizes | None = None) -> dict[str, float]:
    """Give the figures of sessions, then those of decisions beside operators of every kind."""
    chosen = sizes or (QUICK if quick else FULL)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        figures |= sessions(_made(folder, "sessions"), chosen)
        for name in _CASES:
            figures |= decisions(_made(folder, name), name, chosen)
    return {name: round(value, 3) for name, value in figures.items()}


def _made(folder: str, name: str) -> Path:
    """Make a directory of its own."""
    made = Path(folder) / name
    made.mkdir()
    return made
