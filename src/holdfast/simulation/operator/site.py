"""The invented operator as an ASGI application."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from holdfast.simulation.operator.answers import PATHS, VERIFY, Question, Said, fault
from holdfast.simulation.operator.doorkeeper import Doorkeeper, Given
from holdfast.simulation.operator.manners import Manners
from holdfast.simulation.operator.subscriber import Subscriber
from holdfast.vocabulary.errors import GarbageError
from holdfast.wire.outside import read_json

TOKEN_PATH: Final = "/oauth2/token"  # noqa: S105 - a path, not a secret
_CORRELATOR: Final = "x-correlator"
_PHONE: Final = "phoneNumber"


@dataclass(slots=True, kw_only=True)
class Operator:
    """An operator with its subscribers by number.

    `questions` are the paths and bodies that it was asked so far, `answers` status and body of what it said to each.
    """

    now: Callable[[], datetime]
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    manners: Manners = field(default_factory=Manners)
    door: Doorkeeper = field(default_factory=Doorkeeper)
    questions: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    answers: list[Said] = field(default_factory=list)

    def knows(self, *subscribers: Subscriber) -> None:
        """Let the operator serve some numbers."""
        self.subscribers |= {one.number: one for one in subscribers}

    def app(self) -> Starlette:
        """Make the application."""
        paths = (*PATHS, VERIFY[0])
        routes = [Route(path, self._ask, methods=["POST"]) for path in paths]
        return Starlette(routes=[Route(TOKEN_PATH, self._token, methods=["POST"]), *routes])

    async def _token(self, request: Request) -> Response:
        """Give a token."""
        await asyncio.sleep(self.manners.token_slow_s)
        if self.manners.down or self.manners.mistrusts:
            status = 503 if self.manners.down else 401
            return JSONResponse({"error": "invalid_client"}, status_code=status)
        authorization, body = request.headers.get("authorization", ""), await request.body()
        life_s = self.manners.token_life_s
        status, said = self.door.token(body, authorization, now=self.now(), life_s=life_s)
        return JSONResponse(said, status_code=status)

    async def _ask(self, request: Request) -> Response:
        """Answer one question, in the manner of the moment."""
        await asyncio.sleep(self.manners.slow_s)
        correlator = request.headers.get(_CORRELATOR, "")
        status, said = self._said(request.url.path, await request.body(), request.headers)
        self.answers.append((status, said))
        return JSONResponse(said, status_code=status, headers={_CORRELATOR: correlator})

    def _said(self, path: str, data: bytes, headers: Mapping[str, str]) -> Said:
        try:
            body = read_json(data)
        except GarbageError:
            body = None
        self.questions.append((path, body if isinstance(body, dict) else {}))
        self.headers.append(dict(headers))
        if self.manners.down:
            return fault(503, "UNAVAILABLE")
        if self.manners.busy:
            return fault(429, "TOO_MANY_REQUESTS")
        given = self.door.opened(headers.get("authorization", ""), now=self.now())
        if given is None or self.manners.spoilt:
            return fault(401, "UNAUTHENTICATED")
        if not isinstance(body, dict):
            return fault(400, "INVALID_ARGUMENT")
        return self._verified(given, body) if path == VERIFY[0] else self._answered(path, given, body)

    def _verified(self, given: Given, body: Mapping[str, Any]) -> Said:
        """Compare a number with that of the token, which only the network itself gives."""
        if given.number is None or VERIFY[1] not in given.scopes:
            return fault(403, "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK")
        if len(body) != 1:
            return fault(400, "INVALID_ARGUMENT")
        hashed = sha256(given.number.encode()).hexdigest()
        return 200, {"devicePhoneNumberVerified": body.get(_PHONE) == given.number or hashed in body.values()}

    def _answered(self, path: str, given: Given, body: Mapping[str, Any]) -> Said:
        """Find whose number is meant, and answer about it."""
        scope, answer = PATHS[path]
        if scope not in given.scopes:
            return fault(403, "PERMISSION_DENIED")
        if (given.number is None) == (_PHONE not in body):
            return fault(422, "MISSING_IDENTIFIER" if given.number is None else "UNNECESSARY_IDENTIFIER")
        subscriber = self.subscribers.get(given.number or str(body[_PHONE]))
        if subscriber is None:
            return fault(404, "IDENTIFIER_NOT_FOUND")
        if not subscriber.served:
            return fault(422, "SERVICE_NOT_APPLICABLE")
        if not subscriber.consents:
            return fault(403, "PERMISSION_DENIED")
        rest = {word: value for word, value in body.items() if word != _PHONE}
        return answer(Question(subscriber=subscriber, body=rest, now=self.now(), manners=self.manners))
