"""The processes that look at faces, a few of them, started when the first picture comes.

A picture from a stranger may crash its decoder, hang it or eat memory. Then that process ends and the next picture
gets a new one; decisions never notice.
"""

import asyncio
import os
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from typing import Final

import msgspec

from holdfast.gateways.identity.face.seen import COMPARE, LENGTH_BYTES, LOOK, READY, UNAVAILABLE, Ready, Seen
from holdfast.vocabulary.errors import ProviderError, SettingError
from holdfast.vocabulary.face_specs import FaceSpec

LOOK_S: Final = 8.0
WAIT_S: Final = 4.0
START_S: Final = 60.0
_MODULE: Final = "holdfast.gateways.identity.face.process"
_LINE_BYTES: Final = 1 << 20


def tried(spec: FaceSpec) -> Ready:
    """Try how a process starts: the hashes of the models, the golden pictures; raises SettingError when one is wrong.

    Without `dlib` or without a model the answer says so: then the provider is there, but cannot be asked.
    """
    command = [sys.executable, "-m", _MODULE, "--check"]
    try:
        said = subprocess.run(  # noqa: S603 - our own module, no words of anybody else
            command, input=_message(msgspec.json.encode(spec)), stdout=PIPE, env=_modest(), timeout=START_S, check=False
        )
        ready = msgspec.json.decode(said.stdout, type=Ready)
    except (OSError, subprocess.TimeoutExpired, msgspec.DecodeError) as error:
        return Ready(state=UNAVAILABLE, why=f"the process that looks at faces does not start: {type(error).__name__}")
    if ready.state not in {READY, UNAVAILABLE}:
        raise SettingError(ready.why)
    return ready


class Lookers:
    """Looks at pictures, each in a process of its own for as long as that takes."""

    def __init__(self, spec: FaceSpec, *, size: int | None = None, look_s: float = LOOK_S) -> None:
        self._spec, self._look_s = spec, look_s
        self._free = asyncio.Semaphore(size or max(1, min(4, (os.cpu_count() or 1) // 2)))
        self._idle: list[Process] = []

    async def look(self, data: bytes, *, compare: bool) -> Seen:
        """Look at a picture; raises ProviderError when it is not its turn in time or nobody can look."""
        try:
            async with asyncio.timeout(WAIT_S):
                await self._free.acquire()
        except TimeoutError:
            raise ProviderError("there are more pictures of faces than can be looked at in time") from None
        try:
            return await self._look((COMPARE if compare else LOOK) + data)
        finally:
            self._free.release()

    async def _look(self, message: bytes) -> Seen:
        process = self._idle.pop() if self._idle else await self._started()
        try:
            async with asyncio.timeout(self._look_s):
                seen = msgspec.json.decode(await _asked(process, message), type=Seen)
        except (TimeoutError, OSError, ValueError):
            await _ended(process)
            raise ProviderError("a picture of a face ended the process that looked at it") from None
        except BaseException:
            await _ended(process)  # the answer to a call that was given up must not become that of the next
            raise
        self._idle.append(process)
        return seen

    async def _started(self) -> Process:
        """Start a process and wait until it has proven its models; its own session keeps Ctrl-C from it."""
        command = (sys.executable, "-m", _MODULE)
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_modest(), start_new_session=True, limit=_LINE_BYTES
        )
        try:
            async with asyncio.timeout(START_S):
                ready = msgspec.json.decode(await _asked(process, msgspec.json.encode(self._spec)), type=Ready)
        except (TimeoutError, OSError, ValueError):
            ready = Ready(state=UNAVAILABLE)
        except BaseException:
            await _ended(process)
            raise
        if ready.state != READY:
            await _ended(process)
            raise ProviderError("the process that looks at faces does not start")
        return process

    async def close(self) -> None:
        """End the processes."""
        while self._idle:
            await _ended(self._idle.pop())


def _modest() -> dict[str, str]:
    """One thread a process: what is left of the machine is for decisions."""
    return dict(os.environ) | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _message(data: bytes) -> bytes:
    return len(data).to_bytes(LENGTH_BYTES, "big") + data


async def _asked(process: Process, data: bytes) -> bytes:
    """Hand a message over and read the answer."""
    if process.stdin is None or process.stdout is None:
        raise OSError
    process.stdin.write(_message(data))
    await process.stdin.drain()
    return await process.stdout.readline()


async def _ended(process: Process) -> None:
    """End a process, if it has not ended by itself."""
    if process.returncode is None:
        process.kill()
    await process.wait()
