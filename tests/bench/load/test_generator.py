"""The generator's own arithmetic, and that it hides nothing of a server that stands still."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from holdfast.wire.canonical import canonical
from tests.acceptance.conftest import Server, transfer
from tests.bench.load.generator import Plan, Route, Run, drive
from tests.bench.load.probes import Probes
from tests.bench.load.report import Report, histogram, percentiles_ms
from tests.bench.load.schedule import Burst, Step, due_ns

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"
STOPPED_S = 0.4


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of a test."""

    body: bytes
    kind: str = "transfer"


def bodies(count: int, kind: str = "transfer") -> list[Sent]:
    """Make events that are all decided."""
    return [Sent(canonical(transfer(f"g-{number}")), kind) for number in range(count)]


def test_even_arrivals_are_evenly_spaced() -> None:
    """A hundred a second for two seconds are two hundred instants, ten milliseconds apart, from the start on."""
    due = due_ns([Step(rate=100, seconds=2)], arrivals="even")
    assert len(due) == 200
    assert due[0] == 0
    assert set(np.diff(due // 1_000)) == {10_000}


def test_a_step_changes_the_rate_where_it_begins() -> None:
    """Steps follow each other: ten a second for a second, then a hundred for a second."""
    due = due_ns([Step(rate=10, seconds=1), Step(rate=100, seconds=1)], arrivals="even")
    assert [int((due < 1e9).sum()), int((due >= 1e9).sum())] == [10, 100]


def test_a_burst_multiplies_its_share_of_every_period() -> None:
    """Ten times as many come in the first half second of every two."""
    due = due_ns([Step(rate=20, seconds=4)], arrivals="even", burst=Burst(every_s=2, lasts_s=0.5, times=10))
    share = due % int(2e9) < int(0.5e9)
    assert [int(share.sum()), int((~share).sum())] == [200, 60]


def test_poisson_arrivals_follow_their_law_and_their_seed() -> None:
    """The gaps have the mean and the spread of exponential ones; a seed gives the same instants again."""
    due = due_ns([Step(rate=1_000, seconds=50)], seed=7)
    gaps = np.diff(due) / 1e6
    assert len(due) == pytest.approx(50_000, rel=0.03)
    assert (gaps >= 0).all()
    assert gaps.mean() == pytest.approx(1.0, rel=0.03)
    assert gaps.std() == pytest.approx(1.0, rel=0.05)
    assert (due == due_ns([Step(rate=1_000, seconds=50)], seed=7)).all()
    assert (due[:100] != due_ns([Step(rate=1_000, seconds=50)], seed=8)[:100]).any()


def test_a_histogram_keeps_every_duration_to_three_digits() -> None:
    """Percentiles of a known set come out within a thousandth, in milliseconds; a duration of nothing is one."""
    recorded = histogram(np.arange(1, 10_001) * 1_000_000)
    assert recorded.get_total_count() == 10_000
    assert percentiles_ms(recorded)["p99"] == pytest.approx(9_900, rel=0.001)
    assert percentiles_ms(recorded)["max"] == pytest.approx(10_000, rel=0.001)
    assert histogram(np.array([0])).get_min_value() == 1
    assert percentiles_ms(histogram(np.array([], dtype=np.int64))) == {}


class Stub(asyncio.Protocol):
    """A server of one connection that answers as its test says."""

    def __init__(self, respond: "Respond") -> None:
        self._respond = respond

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer one request."""
        self._respond(self.transport, data)


class Respond:
    """Counts requests, and answers each by the rule of its test."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def __call__(self, transport: asyncio.Transport, data: bytes) -> None:
        """Answer at once."""
        self.seen.append(data)
        transport.write(OK)


@asynccontextmanager
async def serving(respond: Respond) -> AsyncIterator[tuple[str, int]]:
    """Answer on a port of this machine while the `with` lasts."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Stub(respond), "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()
        yield host, port
    finally:
        server.close()


async def measured(respond: Respond, plan: Plan) -> Report:
    """Run a plan against a stub in the same loop."""
    async with serving(respond) as address:
        return await Run(address, plan, due_ns(plan.steps, arrivals=plan.arrivals)).report()


def even(count: int, **changes: Any) -> Plan:
    """Plan a number of requests within a tenth of a second."""
    step = Step(rate=count * 10, seconds=0.1)
    return Plan(**{"events": bodies(count), "steps": [step], "arrivals": "even", "connections": 4} | changes)  # type: ignore[arg-type] # fields by name


def test_every_request_is_sent_once_and_counted() -> None:
    """All requests arrive with their own bodies, and every one of them is in the histogram under its status."""
    respond = Respond()
    plan = even(50)
    report = asyncio.run(measured(respond, plan))
    assert [data.partition(b"\r\n\r\n")[2] for data in respond.seen] == [one.body for one in plan.events]
    assert report.by_status == {200: 50}
    assert report.histogram.get_total_count() == report.send_lag.get_total_count() == 50
    assert not report.errors


class Slow(Respond):
    """Answers nothing until a while after the first request, then everything."""

    def __call__(self, transport: asyncio.Transport, data: bytes) -> None:
        """Answer when the pause is over."""
        self.seen.append(data)
        loop = asyncio.get_running_loop()
        self.over = getattr(self, "over", loop.time() + STOPPED_S)
        loop.call_at(max(self.over, loop.time()), transport.write, OK)


def test_a_wait_for_a_connection_counts() -> None:
    """With one connection and a server that pauses, every request due in the pause is timed from its own instant.

    A closed loop would have recorded one slow request, the one that was on its way.
    """
    report = asyncio.run(measured(Slow(), even(40, connections=1)))
    took = report.samples.took / 1e9
    assert (took[1:] >= STOPPED_S - report.samples.due[1:] / 1e9 - 0.01).all()
    assert report.samples.waited[-1] > 0
    assert (np.diff(took[:20]) < 0).all()


class Silent(Respond):
    """Never answers the request whose number is asked for."""

    def __call__(self, transport: asyncio.Transport, data: bytes) -> None:
        """Answer all but the third."""
        self.seen.append(data)
        if len(self.seen) != 3:
            transport.write(OK)


def test_an_unanswered_request_is_not_left_out() -> None:
    """What was never answered is counted as an error, and as long as the run waited for it."""
    report = asyncio.run(measured(Silent(), even(20, patience_s=0.2)))
    assert report.errors == {"unanswered": 1}
    assert report.by_status == {200: 19}
    assert report.histogram.get_total_count() == 20
    assert report.samples.took[2] >= 0.2e9
    assert report.samples.status[2] == 0


class Rude(Respond):
    """Hangs up on every fifth request, and says of every other fifth that it is the last."""

    def __call__(self, transport: asyncio.Transport, data: bytes) -> None:
        """Answer, or close."""
        self.seen.append(data)
        if len(self.seen) % 5 == 0:
            transport.abort()
        elif len(self.seen) % 5 == 1:
            transport.write(OK.replace(b"content", b"connection: close\r\ncontent"))
            transport.close()
        else:
            transport.write(BUSY if b"/v1/events" in data else OK)


def test_lost_connections_are_counted_and_replaced() -> None:
    """A connection that goes away loses the request on it alone; the others go on, on new connections."""
    report = asyncio.run(measured(Rude(), even(50)))
    assert report.errors["lost"] == 10
    assert report.by_status == {200: 40}
    assert report.histogram.get_total_count() == 50


def test_kinds_go_their_own_ways_and_are_told_apart() -> None:
    """A kind's requests go to its route with its headers, and can be counted by kind and status."""
    events = [one for pair in zip(bodies(10), bodies(10, "event"), strict=True) for one in pair]
    respond = Rude()
    plan = even(20, events=events, routes={"event": Route(path="/v1/events", headers={"x-key": "k"})})
    report = asyncio.run(measured(respond, plan))
    samples = report.samples
    assert sum(b"POST /v1/events" in data and b"x-key: k\r\n" in data for data in respond.seen) == 10
    assert samples.count(kind="event") == samples.count(kind="transfer") == 10
    assert samples.count(kind="event", status=503) == report.by_status[503] > 0
    assert samples.count(kind="transfer", status=503) == samples.count(kind="nobody") == 0
    assert samples.latency(kind="event").get_total_count() == 10


def test_a_plan_with_too_few_events_is_an_error() -> None:
    """A plan that runs out of events says so instead of sending less."""
    with pytest.raises(IndexError, match="sends 50 requests and has 3 events"):
        asyncio.run(measured(Respond(), even(50, events=bodies(3))))


def test_the_probes_see_the_disk_and_the_sleeper(tmp_path: Path) -> None:
    """Beside a run there are durations of both kinds, and nothing is left in the folder."""
    with Probes(tmp_path) as probes:
        time.sleep(0.3)
    assert probes.fsync.get_total_count() > 0
    assert probes.hiccup.get_total_count() > 0
    assert not list(tmp_path.iterdir())


@contextmanager
def stopped_for_a_while(pid: int, after_s: float) -> Iterator[list[int]]:
    """Stop a process after a while and let it go on; the instants between which it surely stood, in nanoseconds."""
    stood = list[int]()

    def stop() -> None:
        time.sleep(after_s)
        os.kill(pid, signal.SIGSTOP)
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.001)
        stood.append(time.monotonic_ns())
        time.sleep(STOPPED_S)
        stood.append(time.monotonic_ns())
        os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=stop)
    thread.start()
    try:
        yield stood
    finally:
        thread.join()


