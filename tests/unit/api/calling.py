"""Calls to the application without a network, and servers to call."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from typing import Any, TypeVar

import httpx

from holdfast.api.server import build
from holdfast.vocabulary.stored import ApiKeyRow
from tests.unit.operations.shards import NOON_MS, SlowStore, StillClock, make_shard

Result = TypeVar("Result")
Story = Callable[["Api"], Awaitable[Result]]


class Api:
    """The application over a shard in memory."""

    def __init__(self, *, open_to_all: bool = True) -> None:
        self.clock = StillClock()
        self.store = SlowStore(self.clock)
        self.shard = make_shard(self.store, self.clock)
        self.app = build(self.shard, open_to_all=open_to_all, move_clock=None)

    async def call(self, method: str, path: str, content: bytes = b"", **more: Any) -> httpx.Response:
        """Call the application; what it raises is raised here."""
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://holdfast") as client:
            return await client.request(method, path, content=content, **more)

    def add_key(self, name: str, scopes: Sequence[str], **more: int) -> dict[str, str]:
        """Keep a key and give the headers that use it."""
        digest = sha256(name.encode()).digest()
        self.store.put_key(ApiKeyRow(id=name, hash=digest, scopes=tuple(scopes), created_ms=NOON_MS, **more))
        return {"authorization": f"Bearer {name}"}


def told(story: Story[Result], *, open_to_all: bool = True) -> Result:
    """Run a story against a new server."""

    async def whole() -> Result:
        return await story(Api(open_to_all=open_to_all))

    return asyncio.run(whole())
