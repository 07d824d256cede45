"""The bank that FB-1 measures: the Russian law, fifty own rules, and a list that came through the real import."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from holdfast.app import Assembled, StandingClock, assemble_in_memory
from holdfast.operations.declare_source import declare_source, known_sources
from holdfast.operations.import_folder import Held, SnapshotRequest
from holdfast.operations.import_list import import_snapshot, receive_snapshot
from holdfast.operations.shard import Shard
from holdfast.settings import Settings, read_settings
from holdfast.vocabulary.instants import DAY_MS
from tests.bench.fb1 import rules
from tests.bench.fb1.world import LISTED_BIC, World, listed_number

LIST: Final = "ru.cbr.recipients"
COMPLETE_DAYS: Final = 400
_ROWS: Final = 1_000


def feed(rows: int) -> list[bytes]:
    """Write a regulator's feed of accounts, in chunks of a thousand rows."""
    return [
        "".join(
            f"{listed_number(place)};{LISTED_BIC};03.05.2026 13:14:15;1;RUS\r\n"
            for place in range(start, min(start + _ROWS, rows))
        ).encode()
        for start in range(0, rows, _ROWS)
    ]


async def load_list(shard: Shard, rows: int) -> None:
    """Bring the list in as a bank does: received, read, compared, staged, switched."""

    async def body() -> AsyncIterator[bytes]:
        for chunk in feed(rows):
            yield chunk

    request = SnapshotRequest(
        list=LIST, by="fb-1", feed="accountNumber", published_ms=shard.ports.clock.now_ms() - 60_000
    )
    snapshot = await receive_snapshot(shard, request, body())
    done = await import_snapshot(shard, request, snapshot, progress=lambda *_: None)
    if isinstance(done, Held):
        raise RuntimeError(f"the list is held in quarantine: {done.findings}")


async def declare_complete(shard: Shard) -> None:
    """Declare every source complete since long ago, so that silence means that nothing happened."""
    since_ms = shard.ports.clock.now_ms() - COMPLETE_DAYS * DAY_MS
    for source in known_sources(shard.memory.schema):
        await declare_source(shard, source, since_ms)


def settings(data: Path, clock: str = "") -> Settings:
    """Give the settings of the measured bank."""
    return read_settings({"data": data, "dev": True, "packs": "ru", "clock": clock or None, "compact_records": 0}, {})


async def bank_in_memory(world: World, *, now_ms: int, folder: Path | None = None) -> Assembled:
    """Put the bank together without a store on disk; its clock stands at `now_ms`."""
    assembled = assemble_in_memory(settings(folder or Path("data")), StandingClock(now_ms), {rules.PLACE: rules.pack()})
    await declare_complete(assembled.shard)
    await load_list(assembled.shard, world.listed)
    return assembled
