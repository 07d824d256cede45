"""A site whose payouts wait for their owners: a shard, a provider that a test scripts, and the calls of a story."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec

from holdfast.operations.challenge import open_last
from holdfast.operations.decide_event import decide_event
from holdfast.operations.expire_sessions import expire_sessions
from holdfast.operations.read_decision import read_decision
from holdfast.operations.read_hold import read_hold
from holdfast.operations.read_session import read_session
from holdfast.operations.rebuild import rebuild
from holdfast.operations.shard import Shard
from holdfast.operations.start_session import Beginning, start_session
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.identity import Consent, IdentityResult
from holdfast.vocabulary.instants import from_ms
from holdfast.wire.owners import owner_hash
from tests.unit.operations.shards import NOON_MS, Json, SlowStore, StillClock, make_shard
from tests.unit.verification.scripted import FakeIdentityProvider, passing

KEY = bytes(range(32))
IIN = "850615400023"
OWNER = owner_hash(KEY, IIN)
CONSENT = Consent(text_version="2026-01", locale="kk", given_ms=NOON_MS - 1_000, evidence_ref="proof-1", of_age=True)
SELLER: Json = {"seller_id": "s-1", "iin": IIN}
CARD: Json = {"card": "4111111111111111"}


class Site:
    """A site with one provider of identity; `packs` are the words of its packs."""

    def __init__(self, packs: str = "policy/owner-checks") -> None:
        self.clock = StillClock()
        self.store = SlowStore(self.clock)
        self.provider = FakeIdentityProvider()
        self.packs = packs
        self.shard = self._shard()

    def _shard(self) -> Shard:
        shard = make_shard(self.store, self.clock, self.packs)
        shard.identity, shard.owner_key = {self.provider.name: self.provider}, KEY
        return shard

    async def restart(self) -> int:
        """Build the memory anew from the log, as a start does; gives how many sessions were made up for."""
        self.shard = self._shard()
        rebuild(self.shard)
        return await open_last(self.shard)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.clock.instant_ms += timedelta(**span) // timedelta(milliseconds=1)

    def event(self, event_id: str, kind: str, **fields: Any) -> bytes:
        """Write an event of this instant."""
        now = from_ms(self.clock.now_ms()).isoformat()
        whole = {"id": event_id, "type": kind, "occurred_at": now, **fields}
        return msgspec.json.encode({name: value for name, value in whole.items() if value is not None})

    async def told(self, event_id: str, kind: str, **fields: Any) -> None:
        """Report an event."""
        await take_event(self.shard, self.event(event_id, kind, **fields))

    async def decided(self, event_id: str, kind: str = "payout", **fields: Any) -> Json:
        """Decide an event: a payout of 90,000 tenge to a card, unless told otherwise."""
        given: Json = {} if kind != "payout" else {"seller": SELLER, "payee": CARD, "amount_minor": 9_000_000}
        given |= {"currency": "KZT"} if kind == "payout" else {}
        answer: Json = json.loads((await decide_event(self.shard, self.event(event_id, kind, **(given | fields)))).body)
        return answer

    async def held(self, event_id: str = "po-1", **fields: Any) -> Json:
        """Decide a payout to details that were changed just now, which waits for the owner."""
        await self.told(f"sc-{event_id}", "seller_changed", seller=SELLER, field="payout_account")
        made = await self.decided(event_id, **fields)
        assert made["outcome"] == "hold", made
        return made

    async def starts(self, session: str, **beginning: Any) -> str:
        """Begin an attempt, and give the provider's name for it."""
        began = Beginning(consent=CONSENT, **beginning)
        story, _ = await start_session(self.shard, session, began)
        return story.standing.reference

    async def ends(self, session: str, reference: str, result: IdentityResult | None = None) -> str:
        """Let the provider end an attempt, well unless told otherwise, and say where the session stands."""
        self.provider.results[reference] = result or passing(self.clock.now_ms(), owner=OWNER)
        return await self.state(session)

    async def passes(self, session: str, **beginning: Any) -> None:
        """Let the owner pass."""
        await self.ends(session, await self.starts(session, **beginning))

    async def state(self, session: str) -> str:
        """Say where a session stands."""
        return str((await read_session(self.shard, session))["state"])

    async def hold(self, decision: Json) -> Json:
        """Read the hold of a decision."""
        return await read_hold(self.shard, decision["hold"]["id"])

    async def expire(self) -> int:
        """Fire the timers of sessions."""
        return await expire_sessions(self.shard)

    def decision(self, decision: Json) -> Json:
        """Read a decision back."""
        again: Json = json.loads(read_decision(self.shard, decision["id"]))
        return again


def session_of(decision: Json) -> Json:
    """Give the measure that carries the session."""
    found: Json = next(one for one in decision["measures"] if "session" in one)
    return found


async def waits(site: Site, count: int) -> None:
    """Wait until so many records are on their way to a store that is held."""
    while len(site.store.waiting_now) < count:
        await asyncio.sleep(0)


def told(story: Callable[[Site], Awaitable[None]], packs: str = "policy/owner-checks") -> None:
    """Run a story on a new site."""

    async def whole() -> None:
        await story(Site(packs))

    asyncio.run(whole())
