"""A shard whose notices have a text, and a gateway that a test lets fail."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

from holdfast.engine.schema import full_schema
from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.courier import Courier
from holdfast.operations.decide_event import decide_event
from holdfast.operations.deliver import deliver_due
from holdfast.operations.law import Law
from holdfast.operations.rebuild import rebuild
from holdfast.operations.shard import Bank, commit
from holdfast.vocabulary.deliveries import Outgoing, Receipt
from holdfast.vocabulary.errors import DeliveryError
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.vocabulary.packs import Citation, Dated, Notice
from holdfast.vocabulary.records import OutboxRow, Record, RecordKind
from tests.unit.operations.shards import Json, SlowStore, StillClock, make_shard, transfer

Result = TypeVar("Result")
TEMPLATE = "ru.161-fz.8.3.6"
INN = "500100732259"
CITE = Citation(act="Act", article="1", url="https://example.org", confidence="C", checked_on="2026-01-01")


def notice(body: str, case: str = "", template: str = TEMPLATE) -> Notice:
    """Make a notice with one text for every language."""
    texts = dict.fromkeys(("ru", "kk", "en"), body)
    return Notice(id=template, case=case, subject=texts, body=texts, cite=CITE, dated=Dated(from_ms=0))


class Post:
    """A gateway that takes messages, fails where a test says so, and can be watched while it sends."""

    def __init__(self, clock: StillClock) -> None:
        self.clock = clock
        self.sent: list[Outgoing] = []
        self.tried: list[str] = []
        self.fails: Callable[[Outgoing], bool] = lambda _: False
        self.receipt: dict[str, Any] = {}
        self.before: Callable[[Outgoing], Awaitable[None]] | None = None

    @property
    def name(self) -> str:
        """Name the gateway."""
        return "post"

    async def send(self, message: Outgoing) -> Receipt:
        """Take one message."""
        self.tried.append(message.id)
        if self.before is not None:
            await self.before(message)
        if self.fails(message):
            raise DeliveryError("nobody is at home")
        self.sent.append(message)
        return Receipt(gateway=self.name, sent_ms=self.clock.now_ms(), **self.receipt)

    async def close(self) -> None:
        """Do nothing."""

    def read(self) -> list[Json]:
        """Give what was sent, decoded."""
        return [json.loads(message.body) for message in self.sent]


class House:
    """A shard over a store in memory, with notices of its own and a gateway."""

    def __init__(self, *notices: Notice, packs: str = "ru") -> None:
        self.clock = StillClock()
        self.store = SlowStore(self.clock)
        self.post = Post(self.clock)
        self.notices = notices
        self.packs = packs
        self.begin()

    def begin(self) -> None:
        """Put a shard around the store, as a start does."""
        shard = make_shard(self.store, self.clock, self.packs)
        packs = [replace(pack, notices=self.notices if pack.id == "ru.161-fz" else ()) for pack in shard.law.packs]
        shard.law = Law(packs, full_schema(), tenant=shard.tenant, parameters={})
        shard.bank = Bank(name="Тест-банк", phone="8 800 000-00-00")
        self.shard = shard

    def restart(self) -> None:
        """Lose the memory, and build it anew from the log."""
        self.begin()
        rebuild(self.shard)

    def crash(self) -> None:
        """Lose everything that is known only to the process, but for the windows of past transfers."""
        self.shard = replace(
            self.shard, flights={}, threads={}, landings=deque(), courier=Courier(), seq=self.store.last_seq()
        )

    async def deliver(self) -> int:
        """Run one pass."""
        return await deliver_due(self.shard, self.post)

    async def decide(self, event_id: str = "t-1", **changes: Any) -> Json:
        """Decide a transfer to a payee who is on the Bank of Russia's list."""
        if not self.shard.memory.lists.is_loaded("ru.cbr.recipients") or self.store.last_seq() == 0:
            await change_list(self.shard, Edit(list="ru.cbr.recipients", add=[ListEntry(kind=ListKind.INN, value=INN)]))
        decision: Json = json.loads((await decide_event(self.shard, transfer(event_id, **changes))).body)
        return decision

    async def queue(self, *rows: tuple[str, str]) -> None:
        """Queue messages (subject, word) that are no notices."""
        outbox = tuple(
            OutboxRow(topic="hold_changed", subject=subject, payload=json.dumps({"word": word}).encode())
            for subject, word in rows
        )
        now_ms = self.clock.now_ms()
        record = Record(
            seq=self.shard.next_seq(), kind=RecordKind.HOLD, occurred_ms=now_ms, received_ms=now_ms, outbox=outbox
        )
        await commit(self.shard, record).landed

    def words(self) -> list[str]:
        """Give the words of the queued messages that were sent."""
        return [row["data"]["word"] for row in self.post.read()]

    def told(self) -> list[Record]:
        """Give the records of delivered notices."""
        return [record for record in self.store.replay() if record.kind is RecordKind.NOTICE]


def told(story: Callable[[House], Awaitable[Result]], *notices: Notice) -> Result:
    """Run a story in a new house."""

    async def whole() -> Result:
        return await story(House(*notices))

    return asyncio.run(whole())
