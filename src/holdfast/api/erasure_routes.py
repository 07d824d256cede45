"""The route that erases a person's data."""

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.people import people
from holdfast.api.routes import Endpoint, Routes, reply, request_body, route
from holdfast.operations.erase_client import Erasure, erase_client
from holdfast.wire.requests import ErasureBody, read_body


@route(None)
async def erase(routes: Routes, request: Request) -> Response:
    """Destroy the key of a person's data, as the people who own two keys with `admin`, or as two named people."""
    key = routes.access.check(request.headers.get("authorization"), "admin")
    body = read_body(await request_body(request), ErasureBody)
    vouching = people(body.by, body.approved_by, key, open_to_all=routes.access.is_open)
    erasure = Erasure(
        kind=body.kind, id=request.path_params["id"], people=vouching, reason=body.reason, document=body.document
    )
    done = await erase_client(routes.shard, erasure)
    return reply(done, 202 if done["state"] == "asked" else 200)


ERASURE_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (("POST", "/v1/clients/{id}/erase", erase),)
