"""One kept-alive HTTP connection to our own server: thin, so that what is measured is the server."""

import asyncio
from urllib.parse import urlsplit

from holdfast.vocabulary.errors import Bug

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_LIMIT = 8 * 1024 * 1024
_LOST = (asyncio.IncompleteReadError, ConnectionError)


class Line:
    """Sends one call at a time; a connection that the server let go is opened anew and the call repeated.

    Repeating is safe: an event's id makes every call idempotent. `repeated` tells whether the last answer was one that
    an earlier call got already. `deadline_ms` is how long an answer may take; without it the server's own time holds.
    """

    def __init__(self, url: str, *, deadline_ms: int | None = None) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._patience = "" if deadline_ms is None else f"holdfast-deadline-ms: {deadline_ms}\r\n"
        self._streams: Streams | None = None
        self.repeated = False

    async def call(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send a request and give status and body."""
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: {self._host}:{self._port}\r\n"
            f"content-type: application/json\r\n{self._patience}content-length: {len(body)}\r\n\r\n"
        )
        kept = self._streams is not None
        try:
            return await self._exchange(head.encode() + body)
        except _LOST:
            await self.close()
            if not kept:
                raise
            return await self._exchange(head.encode() + body)

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=_LIMIT)
        reader, writer = self._streams
        writer.write(request)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        self.repeated = b"holdfast-replayed: true" in head
        return int(head[9:12]), await _body(reader, head)

    async def close(self) -> None:
        """Let the connection go."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """Read a body of known length, or one that comes in chunks."""
    at = head.find(b"content-length:")
    if at >= 0:
        return await reader.readexactly(int(head[at + 15 : head.index(b"\r", at)]))
    if b"transfer-encoding: chunked" not in head:
        raise Bug("the server answered without a length")
    chunks = []
    while size := int(await reader.readline(), 16):
        chunks.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(chunks)
