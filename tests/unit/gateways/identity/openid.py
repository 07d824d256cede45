"""A provider of kind `oidc` as its file declares it, and what it is asked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from holdfast.gateways.identity.oidc import OidcProvider
from holdfast.operations.read_identity import read_identity
from holdfast.vocabulary.identity import Asked, Check, IdentityResult, Operation, Purpose, Started, Subject
from holdfast.vocabulary.identity_specs import OidcIdentity
from holdfast.wire.owners import owner_hash
from tests.unit.gateways.identity.issuing import CLIENT, HIGH, IIN, LOW, SECRET, Issuer, issuing
from tests.unit.operations.shards import NOON_MS, StillClock

OWNER_KEY = b"k" * 32
OWNER = owner_hash(OWNER_KEY, IIN)
ASSURANCE = "    assurance: {trust_frameworks: [kz_digital_id], owner: iin, evidence: [document]}\n"
OPERATION = "    operation: {parameter: transaction_hash, claim: transaction_hash}\n"
ASKED = Asked(
    session_id="ver_1",
    purpose=Purpose.WITHDRAW,
    checks=(Check.FACE_MATCH, Check.DATA_MATCH),
    acr=HIGH,
    locale="kk",
    return_url="https://site.example/back",
    subject=Subject(ref="s-1", kind="seller_id", iin_hash=OWNER),
    operation=Operation(id="op-1", type="payout", amount_minor=100, currency="KZT", payee="KZ1"),
    operation_hash="5f" * 32,
    expires_ms=NOON_MS + 600_000,
    auth_age_s=300,
)


def declaration(issuer: str, *, name: str = "bank_id", more: str = ASSURANCE + OPERATION) -> str:
    """Write one row of the file."""
    return (
        f"  - id: {name}\n    kind: oidc\n    issuer: {issuer}\n    client_id: {CLIENT}\n    auth_file: client.key\n"
        f"    redirect_uri: https://bank.example/v1/identity/return/{name}\n"
        f'    acr: {{"{HIGH}": [face_match, pad], "{LOW}": []}}\n{more}'
    )


def spec_of(row: str) -> OidcIdentity:
    """Read one row."""
    (spec,) = read_identity(f"providers:\n{row}".encode()).providers
    assert isinstance(spec, OidcIdentity)
    return spec


class Client:
    """A provider that is asked about a session, and the person who goes there and back."""

    def __init__(self, issuer: Issuer, clock: StillClock, *, row: str = "", key: bytes = b"tenant") -> None:
        self.issuer, self.clock = issuer, clock
        self.spec = spec_of(row or declaration(issuer.url))
        issuer.redirects = (*issuer.redirects, self.spec.redirect_uri)
        issuer.now_s = lambda: clock.now_ms() // 1_000
        self.key = key
        self.provider = self.made()

    def made(self) -> OidcProvider:
        """Make the provider, as a start of the server does."""
        owner_of = partial(owner_hash, OWNER_KEY)
        return OidcProvider(self.spec, clock=self.clock, owner_of=owner_of, secret=SECRET, key=self.key)

    async def start(self, **changes: Any) -> Started:
        """Begin."""
        return await self.provider.start(replace(ASKED, **changes))

    async def log_in(self, started: Started) -> str:
        """Have the person log in, and give the query with which the browser comes back."""
        return await asyncio.to_thread(self.issuer.come_back, started.redirect_url)

    async def answered(self, **changes: Any) -> IdentityResult:
        """Go all the way."""
        started = await self.start(**changes)
        told = self.provider.told({}, (await self.log_in(started)).encode())
        assert told.reference == started.reference
        return await self.provider.fetch(told.reference)


def told(story: Callable[[Client], Awaitable[None]], issuer: Issuer | None = None, *, more: str | None = None) -> None:
    """Run a story against a new provider."""

    async def whole(running: Issuer) -> None:
        row = declaration(running.url) if more is None else declaration(running.url, more=more)
        client = Client(running, StillClock(), row=row)
        try:
            await story(client)
        finally:
            await client.provider.close()

    with issuing(issuer) as running:
        asyncio.run(whole(running))
