"""A machine that decides, on a disk that is slow, fails, and dies with whatever was on its way."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

from holdfast.operations.decide_again import revise_last
from holdfast.operations.rebuild import rebuild
from holdfast.operations.recover import keep_recovering
from holdfast.operations.shard import Shard
from holdfast.store import MemoryStore
from holdfast.vocabulary.records import Record
from holdfast.worker.loop import keep_working
from tests.simulated.loop import SimulatedLoop
from tests.unit.operations.shards import NOON_MS, Done, make_shard

Result = TypeVar("Result")
FAILING_COMMITS = 0.01
ROUND_SECONDS = 120.0


class DiedError(ConnectionError):
    """The machine died before it answered."""


class WallClock:
    """Wall time that goes with the loop, and that somebody sets forward or back now and then."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop
        self.set_by_ms = 0

    def now_ms(self) -> int:
        """Give the instant."""
        return NOON_MS + int(self._loop.time() * 1000) + self.set_by_ms


class Disk(MemoryStore):
    """A store that commits groups after a while, fails some of them, and keeps what was committed when power goes."""

    def __init__(self, loop: SimulatedLoop, clock: WallClock, random: Random) -> None:
        super().__init__(clock=clock)
        self._loop = loop
        self._random = random
        self._waiting: deque[tuple[Record, Done]] = deque()
        self._coming: asyncio.TimerHandle | None = None
        self.failures = 0

    def submit(self, record: Record, done: Done) -> None:
        """Let a record wait for the next commit."""
        self._waiting.append((record, done))
        if self._coming is None:
            self._coming = self._loop.call_later(self._random.uniform(0.0005, 0.03), self._commit)

    def _commit(self) -> None:
        """Write the group, or fail it and everything after it."""
        self._coming = None
        group, self._waiting = self._waiting, deque()
        if self.failure is None and self._random.random() < FAILING_COMMITS:
            self.failures += 1
            self.break_with(OSError("no space left"))
        for record, done in group:
            super().submit(record, done)

    def open_again(self) -> "Disk":
        """Refuse what waits, and take records again."""
        if self._coming is not None:
            self._coming.cancel()
        self.break_with(OSError("closed"))
        self._commit()
        self._failure = None
        return self

    def lose_power(self) -> None:
        """Forget what waits; a group that was just being written is there as a whole, or not at all."""
        if self._coming is not None:
            self._coming.cancel()
        self._coming = None
        group, self._waiting = self._waiting, deque()
        if self.failure is None and self._random.random() < 0.5:
            for record, _ in group:
                self._append(record)
        self._failure = None


class Machine:
    """One server after another over the same disk."""

    def __init__(self, loop: SimulatedLoop, random: Random) -> None:
        self.clock = WallClock(loop)
        self.disk = Disk(loop, self.clock, random)
        self.deaths = 0
        self.shard: Shard
        self._loop = loop
        self._random = random
        self._beside: list[asyncio.Task[Any]] = []
        self._calls: set[asyncio.Task[Any]] = set()
        self._up = asyncio.Event()

    async def start(self) -> None:
        """Start a server over what is on the disk."""
        shard = make_shard(self.disk, self.clock)
        ports = replace(shard.ports, new_id=self._new_id, tick=lambda: int(self._loop.time() * 1e9))
        shard.ports = ports
        rebuild(shard)
        await revise_last(shard)
        self.shard = shard
        self._beside = [
            asyncio.create_task(keep_recovering(shard, self.disk.open_again)),
            asyncio.create_task(keep_working(shard, None, longest_seconds=ROUND_SECONDS)),
        ]
        self._up.set()

    async def die(self) -> None:
        """Lose power: every call is cut off, and nothing that was not on the disk is left."""
        self.deaths += 1
        self._up.clear()
        self.disk.lose_power()
        running = [*self._beside, *self._calls]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def stop(self) -> None:
        """End the server when everything is on the disk."""
        await asyncio.sleep(60)
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    async def call(self, work: Callable[[Shard], Awaitable[Result]]) -> Result:
        """Let the server do something; raises DiedError when it dies meanwhile."""
        await self._up.wait()
        task = asyncio.ensure_future(work(self.shard))
        self._calls.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0)
            raise DiedError from None
        finally:
            self._calls.discard(task)

    def _new_id(self, prefix: str) -> str:
        return f"{prefix}_{self.clock.now_ms():016x}{self._random.getrandbits(64):016x}"
