"""The load client: connections that decide, retry, report and act on holds until the server dies under them."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from tests.chaos.ledger import Call, Ledger

NOON: Final = "2026-05-08T12:00:00+03:00"
LISTED: Final = {"kind": "account", "value": "40817810000000000002", "bic": "044525225"}
_LISTED_SHARE: Final = 0.15
_OK: Final = {200, 202}
_LATER: Final = {429, 503}
_PATIENCE_S: Final = 30.0
_TRIES: Final = 100
_ENOUGH: Final = 3
Json = dict[str, Any]


class GoneError(Exception):
    """The server is not there any more."""


class Line:
    """One kept-alive connection that speaks just enough HTTP/1.1."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """Make one call; GoneError when no whole answer comes."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await self._ask(method, path, body.encode())
        except (OSError, EOFError, ValueError, IndexError) as error:
            self.close()
            raise GoneError(repr(error)) from error

    async def _ask(self, method: str, path: str, body: bytes) -> tuple[int, str]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = f"{method} {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
        writer.write(head.encode() + b"\r\n\r\n" + body)
        told = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(told.split("content-length: ", 1)[1].split("\r\n", 1)[0])
        return int(told.split()[1]), (await reader.readexactly(length)).decode()

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def transfer(event_id: str, client: str, *, chance: Random) -> Json:
    """Make a transfer, now and then to a payee that stands on the bank's list."""
    listed = chance.random() < _LISTED_SHARE
    account = LISTED["value"] if listed else f"408178100000000{chance.randrange(100, 400):05d}"
    return {
        "id": event_id,
        "type": "transfer",
        "occurred_at": NOON,
        "rail": "order",
        "amount_minor": chance.randrange(100, 30_000_000),
        "currency": "RUB",
        "cross_border": False,
        "payer": {"customer_id": client, "kind": "individual", "account": "40817810000000000001"},
        "payee": {"kind": "individual", "account": account, "bic": LISTED["bic"]},
        "device": {"id": f"d-{chance.randrange(20)}"},
    }


