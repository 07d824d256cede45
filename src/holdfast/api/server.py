"""The whole HTTP application: the hot door before the other routes."""

from collections.abc import Mapping
from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from holdfast.api.access import Access
from holdfast.api.claim_routes import CLAIM_ROUTES
from holdfast.api.door import App, Door, Receive, Scope, Send
from holdfast.api.erasure_routes import ERASURE_ROUTES
from holdfast.api.evidence_routes import EVIDENCE_ROUTES
from holdfast.api.exposure_routes import EXPOSURE_ROUTES
from holdfast.api.hold_routes import HOLD_ROUTES
from holdfast.api.identity_rights import IDENTITY_RIGHTS_ROUTES
from holdfast.api.identity_routes import IDENTITY_ROUTES
from holdfast.api.key_routes import KEY_ROUTES
from holdfast.api.link_routes import LINK_ROUTES
from holdfast.api.list_routes import LIST_ROUTES
from holdfast.api.listing_routes import LISTING_ROUTES
from holdfast.api.photo_routes import PHOTO_ROUTES
from holdfast.api.routes import MoveClock, Routes
from holdfast.api.seller_routes import SELLER_ROUTES
from holdfast.api.switch_routes import SWITCH_ROUTES
from holdfast.operations.admission import Admission
from holdfast.operations.shard import Shard

_MORE = (
    *LIST_ROUTES,
    *HOLD_ROUTES,
    *LINK_ROUTES,
    *CLAIM_ROUTES,
    *EXPOSURE_ROUTES,
    *EVIDENCE_ROUTES,
    *PHOTO_ROUTES,
    *LISTING_ROUTES,
    *ERASURE_ROUTES,
    *SELLER_ROUTES,
    *IDENTITY_ROUTES,
    *IDENTITY_RIGHTS_ROUTES,
    *SWITCH_ROUTES,
    *KEY_ROUTES,
)


def build(
    shard: Shard,
    *,
    open_to_all: bool,
    move_clock: MoveClock | None,
    pages: Mapping[str, App] | None = None,
    shares: Mapping[str, float] | None = None,
) -> Door:
    """Build the ASGI application over one shard.

    `move_clock` exists on a development server only; `pages` are applications for people, by the first part of their
    addresses (`/h`); `shares` are calls a second by key.
    """
    access = Access(shard, open_to_all=open_to_all)
    routes: App = Routes(shard, access, move_clock, more=_MORE).app()
    return Door(shard, access, _beside(routes, pages or {}), admission=Admission(shard, shares))


def _beside(routes: App, pages: Mapping[str, App]) -> App:
    """Answer the addresses of pages by their applications, and all others by the API.

    Pages alone ask whether the client came to a proxy over TLS, so that they alone read the headers that tell it.
    """
    told: dict[str, Any] = {first: ProxyHeadersMiddleware(page) for first, page in pages.items()}  # type: ignore[arg-type] # uvicorn types its own ASGI

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        first = scope.get("path", "").split("/")[1:2]
        await told.get(f"/{first[0]}" if first else "", routes)(scope, receive, send)

    return answer
