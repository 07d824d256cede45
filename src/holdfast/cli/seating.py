"""Keeps the thread that decides and the one that writes on one core.

Only one of them runs the interpreter at a time, so a second core gives them little, while every turn that passes from
core to core leaves its caches behind and wakes a core that slept: on one core a decision costs about a fifth less CPU,
and a second holds more of them (decision record 22). Every other thread, and every process that the server starts, may
run where it likes. Other programs are moved out of the way by the system; only where they stay, as other servers do
that sit as well, do the two threads move to a core with more room.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import uvloop

from holdfast.store.sqlite.writer import WRITER

_EVERY_SECONDS: Final = 1.0
_CROWDED: Final = 0.25  # of a core taken by others
_LOOKS: Final = 3  # that must find the core crowded before it is left
_LINE: Final = 8  # numbers of a core's line in /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal
_WAITING: Final = slice(3, 5)
_STAT: Final = Path("/proc/stat")
_TASKS: Final = Path("/proc/self/task")
Seconds = Mapping[int, float]
"""What was used of each core, in CPU seconds."""


def roomier(core: int, *, used: Seconds, own: float, wall: float) -> int | None:
    """Give the core to move to, where others take much of this one and less of another; nothing while there is room.

    `used` is what everybody used of each core that is allowed within `wall` seconds, `own` our part of it on `core`.
    """
    others = (used[core] - own) / wall
    if others < _CROWDED:
        return None
    best = min(used, key=lambda one: (used[one], one))
    return best if used[best] / wall <= others - _CROWDED else None


class Seat:
    """The core on which two threads of this process sit; on a system that cannot do that they sit nowhere.

    `take` is called by the thread that decides. `read` gives what was used of cores since the machine started.
    """

    def __init__(self, read: Callable[[Collection[int]], Seconds] | None = None) -> None:
        able = hasattr(os, "sched_setaffinity") and _STAT.exists()
        self._allowed = os.sched_getaffinity(0) if able else set()
        self._read = read or used_of
        self._core: int | None = None
        self._crowded = 0
        self._at, self._own, self._used = time.monotonic(), 0.0, self._read(self._allowed)

    @property
    def core(self) -> int | None:
        """The core in use."""
        return self._core

    def take(self) -> None:
        """Sit down on the core that was used least since the seat was made."""
        if self._allowed:
            used = self._since()[0]
            self._move(min(used, key=lambda one: (used[one], one)))

    def look(self) -> None:
        """Seat what was started since, and move away from others that stay."""
        if self._core is None:
            return
        used, own, wall = self._since()
        better = roomier(self._core, used=used, own=own, wall=wall)
        self._crowded = self._crowded + 1 if better is not None else 0
        self._move(better if better is not None and self._crowded >= _LOOKS else self._core)

    def leave(self) -> None:
        """Let this thread run everywhere, as what it starts inherits where it may run."""
        if self._core is not None:
            _allow(0, self._allowed)

    def come_back(self) -> None:
        """Sit down again."""
        if self._core is not None:
            _allow(0, {self._core})

    def _move(self, core: int) -> None:
        if core != self._core:
            self._core, self._crowded = core, 0
        seated = _seated()
        for task in _tasks():
            _allow(task, {core} if task in seated else self._allowed)

    def _since(self) -> tuple[dict[int, float], float, float]:
        """Give what was used since the last look, by everybody and by the seated threads, and how long that was."""
        at, own, used = time.monotonic(), sum(map(_used_by, _seated())), self._read(self._allowed)
        wall = max(at - self._at, 1e-3)
        found = {core: seconds - self._used.get(core, 0.0) for core, seconds in used.items()}, own - self._own, wall
        self._at, self._own, self._used = at, own, used
        return found


class SeatedLoop(uvloop.Loop):
    """An event loop whose child processes may run on every core."""

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self._seat = seat

    async def subprocess_exec(self, *args: Any, **options: Any) -> Any:
        """Start a process as a loop does, away from the seat."""
        self._seat.leave()
        try:
            return await super().subprocess_exec(*args, **options)
        finally:
            self._seat.come_back()


def used_of(cores: Collection[int]) -> Seconds:
    """Give the CPU seconds that everybody has used of each core since the machine started."""
    used = dict.fromkeys(cores, 0.0)
    tick = os.sysconf("SC_CLK_TCK")
    for line in _STAT.read_text().splitlines() if cores else ():
        name, *numbers = line.split()
        place = name.removeprefix("cpu")
        if place.isdigit() and int(place) in used:
            times = [int(number) for number in numbers[:_LINE]]
            used[int(place)] = (sum(times) - sum(times[_WAITING])) / tick
    return used


async def keep_seated(seat: Seat, *, seconds: float = _EVERY_SECONDS) -> None:
    """Look at the seat for as long as the server runs."""
    while True:
        await asyncio.sleep(seconds)
        seat.look()


def _seated() -> set[int]:
    """Give the threads that sit: the main one, which decides, and the writer, by the system's numbers."""
    writers = {one.native_id for one in threading.enumerate() if one.name == WRITER}
    return {one for one in {threading.main_thread().native_id, *writers} if one is not None}


def _tasks() -> list[int]:
    return [int(one.name) for one in _TASKS.iterdir()]


def _allow(task: int, cores: set[int]) -> None:
    """Let a thread run on some cores, unless it ended meanwhile or the system does not let us."""
    with suppress(OSError):
        if os.sched_getaffinity(task) != cores:
            os.sched_setaffinity(task, cores)


def _used_by(task: int) -> float:
    """Give the CPU seconds that a thread has used; nothing of one that ended."""
    try:
        fields = (_TASKS / f"{task}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