def test_a_server_that_is_stopped_is_recorded_in_full(tmp_path: Path) -> None:
    """A real server is stopped: every request due meanwhile has waited at least until it went on.

    So there are as many slow requests as the rate brings in the pause, spread evenly over its length, although only
    eight connections exist; and all are answered in the end.
    """
    rate, seconds = 200, 1.5
    server = Server(tmp_path / "data", "--packs", "ru", "--dev", "--clock", "2026-05-08T12:00:00+03:00")
    try:
        url = server.client.base_url
        address = (url.host, url.port or 0)
        plan = Plan(
            events=bodies(int(rate * seconds)),
            steps=[Step(rate=rate, seconds=seconds)],
            arrivals="even",
            connections=8,
            patience_s=30,
        )
        with stopped_for_a_while(server.process.pid, 0.6) as stood:
            report = drive(address, plan)
    finally:
        server.end()
    stood_at, went_on = (at - report.start_ns for at in stood)
    samples = report.samples
    meanwhile = (samples.due >= stood_at) & (samples.due < went_on)
    assert sum(report.by_status.values()) == int(rate * seconds)
    assert set(report.by_status) <= {200, 503}  # what waited too long is refused, and recorded all the same
    assert int(meanwhile.sum()) in range(int(rate * STOPPED_S), int(rate * (went_on - stood_at) / 1e9) + 2)
    assert (samples.took[meanwhile] >= went_on - samples.due[meanwhile]).all()
    assert report.histogram.get_max_value() * 1_000 >= went_on - stood_at - 1e9 / rate
