"""The routes of the emergency switch: what runs and ran, switch, and switch back."""

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.people import people
from holdfast.api.routes import Endpoint, Routes, read_limit, read_query, reply, request_body, route
from holdfast.operations.read_switches import switch_page, switch_row
from holdfast.operations.switch_sign import Asked, Back, Wanted, switch_back, switch_sign
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.outcome import Mode
from holdfast.vocabulary.switches import Switch
from holdfast.wire.requests import read_body
from holdfast.wire.switches import SwitchBackBody, SwitchBody


@route("read")
async def switches(routes: Routes, request: Request) -> Response:
    """Give what waits for a second person and every switch, the newest first, a page at a time."""
    cursor = read_query(request, "limit", "cursor").get("cursor")
    return reply(switch_page(routes.shard, limit=read_limit(request), cursor=cursor))


@route(None)
async def switch(routes: Routes, request: Request) -> Response:
    """Switch a sign or a rule, as the person who owns a key with `admin`, or as two named people."""
    key = routes.access.check(request.headers.get("authorization"), "admin")
    body = read_body(await request_body(request), SwitchBody)
    wanted = Wanted(sign=body.sign, mode=Mode(body.mode), until_ms=to_ms(body.until), reason=body.reason)
    vouching = people(body.by, body.approved_by, key, open_to_all=routes.access.is_open)
    return _answer(routes, await switch_sign(routes.shard, wanted, people=vouching))


@route(None)
async def back(routes: Routes, request: Request) -> Response:
    """Let a switched sign or rule act as before, as one or two people like the switch."""
    key = routes.access.check(request.headers.get("authorization"), "admin")
    body = read_body(await request_body(request), SwitchBackBody)
    wanted = Back(sign=request.path_params["sign"], reason=body.reason)
    vouching = people(body.by, body.approved_by, key, open_to_all=routes.access.is_open)
    return _answer(routes, await switch_back(routes.shard, wanted, people=vouching))


def _answer(routes: Routes, found: Switch | Asked) -> Response:
    """Answer with the switch, or with 202 while a second person's word is missing."""
    return reply(switch_row(routes.shard, found), 202 if isinstance(found, Asked) else 200)


SWITCH_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/v1/switches", switches),
    ("POST", "/v1/switches", switch),
    ("POST", "/v1/switches/{sign}/back", back),
)
