"""Connections: nothing may be left undone for ever, and a refusal is cheap and whole."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import uvicorn

from holdfast.api.connection import Limits, Reception, whole_answer
from holdfast.api.server import build
from holdfast.operations.line import Rank
from holdfast.vocabulary.errors import OverloadedError
from tests.unit.operations.shards import SlowStore, StillClock, event, make_shard, transfer

SHORT = Limits(idle_s=1, head_s=0.5, body_s=0.5, unread_s=0.5, sweep_s=0.05, head_bytes=4_096, body_bytes_per_s=1_000)
LONG = Limits(sweep_s=0.05)
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def until(holds: Callable[[], object]) -> None:
    """Let others go on until something holds."""
    while not holds():
        await asyncio.sleep(0.01)


@dataclass(frozen=True, slots=True)
class Place:
    """A server on a port of this machine."""

    port: int
    reception: Reception
    store: SlowStore
    press: Callable[[], None]
    opened: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self) -> Streams:
        """Open a connection; the end of the story closes it."""
        streams = await asyncio.open_connection("127.0.0.1", self.port)
        self.opened.append(streams[1])
        return streams

    async def hang_up(self) -> None:
        """Close every connection from this side."""
        for writer in self.opened:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def closed(self, reason: str) -> None:
        """Wait until a connection was closed for a reason."""
        await until(lambda: self.reception.crowd.closed[reason] and not self.reception.open)


@asynccontextmanager
async def serving(limits: Limits, *, detour: bool = False) -> AsyncIterator[Place]:
    """Serve while the `with` lasts; with a `detour` through messages, as when something stands around the door."""
    clock = StillClock()
    store = SlowStore(clock)
    shard = make_shard(store, clock)
    door = build(shard, open_to_all=True, move_clock=None)
    reception = Reception(door.admission, door.access, limits)
    sock = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        door,
        http=reception.protocol,
        log_level="critical",
        lifespan="off",
        timeout_graceful_shutdown=1,
        access_log=False,
        proxy_headers=detour,
    )
    server = uvicorn.Server(config)
    tasks = [asyncio.create_task(server._serve([sock])), asyncio.create_task(reception.keep_sweeping())]
    await until(lambda: server.started)

    def press() -> None:
        door.admission.line.waiting[Rank.MONEY] = 1_000_000
        door.admission.line.since_ns = [0, 0]
        door.admission.line.press(Rank.MONEY)

    place = Place(sock.getsockname()[1], reception, store, press)
    try:
        yield place
    finally:
        await place.hang_up()
        server.should_exit = True
        await tasks[0]
        tasks[1].cancel()
        sock.close()


def told(story: Callable[[Place], Awaitable[None]], limits: Limits = LONG) -> None:
    """Run a story at a server."""

    async def whole() -> None:
        async with asyncio.timeout(30), serving(limits) as place:
            await story(place)

    asyncio.run(whole())


def request(body: bytes, path: str = "/v1/decisions", **headers: str) -> bytes:
    """Write a request."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nHost: a\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], Any]:
    """Read one whole answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers["content-length"]))
    return int(head[0].split()[1]), headers, json.loads(body)


def test_a_connection_serves_one_call_after_another() -> None:
    """Kept alive, in pieces or all at once, and two sent together are answered in their order."""

    async def story(place: Place) -> None:
        reader, writer = await place.connect()
        for number in range(3):
            writer.write(request(transfer(f"t-{number}")))
            assert (await answer(reader))[2]["event_id"] == f"t-{number}"
        whole = request(transfer("t-3"))
        for part in (whole[:7], whole[7:80], whole[80:200], whole[200:]):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)
        assert (await answer(reader))[2]["event_id"] == "t-3"
        writer.write(request(transfer("t-4")) + request(transfer("t-5")))
        assert [(await answer(reader))[2]["event_id"] for _ in range(2)] == ["t-4", "t-5"]

    told(story)


def test_a_connection_that_does_nothing_is_closed() -> None:
    """One that never said anything, and one that has been answered, both after the same time."""

    async def story(place: Place) -> None:
        silent, _ = await place.connect()
        reader, writer = await place.connect()
        writer.write(request(transfer("t-1")))
        assert (await answer(reader))[0] == 200
        assert await silent.read() == await reader.read() == b""
        await place.closed("idle")
        assert place.reception.crowd.connections == 0

    told(story, SHORT)


def test_a_slow_head_is_answered_408_and_closed() -> None:
    """A head that comes a byte at a time does not hold a connection for ever."""

    async def story(place: Place) -> None:
        reader, writer = await place.connect()
        writer.write(b"POST /v1/decisions HTTP/1.1\r\nx: ")

        async def drip() -> None:
            while not writer.is_closing():
                writer.write(b"x")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        status, headers, problem = await answer(reader)
        assert (status, problem["code"], headers["connection"]) == (408, "too_slow", "close")
        dripping.cancel()
        await place.closed("slow_head")

    told(story, SHORT)


@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/events", "/v1/lists/bank.recipients/entries"])
def test_a_slow_body_is_answered_408_and_nothing_of_it_is_taken(path: str) -> None:
    """What has come of a body is thrown away, on every route."""

    async def story(place: Place) -> None:
        reader, writer = await place.connect()
        writer.write(request(transfer("t-1"), path)[:-1])
        status, _, problem = await answer(reader)
        assert (status, problem["code"]) == (408, "too_slow")
        assert await reader.read() == b""
        await place.closed("slow_body")
        assert place.store.last_seq() == 0

    told(story, SHORT)


def test_a_long_body_may_take_its_time() -> None:
    """A large body on a slow line is not cut off while it keeps coming fast enough."""

    async def story(place: Place) -> None:
        reader, writer = await place.connect()
        line = transfer("t-1") + b"\n"
        writer.write(request(b" " * 9_000 + line, "/v1/decisions:batch")[: -len(line)])
        await asyncio.sleep(1)
        writer.write(line)
        assert b"t-1" in await reader.readuntil(b"\r\n0\r\n\r\n")

    told(story, SHORT)


def test_a_head_without_end_is_answered_431() -> None:
    """Headers are not gathered for ever, however fast they come."""

    async def story(place: Place) -> None:
        reader, writer = await place.connect()
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        await asyncio.sleep(0.01)
        writer.write(b"".join(f"x-{number}: {'y' * 200}\r\n".encode() for number in range(30)))
        status, _, problem = await answer(reader)
        assert (status, problem["code"]) == (431, "head_too_large")
        await place.closed("large_head")

    told(story, replace(SHORT, head_s=60))


def test_a_client_that_does_not_read_is_cut_off() -> None:
    """An answer that nobody takes does not fill the memory for ever."""

    async def story(place: Place) -> None:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", place.port))
        ask = b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n" * 400
        await asyncio.get_running_loop().sock_sendall(sock, ask)
        await place.closed("unread")
        sock.close()

    told(story, replace(SHORT, idle_s=60, head_s=60, body_s=60))


def test_a_client_that_hangs_up_leaves_nothing() -> None:
    """Before a request, within one and before its answer: no connection remains, and what was sent whole is decided."""

    async def story(place: Place) -> None:
        for sent in (b"", b"POST", request(transfer("t-1"))[:-5], request(transfer("t-2"))):
            _, writer = await place.connect()
            writer.write(sent)
            await writer.drain()
            writer.transport.abort()
        await until(lambda: not place.reception.open and place.store.last_seq())
        assert place.store.last_seq() == 1

    told(story)


def test_there_are_no_more_connections_than_have_room() -> None:
    """One too many is told so and closed; a place that becomes free is taken again."""

    async def story(place: Place) -> None:
        (_, first), _ = await place.connect(), await place.connect()
        reader, _ = await place.connect()
        status, headers, problem = await answer(reader)
        assert (status, problem["code"]) == (503, "overloaded")
        assert "retry-after" in headers
        assert await reader.read() == b""
        first.close()
        await until(lambda: len(place.reception.open) == 1)
        reader, writer = await place.connect()
        writer.write(request(transfer("t-1")))
        assert (await answer(reader))[0] == 200
        writer.close()

    told(story, replace(LONG, connections=2))


def test_a_refusal_unread_is_the_same_as_one_that_was_read() -> None:
    """Under pressure decisions and events are refused with the same status, headers and problem on either way."""

    async def story(place: Place) -> None:
        reader, writer = await place.connect()
        writer.write(request(transfer("t-0")))
        assert (await answer(reader))[0] == 200
        place.press()
        parsed = list[int]()
        place.reception.admission.enter = _counting(place.reception.admission.enter, parsed)  # type: ignore[method-assign] # watched from outside
        answers = []
        decision, report = transfer("t-1"), event("e-1", "login")
        for whole in (request(decision), request(report, "/v1/events")):
            for parts in ((whole,), (whole[:-5], whole[-5:])):
                for part in parts:
                    writer.write(part)
                    await asyncio.sleep(0.05)
                answers.append(await answer(reader))
        assert parsed == [1, 1]
        for status, headers, problem in answers:
            assert (status, problem["code"], problem["status"]) == (503, "overloaded", 503)
            assert headers["retry-after"] == "1"
            assert headers["content-type"] == "application/problem+json"
            assert problem == answers[0][2]

    told(story)


def _counting(enter: Callable[..., Any], parsed: list[int]) -> Callable[..., Any]:
    """Count who comes as far as the door."""

    def count(*words: Any) -> Any:
        parsed.append(1)
        return enter(*words)

    return count


@pytest.mark.parametrize(
    "odd",
    [
        b"GET /v1/decisions HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n",
        b"POST /v1/decisions HTTP/1.1\r\nhost: a\r\n\r\n",
        b"POST /v1/decisions HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{",
        b"POST /v1/decisions HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}{}",
        b"POST /v1/decisions HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\n{}",
        b"POST /v1/decisions HTTP/1.1\r\nhost: a\r\ncontent-length: +2\r\n\r\n{}",
        b"POST /v1/decisions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n{}",
        b"POST /v1/decisions HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}",
        b"POST /v1/decisions HTTP/1.0\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}",
        b"POST /v1/decisions HTTP/1.1\r\nhost: a\r\ncontent-length: 2",
        b"POST /v1/decisions HTTP/1.1\r\nhost: a\r\nx: " + b"x" * 4_000 + b"\r\ncontent-length: 2\r\n\r\n{}",
        b"",
    ],
)
def test_only_what_is_whole_and_plain_is_refused_unread(odd: bytes) -> None:
    """Where a request could be read in more than one way, the parser has the word, also under pressure."""

    async def story(place: Place) -> None:
        place.press()
        assert place.reception.refuse_unread(odd) is None
        assert all(len(head) <= 2_048 for head in place.reception._heads)
        plain = b"POST /v1/decisions HTTP/1.1\r\nhost: a\r\nCONTENT-Length:2 \r\n\r\n{}"
        assert place.reception.refuse_unread(plain) is not None

    told(story)


def test_what_tells_of_the_server_is_answered_under_pressure() -> None:
    """Who watches the server is never sent away, and learns that others are."""

    async def story(place: Place) -> None:
        place.press()
        reader, writer = await place.connect()
        writer.write(request(transfer("t-1")))
        assert (await answer(reader))[0] == 503
        for path in ("/healthz", "/readyz"):
            writer.write(f"GET {path} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
            status, _, said = await answer(reader)
            assert status in {200, 503}
            assert path == "/healthz" or any("overloaded" in word for word in said["degraded"])
        writer.write(b"GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        figures = await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        assert b'holdfast_refused_total{rank="money",reason="overloaded"} 1.0' in figures
        assert b"holdfast_connections 1.0" in figures
        writer.write(b"GET /v1/holds HTTP/1.1\r\nhost: a\r\n\r\n")
        assert (await answer(reader))[0] == 503

    told(story)


def test_a_prepared_answer_is_a_whole_one() -> None:
    """Its length is that of its body, and it says when it is the last on a connection."""
    told_of = OverloadedError("x")
    head, _, body = whole_answer(told_of).partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    assert b"connection: close" in whole_answer(told_of, closing=True)
    assert b"connection" not in head
