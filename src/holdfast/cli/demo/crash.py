"""The crash of the demonstration: a server of its own is killed under load, started again and held to its word.

The load keeps its own ledger of what it was told. The dead server's store is asked only afterwards, and never trusted.
"""

import asyncio
import contextlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from secrets import SystemRandom
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from msgspec import json

from holdfast.cli.demo.child import Server, start_server
from holdfast.cli.demo.course import is_decided
from holdfast.cli.demo.line import Line
from holdfast.pages.crash import Course
from holdfast.simulation.stream import stream
from holdfast.simulation.world import COUNTRIES, World
from holdfast.vocabulary.errors import HoldfastError, UnavailableError
from holdfast.vocabulary.instants import MINUTE_MS, rfc3339, to_ms

CALLERS: Final = 32
EVENTS: Final = 12_000
_LIVES_S: Final = (1.0, 2.5)
_LAST_SHARE: Final = 0.8  # of the events: the server dies under load, never after it
_PATIENCE_MS: Final = 60_000  # what is shown is that nothing is lost, on a slow machine too
_LOST: Final = (ConnectionError, asyncio.IncompleteReadError, OSError)
_RECORDS: Final = re.compile(r"^(\d+) records are as they were written")
_OK: Final = 200
_log: Final = structlog.get_logger("holdfast.demo")


@dataclass(slots=True)
class Ledger:
    """What the callers know: bodies by event id, answers that came, and events whose call was cut off."""

    bodies: dict[str, bytes]
    answers: dict[str, bytes] = field(default_factory=dict)
    cut_off: set[str] = field(default_factory=set)
    sent: int = 0


class CrashScene:
    """Plays crashes, one at a time, each on a data directory that is gone afterwards."""

    def __init__(self, country: str) -> None:
        self.course = Course()
        self._country = country
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin another crash; does nothing while one runs."""
        if self._task is None or self._task.done():
            self.course = Course(phase="starting")
            self._task = asyncio.create_task(self._play())

    async def close(self) -> None:
        """Stop what runs."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _turn(self, phase: str, **figures: float) -> None:
        self.course = replace(self.course, phase=phase, **figures)  # type: ignore[arg-type] # figures by name

    async def _play(self) -> None:
        """Play one crash from start to end; what goes wrong is told on the page."""
        try:
            with tempfile.TemporaryDirectory(prefix="holdfast-crash-") as folder:
                await self._act(Path(folder))
        except (HoldfastError, OSError) as error:
            _log.warning("the crash could not be shown", error=str(error))
            self.course = replace(self.course, phase="failed", fault=str(error))

    async def _act(self, data: Path) -> None:
        ledger, clock = await asyncio.to_thread(_events, self._country)
        words = ["--data", str(data), "--dev", "--packs", self._country, "--clock", clock, "--port", "0"]
        await self._die(await _started(words), ledger)
        died = time.monotonic()
        server = await _started(words)
        self._turn("back", away_s=time.monotonic() - died)
        try:
            await self._ask_again(server.url, ledger)
        finally:
            await server.stop()
        self._turn("verify")
        records, verified = await _verify(data)
        self._turn("over", records=records, verified=verified)

    async def _die(self, server: Server, ledger: Ledger) -> None:
        """Send from many callers at once, and kill the server at some moment meanwhile."""
        self._turn("load")
        started = time.monotonic()
        waiting = iter(ledger.bodies.items())
        callers = [asyncio.ensure_future(_call(server.url, ledger, waiting)) for _ in range(CALLERS)]
        until = started + SystemRandom().uniform(*_LIVES_S)
        try:
            while time.monotonic() < until and ledger.sent < _LAST_SHARE * len(ledger.bodies):
                await asyncio.sleep(0.05)
                self._turn("load", sent=ledger.sent, acknowledged=len(ledger.answers))
        finally:
            with contextlib.suppress(ProcessLookupError):
                server.process.kill()
            await server.ended
        lived = time.monotonic() - started
        await asyncio.gather(*callers)
        figures = {"sent": ledger.sent, "acknowledged": len(ledger.answers), "unanswered": len(ledger.cut_off)}
        self._turn("dead", lived_s=lived, **figures)

    async def _ask_again(self, url: str, ledger: Ledger) -> None:
        """Repeat every call of the dead server's life, as callers do, and compare."""
        line = Line(url, deadline_ms=_PATIENCE_MS)
        try:
            for event_id, answer in ledger.answers.items():
                status, again = await line.call("POST", "/v1/decisions", ledger.bodies[event_id])
                self._count(_verdict(answer, (status, again), repeated=line.repeated))
            for event_id in ledger.cut_off:
                status, first = await line.call("POST", "/v1/decisions", ledger.bodies[event_id])
                self._count("landed" if line.repeated else "fresh")
                status, again = await line.call("POST", "/v1/decisions", ledger.bodies[event_id])
                if status != _OK or again != first:
                    self._count("twice")
        finally:
            await line.close()

    def _count(self, what: str) -> None:
        self._turn("back", **{what: getattr(self.course, what) + 1})


def _verdict(answer: bytes, again: tuple[int, bytes], *, repeated: bool) -> str:
    """Compare what a caller had in its hands with what the server says now."""
    if again == (_OK, answer):
        return "kept"
    return "twice" if repeated else "lost"


def _events(country: str) -> tuple[Ledger, str]:
    """Invent the events of the load, and the instant after the last of them."""
    world = World(
        seed=SystemRandom().randrange(1 << 30),
        clients=400,
        start=datetime(2026, 5, 4, 9, tzinfo=ZoneInfo(COUNTRIES[country].zone)),
        jurisdiction="kz" if country == "kz" else "ru",
        frauds_per_100k=2_000,
    )
    decided = (one.event for one in stream(world, count=EVENTS * 4) if is_decided(one.event))
    events = list(islice(decided, EVENTS))
    last = max(to_ms(datetime.fromisoformat(event["occurred_at"])) for event in events)
    ledger = Ledger(bodies={event["id"]: json.encode(event) for event in events})
    return ledger, rfc3339(last + MINUTE_MS, world.tzinfo)


async def _started(words: Sequence[str]) -> Server:
    """Start a server and wait until it answers; one that does not is stopped."""
    server = await start_server(words)
    try:
        await server.wait_until_ready()
    except BaseException:
        await server.stop()
        raise
    return server


async def _call(url: str, ledger: Ledger, waiting: Iterator[tuple[str, bytes]]) -> None:
    """Send one event after another, shared with the other callers, until the server is gone."""
    line = Line(url, deadline_ms=_PATIENCE_MS)
    with contextlib.suppress(*_LOST):
        for event_id, body in waiting:
            ledger.sent += 1
            ledger.cut_off.add(event_id)
            status, answer = await line.call("POST", "/v1/decisions", body)
            if status != _OK:
                raise UnavailableError(f"the server answered {status}: {answer.decode(errors='replace')[:200]}")
            ledger.cut_off.remove(event_id)
            ledger.answers[event_id] = answer
    await line.close()


async def _verify(data: Path) -> tuple[int, bool]:
    """Run `holdfast verify` over the directory; give the records that it walked, and whether it was content."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "holdfast",
        "verify",
        "--data",
        str(data),
        env=os.environ | {"NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await process.communicate()
    found = [int(match[1]) for row in out.decode().splitlines() if (match := _RECORDS.match(row))]
    return (found[0] if found else 0), process.returncode == 0
