"""The route that makes a link to a hold's page, for the bank's own app to open."""

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.routes import Endpoint, Routes, reply, request_body, route
from holdfast.operations.hold_link import issue_link
from holdfast.vocabulary.instants import rfc3339
from holdfast.wire.requests import LinkBody, read_body


@route("holds")
async def link(routes: Routes, request: Request) -> Response:
    """Make a link for the client of a hold."""
    body = read_body(await request_body(request), LinkBody)
    issued = await issue_link(routes.shard, request.path_params["id"], body.customer_id, hours=body.hours)
    zone = routes.shard.tenant.zone
    return reply({"path": issued.path, "expires_at": rfc3339(issued.expires_ms, zone)})


LINK_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (("POST", "/v1/holds/{id}/link", link),)
