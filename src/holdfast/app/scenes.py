"""What the demonstration's scenes need that the running server may not have: other packs, and an operator to ask."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import msgspec
import uvicorn

from holdfast.app import Assembled, assemble_in_memory, scratch_shard
from holdfast.app.clocks import StandingClock
from holdfast.app.operators import open_operator
from holdfast.operations.read_providers import read_providers
from holdfast.operations.reader import Reader
from holdfast.operations.shard import Shard
from holdfast.settings import Settings, read_settings
from holdfast.simulation.operator import Operator
from holdfast.simulation.operator.doorkeeper import Doorkeeper

_OWNERS, _TELECOM = "policy/owner-checks", "policy/telecom"
_CLIENT, _SECRET = "scene", "known-to-both"
_WORDS: Final = ("home", "zone", "language", "bank_name", "bank_phone")
_TIMEOUT_MS: Final = 5_000
_LAW: Final[Mapping[str, str]] = {"RU": "ru", "KZ": "kz"}
_QUESTIONS: Final[Mapping[str, str]] = {
    "sim_swap": "sim-swap/check",
    "sim_date": "sim-swap/retrieve-date",
    "forwarding": "call-forwarding-signal/unconditional",
    "device_swap": "device-swap/check",
}
_DEARER: Final = "sim_date"


class SceneShards:
    """Gives shards in memory, each with an empty past and a clock that stands, under the packs of one scene."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._assembled: dict[str, Assembled] = {}

    async def owners(self, now_ms: int) -> Shard:
        """Give one whose payouts wait for their owners."""
        return await self._shard(_OWNERS, now_ms)

    @asynccontextmanager
    async def asking(self, operator: Operator, now_ms: int) -> AsyncIterator[Shard]:
        """Give one that asks an operator, which listens on loopback meanwhile."""
        operator.door = Doorkeeper(secrets={_CLIENT: _SECRET})
        shard = await self._shard(_TELECOM, now_ms)
        async with listening(operator) as root:
            shard.readers = _readers(root, shard)
            try:
                yield shard
            finally:
                await asyncio.gather(*(reader.close() for reader in shard.readers.values()))

    async def _shard(self, pack: str, now_ms: int) -> Shard:
        """Make a shard; the packs are compiled once, away from the loop."""
        if pack not in self._assembled:
            self._assembled[pack] = await asyncio.to_thread(self._assemble, pack)
        return scratch_shard(self._assembled[pack], now_ms)

    def _assemble(self, pack: str) -> Assembled:
        words = {name: getattr(self._settings, name) for name in _WORDS}
        packs = f"{_LAW[self._settings.home]},{pack}"
        return assemble_in_memory(read_settings({**words, "packs": packs, "dev": True}, {}), StandingClock(0))


def _readers(root: str, shard: Shard) -> dict[str, Reader]:
    """Make ready to ask one operator every question, the date only after the swap."""
    rows = [
        {
            "id": name,
            "kind": "camara",
            "api": api,
            "url": root,
            "token_url": f"{root}/oauth2/token",
            "client_id": _CLIENT,
            "auth_file": "none",
            "on": ["transfer"],
            "send": {"phoneNumber": "payer.phone"},
            "timeout_ms": _TIMEOUT_MS,
            "cost": int(name == _DEARER),
        }
        for name, api in _QUESTIONS.items()
    ]
    specs = read_providers(msgspec.json.encode({"providers": rows}))
    return {
        spec.id: Reader(spec, open_operator(spec, spec.operator, _SECRET), shard.ports.tick, home=shard.tenant.home)
        for spec in specs
        if spec.operator is not None
    }


class _Guest(uvicorn.Server):
    """A server beside the one whose process this is: signals are not for it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals as they are."""
        yield


@asynccontextmanager
async def listening(operator: Operator) -> AsyncIterator[str]:
    """Serve an operator on loopback; gives the root of its address."""
    taken = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(operator.app(), log_config=None, access_log=False, lifespan="off")
    server = _Guest(config)
    task = asyncio.create_task(server.serve(sockets=[taken]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 - the server has no event to wait for
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await task
        taken.close()
