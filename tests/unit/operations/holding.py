"""A world with holds: a shard, a clock that a test moves, and typed calls on holds."""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from holdfast.operations.cancel_hold import cancel_hold
from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.confirm_hold import confirm_hold
from holdfast.operations.decide_event import decide_event
from holdfast.operations.fire_due import fire_due
from holdfast.operations.read_hold import read_hold
from holdfast.operations.rebuild import rebuild
from holdfast.operations.restrain_hold import Notice, restrain_hold
from holdfast.operations.said import Proof, Said
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.errors import HoldfastError
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.lists import ListEntry, ListKind
from tests.unit.operations.shards import Json, SlowStore, StillClock, event, make_shard, transfer

DATABASE, OWN = "ru.cbr.recipients", "bank.recipients"
CLIENT = Said(by="client", customer_id="c-1")


class World:
    """A shard with a clock that a test moves, and the calls that a test makes."""

    def __init__(self, packs: str = "ru", *, proof_key: bytes | None = None) -> None:
        self.clock = StillClock()
        self.store = SlowStore(self.clock)
        self.packs = packs
        self.proof_key = proof_key
        self.fresh = itertools.count()
        self.restart()

    def at(self, local: str) -> None:
        """Move the clock to a Moscow time, without firing timers."""
        self.clock.instant_ms = to_ms(datetime.fromisoformat(f"{local}+03:00"))

    def restart(self) -> None:
        """Build the memory anew from the log."""
        self.shard = make_shard(self.store, self.clock, self.packs)
        self.shard.ports = replace(self.shard.ports, proof_key=self.proof_key)
        rebuild(self.shard)

    async def enlist(self, name: str, *, remove: bool = False) -> None:
        """Put the payee on a list, or take it off."""
        entry = [ListEntry(kind=ListKind.INN, value="500100732259")]
        await change_list(self.shard, Edit(list=name, remove=entry) if remove else Edit(list=name, add=entry))

    async def place(self, event_id: str = "t-1", **changes: Any) -> str:
        """Decide a transfer that must be held, and give the hold's id."""
        decision: Json = json.loads((await decide_event(self.shard, transfer(event_id, **changes))).body)
        assert decision["outcome"] == "hold", decision
        return str(decision["hold"]["id"])

    async def report(self, word: str, of: str = "t-1", at: str | None = None) -> None:
        """Report what became of a transfer."""
        more = {"occurred_at": f"{at}+03:00"} if at else {}
        body = json.loads(event(f"res-{of}-{word}-{self.shard.seq}", "transfer_result", of=of, result=word))
        await take_event(self.shard, json.dumps(body | more).encode())

    async def confirm(self, hold_id: str, said: Said | None = None) -> Json:
        """Confirm, unless told otherwise with a proof that was never used."""
        proof = Proof(method="app", reference=f"fresh-{next(self.fresh)}")
        return await confirm_hold(self.shard, hold_id, said or replace(CLIENT, proof=proof))

    async def cancel(self, hold_id: str, said: Said = CLIENT) -> Json:
        """Cancel."""
        return await cancel_hold(self.shard, hold_id, said)

    async def restrain(self, hold_id: str, notice: Notice) -> Json:
        """Take an authority's notice."""
        return await restrain_hold(self.shard, hold_id, notice)

    async def read(self, hold_id: str) -> Json:
        """Read a hold."""
        return await read_hold(self.shard, hold_id)

    async def fire(self) -> int:
        """Fire what is due."""
        return await fire_due(self.shard)

    async def state(self, hold_id: str) -> tuple[str, str]:
        """Read state and instruction."""
        row = await self.read(hold_id)
        return str(row["state"]), str(row["instruction"])


Story = Callable[[World], Awaitable[None]]


def told(story: Story, packs: str = "ru", *, proof_key: bytes | None = None) -> None:
    """Run a story in a new world."""

    async def whole() -> None:
        await story(World(packs, proof_key=proof_key))

    asyncio.run(whole())


def acts(row: Mapping[str, Any]) -> list[str]:
    """Name the acts of a hold."""
    return [act["act"] for act in row["history"]]


async def refused(call: Awaitable[Any], kind: type[HoldfastError]) -> HoldfastError:
    """Make a call that must be refused, and give the error."""
    with pytest.raises(kind) as raised:
        await call
    return raised.value
