"""An invented operator on loopback, and providers that ask it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import uvicorn
import uvloop
import yaml
from cryptography.hazmat.primitives.asymmetric import ec

from holdfast.app.clocks import IdSource, SystemClock
from holdfast.gateways.telecom.assertion import Key
from holdfast.gateways.telecom.grant import Identity
from holdfast.gateways.telecom.operator import OperatorProvider
from holdfast.operations.read_providers import read_providers
from holdfast.simulation.operator import Operator, Subscriber
from holdfast.simulation.operator.doorkeeper import Doorkeeper
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.outside import ProviderSpec

NUMBER = "+77011234567"
CLIENT, SECRET = "holdfast", "s3cret: %"
KEY = ec.generate_private_key(ec.SECP256R1())
Story = Callable[["Beside"], Awaitable[None]]


def now() -> datetime:
    """Give the present instant."""
    return datetime.now(UTC)


def subscriber(number: str = NUMBER, **changes: Any) -> Subscriber:
    """Make a subscriber of three years who never changed anything."""
    usual: dict[str, Any] = {"activated_at": now() - timedelta(days=1_100), "since": date(2023, 5, 1)}
    return Subscriber(number=number, **usual | changes)


def operator() -> Operator:
    """Make an operator that knows us by secret and by key, and one number."""
    made = Operator(now=now, door=Doorkeeper(secrets={CLIENT: SECRET}, keys={CLIENT: KEY.public_key()}))
    made.knows(subscriber())
    return made


@contextlib.asynccontextmanager
async def listening(told: Operator) -> AsyncIterator[str]:
    """Serve an operator over HTTP; gives the root of its address."""
    taken = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(told.app(), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve([taken]))
    try:
        while not server.started:
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        await task
        for connection in list(server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)  # what was hung up on is closed before the loop is
        taken.close()


class Beside:
    """An operator that listens, and providers that ask it; `close` hangs up."""

    def __init__(self, told: Operator, root: str) -> None:
        self.operator = told
        self.root = root
        self._open: list[OperatorProvider] = []

    def declared(self, api: str, **changes: Any) -> ProviderSpec:
        """Declare the operator for one question."""
        return read_providers(declaration(self.root, api, **changes))[0]

    def provider(self, api: str, *, key: Key | None = None, secret: str = SECRET, **changes: Any) -> OperatorProvider:
        """Make who asks one question; with a key it signs, and has no secret."""
        spec = self.declared(api, **(changes | ({"key_file": "key.pem", "auth_file": None} if key else {})))
        assert spec.operator is not None
        identity = Identity(
            operator=spec.operator, clock=SystemClock(), new_id=IdSource(), secret="" if key else secret, key=key
        )
        made = OperatorProvider(spec, spec.operator, identity, new_id=IdSource())
        self._open.append(made)
        return made

    async def asked(self, api: str, asked: Mapping[str, Value] | None = None, **changes: Any) -> Mapping[str, Value]:
        """Ask one question by the usual number."""
        return await self.provider(api, **changes).read(asked or {"phoneNumber": NUMBER})

    async def close(self) -> None:
        """Hang up."""
        for one in self._open:
            await one.close()


def declaration(root: str, api: str, **changes: Any) -> bytes:
    """Write a file that declares one operator for one question."""
    row = {
        "id": "sim_swap",
        "kind": "camara",
        "url": root,
        "api": api,
        "token_url": f"{root}/oauth2/token",
        "client_id": CLIENT,
        "auth_file": "secret.txt",
        "on": ["transfer"],
        "send": {"phoneNumber": "payer.phone"},
        **changes,
    }
    return yaml.safe_dump({"providers": [{key: value for key, value in row.items() if value is not None}]}).encode()


def beside(story: Story) -> None:
    """Run a story beside an operator."""

    async def whole() -> None:
        told = operator()
        async with listening(told) as root:
            here = Beside(told, root)
            try:
                await story(here)
            finally:
                await here.close()

    uvloop.run(whole())
