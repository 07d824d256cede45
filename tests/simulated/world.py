"""Clients who send, lose answers, send again and change their minds, for days, as a seed wants it."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any

import msgspec

from holdfast.operations.cancel_hold import cancel_hold
from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.confirm_hold import confirm_hold
from holdfast.operations.intake import decide, take
from holdfast.operations.said import Said
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import HoldfastError, UnavailableError
from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.lists import ListEntry, ListKind
from tests.simulated.loop import SimulatedLoop
from tests.simulated.machine import DiedError, Machine

CLIENTS = 6
EVENTS = 30
DAYS = 4
_DAY = 86_400.0
_LISTED = ("40817810000000000901", "40817810000000000902")
_ACCOUNTS = (*_LISTED, *(f"4081781000000000080{n}" for n in range(6)))


@dataclass(slots=True)
class Ledger:
    """What the clients were told: answers by event, and what was wrong with any of them."""

    bodies: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, bytes] = field(default_factory=dict)
    acts: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def heard(self, event_id: str, answer: bytes) -> None:
        """Take an answer down; another one than before is wrong."""
        if self.answers.setdefault(event_id, answer) != answer:
            self.wrong.append(f"{event_id} was answered in two ways")


class World:
    """One seed's course of events."""

    def __init__(self, loop: SimulatedLoop, seed: int) -> None:
        self.random = Random(seed)
        self.machine = Machine(loop, self.random)
        self.ledger = Ledger()

    async def run(self) -> None:
        """Live through the days, then ask for every answer once more."""
        await self.machine.start()
        clients = [asyncio.ensure_future(self._client(n)) for n in range(CLIENTS)]
        fate = asyncio.ensure_future(self._fate())
        await asyncio.gather(*clients)
        fate.cancel()
        await asyncio.gather(fate, return_exceptions=True)
        await asyncio.sleep(3 * _DAY)  # until the last hold has found its end
        for event_id, body in self.ledger.bodies.items():
            self.ledger.heard(event_id, await self._insist(body))
        await self.machine.stop()

    async def _fate(self) -> None:
        """Kill the machine, set its clock, and change the lists."""
        while True:
            await asyncio.sleep(self.random.expovariate(6 / _DAY))
            chance = self.random.random()
            if chance < 0.4:
                await self.machine.die()
                await asyncio.sleep(self.random.uniform(0.1, 600))
                await self.machine.start()
            elif chance < 0.6:
                self.machine.clock.set_by_ms += self.random.choice((-2_000, -300, 300, 2_000))
            else:
                await self._change_list()

    async def _change_list(self) -> None:
        entry = ListEntry(
            kind=ListKind.ACCOUNT, value=self.random.choice(_LISTED), added_ms=self.machine.clock.now_ms()
        )
        name, adding = self.random.choice(("bank.recipients", "ru.cbr.recipients")), self.random.random() < 0.7
        edit = Edit(list=name, add=(entry,)) if adding else Edit(list=name, remove=(entry,))
        try:
            await self.machine.call(lambda shard: change_list(shard, edit))
        except (DiedError, HoldfastError):
            return

    async def _client(self, n: int) -> None:
        """Send one client's events, some of them twice at once or late, and act on holds."""
        for number in range(EVENTS):
            await asyncio.sleep(self.random.expovariate(EVENTS / (DAYS * _DAY)))
            event = self._event(f"e-{n}-{number}", f"c-{n}")
            body = self.ledger.bodies[event["id"]] = msgspec.json.encode(event)
            twins = 2 if self.random.random() < 0.15 else 1
            answers = await asyncio.gather(*(self._insist(body) for _ in range(twins)))
            for answer in answers:
                self.ledger.heard(event["id"], answer)
            await self._go_on(f"c-{n}", event, msgspec.json.decode(answers[0]))

    def _event(self, event_id: str, client: str) -> dict[str, Any]:
        at_ms = self.machine.clock.now_ms() - (self.random.choice((0, 0, 0, 0, 3_600_000, 30 * 3_600_000)))
        event: dict[str, Any] = {"id": event_id, "type": "transfer", "occurred_at": from_ms(at_ms).isoformat()}
        if self.random.random() < 0.15:
            return event | {
                "type": "profile_change",
                "client": {"customer_id": client},
                "field": "phone",
                "where": "bank",
            }
        return event | {
            "rail": self.random.choice(("order", "order", "sbp", "card")),
            "amount_minor": self.random.randrange(1_000, 40_000_000),
            "currency": "RUB",
            "payer": {"customer_id": client, "kind": "individual"},
            "payee": {"kind": "individual", "account": self.random.choice(_ACCOUNTS), "bic": "044525225"},
        }

    async def _go_on(self, client: str, event: dict[str, Any], decision: dict[str, Any]) -> None:
        """Confirm or cancel a hold, or report how a transfer ended."""
        chance = self.random.random()
        if decision.get("hold"):
            await asyncio.sleep(self.random.expovariate(2 / _DAY))
            if chance < 0.8:
                await self._act(decision["hold"]["id"], "confirm" if chance < 0.5 else "cancel", client)
        elif decision.get("outcome") == "allow" and event["type"] == "transfer" and chance < 0.7:
            result = {"id": f"{event['id']}-r", "type": "transfer_result", "of": event["id"], "result": "executed"}
            result["occurred_at"] = from_ms(self.machine.clock.now_ms()).isoformat()
            body = self.ledger.bodies[result["id"]] = msgspec.json.encode(result)
            self.ledger.heard(result["id"], await self._insist(body))

    async def _act(self, hold: str, word: str, client: str) -> None:
        """Act on a hold until the machine says yes or no."""
        act = confirm_hold if word == "confirm" else cancel_hold
        said = Said(customer_id=client, by="client", checked=True)
        while True:
            try:
                row = await self.machine.call(lambda shard: act(shard, hold, said))
            except (DiedError, UnavailableError):
                await asyncio.sleep(self.random.uniform(0.5, 5))
            except HoldfastError:
                return  # the law says no
            else:
                self.ledger.acts[f"{hold} {word}"] = json.dumps(row)
                return

    async def _insist(self, body: bytes) -> bytes:
        """Send over a network that loses calls and answers, again and again until an answer is heard."""
        while True:
            await asyncio.sleep(self.random.uniform(0.001, 0.05))
            with_answer = self.random.random() > 0.05
            try:
                if self.random.random() < 0.03:
                    continue
                answer = await self.machine.call(lambda shard: _send(shard, body))
                await asyncio.sleep(self.random.uniform(0.001, 0.05))
                if with_answer:
                    return answer
            except (DiedError, UnavailableError):
                await asyncio.sleep(self.random.uniform(0.5, 5))


async def _send(shard: Shard, body: bytes) -> bytes:
    """Send as a bank does: what moves money is decided, the rest is reported."""
    if b'"type":"transfer"' in body:
        return (await decide(shard, body)).body
    await take(shard, body)
    return b"{}"


def digest(world: World) -> str:
    """Give one hash over every byte of the log."""
    whole = sha256()
    for line in log(world):
        whole.update(line.encode())
    return whole.hexdigest()


def log(world: World) -> Iterator[str]:
    """Give every record of the log as text."""
    return map(repr, world.machine.disk.replay())


def live(seed: int) -> World:
    """Live through one seed."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, SimulatedLoop)
        world = World(loop, seed)
        runner.run(world.run())
        return world
