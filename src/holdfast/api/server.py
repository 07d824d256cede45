"""The whole HTTP application: the hot door before the other routes."""

from holdfast.api.access import Access
from holdfast.api.door import App, Door
from holdfast.api.list_routes import LIST_ROUTES
from holdfast.api.routes import MoveClock, Routes
from holdfast.operations.shard import Shard


def build(shard: Shard, *, open_to_all: bool, move_clock: MoveClock | None) -> App:
    """Build the ASGI application over one shard; `move_clock` exists on a development server only."""
    access = Access(shard, open_to_all=open_to_all)
    return Door(shard, access, Routes(shard, access, move_clock, more=LIST_ROUTES).app())
