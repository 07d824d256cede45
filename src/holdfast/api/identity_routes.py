"""The routes of identity verification: sessions of the tenant, and the callbacks of those who verify."""

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.routes import Endpoint, Routes, reply, request_body, route
from holdfast.operations.consume_session import consume_session
from holdfast.operations.end_session import cancel_session
from holdfast.operations.invite_person import invite_person
from holdfast.operations.open_session import Opening, open_session
from holdfast.operations.read_session import read_session, session_view
from holdfast.operations.start_session import Beginning
from holdfast.operations.take_callback import take_callback
from holdfast.operations.take_return import take_return
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.identity import Check, Purpose
from holdfast.wire.identity import CancelBody, ConsumeBody, SessionBody, StartBody
from holdfast.wire.requests import check_id, read_body

_SCOPE = "identity"
_KEY = "Idempotency-Key"
_CALLBACK_BYTES = 256 * 1024
_QUERY_BYTES = 16 * 1024


@route(_SCOPE)
async def open_(routes: Routes, request: Request) -> Response:
    """Open a session: 201 for a new one, 200 for one that the same key opened before."""
    key = request.headers.get(_KEY)
    if key is None:
        hint = "one of your own for each session; the same again gives the same session"
        raise InvalidError(f"the header `{_KEY}` is needed", hint=hint)
    body = read_body(await request_body(request), SessionBody)
    story, is_new = await open_session(routes.shard, _opening(body), check_id(key, pointer=f"/{_KEY}"))
    answer = reply(session_view(routes.shard, story), 201 if is_new else 200)
    if not is_new:
        answer.headers["Holdfast-Replayed"] = "true"
    return answer


def _opening(body: SessionBody) -> Opening:
    return Opening(
        subject=body.subject.subject(),
        purpose=Purpose(body.purpose),
        operation=body.operation.operation(),
        checks=tuple(Check(one) for one in body.required.checks),
        acr=body.required.acr or "",
        provider=body.provider or "",
        consent=body.consent.consent() if body.consent else None,
        return_url=body.return_url or "",
        max_attempts=body.max_attempts,
        ttl_s=body.ttl_s,
        device=body.device_id or "",
        address=body.ip or "",
    )


@route("read")
async def session(routes: Routes, request: Request) -> Response:
    """Give a session as it stands now."""
    return reply(await read_session(routes.shard, check_id(request.path_params["id"])))


@route(_SCOPE)
async def start(routes: Routes, request: Request) -> Response:
    """Begin an attempt, and say how the person goes on."""
    data = await request_body(request)
    body = read_body(data, StartBody) if data else StartBody()
    beginning = Beginning(
        consent=body.consent.consent() if body.consent else None, device=body.device_id or "", address=body.ip or ""
    )
    story, started = await invite_person(routes.shard, check_id(request.path_params["id"]), beginning)
    way = {"redirect_url": started.redirect_url or None, "sdk_token": started.sdk_token or None}
    answer = reply(session_view(routes.shard, story) | way)
    answer.headers["cache-control"] = "no-store"
    return answer


@route(_SCOPE)
async def cancel(routes: Routes, request: Request) -> Response:
    """Cancel a session."""
    data = await request_body(request)
    reason = read_body(data, CancelBody).reason if data else None
    story = await cancel_session(routes.shard, check_id(request.path_params["id"]), reason=reason)
    return reply(session_view(routes.shard, story))


@route(_SCOPE)
async def consume(routes: Routes, request: Request) -> Response:
    """Use a verification for the operation that it is bound to."""
    body = read_body(await request_body(request), ConsumeBody)
    purpose = Purpose(body.purpose) if body.purpose else None
    session_id = check_id(request.path_params["id"])
    story = await consume_session(routes.shard, session_id, body.operation.operation(), purpose=purpose)
    return reply(session_view(routes.shard, story))


@route(None)
async def callback(routes: Routes, request: Request) -> Response:
    """Take a provider's callback; its signature stands for a key, and the answer tells nothing of the session."""
    body = await request_body(request, _CALLBACK_BYTES)
    await take_callback(routes.shard, request.path_params["provider"], headers=request.headers, body=body)
    return reply({"status": "taken"}, 202)


@route(None)
async def back(routes: Routes, request: Request) -> Response:
    """Take a person back from a provider's page, and send the browser on to the tenant's."""
    query = request.scope["query_string"]
    url = await take_return(routes.shard, request.path_params["provider"], query[:_QUERY_BYTES])
    answer = reply({"status": "taken"}, 303 if url else 200)
    if url:
        answer.headers["location"] = url
    answer.headers["cache-control"] = "no-store"
    answer.headers["referrer-policy"] = "no-referrer"
    return answer


IDENTITY_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", "/v1/identity/sessions", open_),
    ("GET", "/v1/identity/sessions/{id}", session),
    ("POST", "/v1/identity/sessions/{id}/start", start),
    ("POST", "/v1/identity/sessions/{id}/cancel", cancel),
    ("POST", "/v1/identity/sessions/{id}/consume", consume),
    ("POST", "/v1/identity/callbacks/{provider}", callback),
    ("GET", "/v1/identity/return/{provider}", back),
)
