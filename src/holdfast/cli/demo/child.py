"""The server of a demonstration: a child process of its own, stopped by its own id, gone when the demo is gone."""

import asyncio
import contextlib
import os
import re
import sys
from collections import deque
from collections.abc import Sequence
from urllib.parse import urlsplit

from holdfast.vocabulary.errors import UnavailableError

_URL = re.compile(r"url=(http://\S+)")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_KEPT_LINES = 30
_START_SECONDS = 120
_STOP_SECONDS = 20
_KNOCKS = 200


class Server:
    """One running `holdfast serve`; `url` is its address, `lines` the last lines that it wrote."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.url = ""
        self.lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._ready = asyncio.Event()
        self.ended = asyncio.ensure_future(self._listen())

    async def _listen(self) -> None:
        """Keep what the server writes, find its address in it, and notice its end."""
        if self.process.stdout is not None:
            async for line in self.process.stdout:
                text = _COLOUR.sub("", line.decode(errors="replace")).rstrip()
                self.lines.append(text)
                found = _URL.search(text)
                if found and not self.url:
                    self.url = found[1]
                    self._ready.set()
        await self.process.wait()
        self._ready.set()

    async def wait_until_ready(self) -> None:
        """Wait for the address; raises UnavailableError with the last lines when the server ends instead."""
        try:
            await asyncio.wait_for(self._ready.wait(), _START_SECONDS)
        except TimeoutError:
            raise UnavailableError(self.last_words("did not start in time")) from None
        if not self.url:
            raise UnavailableError(self.last_words("ended before it was ready"), hint="see the lines above")
        await self._wait_until_open()

    async def _wait_until_open(self) -> None:
        """Wait until the address takes connections: it is told a moment before."""
        parts = urlsplit(self.url)
        for _ in range(_KNOCKS):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(parts.hostname, parts.port)
                writer.close()
                return
            await asyncio.sleep(0.05)
        raise UnavailableError(self.last_words("took no connection"), hint="see the lines above")

    def last_words(self, what: str) -> str:
        """Say what happened to the server, with the last lines of its log."""
        return "\n    ".join([f"the server {what}; its last lines:", *self.lines])

    async def stop(self) -> None:
        """Ask the server to stop, insist when it does not, and wait for its end."""
        if self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(asyncio.shield(self.ended), _STOP_SECONDS)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    self.process.kill()
        await self.ended


async def start_server(words: Sequence[str]) -> Server:
    """Start `holdfast serve` with words of its own; a signal to the demo's terminal does not reach it."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("HOLDFAST_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "holdfast.cli.demo.tethered",
        "serve",
        *words,
        env=environment | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    return Server(process)
