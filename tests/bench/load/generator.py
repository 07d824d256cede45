"""An open-loop generator: every request has an instant at which it is due, and is timed from then.

A slow server does not slow it down: what is due while all connections are busy waits here, and that wait counts. One
thread, raw connections without pipelining.
"""

import asyncio
import resource
import time
from array import array
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, cast

import httptools
import numpy as np
import uvloop
from numpy.typing import NDArray

from tests.bench.load.alarm import Alarm
from tests.bench.load.probes import Probes
from tests.bench.load.report import Report, Samples, histogram
from tests.bench.load.schedule import Arrivals, Burst, Step, due_ns

_OPENING: Final = 200
_AGAIN_S: Final = 0.1
_SETTLE_S: Final = 0.01
_WAITING: Final = -1


class Sent(Protocol):
    """What is sent: a body, and the kind by which the plan knows its route."""

    @property
    def body(self) -> bytes:
        """The bytes of the event."""

    @property
    def kind(self) -> str:
        """The kind, such as `transfer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where one kind of request goes."""

    path: str = "/v1/decisions"
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)

    def head(self) -> bytes:
        """Write the head up to the length of the body."""
        more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        kind = "content-type: application/json\r\n"
        return f"{self.method} {self.path} HTTP/1.1\r\nhost: bench\r\n{kind}{more}content-length: ".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is sent when: `events` are taken one by one, `steps` say how many a second for how long.

    Events that are not made yet are made while the run lasts, which shows in its send lag; a list costs nothing.
    A run ends when everything was answered, or `patience_s` after the last request was due. `routes` are by kind; a
    kind without one is decided. `probes` is a folder on the disk of the server, where the probes work beside the run.
    """

    events: Iterable[Sent]
    steps: Sequence[Step]
    arrivals: Arrivals = "poisson"
    burst: Burst | None = None
    seed: int = 1
    connections: int = 64
    routes: Mapping[str, Route] = field(default_factory=dict)
    patience_s: float = 10.0
    probes: Path | None = None


def drive(address: tuple[str, int], plan: Plan) -> Report:
    """Send the plan's requests to a server and give what was measured."""
    _raise_file_limit()
    due = due_ns(plan.steps, arrivals=plan.arrivals, burst=plan.burst, seed=plan.seed)
    with ExitStack() as stack:
        probes = stack.enter_context(Probes(plan.probes)) if plan.probes else None
        report = uvloop.run(Run(address, plan, due).report())
    if probes is None:
        return report
    fields = {name: getattr(report, name) for name in Report.__slots__}
    return Report(**fields | {"fsync": probes.fsync, "hiccup": probes.hiccup})


