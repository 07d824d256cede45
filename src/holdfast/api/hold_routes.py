"""The routes of holds: read them, and act on them."""

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.people import people
from holdfast.api.routes import Endpoint, Routes, read_limit, read_query, read_words, reply, request_body, route
from holdfast.operations.cancel_hold import cancel_hold
from holdfast.operations.confirm_hold import confirm_hold
from holdfast.operations.read_hold import hold_page, read_hold, read_told
from holdfast.operations.release_hold import release_hold
from holdfast.operations.restrain_hold import Notice, restrain_hold
from holdfast.operations.said import Proof, Said
from holdfast.operations.shard import Shard
from holdfast.operations.withdraw_hold import Correction, withdraw_hold
from holdfast.vocabulary.holds import HoldState
from holdfast.vocabulary.instants import rfc3339, to_ms
from holdfast.wire.holds import ActBody, ProofBody, ReleaseBody, RestrainBody, WithdrawBody
from holdfast.wire.requests import read_body

_STATES = tuple(state.value for state in HoldState)


@route("read")
async def holds(routes: Routes, request: Request) -> Response:
    """Give holds, newest first, a page at a time."""
    query = read_query(request, "state", "customer_id", "seller_id", "limit", "cursor")
    page = await hold_page(
        routes.shard,
        limit=read_limit(request),
        cursor=query.get("cursor"),
        states=read_words(query, "state", _STATES),
        whose=next(((name, query[name]) for name in ("customer_id", "seller_id") if name in query), None),
    )
    return reply(page)


@route("read")
async def hold(routes: Routes, request: Request) -> Response:
    """Give one hold as it stands now."""
    return reply(await read_hold(routes.shard, request.path_params["id"]))


@route("read")
async def told(routes: Routes, request: Request) -> Response:
    """Give what the client was told and shown about one hold."""
    return reply(await read_told(routes.shard, request.path_params["id"]))


def _proof(body: ProofBody) -> Proof:
    since = body.channel_since
    return Proof(
        method=body.method,
        reference=body.reference,
        channel_since_ms=to_ms(since) if since else None,
        signature=body.signature,
    )


async def _said(request: Request) -> Said:
    """Read what the client said."""
    body = read_body(await request_body(request), ActBody)
    proof = _proof(body.proof) if body.proof else None
    return Said(by=body.by, customer_id=body.customer_id, proof=proof, reason=body.reason, coached=body.coached)


@route("holds")
async def confirm(routes: Routes, request: Request) -> Response:
    """Take the client's confirmation."""
    return reply(await confirm_hold(routes.shard, request.path_params["id"], await _said(request)))


@route("holds")
async def cancel(routes: Routes, request: Request) -> Response:
    """Take the client's cancellation."""
    return reply(await cancel_hold(routes.shard, request.path_params["id"], await _said(request)))


@route("holds")
async def release(routes: Routes, request: Request) -> Response:
    """Release a hold for the bank, where the law lets it."""
    data = await request_body(request)
    reason = read_body(data, ReleaseBody).reason if data else None
    return reply(await release_hold(routes.shard, request.path_params["id"], reason=reason))


@route("holds")
async def restrain(routes: Routes, request: Request) -> Response:
    """Take an authority's notice."""
    body = read_body(await request_body(request), RestrainBody)
    notice = Notice(
        number=body.document.number,
        date=body.document.date.isoformat(),
        effect=body.effect,
        provision=body.provision,
        until=_written(routes.shard, body),
        reason=body.reason,
    )
    return reply(await restrain_hold(routes.shard, request.path_params["id"], notice))


def _written(shard: Shard, body: RestrainBody) -> str | None:
    """Write the end of a notice in the tenant's zone."""
    return rfc3339(to_ms(body.until), shard.tenant.zone) if body.until else None


@route(None)
async def withdraw(routes: Routes, request: Request) -> Response:
    """Take one person's or, where no keys stand for persons, two people's word that a fact behind a hold was wrong."""
    key = routes.access.check(request.headers.get("authorization"), "holds")
    body = read_body(await request_body(request), WithdrawBody)
    vouching = people(body.by, body.approved_by, key, open_to_all=routes.access.is_open)
    correction = Correction(
        corrections=body.corrections,
        reason=body.reason,
        kind=body.evidence.kind,
        reference=body.evidence.reference,
    )
    row, done = await withdraw_hold(routes.shard, request.path_params["id"], correction, people=vouching)
    return reply(row, 200 if done else 202)


HOLD_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/v1/holds", holds),
    ("GET", "/v1/holds/{id}", hold),
    ("GET", "/v1/holds/{id}/notices", told),
    ("POST", "/v1/holds/{id}/confirm", confirm),
    ("POST", "/v1/holds/{id}/cancel", cancel),
    ("POST", "/v1/holds/{id}/release", release),
    ("POST", "/v1/holds/{id}/restrain", restrain),
    ("POST", "/v1/holds/{id}/withdraw", withdraw),
)
