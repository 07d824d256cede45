"""What becomes part of the past, what leaves it again, and what is decided again."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.decide_again import revise_last
from holdfast.operations.decide_event import decide_event
from holdfast.operations.declare_source import declare_own_sources
from holdfast.operations.open_operations import PER_CLIENT
from holdfast.operations.read_decision import read_decision, replay_decision
from holdfast.operations.rebuild import rebuild
from holdfast.operations.shard import Shard
from holdfast.operations.take_event import take_event
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.vocabulary.records import Record
from holdfast.wire.fields import event_schema
from tests.unit.operations.shards import NOON, NOON_MS, Json, SlowStore, StillClock, event, make_shard, transfer
from tests.unit.wire.messages import full

HOUR_MS = 3_600_000
OWN = {"kind": "individual", "account": "40817810900000000077", "bic": "044525974", "own": True}
CLIENT = {"customer_id": "c-1", "kind": "individual"}


def told(story: Callable[[Shard, SlowStore], Awaitable[None]]) -> None:
    """Run a story against a shard whose own sources are complete since a year."""

    async def whole() -> None:
        clock = StillClock()
        store = SlowStore(clock)
        shard = make_shard(store, clock)
        await declare_own_sources(shard, NOON_MS - 365 * 24 * HOUR_MS)
        await story(shard, store)

    asyncio.run(whole())


async def decided(shard: Shard, body: bytes) -> Json:
    """Decide and read the answer."""
    answer: Json = json.loads((await decide_event(shard, body)).body)
    return answer


def state(decision: Json, sign: str) -> str:
    """Give the state of a sign."""
    return next(str(row["state"]) for row in decision["signs"] if row["id"] == sign)


def inflow(event_id: str) -> bytes:
    """Write an inflow of 250,000 roubles from the client's own account elsewhere, an hour before noon."""
    return transfer(event_id, occurred_at="2026-05-08T11:00:00+03:00", rail="sbp", payer=OWN, payee=CLIENT)


def result(event_id: str, of: str, word: str) -> bytes:
    """Write what became of an operation."""
    return event(event_id, "transfer_result", of=of, result=word)


def paid(event_id: str) -> bytes:
    """Write a transfer to somebody whom nobody else pays."""
    return transfer(event_id, payee={"kind": "individual", "account": f"40817810{ord(event_id[0]):012d}"})


SIGN = "ru.od-2506.1.12"


def test_history_counts_what_was_executed_and_a_result_corrects_it() -> None:
    """An allowed inflow counts until it is reported failed, and again when it is reported executed after all."""

    async def story(shard: Shard, _: SlowStore) -> None:
        await decided(shard, inflow("in"))
        assert state(await decided(shard, paid("a")), SIGN) == "fired"
        await take_event(shard, result("r-1", "in", "failed"))
        assert state(await decided(shard, paid("b")), SIGN) == "clear"
        await take_event(shard, result("r-2", "in", "failed"))
        await take_event(shard, result("r-3", "in", "executed"))
        assert state(await decided(shard, paid("c")), SIGN) == "fired"
        rebuild(shard)
        assert state(await decided(shard, paid("d")), SIGN) == "fired"

    told(story)


def test_a_result_about_a_decision_in_flight_finds_it() -> None:
    """A result may come before the operation's record is on disk; it corrects the past all the same."""

    async def story(shard: Shard, store: SlowStore) -> None:
        store.held = True
        first = asyncio.ensure_future(decided(shard, inflow("in")))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(take_event(shard, result("r-1", "in", "failed")))
        await asyncio.sleep(0)
        store.held = False
        store.land()
        await asyncio.gather(first, second)
        assert state(await decided(shard, paid("a")), SIGN) == "clear"

    told(story)


REPORT = {
    "client": CLIENT,
    "provider": "op",
    "window_start": "2026-05-08T04:00:00+03:00",
    "window_end": "2026-05-08T11:00:00+03:00",
    "atypical": True,
}


def test_an_input_that_comes_before_the_execution_decides_again_and_only_stricter() -> None:
    """A late report makes the next revision; read back, replayed and rebuilt it stays so."""

    async def story(shard: Shard, _: SlowStore) -> None:
        first = await decided(shard, transfer("a"))
        assert first["outcome"] == "allow"
        await take_event(shard, event("t-1", "telecom_activity", **REPORT))
        now = json.loads(read_decision(shard, first["id"]))
        assert (now["outcome"], now["revision"]) == ("hold", 2)
        assert replay_decision(shard, first["id"]).equal
        rebuild(shard)
        assert json.loads(read_decision(shard, first["id"])) == now
        assert json.loads((await decide_event(shard, transfer("a"))).body) == first
        await take_event(shard, event("t-2", "telecom_activity", **{**REPORT, "atypical": False}))
        assert json.loads(read_decision(shard, first["id"]))["outcome"] == "hold"

    told(story)


