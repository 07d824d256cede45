"""The whole HTTP application: the hot door before the other routes."""

from holdfast.api.access import Access
from holdfast.api.claim_routes import CLAIM_ROUTES
from holdfast.api.door import App, Door, Receive, Scope, Send
from holdfast.api.evidence_routes import EVIDENCE_ROUTES
from holdfast.api.exposure_routes import EXPOSURE_ROUTES
from holdfast.api.hold_routes import HOLD_ROUTES
from holdfast.api.list_routes import LIST_ROUTES
from holdfast.api.routes import MoveClock, Routes
from holdfast.operations.shard import Shard

_PAGES = "/demo"
_MORE = (*LIST_ROUTES, *HOLD_ROUTES, *CLAIM_ROUTES, *EXPOSURE_ROUTES, *EVIDENCE_ROUTES)


def build(shard: Shard, *, open_to_all: bool, move_clock: MoveClock | None, pages: App | None = None) -> App:
    """Build the ASGI application over one shard; `move_clock` and `pages` exist on a development server only."""
    access = Access(shard, open_to_all=open_to_all)
    routes: App = Routes(shard, access, move_clock, more=_MORE).app()
    return Door(shard, access, routes if pages is None else _beside(routes, pages))


def _beside(routes: App, pages: App) -> App:
    """Answer the demonstration's addresses by its pages, and all others by the API."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        ours = path == _PAGES or path.startswith(f"{_PAGES}/")
        await (pages if ours else routes)(scope, receive, send)

    return answer
