"""The decision route as a bare ASGI callable before everything else, because it is the hot one."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from holdfast.api.access import Access
from holdfast.api.deadlines import read_deadline
from holdfast.api.problems import PROBLEM, problem, problem_headers
from holdfast.operations.intake import decide
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import Bug, HoldfastError, TooLargeError
from holdfast.wire.canonical import canonical
from holdfast.wire.codec import MAX_EVENT_BYTES

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

DECISIONS = "/v1/decisions"
_JSON = (b"content-type", b"application/json")
_REPLAYED = (b"holdfast-replayed", b"true")
_log = structlog.get_logger("holdfast.api")


class Door:
    """Answers `POST /v1/decisions` itself and hands everything else to `rest`."""

    def __init__(self, shard: Shard, access: Access, rest: App) -> None:
        self._shard = shard
        self._access = access
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http" or scope["path"] != DECISIONS or scope["method"] != "POST":
            await self._rest(scope, receive, send)
            return
        try:
            self._access.check(authorization(scope), "decide")
            deadline = read_deadline(scope["headers"], self._shard.ports.tick)
            answer = await decide(self._shard, await read_body(receive, MAX_EVENT_BYTES), deadline=deadline)
        except HoldfastError as error:
            await send_problem(send, error)
        except Exception as error:  # noqa: BLE001 - a fault of ours is answered and logged, never a silence
            _log.error("decision failed", error=type(error).__name__, exc_info=True)
            await send_problem(send, Bug("the decision failed inside Holdfast; nothing was decided"))
        else:
            headers = [_JSON, _REPLAYED] if answer.replayed else [_JSON]
            await send_body(send, answer.body, status=answer.status, headers=headers)


def authorization(scope: Scope) -> str | None:
    """Give the authorization header of a connection."""
    for name, value in scope["headers"]:
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
