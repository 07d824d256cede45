"""The command itself: a server as a child, the drive, the live view, and an orderly end whatever happens."""

import asyncio
import contextlib
import os
import shlex
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from msgspec import json
from rich.console import Console, RenderableType
from rich.live import Live

from holdfast.cli.demo.child import Server, start_server
from holdfast.cli.demo.course import Course
from holdfast.cli.demo.drive import Drive
from holdfast.cli.demo.screen import live_screen, plain_line, plain_stop
from holdfast.cli.demo.summary import print_summary
from holdfast.cli.demo.tally import Stop, Tally
from holdfast.settings import RESULTS_FILE
from holdfast.simulation.market.market import Market
from holdfast.simulation.world import COUNTRIES, Jurisdiction, World
from holdfast.vocabulary.errors import SettingError, UnavailableError
from holdfast.vocabulary.instants import rfc3339, to_ms

_DAY = (2026, 5, 4)  # a Monday with all signs of 2026 in force and public holidays ahead
_COUNTRY_NAMES = ("ru", "kz")
_PACKS = {"ru": "ru", "kz": "kz,kz/marketplace-proposals"}
_PORTS_TRIED = 50
_SCREEN_SECONDS = 0.25
_PLAIN_SECONDS = 2.0
_WRITE_SECONDS = 1.0
_LOST = (ConnectionError, asyncio.IncompleteReadError, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asks for."""

    course: Course
    data: Path
    port: int
    language: str
    seconds: float | None
    plain: bool
    as_json: bool

    @property
    def packs(self) -> str:
        """Name the packs: the law of the country, and in Kazakhstan what was proposed for marketplaces, as such."""
        return _PACKS[self.course.world.jurisdiction]

    def words(self, clock: str) -> list[str]:
        """Give the words of `holdfast serve` for this demo's store."""
        more = ["--dev", "--packs", self.packs, "--language", self.language, "--clock", clock]
        return ["--data", str(self.data), *more]


def demo(
    seed: Annotated[int, typer.Option(help="Which world to invent; the same seed gives the same events.")] = 7,
    clients: Annotated[int, typer.Option(help="How many clients the invented bank has.")] = 2_000,
    days: Annotated[int, typer.Option(help="How many simulated days to count; 0 goes on without end.")] = 30,
    warm_up: Annotated[int, typer.Option(help="How many days to play first, uncounted, as the bank's past.")] = 1,
    rate: Annotated[str, typer.Option(help="Events a second, or `max`.")] = "max",
    frauds: Annotated[float, typer.Option(help="Fraudulent transfers in 100,000 (5 to 15 is what banks see).")] = 2_000,
    listings: Annotated[int, typer.Option(help="Listings that private sellers publish a day.")] = 120,
    stories: Annotated[float, typer.Option(help="Stories of fraud to 1,000 listings of private sellers.")] = 60,
    data: Annotated[Path, typer.Option(help="Data directory; if used, the next name is taken.")] = Path("demo-data"),
    port: Annotated[int, typer.Option(help="Port; the next free one when it is taken, 0 for any.")] = 8000,
    country: Annotated[str, typer.Option(help="Whose law, money and places: ru or kz.")] = "ru",
    language: Annotated[str, typer.Option(help="Language of reasons: ru, kk or en.")] = "en",
    seconds: Annotated[float | None, typer.Option(help="Stop this many seconds after the start-up.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Lines instead of a live screen.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON at the end.")] = False,
) -> None:
    """Watch an invented bank's and marketplace's days being decided live, with pages to try it yourself."""
    if country not in _COUNTRY_NAMES:
        raise SettingError(f"there is no world for `{country}`", pointer="country", hint="ru or kz")
    if min(days, warm_up, port) < 0:
        raise SettingError("`days`, `warm-up` and `port` cannot be negative")
    jurisdiction: Jurisdiction = "kz" if country == "kz" else "ru"
    start = datetime(*_DAY, tzinfo=ZoneInfo(COUNTRIES[jurisdiction].zone))
    world = World(seed=seed, clients=clients, start=start, jurisdiction=jurisdiction, frauds_per_100k=frauds)
    market = Market(seed=seed, listings_a_day=listings, start=start, jurisdiction=jurisdiction, frauds_per_1k=stories)
    wish = Wish(
        course=Course(world=world, market=market, warm_days=warm_up, days=days or None, rate=_rate(rate)),
        data=_unused(data),
        port=_free_port(port),
        language=language,
        seconds=seconds,
        plain=plain or as_json or not sys.stdout.isatty(),
        as_json=as_json,
    )
    asyncio.run(_Show(wish).run())


def _rate(text: str) -> float:
    """Read `--rate`."""
    if text == "max":
        return 0.0
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if rate <= 0:
        raise SettingError(f"`rate` cannot be `{text}`", pointer="rate", hint="a number of events a second, or `max`")
    return rate


def _unused(data: Path) -> Path:
    """Give the directory, or the next name that nobody used: what an earlier demo left is not touched."""
    names = (data if n == 1 else data.with_name(f"{data.name}-{n}") for n in range(1, 10_000))
    return next(path for path in names if not path.exists() or not any(path.iterdir()))


def _free_port(port: int) -> int:
    """Give the port, or the next one that nobody listens on."""
    if port == 0:
        return 0
    for candidate in range(port, min(port + _PORTS_TRIED, 65_536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", candidate))
                return candidate
    raise SettingError(f"no port from {port} on is free", pointer="port", hint="choose another `--port`")


class _Show:
    """One run of the demonstration from the server's start to the summary."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.tally = Tally()
        self.console = Console(stderr=wish.as_json, highlight=False, soft_wrap=wish.plain)
        self.stop = asyncio.Event()
        self.started = time.monotonic()
        self.link = ""
        self._told: Stop | None = None

    async def run(self) -> None:
        """Run it; raises UnavailableError when the server broke."""
        self._listen_for_the_end()
        clock = rfc3339(to_ms(self.wish.course.world.start), self.wish.course.world.tzinfo)
        self.console.print(
            "starting the server: a few seconds, half a minute when its kernels are compiled for the first time"
        )
        server = await start_server([*self.wish.words(clock), "--port", str(self.wish.port)])
        try:
            await self._until_stop(server.wait_until_ready())
            if server.url:
                await self._with(server)
        finally:
            await server.stop()
        if server.url:
            self._finish(clock)

    def _listen_for_the_end(self) -> None:
        """Let Ctrl-C and a request to end stop everything in order."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop.set)

    async def _until_stop(self, doing: Any) -> None:
        """Do something until it is over or the end is asked for."""
        task, stop = asyncio.ensure_future(doing), asyncio.ensure_future(self.stop.wait())
        await asyncio.wait([task, stop], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        else:
            task.result()

    async def _with(self, server: Server) -> None:
        """Drive the running server and show it."""
        self.link = f"{server.url}/demo"
        if self.wish.seconds is not None:
            asyncio.get_running_loop().call_later(self.wish.seconds, self.stop.set)
        drive = Drive(server.url, self.wish.course, self.tally)
        with self._view(drive) as draw:
            watching = asyncio.ensure_future(self._watch(drive, draw))
            try:
                await self._until_stop(self._drive(drive, server))
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
                await drive.close()
                self._write_results(drive)
        if self.wish.plain:
            self.console.print(plain_line(drive), markup=False)
        if drive.first_decision_at is not None:
            self.console.print(f"first decision {drive.first_decision_at - self.started:.1f} s after the start")

    async def _drive(self, drive: Drive, server: Server) -> None:
        """Play the course; on a live screen the server then stays up for the pages."""
        try:
            await drive.run()
            if not self.wish.plain:
                await server.ended
        except _LOST as error:
            await asyncio.wait([server.ended], timeout=5)
            what = f"ended with code {server.process.returncode}" if server.ended.done() else f"went silent ({error})"
            raise UnavailableError(server.last_words(what), hint="see the lines above; the store is kept") from None
        if server.ended.done():
            raise UnavailableError(server.last_words("ended"), hint="see the lines above; the store is kept")

    @contextlib.contextmanager
    def _view(self, drive: Drive) -> Iterator[Callable[[], None]]:
        """Give what draws the present state: a live screen, or lines."""
        if self.wish.plain:
            self.console.print(f"open {self.link}")
            yield lambda: self._plain(drive)
            return
        with Live(console=self.console, screen=True, auto_refresh=False) as live:
            yield lambda: live.update(self._screen(drive), refresh=True)

    def _screen(self, drive: Drive) -> RenderableType:
        size = self.console.size
        return live_screen(drive, self.link, width=size.width, height=size.height)

    def _plain(self, drive: Drive) -> None:
        """Print one line of figures, and the last hold or refusal if it is a new one."""
        self.console.print(plain_line(drive), markup=False)
        last = self.tally.stops[-1] if self.tally.stops else None
        if last is not None and last is not self._told:
            self._told = last
            self.console.print(plain_stop(last), markup=False)

    async def _watch(self, drive: Drive, draw: Callable[[], None]) -> None:
        """Draw again and again, and leave the figures where the pages read them."""
        pause = _PLAIN_SECONDS if self.wish.plain else _SCREEN_SECONDS
        written = 0.0
        while True:
            self.tally.mark()
            draw()
            if time.monotonic() - written > _WRITE_SECONDS:
                written = time.monotonic()
                self._write_results(drive)
            await asyncio.sleep(pause)

    def _write_results(self, drive: Drive) -> None:
        """Write the figures, whole or not at all."""
        world = self.wish.course.world
        document = {
            "phase": drive.phase,
            "simulated": rfc3339(drive.now_ms, world.tzinfo),
            "seed": world.seed,
            "clients": world.clients,
            "frauds_per_100k": world.frauds_per_100k,
            "stories_per_1k": self.wish.course.market.frauds_per_1k,
            "currency": world.country.currency,
            **self.tally.document(),
        }
        waiting = self.wish.data / f"{RESULTS_FILE}.new"
        waiting.write_bytes(json.encode(document))
        waiting.replace(self.wish.data / RESULTS_FILE)

    def _finish(self, clock: str) -> None:
        """Print what is left behind."""
        command = "./dev serve" if Path("dev").is_file() and os.access("dev", os.X_OK) else "holdfast serve"
        again = f"{command} {shlex.join(self.wish.words(clock))}"
        print_summary(self.console, self.tally, again=again, data=self.wish.data)
        if self.wish.as_json:
            sys.stdout.write(json.encode(self.tally.document()).decode() + "\n")
