"""The routes of sellers: how one stands, strikes against one, and the seller's appeals."""

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.routes import Endpoint, Routes, reply, request_body, route
from holdfast.operations.read_seller import seller_story, seller_view
from holdfast.operations.strike_seller import Word, write_word
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.sellers import SellerActKind
from holdfast.wire.requests import check_id, read_body
from holdfast.wire.sellers import AppealBody, AppealResultBody, LiftBody, StrikeBody

_SCOPE = "sellers"
_SELLER = "seller"


@route("read")
async def seller(routes: Routes, request: Request) -> Response:
    """Give how a seller stands now."""
    return reply(seller_view(routes.shard, seller_story(routes.shard, check_id(request.path_params["seller"]))))


@route(_SCOPE)
async def strike(routes: Routes, request: Request) -> Response:
    """Take a person's strike against a seller."""
    body = read_body(await request_body(request), StrikeBody)
    about = {"ground": body.ground, **({"of": body.of} if body.of else {})}
    by = _who(routes, request, body.by)
    word = Word(act=SellerActKind.STRIKE, id=body.id, by=by, reason=body.reason, about=about)
    return await _answer(routes, request, word)


@route(_SCOPE)
async def lift(routes: Routes, request: Request) -> Response:
    """Take a strike back."""
    body = read_body(await request_body(request), LiftBody)
    by = _who(routes, request, body.by)
    return await _answer(
        routes, request, Word(act=SellerActKind.LIFT, id=request.path_params["id"], by=by, reason=body.reason)
    )


@route(_SCOPE)
async def appeal(routes: Routes, request: Request) -> Response:
    """Take a seller's objection to a strike."""
    body = read_body(await request_body(request), AppealBody)
    word = Word(act=SellerActKind.APPEAL, id=body.id, by=_SELLER, reason=body.text, about={"strike": body.strike})
    return await _answer(routes, request, word)


@route(_SCOPE)
async def settle_appeal(routes: Routes, request: Request) -> Response:
    """Take what another person found when they heard an appeal."""
    body = read_body(await request_body(request), AppealResultBody)
    by = _who(routes, request, body.by)
    word = Word(
        act=SellerActKind.SETTLE,
        id=request.path_params["id"],
        by=by,
        reason=body.reason,
        about={"result": body.result},
    )
    return await _answer(routes, request, word)


async def _answer(routes: Routes, request: Request, word: Word) -> Response:
    row, is_new = await write_word(routes.shard, check_id(request.path_params["seller"]), word)
    await routes.settle()
    return reply(row, 201 if is_new and word.act in {SellerActKind.STRIKE, SellerActKind.APPEAL} else 200)


def _who(routes: Routes, request: Request, said: str | None) -> str:
    """Name the person: the key stands for one; a name is needed where there are no keys."""
    key = routes.access.check(request.headers.get("authorization"), _SCOPE)
    if not routes.access.is_open:
        if said is not None:
            hint = "a key stands for a person; leave `by` out"
            raise InvalidError("`by` is taken on a development server only", pointer="/by", hint=hint)
        return key
    if said is None:
        raise InvalidError("`by` is needed where no key stands for a person", pointer="/by")
    return said


SELLER_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/v1/sellers/{seller}", seller),
    ("POST", "/v1/sellers/{seller}/strikes", strike),
    ("POST", "/v1/sellers/{seller}/strikes/{id}/lift", lift),
    ("POST", "/v1/sellers/{seller}/appeals", appeal),
    ("POST", "/v1/sellers/{seller}/appeals/{id}/settle", settle_appeal),
)