def test_nothing_is_decided_again_after_the_execution() -> None:
    """What was reported executed stays as it was decided."""

    async def story(shard: Shard, _: SlowStore) -> None:
        first = await decided(shard, transfer("a"))
        await take_event(shard, result("r-1", "a", "executed"))
        await take_event(shard, event("t-1", "telecom_activity", **REPORT))
        assert json.loads(read_decision(shard, first["id"])) == first

    told(story)


def test_a_decided_input_waits_for_the_revision_that_it_causes() -> None:
    """An input that itself asks for a decision is answered after the revision is on disk, too."""

    async def story(shard: Shard, store: SlowStore) -> None:
        await decided(shard, transfer("a"))
        store.held = True
        call = asyncio.ensure_future(decided(shard, event("t-1", "telecom_activity", **REPORT)))
        await asyncio.sleep(0)
        assert len(store.waiting_now) == 2
        store.land(1)
        for _ in range(5):
            await asyncio.sleep(0)
        assert not call.done()
        store.land()
        await call

    told(story)


def test_a_revision_that_a_crash_cut_off_is_made_up_for() -> None:
    """An input whose record is on disk while its revision is not revises at the next start, and only once."""

    async def story(shard: Shard, store: SlowStore) -> None:
        first = await decided(shard, transfer("a"))
        store.held = True
        waiting = asyncio.ensure_future(take_event(shard, event("t-1", "telecom_activity", **REPORT)))
        await asyncio.sleep(0)
        assert len(store.waiting_now) == 2
        store.land(1)
        store.waiting_now.clear()
        waiting.cancel()
        store.held = False
        again = make_shard(store, StillClock())
        rebuild(again)
        assert await revise_last(again) == 1
        assert json.loads(read_decision(again, first["id"]))["outcome"] == "hold"
        assert await revise_last(again) == 0

    told(story)


def test_only_the_newest_few_operations_of_a_client_stay_open() -> None:
    """What may be decided again is bounded for each client."""

    async def story(shard: Shard, _: SlowStore) -> None:
        for number in range(PER_CLIENT + 4):
            await decided(shard, transfer(f"a-{number}", amount_minor=100))
        assert (len(shard.undecided), len(list(shard.undecided))) == (1, PER_CLIENT)

    told(story)


_WIRE_NAMES = {"sender": "from", "recipient": "to"}  # as a message has them


def canaries(kind: str) -> tuple[Json, dict[str, str]]:
    """Give a message of a type with every field, and the personal values in it by their paths."""
    message = full(kind)
    planted: dict[str, str] = {}
    for path, field in event_schema().fields[kind].items():
        if field.personal:
            *owners, name = path.split(".")
            value = "c4" * 32 if name.endswith("_hash") else f"CANARY{len(planted)}"
            part: Any = message
            for owner in owners:
                part = part[_WIRE_NAMES.get(owner, owner)]
                part = part[0] if isinstance(part, list) else part
            part[name] = planted[path] = value
    return message | {"occurred_at": NOON}, planted


def test_no_personal_value_stands_outside_of_event_and_facts() -> None:
    """Judgement, envelope, reply and outbox of every event type are free of every personal value that was sent."""

    async def story(shard: Shard, store: SlowStore) -> None:
        for kind in event_schema().event_types():
            message, planted = canaries(kind)
            for account in ("payer", "payee", "client"):
                if account in message:
                    message[account]["inn"] = planted[f"{account}.inn"] = "500100732259"
            body = json.dumps(message | {"id": f"x-{kind}"}).encode()
            entry = ListEntry(kind=ListKind.INN, value="500100732259")
            await change_list(shard, Edit(list="ru.cbr.recipients", add=[entry]))
            await decide_event(shard, body)
            record: Any = store.by_event(f"x-{kind}")
            assert isinstance(record, Record)
            seen = record.judgement + record.envelope + record.reply + b"".join(row.payload for row in record.outbox)
            assert not [path for path, value in planted.items() if value.encode() in seen], kind
            assert not planted or any(value.encode() in record.event for value in planted.values())

    told(story)
