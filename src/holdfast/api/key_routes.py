"""The routes of API keys: list them, and end one at once. Keys are made beside the data directory alone."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from holdfast.api.routes import Endpoint, Routes, read_query, reply, route
from holdfast.operations.api_keys import end_key, key_row


@route("admin")
async def keys(routes: Routes, request: Request) -> Response:
    """Give every key ever made, the oldest first, without what opens the door."""
    read_query(request)
    return reply({"items": [key_row(row) for row in routes.shard.ports.store.keys()], "next": None})  # noqa: SIM118 - a store, not a mapping


@route("admin")
async def revoke(routes: Routes, request: Request) -> Response:
    """End a key; it opens nothing from this answer on."""
    ports = routes.shard.ports
    ended = await asyncio.to_thread(end_key, ports.store, request.path_params["id"], now_ms=ports.clock.now_ms())
    return reply(key_row(ended))


KEY_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/v1/keys", keys),
    ("POST", "/v1/keys/{id}/revoke", revoke),
)
