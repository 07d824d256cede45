"""One HTTP connection: uvicorn's, with a limit on everything that a client may leave undone.

While calls have to wait, a decision or an event that would be refused is answered from prepared bytes before a parser
has seen it: what a refusal costs is taken from those who are served.
"""

import asyncio
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from http import HTTPStatus
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from holdfast.api.access import Access
from holdfast.api.deadlines import HEADER
from holdfast.api.door import DECISIONS, Door
from holdfast.api.exchange import Exchange
from holdfast.api.problems import PROBLEM, problem, problem_headers
from holdfast.operations.admission import Admission, rank_of
from holdfast.operations.line import Rank
from holdfast.vocabulary.errors import HeadTooLargeError, HoldfastError, OverloadedError, TooSlowError
from holdfast.wire.canonical import canonical

_DECISION: Final = b"POST /v1/decisions HTTP/1.1\r\n"
_EVENT: Final = b"POST /v1/events HTTP/1.1\r\n"
_ROUTE: Final = DECISIONS.encode()
_LENGTH: Final = b"\r\ncontent-length:"
_DEADLINE: Final = f"\r\n{HEADER.lower()}:".encode()
_DIGITS: Final = 5
_MANY_HEADS: Final = 4_096
_LONGEST_HEAD: Final = 2_048  # a longer one is parsed each time, so that strangers cannot fill the memory with heads
_PORTION: Final = 500
_KEY: Final = b"\r\nauthorization:"
_UNUSUAL: Final = (b"\r\ntransfer-encoding:", b"\r\nexpect:", b"\r\nconnection: close")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a connection may take: seconds, bytes, and how many there may be."""

    idle_s: float = 75.0
    head_s: float = 10.0
    body_s: float = 10.0
    body_bytes_per_s: int = 16 * 1024
    unread_s: float = 30.0
    head_bytes: int = 32 * 1024
    connections: int = 10_000
    sweep_s: float = 1.0


class Doing(IntEnum):
    """What a connection waits for: a request, the rest of a head or of a body, or our answer."""

    NOTHING = 0
    HEAD = 1
    BODY = 2
    ANSWER = 3


def whole_answer(error: HoldfastError, *, closing: bool = False) -> bytes:
    """Write a problem as it stands on the wire."""
    body = canonical(problem(error))
    status = f"HTTP/1.1 {error.http_status} {HTTPStatus(error.http_status).phrase}\r\n"
    headers = {"content-type": PROBLEM, "content-length": str(len(body)), **problem_headers(error)}
    headers |= {"connection": "close"} if closing else {}
    return (status + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode() + body


class Reception:
    """What all connections of a server share: who is let in, the limits, and the count of those that were closed."""

    def __init__(self, admission: Admission, access: Access, limits: Limits | None = None) -> None:
        self.crowd = admission.crowd
        self.admission = admission
        self.limits = limits or Limits()
        self.open: set[Connection] = set()
        self._access = access
        self._answers: dict[HoldfastError, bytes] = {}
        self._heads: dict[bytes, Head | None] = {}

    @property
    def protocol(self) -> type[asyncio.Protocol]:
        """Give what uvicorn makes connections by; it only calls it."""
        return cast("type[asyncio.Protocol]", partial(Connection, self))

    def refuse_unread(self, data: bytes) -> bytes | None:
        """Give the answer to a request that is refused as it stands; nothing for one that must be parsed."""
        end = data.find(b"\r\n\r\n")
        if not 0 < end <= _LONGEST_HEAD:
            return None
        head = data[:end]
        if head not in self._heads:
            self._learn(head)
        plain = self._heads[head]
        if plain is None or plain.length != len(data) - end - 4:
            return None
        rank = rank_of(data, end) if plain.decides else Rank.CONTEXT
        error = self.admission.before_reading(rank, self._access.key_of(plain.key), plain.budget_ms)
        return None if error is None else self._answer(error)

    def _learn(self, head: bytes) -> None:
        """Read a head, and keep what it says: a client sends the same one again and again."""
        if len(self._heads) >= _MANY_HEADS:
            self._heads.clear()
        self._heads[head] = read_head(head)

    def _answer(self, error: HoldfastError) -> bytes:
        """Give the bytes of a refusal, written once."""
        known = self._answers.get(error)
        if known is None:
            known = self._answers[error] = whole_answer(error)
        return known

    async def keep_sweeping(self) -> None:
        """End what has been left undone for too long, for as long as the server runs."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.limits.sweep_s)
            for number, connection in enumerate(tuple(self.open)):
                connection.end_overdue(loop.time())
                if number % _PORTION == 0:
                    await asyncio.sleep(0)  # ten thousand at a time would keep the loop from those who are served


@dataclass(frozen=True, slots=True)
class Head:
    """What a plain head says: decision or report, the length of its body, the key, and the time for the answer."""

    decides: bool
    length: int
    key: bytes
    budget_ms: int | None


