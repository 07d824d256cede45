"""Rounds of load, death and restart on one directory after another, and what the auditor found in each."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any, Final, Self

from tests.chaos.ledger import Ledger
from tests.chaos.load import GoneError, Line, Load
from tests.chaos.points import IN_COMPACTOR, IN_SERVER

ROOT: Final = Path(__file__).parents[2]
ROUNDS_EACH: Final = 10
CONNECTIONS: Final = 16
_PASSINGS: Final = (2, 5, 10, 20, 40, 80)
_LONGEST_S: Final = 2.5
_LOOK_S: Final = 0.01
_LOOKS: Final = 1_000
_AT_RANDOM: Final = "at random"
Json = dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """The sums over all rounds; `points` counts the deaths at each place."""

    rounds: int = 0
    acknowledged: int = 0
    records: int = 0
    points: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    windows: list[str] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    chain: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Give every contradiction that was found."""
        return [*self.lost, *self.twice, *self.windows, *self.holds, *self.chain, *self.undelivered]

    def died(self, point: str) -> None:
        """Count one death."""
        self.points[point] = self.points.get(point, 0) + 1


class Nursery:
    """The process that forks servers, compactors and auditors."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        environment = {name: text for name, text in os.environ.items() if not name.startswith("HOLDFAST_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery"],
            cwd=ROOT,
            env=environment | {"NO_COLOR": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        while (word := self._hear()) != "ready":
            assert word, "the nursery did not start"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def _order(self, **order: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        return json.loads(self._hear())

    def bear(self, role: str, **order: Any) -> int:
        """Start a child and give its number."""
        return int(self._order(role=role, log=str(self._folder / "children.log"), **order))

    async def bury(self, pid: int) -> int:
        """Wait for a child's end and give how it ended."""
        while (code := self._order(bury=pid)) is None:
            await asyncio.sleep(_LOOK_S)
        return int(code)


@dataclass(slots=True)
class Place:
    """One directory with its client, over its rounds."""

    nursery: Nursery
    data: Path
    load: Load
    chance: Random
    outcome: Outcome

    def serve(self, point: str = "", count: int = 0) -> int:
        """Start the server."""
        return self.nursery.bear("serve", data=str(self.data), port=self.load.port, point=point, count=count)

    async def round(self, point: str) -> None:
        """Start, load until death at a point or at random, and bury; open calls are sent again at the next start."""
        self.outcome.rounds += 1
        within = point if point in IN_SERVER else ""
        pid = self.serve(within, self.chance.choice(_PASSINGS))
        others = [self._compactor(point)] if point in IN_COMPACTOR else []
        dead = asyncio.create_task(self.nursery.bury(pid))
        killer = asyncio.create_task(self._kill(pid, at_random=not within))
        with suppress(GoneError):
            await _reachable(self.load.port, dead)
            await self.load.settle()
            await self.load.run(CONNECTIONS)
        await dead
        self.outcome.died(_AT_RANDOM if within and killer.done() else point)
        killer.cancel()
        for other in others:
            await self.nursery.bury(other)

    def _compactor(self, point: str) -> int:
        return self.nursery.bear("compact", data=str(self.data), point=point, count=1)

    async def _kill(self, pid: int, *, at_random: bool) -> None:
        """Kill the server at a random instant, or when it did not come by its point for long."""
        await asyncio.sleep(self.chance.uniform(0.05, 0.8) if at_random else _LONGEST_S)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    async def prepare(self) -> None:
        """Fill the list once, and let the server die."""
        pid = self.serve()
        dead = asyncio.create_task(self.nursery.bury(pid))
        await _reachable(self.load.port, dead)
        await self.load.prepare()
        os.kill(pid, signal.SIGKILL)
        await dead

    async def last_look(self) -> None:
        """Start once more undisturbed, settle what is open, hear every answer again, and have the directory audited."""
        pid = self.serve()
        dead = asyncio.create_task(self.nursery.bury(pid))
        await _reachable(self.load.port, dead)
        await self.load.settle()
        await self.load.hear_all()
        await self._delivered()
        os.kill(pid, signal.SIGTERM)
        assert await dead in {0, -signal.SIGTERM}, "the server did not end well"
        await self._audit()

    async def _delivered(self) -> None:
        """Wait until the outbox is empty; each hold that was answered must have its notice in the file."""
        notices = Path(f"{self.data}.notices")
        missing = set(self.load.holds)
        for _ in range(_LOOKS):
            missing = await asyncio.to_thread(_unnamed, notices, missing)
            if not missing:
                return
            await asyncio.sleep(_LOOK_S)
        self.outcome.undelivered += sorted(missing)

    async def _audit(self) -> None:
        """Compare the directory with the ledger in a process of its own."""
        calls, report = self.data.with_suffix(".calls"), self.data.with_suffix(".report")
        calls.write_text(json.dumps({"calls": [asdict(call) for call in self.load.ledger.calls.values()]}))
        pid = self.nursery.bear("audit", data=str(self.data), ledger=str(calls), report=str(report))
        assert await self.nursery.bury(pid) == 0, "the audit failed"
        found = json.loads(report.read_text())
        self.outcome.acknowledged += found["acknowledged"]
        self.outcome.records += found["records"]
        for name in ("lost", "twice", "windows", "holds", "chain"):
            getattr(self.outcome, name).extend(found[name])
        self.outcome.lost += self.load.wrong_reads
        self.outcome.lost += self.load.ledger.faults


def _unnamed(notices: Path, holds: set[str]) -> set[str]:
    """Give the holds of which no message speaks."""
    text = notices.read_text() if notices.exists() else ""
    return {hold for hold in holds if hold not in text}


async def _reachable(port: int, dead: "asyncio.Task[int]") -> None:
    """Wait until the server answers; GoneError when it died before."""
    while not dead.done():
        line = Line(port)
        try:
            await line.ask("GET", "/healthz")
        except GoneError:
            await asyncio.sleep(_LOOK_S)
        else:
            return
        finally:
            line.close()
    raise GoneError("died before it served")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def points(rounds: int, chance: Random) -> list[str]:
    """Give where each round dies: a third at random, each labelled point as often as the others."""
    labelled = cycle((*IN_SERVER, *IN_COMPACTOR))
    every = [next(labelled) if place % 3 else _AT_RANDOM for place in range(rounds)]
    chance.shuffle(every)
    return every


async def _run(folder: Path, rounds: int, seed: int) -> Outcome:
    chance = Random(seed)
    outcome, queue = Outcome(), points(rounds, chance)
    with Nursery(folder) as nursery:
        while queue:
            data = folder / f"data{len(queue)}"
            load = Load(Ledger(data.with_suffix(".ledger")), _free_port(), chance)
            place = Place(nursery=nursery, data=data, load=load, chance=chance, outcome=outcome)
            await place.prepare()
            for _ in range(min(ROUNDS_EACH, len(queue))):
                await place.round(queue.pop())
            await place.last_look()
    return outcome


def run(folder: Path, rounds: int, seed: int = 1) -> Outcome:
    """Do so many rounds under a folder."""
    return asyncio.run(_run(folder, rounds, seed))
