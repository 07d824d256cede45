"""The routes of listings: where one was placed from, objections, its object, and addresses for an authority."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.people import person
from holdfast.api.routes import Endpoint, Routes, read_limit, reply, request_body, route
from holdfast.operations.appeal_notice import Hearing, appeal_notice, settle_notice
from holdfast.operations.export_addresses import (
    Asked,
    approve_addresses,
    ask_addresses,
    hand_over_addresses,
    read_request,
)
from holdfast.operations.read_notice import read_appeals, read_notice
from holdfast.operations.read_object import read_object
from holdfast.vocabulary.errors import InvalidError
from holdfast.wire.listings import AddressesBody, AgreeBody, NoticeAppealBody, NoticeResultBody, listing_id
from holdfast.wire.requests import read_body

PEOPLE: Final = "sellers"
"""The scope of who hears objections and passes on those of sellers."""

ADDRESSES: Final = "addresses"
"""The scope of the few who may ask for addresses, approve that and take them."""

_STATES: Final = ("open", "upheld", "rejected")


@route("read")
async def notice(routes: Routes, request: Request) -> Response:
    """Give the notice on a listing, for the site to show."""
    return reply(await read_notice(routes.shard, _listing(request)))


@route("read")
async def same_object(routes: Routes, request: Request) -> Response:
    """Give every listing of the same car or flat."""
    return reply(await read_object(routes.shard, _listing(request)))


@route(PEOPLE)
async def appeal(routes: Routes, request: Request) -> Response:
    """Take a seller's objection to the notice."""
    body = read_body(await request_body(request), NoticeAppealBody)
    row, is_new = await appeal_notice(routes.shard, _listing(request), seller_id=body.seller_id, text=body.text)
    return reply(row, 201 if is_new else 200)


@route(PEOPLE)
async def appeals(routes: Routes, request: Request) -> Response:
    """Give objections, the newest first."""
    state = request.query_params.get("state")
    if state not in {None, *_STATES}:
        raise InvalidError(f"`state` cannot be `{state}`", pointer="/state", hint=f"one of {', '.join(_STATES)}")
    return reply(await read_appeals(routes.shard, state=state, limit=read_limit(request)))


@route(PEOPLE)
async def settle(routes: Routes, request: Request) -> Response:
    """Take what a person found who heard an objection."""
    body = read_body(await request_body(request), NoticeResultBody)
    by = _who(routes, request, body.by, scope=PEOPLE)
    hearing = Hearing(result=body.result, reason=body.reason, by=by, value=body.value)
    return reply(await settle_notice(routes.shard, _listing(request), request.path_params["appeal"], hearing=hearing))


@route(ADDRESSES)
async def ask(routes: Routes, request: Request) -> Response:
    """Take a request for the addresses of a listing."""
    body = read_body(await request_body(request), AddressesBody)
    paper = body.document
    document = {"number": paper.number, "date": paper.date.isoformat(), "authority": paper.authority}
    asked = Asked(reason=body.reason, document=document, by=_who(routes, request, body.by, scope=ADDRESSES))
    return reply(await ask_addresses(routes.shard, _listing(request), asked), 202)


@route(ADDRESSES)
async def asked_for(routes: Routes, request: Request) -> Response:
    """Give a request as it stands, without an address."""
    return reply(await read_request(routes.shard, _listing(request), request.path_params["request"]))


@route(ADDRESSES)
async def approve(routes: Routes, request: Request) -> Response:
    """Take the second person's word."""
    by = await _named(routes, request)
    return reply(await approve_addresses(routes.shard, _listing(request), request.path_params["request"], by=by))


@route(ADDRESSES)
async def take(routes: Routes, request: Request) -> Response:
    """Give the addresses to one of the two who vouched."""
    by = await _named(routes, request)
    return reply(await hand_over_addresses(routes.shard, _listing(request), request.path_params["request"], by=by))


async def _named(routes: Routes, request: Request) -> str:
    """Read who acts out of a body that may be left out."""
    data = await request_body(request)
    said = read_body(data, AgreeBody).by if data else None
    return _who(routes, request, said, scope=ADDRESSES)


def _who(routes: Routes, request: Request, said: str | None, *, scope: str) -> str:
    """Name the person who acts."""
    key = routes.access.check(request.headers.get("authorization"), scope)
    return person(said, key, open_to_all=routes.access.is_open)


def _listing(request: Request) -> str:
    return listing_id(request.path_params["id"])


LISTING_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/v1/listings/appeals", appeals),
    ("GET", "/v1/listings/{id}/notice", notice),
    ("GET", "/v1/listings/{id}/object", same_object),
    ("POST", "/v1/listings/{id}/notice/appeal", appeal),
    ("POST", "/v1/listings/{id}/notice/appeals/{appeal}/settle", settle),
    ("POST", "/v1/listings/{id}/addresses", ask),
    ("GET", "/v1/listings/{id}/addresses/{request}", asked_for),
    ("POST", "/v1/listings/{id}/addresses/{request}/approve", approve),
    ("POST", "/v1/listings/{id}/addresses/{request}/take", take),
)
