"""How commands reach lists: at a running server over HTTP, or over a data directory that no server has open.

In the second case the same doors are opened in this process, on a socket in a folder of its owner alone, so that
both ways are the one documented contract.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import uvicorn

from holdfast.api.server import build
from holdfast.app import assemble
from holdfast.cli.writing import write_whole
from holdfast.operations.rebuild import rebuild
from holdfast.settings import read_settings
from holdfast.vocabulary.errors import HoldfastError, SettingError, UnavailableError

Row = dict[str, Any]
Tell = Callable[[str, int, int], None]
Query = Mapping[str, str | int]
LINES: Final = "application/x-ndjson"
_CHUNK_BYTES: Final = 1 << 18
_HERE: Final = "http://holdfast"
_OK: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Which way to take: `url` with a key, or `data`; `person` is who acts where there are no keys."""

    url: str
    key: str | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back: a status and a document; a refusal is a document too."""

    status: int
    row: Row


class RefusedError(HoldfastError):
    """Read the message of the server that refused the call."""

    def __init__(self, reply: Reply) -> None:
        row = reply.row
        super().__init__(
            str(row.get("detail", "refused")), pointer=row.get("pointer") or "", hint=row.get("hint") or ""
        )
        self.code = str(row.get("code", "error"))


class Reach:
    """Calls of the documented contract over one client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, query: Query | None = None) -> Row:
        """Read a document; a refusal is raised."""
        answer = await self._client.get(path, params=dict(query or {}))
        return _accepted(_reply(answer)).row

    async def fetch(self, path: str, query: Query | None = None) -> bytes:
        """Read a file; a refusal is raised."""
        answer = await self._client.get(path, params=dict(query or {}))
        if answer.status_code >= _OK:
            _accepted(_reply(answer))
        return answer.content

    async def post(self, path: str, body: Row) -> Row:
        """Post a document and read the answer; a refusal is raised."""
        return _accepted(_reply(await self._client.post(path, json=body))).row

    async def delete(self, path: str) -> None:
        """Remove something; a refusal is raised."""
        _accepted(_reply(await self._client.delete(path)))

    async def send(self, path: str, query: Query, *, file: Path | None, tell: Tell) -> Reply:
        """Post a file, or nothing, and hear of the progress; gives the answer, also a refusal."""
        body = None if file is None else _sent(file, tell)
        headers = {"accept": LINES}
        async with self._client.stream("POST", path, params=dict(query), content=body, headers=headers) as answer:
            if LINES not in answer.headers.get("content-type", ""):
                await answer.aread()
                return _reply(answer)
            async for line in answer.aiter_lines():
                said = msgspec.json.decode(line)
                if "stage" not in said:
                    return Reply(status=said["status"], row=said["answer"])
                tell(said["stage"], said["done"], said["of"])
        raise UnavailableError("the server ended the answer too soon", hint="look at the list before trying again")


def _reply(answer: httpx.Response) -> Reply:
    try:
        return Reply(status=answer.status_code, row=answer.json() if answer.content else {})
    except ValueError:
        hint = "check the address; it must be that of `holdfast serve`"
        raise UnavailableError(f"the server answered {answer.status_code} without JSON", hint=hint) from None


def _accepted(reply: Reply) -> Reply:
    if reply.status >= _OK:
        raise RefusedError(reply)
    return reply


async def _sent(file: Path, tell: Tell) -> AsyncIterator[bytes]:
    """Give a file in chunks and tell how much of it was sent."""
    size, done = max(os.path.getsize(file), 1), 0  # noqa: ASYNC240, PTH202 - see below
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk
            done += len(chunk)
            tell("sending", done, size)


@asynccontextmanager
async def reach(way: Way) -> AsyncIterator[Reach]:
    """Open the way that was asked for."""
    headers = {"authorization": f"Bearer {way.key}"} if way.key else {}
    if way.data is not None:
        async with _opened(way.data) as socket:
            transport = httpx.AsyncHTTPTransport(uds=socket)
            async with httpx.AsyncClient(transport=transport, base_url=_HERE, timeout=None) as client:  # noqa: S113 - an import takes as long as it takes
                yield Reach(client)
        return
    timeout = httpx.Timeout(None, connect=5)
    async with httpx.AsyncClient(base_url=way.url, headers=headers, timeout=timeout) as client:
        try:
            yield Reach(client)
        except httpx.TransportError as error:
            hint = "start it with `holdfast serve`, or name a data directory with `--data`"
            raise UnavailableError(
                f"no server answers at {way.url}: {str(error) or type(error).__name__}", hint=hint
            ) from None


async def fetch(way: Way, path: str, query: Query) -> bytes:
    """Fetch one file as it is."""
    async with reach(way) as opened:
        return await opened.fetch(path, query)


def hand_over(content: bytes, out: Path | None) -> None:
    """Write a file where it was asked for, else to standard output."""
    if out is not None:
        write_whole(out, content)
    else:
        sys.stdout.buffer.write(content)


@asynccontextmanager
async def _opened(data: str) -> AsyncIterator[str]:
    """Open the doors of a data directory in this process, and close them at the end."""
    settings = read_settings({"data": data}, os.environ)
    if not settings.data.exists():
        raise SettingError(f"there is no data directory `{data}`", hint="it is made by the first `holdfast serve`")
    assembled = assemble(settings)
    try:
        rebuild(assembled.shard)
        with tempfile.TemporaryDirectory(prefix="holdfast-") as folder:
            socket = f"{folder}/doors"
            app = build(assembled.shard, open_to_all=True, move_clock=None)
            config = uvicorn.Config(app, uds=socket, log_level="warning", access_log=False, lifespan="off")
            server = uvicorn.Server(config)
            task = asyncio.ensure_future(server.serve())
            while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event to wait for
                await asyncio.sleep(0.01)
            yield socket
            server.should_exit = True
            await task
    finally:
        assembled.store.close()