def _raise_file_limit() -> None:
    """Let this process have as many connections as the machine lets it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class _Line(asyncio.Protocol):
    """One kept-alive connection with at most one request on its way."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self.busy = _WAITING

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready for requests."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass of it
        self._parser = httptools.HttpResponseParser(self)

    def data_received(self, data: bytes) -> None:
        """Read the answer."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.abort()

    def on_message_complete(self) -> None:
        """Hand the whole answer over."""
        if self.busy == _WAITING:
            self.transport.abort()
        else:
            self._run.answered(self, self._parser.get_status_code(), stays=self._parser.should_keep_alive())

    def connection_lost(self, _: Exception | None) -> None:
        """Say that this connection is gone."""
        self._run.lost(self)


class Run:
    """One run: arrivals go to free connections, or wait for one in the order in which they were due."""

    def __init__(self, address: tuple[str, int], plan: Plan, due: NDArray[np.int64]) -> None:
        self._address = address
        self._plan = plan
        self._due: list[int] = due.tolist()
        self._lag, self._sent, self._done = (array("q", bytes(8 * len(due))) for _ in range(3))
        self._status = array("q", bytes(8 * len(due)))
        self._kind = array("q", bytes(8 * len(due)))
        self._kinds: dict[str, int] = {}
        self._heads: list[bytes] = []
        self._events: Iterator[Sent] = iter(plan.events)
        self._requests: dict[int, bytes] = {}
        self._lines: set[_Line] = set()
        self._free: deque[_Line] = deque()
        self._queue: deque[int] = deque()
        self._next = self._ended = 0
        self._opening: set[asyncio.Task[None]] = set()
        self._errors: Counter[str] = Counter()
        self._fault: Exception | None = None
        self._over = asyncio.Event()

    async def report(self) -> Report:
        """Open the connections, send everything, and wait for the answers."""
        await self._open_all()
        self._alarm = Alarm(asyncio.get_running_loop(), self._ring)
        used, self._start = time.thread_time(), time.monotonic_ns()
        try:
            self._ring()
            last = self._due[-1] / 1e9 if self._due else 0.0
            async with asyncio.timeout(last + self._plan.patience_s):
                await self._over.wait()
        except TimeoutError:
            self._give_up()
        used = time.thread_time() - used
        await self._close()
        if self._fault is not None:
            raise self._fault
        return self._result(used)

    async def _open_all(self) -> None:
        """Open the connections, some at a time."""
        wanted = self._plan.connections
        for first in range(0, wanted, _OPENING):
            await asyncio.gather(*(self._open() for _ in range(min(_OPENING, wanted - first))))

    async def _open(self) -> None:
        host, port = self._address
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(lambda: _Line(self), host, port)
        self._lines.add(line)
        self._give(line)

    async def _open_again(self) -> None:
        """Replace a connection that went away, trying until one opens or the run is over."""
        while not self._over.is_set():
            try:
                await self._open()
            except OSError:
                self._errors["connect"] += 1
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    def _ring(self) -> None:
        """Go on at the next arrival; a fault ends the run instead of being logged."""
        try:
            self._arrive()
        except Exception as error:  # noqa: BLE001 - raised again when the run has ended
            self._fault = error
            self._over.set()

    def _arrive(self) -> None:
        """Send, or let wait, everything that is due by now."""
        due, number = self._due, self._next
        while number < len(due) and due[number] <= (now := time.monotonic_ns() - self._start):
            self._lag[number] = now - due[number]
            self._requests[number] = self._compose(number)
            self._queue.append(number)
            number += 1
            if self._free:
                self._give(self._free.popleft())
        self._next = number
        if number < len(due):
            self._alarm.set(self._start + due[number])
        self._check_end()

    def _compose(self, number: int) -> bytes:
        """Write the next event's request."""
        event = next(self._events, None)
        if event is None:
            raise IndexError(f"the plan sends {len(self._due)} requests and has {number} events")
        kind = self._kinds.get(event.kind)
        if kind is None:
            kind = self._kinds[event.kind] = len(self._heads)
            self._heads.append(self._plan.routes.get(event.kind, Route()).head())
        self._kind[number] = kind
        return b"%b%d\r\n\r\n%b" % (self._heads[kind], len(event.body), event.body)

    def _give(self, line: _Line) -> None:
        """Give a free connection the request that waits longest, if there is one."""
        if not self._queue:
            self._free.append(line)
            return
        line.busy = number = self._queue.popleft()
        self._sent[number] = time.monotonic_ns() - self._start
        line.transport.write(self._requests.pop(number))

    def answered(self, line: _Line, status: int, *, stays: bool) -> None:
        """Note an answer, and let the connection take the next request."""
        self._end(line.busy, status)
        line.busy = _WAITING
        if stays:
            self._give(line)
        else:
            line.transport.close()

    def lost(self, line: _Line) -> None:
        """Note a request whose connection went away, and open another connection."""
        self._lines.discard(line)
        if self._over.is_set():
            return
        if line.busy != _WAITING:
            self._errors["lost"] += 1
            self._end(line.busy, 0)
        elif line in self._free:
            self._free.remove(line)
        task = asyncio.ensure_future(self._open_again())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def _end(self, number: int, status: int) -> None:
        self._done[number] = time.monotonic_ns() - self._start
        self._status[number] = status
        self._ended += 1
        self._check_end()

    def _check_end(self) -> None:
        if self._ended == len(self._due):
            self._over.set()

    def _give_up(self) -> None:
        """Count what was never answered, as long as it waited: leaving it out would hide the worst."""
        for number in (*self._queue, *(line.busy for line in self._lines if line.busy != _WAITING)):
            self._errors["unanswered"] += 1
            self._end(number, 0)

    async def _close(self) -> None:
        """Hang up, and wait until the loop has let go of every connection."""
        self._over.set()
        self._alarm.close()
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        for line in list(self._lines):
            line.transport.abort()
        await asyncio.sleep(_SETTLE_S)  # uvloop lets go of a handle a turn after it has said that it is lost

    def _result(self, cpu_s: float) -> Report:
        due, lag, sent, done, status, kind = (
            np.array(column, dtype=np.int64)
            for column in (self._due, self._lag, self._sent, self._done, self._status, self._kind)
        )
        sent = np.where(sent > 0, sent, done)
        samples = Samples(
            due=due,
            lag=lag,
            waited=np.maximum(sent - due - lag, 0),
            took=done - due,
            status=status,
            kind=kind,
            kinds=tuple(self._kinds),
        )
        return Report(
            start_ns=self._start,
            seconds=float(done.max(initial=0)) / 1e9,
            histogram=histogram(samples.took),
            send_lag=histogram(samples.lag),
            waited=histogram(samples.waited),
            by_status=Counter(status[status > 0].tolist()),
            errors=self._errors,
            samples=samples,
            cpu_s=cpu_s,
        )
