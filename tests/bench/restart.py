"""How long a restart takes: the log alone folded again, and a snapshot with the log's tail."""

import asyncio
import gc
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from holdfast.app import assemble, assemble_beside, move_clock
from holdfast.app.clocks import StandingClock
from holdfast.cli.warming import warm
from holdfast.operations.compact import compact
from holdfast.operations.decide_event import decide_event
from holdfast.operations.rebuild import rebuild
from holdfast.settings import Settings, read_settings
from holdfast.simulation.stream import stream
from holdfast.simulation.world import World

START = datetime(2026, 5, 4, tzinfo=UTC)
GROUP = 256
TAIL = 0.1  # of the records, after the snapshot


def events(count: int) -> list[tuple[int, bytes]]:
    """Give the first events of the simulated bank: instant in epoch milliseconds, and body."""
    world = World(seed=11, clients=2_000, start=START, frauds_per_100k=1_000)
    told = [one.event for one in islice(stream(world, count=count), count)]
    return [(_instant_ms(one["occurred_at"]), json.dumps(one).encode()) for one in told]


def _instant_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1_000)


def fill(settings: Settings, told: Sequence[tuple[int, bytes]]) -> None:
    """Decide events in groups, the clock following them."""

    async def decide() -> None:
        assembled = assemble(settings)
        shard, clock = assembled.shard, assembled.clock
        assert isinstance(clock, StandingClock)
        rebuild(shard)
        for start in range(0, len(told), GROUP):
            group = told[start : start + GROUP]
            move_clock(assembled, max(clock.now_ms(), *(at_ms for at_ms, _ in group)))
            await asyncio.gather(*(decide_event(shard, body) for _, body in group))
        shard.ports.store.close()

    asyncio.run(decide())


def timed(act: Callable[[], int]) -> tuple[float, int]:
    """Give the CPU seconds that an act takes, and its answer."""
    gc.collect()
    start = time.process_time()
    answer = act()
    return time.process_time() - start, answer


def restart(settings: Settings) -> tuple[float, int]:
    """Rebuild the memory as at a start; CPU seconds, and the records read from the log."""
    shard = assemble(settings).shard
    try:
        return timed(lambda: rebuild(shard))
    finally:
        shard.ports.store.close()


def compacted(data: Path) -> float:
    """Make a snapshot as the compactor does; CPU seconds."""
    shard = assemble_beside(data)
    try:
        return timed(lambda: compact(shard).seq)[0]
    finally:
        shard.ports.store.close()


def measure(*, quick: bool = False) -> dict[str, float]:
    """Give CPU seconds and records a second of each way to start, and the size of the snapshot."""
    told = events(4_000 if quick else 60_000)
    cut = int(len(told) * (1 - TAIL))
    warm()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        settings = read_settings({"data": data, "dev": True, "clock": START.isoformat()}, {})
        fill(settings, told[:cut])
        compact_seconds = compacted(data)
        size = max((data / "snapshots").glob("*.snapshot")).stat().st_size
        whole_seconds, _ = restart(settings)
        fill(settings, told[cut:])
        tail_seconds, tail_records = restart(settings)
        for path in (data / "snapshots").iterdir():
            path.unlink()
        log_seconds, log_records = restart(settings)
    return {
        "restart_s.log": round(log_seconds, 2),
        "restart_records_per_s.log": round(log_records / log_seconds, 1),
        "restart_s.snapshot": round(whole_seconds, 3),
        "restart_s.snapshot_and_tail": round(tail_seconds, 2),
        "restart_records_per_s.tail": round(tail_records / tail_seconds, 1),
        "restart_records.log": log_records,
        "restart_records.tail": tail_records,
        "compact_s": round(compact_seconds, 2),
        "snapshot_bytes_per_record": round(size / cut, 1),
    }
