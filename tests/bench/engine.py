"""What a decision costs: CPU time through the engine alone, and through HTTP with a durable commit."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from holdfast.app import fresh_memory, load_packs, make_law, tenant_of
from holdfast.engine.decide import decide
from holdfast.engine.prepare import prepare
from holdfast.settings import read_settings
from holdfast.simulation.stream import stream
from holdfast.simulation.world import World
from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.keys import KeyMaker
from holdfast.wire.codec import decode
from holdfast.wire.replies import judgement_bytes, seal_facts

START = datetime(2026, 5, 4, tzinfo=UTC)
LATER_MS = 10**13
SECRET = b"a key that is only for measuring"
CONNECTIONS = 64
HEAD = (
    "POST /v1/decisions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
)


def bodies(count: int) -> list[bytes]:
    """Give the first events of the simulated bank as JSON."""
    world = World(seed=11, clients=2_000, start=START, frauds_per_100k=1_000)
    return [json.dumps(one.event).encode() for one in islice(stream(world, count=count), count)]


def engine_alone(events: Sequence[bytes]) -> dict[str, float]:
    """Decode, prepare, decide, encode and remember events in this process; microseconds of CPU a decision."""
    settings = read_settings({"dev": True, "packs": "ru"}, {})
    tenant = tenant_of(settings)
    law = make_law(settings, load_packs(settings.packs), tenant)
    memory = fresh_memory(settings, law, KeyMaker(secret=SECRET))
    spent = dict.fromkeys(("decode", "prepare", "decide", "encode", "remember"), 0)
    warm = len(events) // 5
    for seq, body in enumerate(events, start=1):
        ticks = [time.process_time_ns()]
        event = decode(body, LATER_MS).event
        ticks.append(time.process_time_ns())
        regime = law.regime(event.type, event.occurred_ms)
        facts = prepare(event, regime, memory, seq=seq, decided_ms=event.occurred_ms)
        ticks.append(time.process_time_ns())
        _, facts_hash = seal_facts(facts)
        judgement = decide(facts, regime, tenant, ruleset="bench", facts_hash=facts_hash)
        ticks.append(time.process_time_ns())
        judgement_bytes(judgement)
        ticks.append(time.process_time_ns())
        memory.fold.happened(event, seq, executed=judgement.outcome == "allow")
        ticks.append(time.process_time_ns())
        if seq > warm:
            for name, start, end in zip(spent, ticks[:-1], ticks[1:], strict=True):
                spent[name] += end - start
    count = len(events) - warm
    figures = {f"cpu_us_per_decision.engine.{name}": round(total / count / 1_000, 1) for name, total in spent.items()}
    return figures | {"cpu_us_per_decision.engine": round(sum(spent.values()) / count / 1_000, 1)}


def cpu_seconds(pid: int) -> float:
    """Read the CPU time that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _worker(address: tuple[str, int], queue: "asyncio.Queue[bytes]", latencies: list[float]) -> None:
    """Send events over one connection, one after another, until the queue is empty."""
    reader, writer = await asyncio.open_connection(*address)
    while not queue.empty():
        body = queue.get_nowait()
        started = time.perf_counter()
        writer.write(HEAD.format(length=len(body)).encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line)
        answer = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer.decode())
        latencies.append(time.perf_counter() - started)
    writer.close()


async def _send(address: tuple[str, int], events: Sequence[bytes]) -> list[float]:
    """Send events over many connections; give the latencies in seconds."""
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    for body in events:
        queue.put_nowait(body)
    latencies: list[float] = []
    await asyncio.gather(*(_worker(address, queue, latencies) for _ in range(CONNECTIONS)))
    return latencies


def through_http(events: Sequence[bytes]) -> dict[str, float]:
    """Start the real server and send it events; CPU of its process a decision, and what the client saw."""
    last = max(json.loads(body)["occurred_at"] for body in events[-100:])
    clock = from_ms(int(datetime.fromisoformat(last).timestamp() * 1_000) + 60_000).isoformat()
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "holdfast", "serve", "--data", data, "--port", "0", "--dev", "--clock", clock]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            url = next(line.partition("url=http://")[2].split()[0] for line in server.stdout if "url=http" in line)
            host, _, port = url.partition(":")
            try:
                return _drive((host, int(port)), events, server.pid)
            finally:
                server.terminate()


def _drive(address: tuple[str, int], events: Sequence[bytes], pid: int) -> dict[str, float]:
    """Warm the server, then measure it."""
    warm = len(events) // 5
    asyncio.run(_send(address, events[:warm]))
    before, started = cpu_seconds(pid), time.perf_counter()
    latencies = sorted(asyncio.run(_send(address, events[warm:])))
    spent, elapsed, count = cpu_seconds(pid) - before, time.perf_counter() - started, len(latencies)
    return {
        "cpu_us_per_decision.http": round(spent / count * 1e6, 1),
        "http_decisions_per_s": round(count / elapsed, 1),
        "latency_ms.p50": round(latencies[count // 2] * 1e3, 2),
        "latency_ms.p99": round(latencies[count * 99 // 100] * 1e3, 2),
    }


def measure(quick: bool) -> dict[str, float]:  # noqa: FBT001 - every bench has this one argument
    """Measure the engine alone and the whole path."""
    events = bodies(6_000 if quick else 30_000)
    return engine_alone(events) | through_http(events)