@dataclass(slots=True)
class Load:
    """What the client knows over all rounds of one directory: its ledger and what it may still do."""

    ledger: Ledger
    port: int
    chance: Random
    number: int = 0
    wrong_reads: list[str] = field(default_factory=list)
    results: deque[str] = field(default_factory=deque)
    acts: deque[tuple[str, str, str]] = field(default_factory=deque)
    holds: list[str] = field(default_factory=list)

    async def prepare(self) -> None:
        """Put the payee on the bank's list."""
        line = Line(self.port)
        status, text = await line.ask("POST", "/v1/lists/bank.recipients/entries", json.dumps({"entries": [LISTED]}))
        assert status in _OK, text
        line.close()

    async def settle(self) -> None:
        """Send every unanswered call again, and look at answered ones: by a retry and by reading them back."""
        line = Line(self.port)
        try:
            for call in self.ledger.unanswered():
                await self._send(line, call)
            decided = self.ledger.answers("decision")
            for call in self.chance.sample(decided, min(10, len(decided))):
                await self._send(line, call)
                await self._read_back(line, call)
        finally:
            line.close()

    async def hear_all(self) -> None:
        """Have every open call answered, then send every acknowledged decision once more and read it back."""
        line = Line(self.port)
        for call in self.ledger.unanswered():
            await self._insist(line, call)
        for call in self.ledger.answers("decision"):
            await self._insist(line, call)
            await self._read_back(line, call)
        line.close()

    async def run(self, connections: int) -> None:
        """Load the server on many connections until it is gone."""
        await asyncio.gather(*(self._connection(place) for place in range(connections)))

    async def _connection(self, place: int) -> None:
        line = Line(self.port)
        try:
            while True:
                await self._send(line, self._next(place))
        except GoneError:
            return
        finally:
            line.close()

    async def _read_back(self, line: Line, call: Call) -> None:
        """Compare the stored decision with the answer; a revision of it bears a number."""
        decision = json.loads(call.answer)["id"]
        status, text = await line.ask("GET", f"/v1/decisions/{decision}")
        if status in _LATER:
            return
        if status != 200 or (text != call.answer and json.loads(text).get("revision", 1) == 1):
            self.wrong_reads.append(f"{call.id}: {status} {text}")

    def _next(self, place: int) -> Call:
        """Choose what a connection does next."""
        dice = self.chance.random()
        if self.acts and dice < 0.25:
            return self._act(*self.acts.popleft())
        if self.results and dice < 0.40:
            return self._result(self.results.popleft())
        if dice < 0.42:
            return self._change(place)
        if dice < 0.55 and self.ledger.calls:
            return self.chance.choice(list(self.ledger.calls.values())[-200:])
        event_id = self._name("t")
        body = json.dumps(transfer(event_id, f"c-{self.chance.randrange(12)}", chance=self.chance))
        return Call(id=event_id, kind="decision", path="/v1/decisions", body=body)

    def _name(self, kind: str) -> str:
        self.number += 1
        return f"{kind}-{self.number}"

    def _result(self, of: str) -> Call:
        event_id = self._name("r")
        event = {"id": event_id, "type": "transfer_result", "occurred_at": NOON, "of": of, "result": "executed"}
        return Call(id=event_id, kind="event", path="/v1/events", body=json.dumps(event))

    def _change(self, place: int) -> Call:
        """Report a change of a client's profile, an input after which open decisions may be made again."""
        event_id = self._name("p")
        who = {
            "client": {"customer_id": f"c-{place % 8 + 4}"},
            "field": "phone",
            "where": "gosuslugi",
            "confirmed": True,
        }
        body = json.dumps({"id": event_id, "type": "profile_change", "occurred_at": NOON, **who})
        return Call(id=event_id, kind="event", path="/v1/events", body=body)

    def _act(self, hold: str, client: str, word: str) -> Call:
        said: Json = {"by": "client", "customer_id": client}
        if word == "confirm":
            said["proof"] = {"method": "branch", "reference": f"{hold}-{word}"}
        return Call(id=f"{hold} {word}", kind="act", path=f"/v1/holds/{hold}/{word}", body=json.dumps(said))

    async def _insist(self, line: Line, call: Call) -> None:
        """Send one call until it is answered; one that never is counts as a fault, and few faults are enough."""
        for _ in range(_TRIES if len(self.ledger.faults) < _ENOUGH else 1):
            if await self._send(line, call):
                return
        self.ledger.faults.append(f"{call.id} was never answered by a server that nothing disturbs")

    async def _send(self, line: Line, call: Call) -> bool:
        """Send one call with its entries in the ledger before and after, and tell whether it was answered for good."""
        await self.ledger.sending(call)
        status, text = await line.ask("POST", call.path, call.body)
        if status in _LATER:
            await asyncio.sleep(0.01)
            return False
        first = not call.status
        await self.ledger.answered(call, status, text)
        if first:
            self._learn(call)
        return True

    def _learn(self, call: Call) -> None:
        """See what an answer makes possible."""
        if call.status not in _OK and (call.kind, call.status) != ("act", 409):  # the other act was there first
            self.ledger.faults.append(f"{call.id} was refused: {call.status} {call.answer}")
        elif call.kind == "decision":
            self._plan(call, json.loads(call.answer))

    def _plan(self, call: Call, decision: Json) -> None:
        if decision["outcome"] == "allow" and self.chance.random() < 0.3:
            self.results.append(call.id)
        if decision["hold"]:
            self.holds.append(decision["hold"]["id"])
            client = json.loads(call.body)["payer"]["customer_id"]
            words = self.chance.choice((("confirm",), ("cancel",), ("confirm", "cancel"), ()))
            self.acts.extend((decision["hold"]["id"], client, word) for word in words)
