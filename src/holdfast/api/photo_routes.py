"""The route that looks at a photo, for whoever sends fingerprints with his events."""

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.routes import Endpoint, Routes, reply, request_body, route
from holdfast.wire.photos import MAX_PHOTO_BYTES


@route("decide")
async def look(routes: Routes, request: Request) -> Response:
    """Say what a picture shows; nothing of it is kept."""
    return reply(await routes.shard.photos.look(await request_body(request, MAX_PHOTO_BYTES)))


PHOTO_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (("POST", "/v1/photos", look),)
