"""The decision route as a bare ASGI callable before everything else, because it is the hot one."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import structlog

from holdfast.api.access import Access
from holdfast.api.deadlines import read_deadline
from holdfast.api.problems import PROBLEM, problem, problem_headers
from holdfast.operations.admission import Admission, rank_of
from holdfast.operations.decide_event import Answer
from holdfast.operations.intake import decide
from holdfast.operations.line import Rank
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import Bug, HoldfastError, TooLargeError
from holdfast.wire.canonical import canonical
from holdfast.wire.photos import MAX_PHOTO_EVENT_BYTES

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]
Say = Callable[[Answer], bool]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

DECISIONS = "/v1/decisions"
_JSON = (b"content-type", b"application/json")
_REPLAYED = (b"holdfast-replayed", b"true")
_ALWAYS = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})
_ACTS = ("/v1/holds/", "/v1/identity/", "/h/")
_log = structlog.get_logger("holdfast.api")


class Door:
    """Answers `POST /v1/decisions` itself and hands everything else to `rest`, each when its turn comes."""

    def __init__(self, shard: Shard, access: Access, rest: App, *, admission: Admission) -> None:
        self._shard = shard
        self.access = access
        self.admission = admission
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http" or scope["path"] != DECISIONS or scope["method"] != "POST":
            await self._let_in(scope, receive, send)
            return
        await self.serve(scope["headers"], receive, send)

    async def serve(self, headers: Headers, receive: Receive, send: Send, *, say: Say | None = None) -> None:
        """Serve a call on the decision route; `say` may send a usual answer itself, and tells whether it did."""
        try:
            key = self.access.check(authorization(headers), "decide")
            deadline = read_deadline(headers, self._shard.ports.tick)
            body = await read_body(receive, MAX_PHOTO_EVENT_BYTES)
            rank = rank_of(body)
            if (turn := self.admission.enter(rank, key, deadline)) is not None:
                deadline = deadline or self.admission.deadline(rank)
                await turn
            answer = await decide(self._shard, body, deadline=deadline)
        except HoldfastError as error:
            await send_problem(send, error)
        except Exception as error:  # noqa: BLE001 - a fault of ours is answered and logged, never a silence
            _log.error("decision failed", exc_info=error)
            await send_problem(send, Bug("the decision failed inside Holdfast; nothing was decided"))
        else:
            if say is None or not say(answer):
                told = [_JSON, _REPLAYED] if answer.replayed else [_JSON]
                await send_body(send, answer.body, status=answer.status, headers=told)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand another call on when its turn comes, or refuse it."""
        rank = rank_of_call(scope) if scope["type"] == "http" else None
        if rank is not None:
            key = self.access.key_of((authorization(scope["headers"]) or "").encode("latin-1"))
            try:
                turn = self.admission.enter(rank, key)
                if turn is not None:
                    await turn
            except HoldfastError as error:
                await send_problem(send, error)
                return
        await self._rest(scope, receive, send)


def rank_of_call(scope: Scope) -> Rank | None:
    """Give the rank of a call that is no decision; what tells of the server's own state is always let in."""
    path: str = scope["path"]
    if path in _ALWAYS or not path.startswith(("/v1/", "/h/")) or path.startswith("/v1/dev/"):
        return None
    acts = scope["method"] == "POST" and path.startswith(_ACTS)
    return Rank.MONEY if acts else Rank.CONTEXT


def authorization(headers: Headers) -> str | None:
    """Give the authorization header of a call."""
    for name, value in headers:
        if name == b"authorization":
            return str(value.decode("latin-1"))
    return None


async def read_body(receive: Receive, limit: int) -> bytes:
    """Read a request's body up to a limit."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            break
    if len(body) > limit:
        raise TooLargeError(f"the body has more than {limit} bytes")
    return body


async def send_body(send: Send, body: bytes, *, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    """Send one whole answer."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


async def send_problem(send: Send, error: HoldfastError) -> None:
    """Send one problem."""
    extra = [(name.encode(), value.encode()) for name, value in problem_headers(error).items()]
    headers = [(b"content-type", PROBLEM.encode()), *extra]
    await send_body(send, canonical(problem(error)), status=error.http_status, headers=headers)
