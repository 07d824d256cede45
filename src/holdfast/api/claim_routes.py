"""The routes of claims: make, read and settle them; what the bank stands to pay; and the evidence behind it all."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.routes import (
    Endpoint,
    Routes,
    claim_reply,
    read_limit,
    read_query,
    read_words,
    reply,
    request_body,
    route,
)
from holdfast.operations.make_claim import make_claim
from holdfast.operations.read_claims import claim_page, claim_view
from holdfast.operations.settle_claim import Settlement, settle_claim
from holdfast.vocabulary.claims import ClaimState
from holdfast.vocabulary.errors import InvalidError
from holdfast.wire.claims import SettleBody
from holdfast.wire.codec import MAX_EVENT_BYTES
from holdfast.wire.requests import read_body

_STATES = tuple(state.value for state in ClaimState)


@route("claims")
async def claims(routes: Routes, request: Request) -> Response:
    """Give claims, newest first, a page at a time."""
    query = read_query(request, "state", "customer_id", "limit", "cursor")
    page = claim_page(
        routes.shard,
        limit=read_limit(request),
        cursor=query.get("cursor"),
        states=read_words(query, "state", _STATES),
        customer_id=query.get("customer_id"),
    )
    return reply(page)


@route("claims")
async def claim(routes: Routes, request: Request) -> Response:
    """Give one claim with its findings and its history."""
    return reply(claim_view(routes.shard, request.path_params["id"]))


@route("claims")
async def post_claim(routes: Routes, request: Request) -> Response:
    """Make a claim of a report of fraud."""
    return claim_reply(await make_claim(routes.shard, await request_body(request, MAX_EVENT_BYTES)))


@route("claims")
async def settle(routes: Routes, request: Request) -> Response:
    """Settle a claim."""
    body = read_body(await request_body(request), SettleBody)
    said = Settlement(
        result=ClaimState(body.result),
        by=_who(routes, request, body.by),
        amount_minor=body.amount_minor,
        document={"number": body.document.number, **_dated(body.document.date)} if body.document else None,
        reason=body.reason,
    )
    return reply(await settle_claim(routes.shard, request.path_params["id"], said))


def _dated(date: str | None) -> Mapping[str, str]:
    return {"date": date} if date else {}


def _who(routes: Routes, request: Request, said: str | None) -> str:
    """Name who settles: the key, and the person whom the caller names beside it."""
    key = routes.access.check(request.headers.get("authorization"), "claims")
    if said is None and routes.access.is_open:
        raise InvalidError("`by` is needed where no key stands for a person", pointer="/by")
    return key if said is None else f"{said} ({key})"


CLAIM_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/v1/claims", claims),
    ("POST", "/v1/claims", post_claim),
    ("GET", "/v1/claims/{id}", claim),
    ("POST", "/v1/claims/{id}/settle", settle),
)
