"""The processes that look at photos, a few of them, started when the first photo comes.

A picture from a stranger may crash its decoder, hang it or eat memory. Then the process ends, the photo is refused and
the next one gets a new process; decisions never notice. Whoever would have to wait for too long is turned away.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import Final

import structlog
from msgspec import DecodeError

from holdfast.vocabulary.errors import HoldfastError, OverloadedError, PhotoError, TooLargeError, UnavailableError
from holdfast.wire.canonical import read_canonical
from holdfast.wire.photos import LENGTH_BYTES, READY, LookedAt, Refusal, Told

LOOK_S: Final = 10.0
WAIT_S: Final = 5.0
WAITING: Final = 64
START_S: Final = 30.0
_MODULE: Final = "holdfast.operations.photo_process"
_LINE_BYTES: Final = 1 << 20
_ERRORS: Final[dict[str, type[HoldfastError]]] = {kind.code: kind for kind in (PhotoError, TooLargeError)}
_log: Final = structlog.get_logger("holdfast.photos")


def _usual_size() -> int:
    """Leave half of the machine to decisions."""
    return max(1, min(4, (os.cpu_count() or 1) // 2))


class PhotoPool:
    """Looks at photos, each in a process of its own for as long as that takes."""

    def __init__(
        self, *, size: int | None = None, look_s: float = LOOK_S, wait_s: float = WAIT_S, waiting: int = WAITING
    ) -> None:
        self._look_s, self._wait_s, self._waiting = look_s, wait_s, waiting
        self._free = asyncio.Semaphore(size or _usual_size())
        self._idle: list[Process] = []
        self._queue = 0
        self.refused = 0

    async def look(self, data: bytes) -> LookedAt:
        """Look at a photo.

        Raises PhotoError or TooLargeError for what cannot be read, OverloadedError when it is not its turn in time.
        """
        await self._turn()
        try:
            return await self._look(data)
        finally:
            self._free.release()

    async def _turn(self) -> None:
        """Wait for a process, but not for long and not behind many."""
        if self._queue >= self._waiting:
            self._refuse()
        self._queue += 1
        try:
            async with asyncio.timeout(self._wait_s):
                await self._free.acquire()
        except TimeoutError:
            self._refuse()
        finally:
            self._queue -= 1

    def _refuse(self) -> None:
        self.refused += 1
        raise OverloadedError("there are more photos than can be looked at in time")

    async def _look(self, data: bytes) -> LookedAt:
        process = self._idle.pop() if self._idle else await _started()
        try:
            async with asyncio.timeout(self._look_s):
                line = await _asked(process, data)
            said = read_canonical(line, Told)
        except (TimeoutError, OSError, DecodeError) as error:
            await _ended(process)
            _log.warning("a photo ended the process that looked at it", why=type(error).__name__)
            raise PhotoError("the photo cannot be read within the limits of time and memory") from None
        except BaseException:
            await _ended(process)  # the answer to a call that was given up must not become that of the next
            raise
        self._idle.append(process)
        return _heard(said)

    async def close(self) -> None:
        """End the processes."""
        while self._idle:
            await _ended(self._idle.pop())


async def _started() -> Process:
    """Start a process and wait until it is ready; its own session keeps Ctrl-C from it."""
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _MODULE,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=dict(os.environ) | single,
        start_new_session=True,
        limit=_LINE_BYTES,
    )
    try:
        async with asyncio.timeout(START_S):
            ready = process.stdout is not None and await process.stdout.readline() == READY
    except BaseException:
        await _ended(process)
        raise
    if not ready:
        await _ended(process)
        raise UnavailableError("the process that looks at photos does not start")
    return process


async def _asked(process: Process, data: bytes) -> bytes:
    """Hand a photo over and read the answer."""
    if process.stdin is None or process.stdout is None:
        raise OSError
    process.stdin.write(len(data).to_bytes(LENGTH_BYTES, "big") + data)
    await process.stdin.drain()
    return await process.stdout.readline()


async def _ended(process: Process) -> None:
    """End a process, if it has not ended by itself."""
    if process.returncode is None:
        process.kill()
    await process.wait()


def _heard(said: Told) -> LookedAt:
    """Give what a process saw; raises what it could not read."""
    if said.looked is not None:
        return said.looked
    refusal = said.refusal or Refusal(code=PhotoError.code, message="the photo cannot be read")
    raise _ERRORS.get(refusal.code, PhotoError)(refusal.message, hint=refusal.hint)
