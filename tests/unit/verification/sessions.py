"""A world with sessions of identity verification: a shard, a provider that a test scripts, and typed calls."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from holdfast.operations.consume_session import consume_session
from holdfast.operations.open_session import Opening, open_session
from holdfast.operations.read_session import read_session
from holdfast.operations.rebuild import rebuild
from holdfast.operations.start_session import Beginning, start_session
from holdfast.operations.take_callback import take_callback
from holdfast.vocabulary.identity import Check, Consent, IdentityResult, Operation, Purpose, Subject
from tests.unit.operations.shards import NOON_MS, Json, SlowStore, StillClock, make_shard
from tests.unit.verification.scripted import OWNER, FakeIdentityProvider, callback, checks, passing

CONSENT = Consent(text_version="2026-01", locale="kk", given_ms=NOON_MS - 1_000, evidence_ref="proof-1", of_age=True)
SUBJECT = Subject(ref="s-1", kind="seller_id", iin_hash=OWNER)
PAYOUT = Operation(
    id="op-1", type="payout", amount_minor=9_000_000, currency="KZT", payee="KZ86125KZT5004100100", payee_owner=OWNER
)
WITHDRAW = Opening(
    subject=SUBJECT,
    purpose=Purpose.WITHDRAW,
    operation=PAYOUT,
    checks=(Check.FACE_MATCH, Check.PAD),
    acr="high",
    consent=CONSENT,
    return_url="https://site.example/back",
    device="phone-1",
    address="192.0.2.7",
)


class World:
    """A shard with one provider, and the calls that a test makes."""

    def __init__(self) -> None:
        self.clock = StillClock()
        self.store = SlowStore(self.clock)
        self.provider = FakeIdentityProvider()
        self.names = itertools.count(1)
        self.restart()

    def restart(self) -> None:
        """Build the memory anew from the log."""
        self.shard = make_shard(self.store, self.clock)
        self.shard.identity = {self.provider.name: self.provider}
        rebuild(self.shard)

    @property
    def now_ms(self) -> int:
        """Give the instant."""
        return self.clock.instant_ms

    async def open(self, **changes: Any) -> str:
        """Open a session to withdraw, unless told otherwise, and give its id."""
        story, _ = await open_session(self.shard, replace(WITHDRAW, **changes), f"key-{next(self.names)}")
        return story.id

    async def start(self, session: str, **beginning: Any) -> str:
        """Begin an attempt, and give the provider's name for it."""
        story, _ = await start_session(self.shard, session, Beginning(**beginning))
        return story.standing.reference

    async def call_back(self, reference: str, name: str | None = None, *, at_ms: int | None = None) -> bool:
        """Call back as the provider does."""
        headers, body = callback(reference, self.now_ms if at_ms is None else at_ms, name or f"cb-{next(self.names)}")
        return await take_callback(self.shard, self.provider.name, headers=headers, body=body)

    async def end(self, reference: str, result: IdentityResult | None = None) -> bool:
        """Let the provider end an attempt, well unless told otherwise, and call back."""
        self.provider.results[reference] = result or passing(self.now_ms)
        return await self.call_back(reference)

    async def passed(self, **changes: Any) -> str:
        """Open a session, and let the person pass."""
        session = await self.open(**changes)
        await self.end(await self.start(session))
        assert await self.state(session) == "passed"
        return session

    async def lose(self, session: str, **beginning: Any) -> None:
        """Begin an attempt, and let the person fail."""
        reference = await self.start(session, **beginning)
        await self.end(reference, passing(self.now_ms, checks=checks(face_match="fail", pad="pass")))

    async def failed(self, **changes: Any) -> str:
        """Open a session of one attempt, and let the person fail."""
        session = await self.open(max_attempts=1, **changes)
        await self.lose(session)
        assert await self.state(session) == "failed"
        return session

    async def consume(self, session: str, operation: Operation = PAYOUT, **more: Any) -> Json:
        """Use a session."""
        story = await consume_session(self.shard, session, operation, **more)
        return {"state": story.standing.state.value}

    async def read(self, session: str) -> Json:
        """Read a session."""
        return await read_session(self.shard, session)

    async def state(self, session: str) -> str:
        """Say where a session stands."""
        return str((await self.read(session))["state"])


def told(story: Callable[[World], Awaitable[None]]) -> None:
    """Run a story in a new world."""

    async def whole() -> None:
        await story(World())

    asyncio.run(whole())