def read_head(head: bytes) -> Head | None:
    """Read the head of a decision or a report; nothing for what is another call or could be read in two ways."""
    small = head.lower() + b"\r\n"
    if not head.startswith((_DECISION, _EVENT)) or small.count(_LENGTH) != 1 or any(word in small for word in _UNUSUAL):
        return None
    length, budget = _header(small, small, _LENGTH), _header(small, small, _DEADLINE)
    if not length.isdigit() or (budget and not (budget.isdigit() and len(budget) <= _DIGITS)):
        return None
    key = _header(head + b"\r\n", small, _KEY)
    return Head(head.startswith(_DECISION), int(length), key, int(budget) if budget else None)


def _header(data: bytes, head: bytes, name: bytes) -> bytes:
    """Cut the value of a header out of a head, where `head` is it in small letters; empty when it is not there."""
    at = head.find(name)
    start = at + len(name)
    return data[start : head.index(b"\r\n", start)].strip() if at >= 0 else b""


class Connection(HttpToolsProtocol):
    """A connection of a client."""

    def __init__(self, reception: Reception, **words: Any) -> None:
        super().__init__(**words)
        self._reception = reception
        self._pressed = reception.admission.line.pressed
        self._doing = Doing.NOTHING
        self._since = self.loop.time()
        self._bytes = 0
        self._unread_since: float | None = None
        self._door = self.app if isinstance(self.app, Door) else None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a client in, or send it away when there are too many."""
        super().connection_made(cast("asyncio.Transport", transport))
        reception = self._reception
        if len(reception.open) >= reception.limits.connections:
            self._end("too_many", OverloadedError("there are too many connections"))
            return
        reception.open.add(self)
        reception.crowd.connections = len(reception.open)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a client."""
        self._reception.open.discard(self)
        self._reception.crowd.connections = len(self._reception.open)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, or refuse unread."""
        if self._doing is Doing.NOTHING and self._pressed[Rank.CONTEXT]:
            refusal = self._reception.refuse_unread(data)
            if refusal is not None:
                self._since = self.loop.time()
                self.transport.write(refusal)
                return
        super().data_received(data)
        if self._doing is Doing.HEAD:
            self._bytes += len(data)
            if self._bytes > self._reception.limits.head_bytes:
                self._end("large_head", HeadTooLargeError("the head of the request is too long"))

    def on_message_begin(self) -> None:
        """Begin to wait for a head."""
        super().on_message_begin()
        self._now(Doing.HEAD)

    def on_headers_complete(self) -> None:
        """Begin to wait for a body."""
        self._now(Doing.BODY)
        if self._is_decision():
            self._exchange()
        else:
            super().on_headers_complete()

    def _is_decision(self) -> bool:
        """Tell whether the door may serve a call without the detour of messages."""
        parser = self.parser
        usual = self._door is not None and self.url == _ROUTE and parser.get_method() == b"POST"
        return usual and parser.get_http_version() == "1.1" and not parser.should_upgrade()

    def _exchange(self) -> None:
        """Begin a call on the decision route, or let it wait for the one before it."""
        before = cast("RequestResponseCycle | None", self.cycle)
        self.scope |= {"method": "POST", "path": DECISIONS, "raw_path": _ROUTE, "query_string": b""}
        self.cycle = Exchange(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        door = cast("Any", self._door)
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, door)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, door))

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Leave the next word to the application, unless it has spoken already."""
        super().on_message_complete()
        self._now(Doing.NOTHING if self.cycle.response_complete else Doing.ANSWER)

    def on_response_complete(self) -> None:
        """Go on with a request that came meanwhile, or wait for one; a sweep ends what is idle, not a timer each."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self._doing is Doing.ANSWER:
            self._now(Doing.NOTHING)

    def pause_writing(self) -> None:
        """Note since when the client does not read."""
        self._unread_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Forget that the client did not read."""
        self._unread_since = None
        super().resume_writing()

    def _now(self, doing: Doing) -> None:
        self._doing, self._since, self._bytes = doing, self.loop.time(), 0

    def end_overdue(self, now: float) -> None:
        """End the connection when something has been left undone for too long."""
        limits, waited = self._reception.limits, now - self._since
        if self._unread_since is not None and now - self._unread_since > limits.unread_s:
            self._reception.crowd.closed["unread"] += 1
            self.transport.abort()
        elif self._doing is Doing.NOTHING and waited > limits.idle_s:
            self._end("idle")
        elif self._doing is Doing.HEAD and waited > limits.head_s:
            self._end("slow_head", TooSlowError("the head of the request did not come in time"))
        elif self._doing is Doing.BODY and waited > limits.body_s + self._bytes / limits.body_bytes_per_s:
            self._end("slow_body", TooSlowError("the body of the request did not come in time"))

    def _end(self, reason: str, error: HoldfastError | None = None) -> None:
        """Close, saying why where no answer has begun."""
        if self.transport.is_closing():
            return
        self._reception.crowd.closed[reason] += 1
        if error is not None and not self._is_answering():
            self.transport.write(whole_answer(error, closing=True))
        self.transport.close()

    def _is_answering(self) -> bool:
        """Tell whether an answer has begun and is not complete."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is not None and cycle.response_started and not cycle.response_complete
