"""Connections that are open and say nothing: what each takes of the server's memory, and of those who are served."""

import asyncio
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol

import uvloop

from tests.bench.load.report import Report, percentiles_ms

_OPENING: Final = 250
_ROUNDS: Final = 2
_SETTLE_S: Final = 0.5
_ASK: Final = b"GET /healthz HTTP/1.1\r\nhost: bench\r\n\r\n"


class Served(Protocol):
    """A server in a process of its own."""

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""

    def resident_bytes(self) -> int:
        """Give the memory that it holds."""

    def cpu_s(self) -> float:
        """Give the CPU seconds that it has used."""


class _Silent(asyncio.Protocol):
    """A client that asks once, so that its connection is kept alive, and then says nothing."""

    def __init__(self) -> None:
        self.answered = asyncio.get_running_loop().create_future()
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self.transport = transport
        transport.write(_ASK)  # type: ignore[attr-defined]  # a stream has it

    def data_received(self, _: bytes) -> None:
        """Take the answer."""
        if not self.answered.done():
            self.answered.set_result(None)

    def connection_lost(self, _: Exception | None) -> None:
        """Note that the server has closed."""
        self.is_lost = True
        if not self.answered.done():
            self.answered.set_exception(ConnectionError("an idle connection was closed before its answer"))


@asynccontextmanager
async def _open(address: tuple[str, int], count: int) -> AsyncIterator[list[_Silent]]:
    """Hold idle connections open while the `with` lasts."""
    loop = asyncio.get_running_loop()
    clients: list[_Silent] = []
    try:
        for first in range(0, count, _OPENING):
            some = range(min(_OPENING, count - first))
            made = await asyncio.gather(*(loop.create_connection(_Silent, *address) for _ in some))
            clients += [client for _, client in made]
            await asyncio.gather(*(client.answered for _, client in made))
        yield clients
    finally:
        for client in clients:
            client.transport.abort()  # type: ignore[attr-defined]  # a stream has it
        await asyncio.sleep(_SETTLE_S)


def idle_figures(server: Served, send: Callable[[], Report], *, count: int = 10_000) -> dict[str, float]:
    """Send the same load without and with idle connections, in turns, and compare; raises RuntimeError when some close.

    `send` runs the load once. The ratio of p99 swings with whatever else the machine does; that of CPU does not.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(count, hard - 1_000)
    without, beside = list[tuple[float, float]](), list[tuple[float, float]]()
    held = 0.0
    for _ in range(_ROUNDS):
        without.append(_run(server, send))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            held = max(held, runner.run(_beside(server, send, count, beside)))
    p99, cpu = ([min(run[place] for run in runs) for runs in (beside, without)] for place in (0, 1))
    return {
        "idle.connections": float(count),
        "idle.rss_bytes_per_connection": round(held / count, 1),
        "idle.p99_ratio": round(p99[0] / p99[1], 3),
        "idle.cpu_ratio": round(cpu[0] / cpu[1], 3),
    }


async def _beside(server: Served, send: Callable[[], Report], count: int, found: list[tuple[float, float]]) -> float:
    """Run the load beside idle connections; gives the bytes that the server holds for them."""
    before = server.resident_bytes()
    async with _open(server.address, count) as clients:
        held = server.resident_bytes() - before
        found.append(await asyncio.to_thread(_run, server, send))
        lost = sum(client.is_lost for client in clients)
        if lost:
            raise RuntimeError(f"{lost} of {count} idle connections were closed")
    return held


def _run(server: Served, send: Callable[[], Report]) -> tuple[float, float]:
    """Run the load once: p99 in milliseconds, and CPU seconds of the server a request."""
    cpu = server.cpu_s()
    report = send()
    return percentiles_ms(report.histogram)["p99"], (server.cpu_s() - cpu) / report.histogram.get_total_count()
