"""Kept connections to one address, for small questions and answers: a tenth of the cost of a general client.

HTTP/1.1 without pipelining: a connection carries one question at a time. Nothing is followed, decoded or, once a word
was heard in answer, tried twice.
"""

import asyncio
import ssl
from collections import deque
from typing import Final, cast
from urllib.parse import urlsplit

import httptools

from holdfast.vocabulary.errors import GarbageError, ProviderError

IDLE_S: Final = 5.0
_HEADS_MAX: Final = 65_536
_ENDS: Final = frozenset({b"content-length", b"transfer-encoding"})
Answer = tuple[int, bytes]


class Line(asyncio.Protocol):
    """One connection; while `answer` is open, a question is under way. `most` is the longest body that is taken."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self._taken = 0
        self._until_closed = False
        self.answer: asyncio.Future[Answer] | None = None
        self.idle_since = 0.0

    @property
    def heard(self) -> bool:
        """Tell whether anything was answered to the last question."""
        return self._taken > 0

    @property
    def is_open(self) -> bool:
        """Tell whether another question can be put."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes) -> Answer:
        """Put a question and give status and body; raises ProviderError and GarbageError.

        Who goes away before the answer has come closes the connection, so that no other question gets that answer.
        """
        if self._transport is None or self._transport.is_closing():
            raise ProviderError("the connection was closed")
        self._parser, self._taken, self._until_closed = httptools.HttpResponseParser(self), 0, False
        self._body.clear()
        self.answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await self.answer
        except BaseException:
            self.close()
            raise
        finally:
            self.answer = None

    def close(self) -> None:
        """Hang up at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name

    def connection_lost(self, exc: Exception | None) -> None:
        """End what is under way: an answer may have no other end than this."""
        self._transport = None
        if exc is None and self._until_closed:
            self.on_message_complete()
        self._fail(ProviderError("the connection was closed"))

    def data_received(self, data: bytes) -> None:
        """Read on; what nobody asked for ends the connection."""
        self._taken += len(data)
        if self.answer is None or self.answer.done():
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail(ProviderError("the answer is no HTTP"))
        if self._taken > self._most + _HEADS_MAX or len(self._body) > self._most:
            self._fail(GarbageError(f"the answer has more than {self._most} bytes"))

    def on_message_begin(self) -> None:
        """Expect an answer that only hanging up ends, until its head says otherwise; a second one is too many."""
        self._until_closed = True
        if self.answer is None or self.answer.done():
            self.close()

    def on_header(self, name: bytes, _: bytes) -> None:
        """Note that the head says where the body ends."""
        if name.lower() in _ENDS:
            self._until_closed = False

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Give the answer, and hang up where the other side will."""
        if self.answer is not None and not self.answer.done():
            self.answer.set_result((self._parser.get_status_code(), bytes(self._body)))
        if not self._parser.should_keep_alive():
            self.close()

    def _fail(self, error: ProviderError) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(error)


class Lines:
    """At most `connections` lines to the address of a URL; who finds all taken waits for one, first come first."""

    def __init__(self, url: str, *, connections: int, trust: ssl.SSLContext, most: int) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._tls = trust if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._left = connections
        self._most = most
        self._idle: list[Line] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._open: set[Line] = set()

    @property
    def host(self) -> str:
        """Name the host."""
        return self._host

    async def ask(self, request: bytes) -> Answer:
        """Put a question on a line that is free; raises ProviderError and GarbageError."""
        await self._turn()
        try:
            line, answer = await self._asked(request)
            line.idle_since = asyncio.get_running_loop().time()
            self._idle.append(line)
            return answer
        finally:
            self._done()

    async def _asked(self, request: bytes) -> tuple[Line, Answer]:
        """Ask on a kept line; one that turns out to be closed, without a word in answer, is as good as none."""
        line = self._kept()
        if line is not None:
            try:
                return line, await line.ask(request)
            except ProviderError:
                if line.heard:
                    raise
        line = await self._opened()
        return line, await line.ask(request)

    async def _turn(self) -> None:
        """Wait until fewer lines are taken than may be."""
        if self._left:
            self._left -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._done()
            raise

    def _done(self) -> None:
        """Let the next in line have the turn."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._left += 1

    def _kept(self) -> Line | None:
        """Take a line that is still open, the one used last."""
        oldest = asyncio.get_running_loop().time() - IDLE_S
        while self._idle:
            line = self._idle.pop()
            if line.is_open and line.idle_since >= oldest:
                return line
            line.close()
            self._open.discard(line)
        return None

    async def _opened(self) -> Line:
        """Open a line; whoever fails to prove the declared name is an error."""
        loop = asyncio.get_running_loop()
        self._open = {line for line in self._open if line.is_open}
        try:
            _, line = await loop.create_connection(lambda: Line(self._most), self._host, self._port, ssl=self._tls)
        except OSError as error:  # of which a certificate that is not believed is one
            raise ProviderError(f"the call failed: {type(error).__name__}") from None
        self._open.add(line)
        return line

    def close(self) -> None:
        """Hang up everywhere."""
        for line in self._open:
            line.close()
        self._open.clear()
        self._idle.clear()
