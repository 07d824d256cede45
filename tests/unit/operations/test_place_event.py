"""What the tables know of an address is part of the stored event: judged, rebuilt and replayed alike."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from holdfast.operations.decide_event import decide_event
from holdfast.operations.decide_file import FileDecider
from holdfast.operations.placed_types import ALWAYS, placed_types
from holdfast.operations.read_decision import replay_decision
from holdfast.operations.rebuild import rebuild
from holdfast.operations.shard import Shard
from holdfast.operations.snapshot import freeze
from holdfast.operations.take_event import take_event
from holdfast.regulation import parse_pack
from holdfast.store import MemoryStore
from holdfast.vocabulary.errors import ConflictError
from holdfast.vocabulary.located import NOT_DETERMINED, Located
from holdfast.wire.codec import decode, decode_message
from holdfast.wire.mapping import Row
from tests.unit.operations.enriching import ROW, pack
from tests.unit.operations.shards import NOON, NOON_MS, StillClock, make_shard

Json = dict[str, Any]
BERLIN = Located(
    country="DE",
    kind="residential",
    network="AS64500",
    latitude=52.52,
    longitude=13.4,
    accuracy_km=20.0,
    source="T 2026-05-01",
)


class Table:
    """Tables that know one address, and count what they are asked."""

    def __init__(self, known: Mapping[str, Located]) -> None:
        self.known = known
        self.asked: list[str] = []

    def find(self, ip: str, /) -> Located:
        """Tell what is known."""
        self.asked.append(ip)
        return self.known.get(ip, NOT_DETERMINED)


def shard_with(table: Table | None) -> Shard:
    """Put a shard together whose tables are these."""
    clock = StillClock()
    shard = make_shard(MemoryStore(clock=clock), clock)
    shard.ports = replace(shard.ports, places=table)
    return shard


def listing(name: str = "l-1", **session: object) -> bytes:
    """Write a listing."""
    event: Json = {
        "id": name,
        "type": "listing_published",
        "occurred_at": NOON,
        "seller": {"seller_id": "s-1"},
        "session": {"ip": "198.51.100.1", "port": 4000, **session},
        "listing": {"listing_id": "ad-1"},
    }
    return json.dumps(event).encode()


def network(shard: Shard) -> dict[str, bytes]:
    """Give what the network remembers."""
    return {name: bytes(data) for name, data in freeze(shard).items() if name.startswith("network/")}


def stored(shard: Shard, name: str = "l-1") -> Json:
    """Give an event's session as it is stored."""
    record = shard.ports.store.by_event(name)
    assert record is not None
    session: Json = json.loads(record.event)["session"]
    return session


def test_what_is_known_is_stored_and_a_retry_is_still_one() -> None:
    """The stored event says what the tables said; the hash stays that of what was sent, so the same body is a retry."""

    async def story() -> None:
        shard = shard_with(Table({"198.51.100.1": BERLIN}))
        first = await decide_event(shard, listing())
        assert stored(shard) == {
            "ip": "198.51.100.1",
            "port": 4000,
            "ip_country": "DE",
            "ip_kind": "residential",
            "ip_network": "AS64500",
            "ip_latitude": 52.52,
            "ip_longitude": 13.4,
            "ip_accuracy_km": 20.0,
            "ip_source": "T 2026-05-01",
        }
        record = shard.ports.store.by_event("l-1")
        assert record is not None
        assert record.body_hash == decode(listing(), NOON_MS, hashed=shard.ports.store.keyed_hash).body_hash
        again = await decide_event(shard, listing())
        assert (again.body, again.replayed) == (first.body, True)
        with pytest.raises(ConflictError):
            await decide_event(shard, listing(port=4001))
        shard.ports = replace(shard.ports, places=None)
        assert (await decide_event(shard, listing())).body == first.body

    asyncio.run(story())


def test_a_rebuild_and_a_replay_read_what_was_seen_then() -> None:
    """With other tables, or none, the log gives the same memory and the same judgement."""

    async def story() -> None:
        shard = shard_with(Table({"198.51.100.1": BERLIN}))
        decision = json.loads((await decide_event(shard, listing())).body)
        await take_event(shard, listing("l-2"))
        before = network(shard)
        assert any("travel/seen" in name and data for name, data in before.items())
        shard.ports = replace(shard.ports, places=Table({"198.51.100.1": Located(country="FR")}))
        rebuild(shard)
        assert network(shard) == before
        assert replay_decision(shard, decision["id"]).equal

    asyncio.run(story())


def test_what_the_caller_says_stays() -> None:
    """Only what is absent is filled in, and a country of the caller's own is not given a table's source."""

    async def story() -> None:
        shard = shard_with(Table({"198.51.100.1": BERLIN}))
        await take_event(shard, listing(ip_country="KZ", ip_kind="mobile"))
        session = stored(shard)
        assert (session["ip_country"], session["ip_kind"], session["ip_network"]) == ("KZ", "mobile", "AS64500")
        assert "ip_source" not in session

    asyncio.run(story())


def test_an_address_that_nobody_knows_changes_nothing() -> None:
    """The event is stored as it was sent."""

    async def story() -> None:
        shard = shard_with(Table({}))
        await take_event(shard, listing())
        assert stored(shard) == {"ip": "198.51.100.1", "port": 4000}

    asyncio.run(story())


def test_a_transfer_does_not_pay_for_it() -> None:
    """A bank's transfer with an address asks no table, unless a rule reads what it would say; a login always does."""

    async def story() -> None:
        table = Table({"198.51.100.1": BERLIN})
        shard = shard_with(table)
        session = {"session": {"ip": "198.51.100.1"}}
        paid: Json = {
            "type": "transfer",
            "rail": "order",
            "amount_minor": 1,
            "currency": "RUB",
            "payer": {},
            "payee": {},
        }
        await take_event(shard, json.dumps({"id": "t-1", "occurred_at": NOON, **paid, **session}).encode())
        assert table.asked == []
        logged: Json = {"type": "login", "where": "bank", "client": {"customer_id": "c-1"}}
        await take_event(shard, json.dumps({"id": "g-1", "occurred_at": NOON, **logged, **session}).encode())
        assert table.asked == ["198.51.100.1"]

    asyncio.run(story())


def test_a_rule_that_reads_places_has_them_looked_up() -> None:
    """The events that such a rule is about, and those that it counts, are placed."""
    types = ("transfer", "cash_withdrawal", "cash_deposit", "login")

    def asked(when: str) -> frozenset[str]:
        row = ROW.partition("    evidence:")[0].format(name="bank.one", when=when)
        text = pack(row)
        return placed_types(types, [parse_pack(text, name="policy/bank")], None) - ALWAYS

    assert asked("amount > 0") == frozenset()
    assert asked('session.ip_country == "DE"') == {"transfer"}
    counted = 'count(of="cash_deposit", by=payer.customer_id, where=session.ip_kind == "vpn", over=days(1)) > 1'
    assert asked(counted) == {"transfer", "cash_deposit"}


def test_a_file_is_placed_too() -> None:
    """Deciding a file fills in what the tables know; the hash is that of the row as it stood in the file."""
    shard = shard_with(Table({"198.51.100.1": BERLIN}))
    decoded = decode(listing(), NOON_MS)
    from_file = Row(line=1, message=decode_message(listing()), event=decoded.event, label=None)
    decider = FileDecider(shard=shard)
    (made,) = decider.decide([from_file])
    (notice,) = made.judgement.measures  # type: ignore[union-attr]  # no row of this file is bad
    assert (notice["value"], notice["country"]) == ("yes", "DE")
