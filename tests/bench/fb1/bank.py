"""The bank that FB-1 measures: the Russian law, fifty own rules, and a list that came through the real import."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

from holdfast import app
from holdfast.app import Assembled, assemble, assemble_in_memory, move_clock
from holdfast.app.clocks import StandingClock
from holdfast.cli.warming import warm
from holdfast.operations.declare_source import declare_source, known_sources
from holdfast.operations.import_folder import Held, SnapshotRequest
from holdfast.operations.import_list import import_snapshot, receive_snapshot
from holdfast.operations.rebuild import rebuild
from holdfast.operations.shard import Shard
from holdfast.settings import Settings, read_settings
from holdfast.vocabulary.instants import DAY_MS, rfc3339
from tests.bench.fb1 import rules
from tests.bench.fb1.world import LISTED_BIC, World, listed_number

LIST: Final = "ru.cbr.recipients"
COMPLETE_DAYS: Final = 400
_ROWS: Final = 1_000


@contextmanager
def own_rules(*, outside: bool = False) -> Iterator[None]:
    """Let FB-1's rules stand in the place of the shipped starter rules; with `outside` some ask a provider."""
    own = app.pack_files() | {rules.PLACE: rules.pack(outside=outside)}
    with patch.object(app, "pack_files", lambda: own):
        yield


def feed(rows: int) -> Iterable[bytes]:
    """Write a regulator's feed of accounts, in chunks of a thousand rows."""
    for start in range(0, rows, _ROWS):
        places = range(start, min(start + _ROWS, rows))
        yield "".join(f"{listed_number(place)};{LISTED_BIC};03.05.2026 13:14:15;1;RUS\r\n" for place in places).encode()


async def load_list(shard: Shard, rows: int) -> None:
    """Bring the list in as a bank does: received, read, compared, staged, switched."""

    async def body() -> AsyncIterator[bytes]:
        for chunk in feed(rows):
            yield chunk

    published_ms = shard.ports.clock.now_ms() - 60_000
    request = SnapshotRequest(list=LIST, by="fb-1", feed="accountNumber", published_ms=published_ms)
    snapshot = await receive_snapshot(shard, request, body())
    done = await import_snapshot(shard, request, snapshot, progress=lambda *_: None)
    assert not isinstance(done, Held), done.findings


async def declare_complete(shard: Shard) -> None:
    """Declare every source complete since long ago, so that silence means that nothing happened."""
    since_ms = shard.ports.clock.now_ms() - COMPLETE_DAYS * DAY_MS
    for source in known_sources(shard.memory.schema):
        await declare_source(shard, source, since_ms)


def settings(data: Path, *, now_ms: int | None = None, model: Path | None = None) -> Settings:
    """Give the settings of the measured bank."""
    given = {"data": data, "dev": True, "packs": "ru", "compact_records": 0, "model": model and str(model)}
    return read_settings(given | {"clock": None if now_ms is None else rfc3339(now_ms)}, {})


async def bank_in_memory(world: World, *, now_ms: int, folder: Path, model: Path | None = None) -> Assembled:
    """Put the bank together without a store on disk, for lists of up to some thousand entries.

    Its clock stands at `now_ms`; `folder` takes the list's file.
    """
    with own_rules():
        assembled = assemble_in_memory(settings(folder, model=model), StandingClock(now_ms))
    await _supply(assembled, world)
    return assembled


async def _supply(assembled: Assembled, world: World) -> None:
    """Declare the sources and load the list."""
    await declare_complete(assembled.shard)
    await load_list(assembled.shard, world.listed)


@contextmanager
def bank_on_disk(data: Path, world: World, *, now_ms: int, model: Path | None = None) -> Iterator[Assembled]:
    """Put the bank together in a data directory, which stays when the `with` ends."""
    warm()
    with own_rules():
        assembled = assemble(settings(data, now_ms=now_ms, model=model))
    try:
        rebuild(assembled.shard)
        asyncio.run(_supply(assembled, world))
        yield assembled
    finally:
        assembled.shard.ports.store.close()


def follow(assembled: Assembled, now_ms: int) -> None:
    """Let the clock follow the stream, which may stand still."""
    if now_ms > assembled.clock.now_ms():
        move_clock(assembled, now_ms)
