"""Every route but the hot one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import wraps

import structlog
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match, Route

from holdfast.api.access import Access
from holdfast.api.addresses import template
from holdfast.api.deadlines import BATCH_MS, read_deadline
from holdfast.api.metrics import exposition
from holdfast.api.openapi import openapi
from holdfast.api.problems import problem, problem_response
from holdfast.operations.api_keys import SCOPES
from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.declare_source import declare_source, known_sources
from holdfast.operations.follow_versions import follow_versions
from holdfast.operations.intake import decide as decide_or_claim
from holdfast.operations.intake import take
from holdfast.operations.line import Rank
from holdfast.operations.make_claim import Made
from holdfast.operations.read_decision import decision_page, read_decision, replay_decision
from holdfast.operations.read_lists import list_page, list_summaries
from holdfast.operations.read_models import model_rows
from holdfast.operations.read_packs import pack_summaries
from holdfast.operations.readiness import readiness
from holdfast.operations.shard import Shard
from holdfast.vocabulary.deadline import Deadline
from holdfast.vocabulary.errors import (
    Bug,
    HoldfastError,
    InvalidError,
    MethodError,
    NotFoundError,
    TooLargeError,
)
from holdfast.vocabulary.instants import rfc3339, to_ms
from holdfast.vocabulary.spelling import meant
from holdfast.wire.canonical import canonical
from holdfast.wire.codec import MAX_EVENT_BYTES
from holdfast.wire.photos import MAX_PHOTO_EVENT_BYTES
from holdfast.wire.requests import ClockBody, EntriesBody, SourceBody, read_body

MAX_BATCH_BYTES = 4 * 1024 * 1024
MAX_BATCH_LINES = 1_000
MAX_BODY_BYTES = 4 * 1024 * 1024
MAX_PAGE = 500
_PORTION = 8
MoveClock = Callable[[int], Awaitable[None]]
Endpoint = Callable[["Routes", Request], Awaitable[Response]]
_log = structlog.get_logger("holdfast.api")


def reply(content: object, status: int = 200, *, media: str = "application/json") -> Response:
    """Answer with one JSON document."""
    return Response(canonical(content), status_code=status, media_type=media)


def claim_reply(made: Made) -> Response:
    """Answer with a claim: 201 for a new one, 200 for one that the same report made before."""
    answer = reply(made.row, 200 if made.replayed else 201)
    if made.replayed:
        answer.headers["Holdfast-Replayed"] = "true"
    return answer


def route(scope: str | None) -> Callable[[Endpoint], Endpoint]:
    """Check the key's scope before an endpoint; a scope that no key can be given is refused here."""
    if scope is not None and scope not in SCOPES:
        raise Bug(f"no key can have the scope `{scope}`")

    def around(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def checked(routes: "Routes", request: Request) -> Response:
            if scope is not None:
                routes.access.check(request.headers.get("authorization"), scope)
            return await endpoint(routes, request)

        return checked

    return around


async def request_body(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    """Read a body up to a limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLargeError(f"the body has more than {limit} bytes")
    return bytes(body)


def read_query(request: Request, *known: str) -> QueryParams:
    """Give the parameters of a request; an unknown one is refused, for a misspelt filter filters nothing."""
    query = request.query_params
    strange = next((name for name in query if name not in known), None)
    if strange is not None:
        hint = meant(strange, known, otherwise=f"known are {', '.join(known)}")
        raise InvalidError(f"there is no parameter `{strange[:40]}`", pointer=f"/{strange[:40]}", hint=hint)
    return query


def read_words(query: QueryParams, name: str, words: Sequence[str]) -> list[str]:
    """Read a parameter that takes several words of a closed set, separated by commas."""
    given = query[name].split(",") if name in query else []
    strange = next((word for word in given if word not in words), None)
    if strange is not None:
        hint = f"of {', '.join(words)}, separated by commas"
        raise InvalidError(f"`{name}` cannot be `{strange[:40]}`", pointer=f"/{name}", hint=hint)
    return given


def read_limit(request: Request) -> int:
    """Read `?limit=`."""
    text = request.query_params.get("limit", "100")
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not 1 <= int(text) <= MAX_PAGE:
        raise InvalidError(f"`limit` cannot be `{text[:20]}`", pointer="/limit", hint=f"a number from 1 to {MAX_PAGE}")
    return int(text)


def _methods(request: Request) -> list[str]:
    """Give the methods that some route takes at the path of a request."""
    routes = [one for one in request.app.routes if isinstance(one, Route)]
    here = [one for one in routes if one.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for one in here for method in one.methods or ()})


class Routes:
    """The endpoints over one shard."""

    def __init__(
        self, shard: Shard, access: Access, move_clock: MoveClock | None, *, more: Sequence[tuple[str, str, Endpoint]]
    ) -> None:
        self.shard = shard
        self.access = access
        self._move_clock = move_clock
        self._more = more

    def app(self) -> Starlette:
        """Build the application."""
        table: list[tuple[str, str, Endpoint]] = [
            ("POST", "/v1/decisions", Routes.decide),
            ("POST", "/v1/decisions:batch", Routes.batch),
            ("POST", "/v1/events", Routes.event),
            ("GET", "/v1/decisions", Routes.decisions),
            ("GET", "/v1/decisions/{id}", Routes.decision),
            ("POST", "/v1/decisions/{id}/replay", Routes.replay),
            ("GET", "/v1/lists", Routes.lists),
            ("GET", "/v1/lists/{list}", Routes.list_entries),
            ("POST", "/v1/lists/{list}/entries", Routes.add_entries),
            ("DELETE", "/v1/lists/{list}/entries", Routes.remove_entries),
            ("GET", "/v1/packs", Routes.packs),
            ("GET", "/v1/models", Routes.models),
            ("GET", "/v1/sources", Routes.sources),
            ("PUT", "/v1/sources/{source}", Routes.put_source),
            ("GET", "/healthz", Routes.healthz),
            ("GET", "/readyz", Routes.readyz),
            ("GET", "/metrics", Routes.metrics),
            ("GET", "/openapi.json", Routes.openapi),
        ]
        table += self._more
        if self._move_clock is not None:
            table += [("POST", "/v1/dev/clock", Routes.move_clock), ("GET", "/v1/dev/clock", Routes.clock)]
        return Starlette(
            routes=[Route(path, self._bound(endpoint), methods=[method]) for method, path, endpoint in table],
            exception_handlers={HTTPException: self._http_error, Exception: self._fault},
        )

    def _bound(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def call(request: Request) -> Response:
            try:
                return await endpoint(self, request)
            except HoldfastError as error:
                return problem_response(error)

        return call

    async def _http_error(self, request: Request, error: Exception) -> Response:
        """Answer an unknown path or method as a problem."""
        if isinstance(error, HTTPException) and error.status_code == MethodError.http_status:
            answer = problem_response(MethodError(f"`{request.method}` is not taken here"))
            answer.headers["allow"] = ", ".join(_methods(request))
            return answer
        return problem_response(NotFoundError(f"there is nothing at `{request.url.path}`", hint="see `/openapi.json`"))

    async def _fault(self, request: Request, error: Exception) -> Response:
        """Answer a fault of ours as a problem, and log it."""
        _log.error("call failed", route=template(request.scope), exc_info=error)
        return problem_response(Bug("the call failed inside Holdfast"))

    async def settle(self) -> None:
        """On a test clock, where no time passes by itself, do what a list's new version asks for before the answer."""
        if self._move_clock is not None:
            await follow_versions(self.shard)

    @route("decide")
    async def decide(self, request: Request) -> Response:
        """Stand here for other methods; the door before these routes answers every POST itself."""
        raise Bug("a decision came past the door")

    @route("decide")
    async def batch(self, request: Request) -> Response:
        """Decide lines in order; each is durable before its answer is sent."""
        deadline = read_deadline(request.scope["headers"], self.shard.ports.tick, default_ms=BATCH_MS)
        lines = [line for line in (await request_body(request, MAX_BATCH_BYTES)).split(b"\n") if line.strip()]
        if len(lines) > MAX_BATCH_LINES:
            raise TooLargeError(f"the batch has {len(lines)} lines; at most {MAX_BATCH_LINES} are taken")
        portions = [lines[first : first + _PORTION] for first in range(0, len(lines), _PORTION)]
        tasks = [asyncio.ensure_future(self._portion(portion, deadline)) for portion in portions]

        async def answers() -> AsyncIterator[bytes]:
            for task in tasks:
                yield await asyncio.shield(task)  # who goes away must not end the call of a twin

        return StreamingResponse(answers(), media_type="application/x-ndjson")

    async def _portion(self, lines: Sequence[bytes], deadline: Deadline | None) -> bytes:
        """Decide a few lines when their turn comes; calls one by one are not kept waiting by a batch."""
        line = self.shard.crowd.line
        try:
            if line is not None and deadline is not None:
                turn = line.enter(Rank.BULK, deadline.ends_ns, len(lines))
                if turn is not None:
                    await turn
        except HoldfastError as error:
            return (canonical({"error": problem(error)}) + b"\n") * len(lines)
        return b"".join(
            [answer + b"\n" for answer in await asyncio.gather(*(self._line(one, deadline) for one in lines))]
        )

    async def _line(self, line: bytes, deadline: Deadline | None) -> bytes:
        if len(line) > MAX_EVENT_BYTES:
            return canonical({"error": problem(TooLargeError(f"the line has more than {MAX_EVENT_BYTES} bytes"))})
        try:
            return (await decide_or_claim(self.shard, line, deadline=deadline)).body
        except HoldfastError as error:
            return canonical({"error": problem(error)})
        except Exception as error:  # noqa: BLE001 - one line's fault is its own
            _log.error("line failed", exc_info=error)
            return canonical({"error": problem(Bug("the decision failed inside Holdfast; nothing was decided"))})

    @route("events")
    async def event(self, request: Request) -> Response:
        """Take in an event without a decision."""
        deadline = read_deadline(request.scope["headers"], self.shard.ports.tick)
        taken = await take(self.shard, await request_body(request, MAX_PHOTO_EVENT_BYTES), deadline=deadline)
        if isinstance(taken, Made):
            return claim_reply(taken)
        answer = reply({"event_id": taken.event_id, "late": taken.late}, 202)
        if taken.replayed:
            answer.headers["Holdfast-Replayed"] = "true"
        return answer

    @route("read")
    async def decisions(self, request: Request) -> Response:
        """Give decisions, newest first, a page at a time."""
        query = read_query(request, "limit", "cursor")
        page = decision_page(self.shard, limit=read_limit(request), cursor=query.get("cursor"))
        return reply(page)

    @route("read")
    async def decision(self, request: Request) -> Response:
        """Give a decision as it was answered."""
        return Response(read_decision(self.shard, request.path_params["id"]), media_type="application/json")

    @route("read")
    async def replay(self, request: Request) -> Response:
        """Judge a decision's facts again and compare."""
        replayed = replay_decision(self.shard, request.path_params["id"])
        again = b'{"equal":%s,"judgement":%s}' % (b"true" if replayed.equal else b"false", replayed.again)
        return Response(again, media_type="application/json")

    @route("read")
    async def lists(self, request: Request) -> Response:
        """Give every list with its version."""
        return reply({"items": list_summaries(self.shard), "next": None})

    @route("read")
    async def list_entries(self, request: Request) -> Response:
        """Give one list's entries, a page at a time."""
        cursor = request.query_params.get("cursor")
        return reply(list_page(self.shard, request.path_params["list"], cursor=cursor, limit=read_limit(request)))

    @route("lists")
    async def add_entries(self, request: Request) -> Response:
        """Add entries to a list."""
        return await self._edit(request, removing=False)

    @route("lists")
    async def remove_entries(self, request: Request) -> Response:
        """Remove entries from a list."""
        return await self._edit(request, removing=True)

    async def _edit(self, request: Request, *, removing: bool) -> Response:
        """Change a list and answer with its new version."""
        body = read_body(await request_body(request), EntriesBody)
        now_ms = self.shard.ports.clock.now_ms()
        entries = [entry.entry(now_ms) for entry in body.entries]
        by = self.access.check(request.headers.get("authorization"), "lists")
        list_id = request.path_params["list"]
        published_ms = to_ms(body.published_at) if body.published_at else None
        edit = Edit(list=list_id, by=by, published_ms=published_ms, **{"remove" if removing else "add": entries})
        version = await change_list(self.shard, edit)
        await self.settle()
        return reply(
            {
                "list": version.list,
                "version": version.version,
                "entries": version.entries,
                "added": version.added,
                "removed": version.removed,
                "loaded_at": rfc3339(version.loaded_ms, self.shard.tenant.zone),
            }
        )

    @route("read")
    async def packs(self, request: Request) -> Response:
        """Give the loaded packs with their signs."""
        return reply({"items": pack_summaries(self.shard), "next": None})

    @route("read")
    async def models(self, request: Request) -> Response:
        """Give the model in service, if there is one, and how it does."""
        return reply({"items": model_rows(self.shard), "next": None})

    @route("read")
    async def sources(self, request: Request) -> Response:
        """Give every source and since when it is complete."""
        zone, since = self.shard.tenant.zone, self.shard.memory.complete_since
        names = known_sources(self.shard.memory.schema)
        items = [
            {"source": name, "complete_since": rfc3339(since[name], zone) if name in since else None} for name in names
        ]
        return reply({"items": items, "next": None})

    @route("admin")
    async def put_source(self, request: Request) -> Response:
        """Declare a source complete."""
        since = read_body(await request_body(request), SourceBody).complete_since
        await declare_source(self.shard, request.path_params["source"], to_ms(since))
        return reply({"source": request.path_params["source"], "complete_since": since.isoformat()})

    @route(None)
    async def healthz(self, request: Request) -> Response:
        """Say that the process is alive."""
        return reply({"status": "alive"})

    @route(None)
    async def readyz(self, request: Request) -> Response:
        """Say whether decisions can be made, and what is degraded."""
        state = readiness(self.shard)
        return reply({"ready": state.ready, "degraded": state.degraded}, 200 if state.ready else 503)

    @route("read")
    async def metrics(self, request: Request) -> Response:
        """Give the figures for Prometheus."""
        return Response(exposition(self.shard), media_type="text/plain; version=0.0.4; charset=utf-8")

    @route(None)
    async def openapi(self, request: Request) -> Response:
        """Give the description of this API."""
        return reply(openapi())

    @route(None)
    async def clock(self, request: Request) -> Response:
        """Say where the test clock stands."""
        return reply({"now": rfc3339(self.shard.ports.clock.now_ms(), self.shard.tenant.zone)})

    @route(None)
    async def move_clock(self, request: Request) -> Response:
        """Move the test clock forward."""
        now = read_body(await request_body(request), ClockBody).now
        if self._move_clock is not None:
            await self._move_clock(to_ms(now))
        return await self.clock(request)
