"""Listings become objects by what they have in common, as a comparison of everything with everything says."""

import random
from collections.abc import Mapping
from typing import Any

import pytest

from holdfast.network.objects import Objects
from holdfast.vocabulary.event import Event, EventId
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS
from holdfast.vocabulary.keys import KeyMaker
from tests.unit.network.object_oracle import ObjectOracle

KEYS = KeyMaker(secret=b"a secret of the tests")
START_MS = 1_790_000_000_000
VIN = "1M8GDM9AXKP042788"
CAR: dict[str, Any] = {"category": "car", "brand": "Toyota", "model": "Camry", "year": 2020}
FLAT: dict[str, Any] = {"category": "flat_rent", "rooms": 2}
ASKED = (
    "object.listings",
    "object.sellers",
    "object.cities",
    "object.cities_7d",
    "object.own_cities_7d",
    "object.first_seller",
    "object.disputed",
    "object.repost",
)
Values = dict[str, Any]


class World:
    """A stream of listings through one index, in the words of a test."""

    def __init__(self) -> None:
        self.part = Objects(KEYS, "KZ")
        self.seq = 0

    def event(self, values: Mapping[str, Any], at_ms: int, kind: str = "listing_published") -> tuple[Event, Values]:
        """Make an event, and what is known of it."""
        known = {name: value for name, value in values.items() if not name.startswith("repeats.")}
        for kind_of, name in (("photo", "photos.twin_of"), ("text", "twins.same_thing")):
            if f"repeats.{kind_of}" in values:
                known[name] = values[f"repeats.{kind_of}"]
        event = Event(id=EventId(f"e-{self.seq}"), type=kind, occurred_ms=at_ms, received_ms=at_ms, values=known)
        return event, known

    def publish(self, listing: str, seller: str | None = None, *, at: float = 0.0, **more: Any) -> Values:
        """Read what is said of a listing at a day, and let it become part of the past."""
        outcome, kind = more.pop("outcome", "allow"), more.pop("kind", "listing_published")
        values = {"listing.listing_id": listing} | ({"seller.seller_id": seller} if seller else {})
        values |= {name.replace("__", "."): value for name, value in more.items() if "__" in name}
        values |= {f"listing.{name}": value for name, value in more.items() if "__" not in name}
        return self.tell(values, START_MS + int(at * DAY_MS), outcome=outcome, kind=kind)

    def tell(self, values: Mapping[str, Any], at_ms: int, *, outcome: str, kind: str) -> Values:
        """Read, then let it happen."""
        self.seq += 1
        event, known = self.event(values, at_ms, kind)
        said = self.part.read(event, self.seq, known)
        assert said == self.part.read(event, self.seq, known)
        self.part.happened(event, self.seq, known=known | dict(said), outcome=outcome)
        return dict(said)


def stream(seed: int, length: int) -> list[tuple[Values, int, str, str]]:
    """Make a random stream of few values, so that listings meet in every way."""
    draw = random.Random(seed)
    at_ms, made = START_MS, list[tuple[Values, int, str, str]]()
    vins = (VIN, "JT2BF22K1W0123456", "1M8GDM9A1KP042788", "00000000000000000", None, None, None)
    for _ in range(length):
        at_ms += draw.choice((HOUR_MS, HOUR_MS, DAY_MS, 9 * DAY_MS, 40 * DAY_MS if draw.random() < 0.3 else 0))
        values: Values = {"listing.listing_id": f"ad-{draw.randrange(14)}", "listing.category": "car"}
        told = {
            "seller.seller_id": draw.choice(["s-1", "s-2", "s-3", "s-4", None]),
            "seller.verified": draw.choice(["document", "phone", None, None]),
            "seller.phone": draw.choice(["+77011234567", "+77017654321", None, None]),
            "seller.card": draw.choice(["4000000000000002", None, None, None, None]),
            "device.id": draw.choice(["d-1", "d-2", None, None]),
            "session.ip": draw.choice(["203.0.113.9", None, None]),
            "session.ip_kind": draw.choice(["residential", "cgnat", None]),
            "listing.vin": draw.choice(vins),
            "listing.plate": draw.choice(["123ABC02", "777KZ", None, None, None, None]),
            "listing.city": draw.choice(["Алматы", "Талгар", "Астана", "Косшы", "Шымкент", "Караганда", "Нигде", None]),
            "listing.address": draw.choice(["Абая 10", None, None, None]),
            "listing.brand": draw.choice(["toyota", "lada", None]),
            "listing.model": draw.choice(["camry", "camry", None]),
            "listing.year": draw.choice([2018, 2020, 2021, None]),
            "listing.rooms": draw.choice([2, None, None, None]),
            "repeats.photo": draw.choice([(f"ad-{draw.randrange(14)}",), None, None]),
            "repeats.text": draw.choice([(f"ad-{draw.randrange(14)}",), None, None, None]),
        }
        values |= {name: value for name, value in told.items() if value is not None}
        kind = draw.choice(("listing_published", "listing_edited"))
        made.append(
            (values, at_ms - draw.choice((0, 0, 5 * HOUR_MS)), draw.choice(("allow", "challenge", "hold")), kind)
        )
    return made


@pytest.mark.parametrize("seed", range(30))
def test_what_is_said_is_what_comparing_everything_says(seed: int) -> None:
    """Over random streams with edits, stops and expiry every answer is the brute-force twin's, also after a restart."""
    world, oracle = World(), ObjectOracle()
    for number, (values, at_ms, outcome, kind) in enumerate(stream(seed, 90)):
        if number % 30 == 20:
            restored = Objects(KEYS, "KZ")
            restored.load(world.part.snapshot())
            world.part = restored
        wanted = oracle.told(values, at_ms, number + 1)
        said = world.tell(values, at_ms, outcome=outcome, kind=kind)
        assert {name: said.get(name) for name in ASKED} == {name: wanted.get(name) for name in ASKED}, number
        assert set(filter(None, str(said.get("object.joined_by", "")).split(", "))) == wanted.get(
            "object.joined_by", set()
        )
        oracle.happened(values, at_ms, number + 1, outcome=outcome)


@pytest.mark.parametrize("seed", range(8))
def test_a_restored_index_goes_on_byte_by_byte(seed: int) -> None:
    """A snapshot made midway and the events after it leave the same bytes as the events alone."""
    world, other = World(), World()
    events = stream(seed, 80)
    for values, at_ms, outcome, kind in events[:50]:
        world.tell(values, at_ms, outcome=outcome, kind=kind)
    other.part.load({name: array.copy() for name, array in world.part.snapshot().items()})
    other.seq = world.seq
    for values, at_ms, outcome, kind in events[50:]:
        assert world.tell(values, at_ms, outcome=outcome, kind=kind) == other.tell(
            values, at_ms, outcome=outcome, kind=kind
        )
    one, two = world.part.snapshot(), other.part.snapshot()
    assert {name: array.tobytes() for name, array in one.items()} == {
        name: array.tobytes() for name, array in two.items()
    }


def test_a_sold_car_may_be_sold_on_in_another_city() -> None:
    """Who buys and sells on is the first of those who still offer; a listing removed by the site never stood."""
    world = World()
    world.publish("ad-1", "s-1", vin=VIN, city="Алматы", **CAR)
    closed = {"listing_id": "ad-1", "reason": "sold", "seller.seller_id": "s-1"}
    world.tell(closed, START_MS + HOUR_MS, outcome="allow", kind="listing_closed")
    said = world.publish("ad-2", "s-2", at=3, vin=VIN, city="Астана", **CAR)
    assert (said["object.first_seller"], said["object.sellers"], said["object.cities"]) == (True, 2, 2)


def test_another_seller_cannot_close_a_listing() -> None:
    """A word of somebody else that it was sold changes nothing."""
    world = World()
    world.publish("ad-1", "s-1", vin=VIN, city="Алматы", **CAR)
    closed = {"listing_id": "ad-1", "reason": "sold", "seller.seller_id": "s-2"}
    world.tell(closed, START_MS + HOUR_MS, outcome="allow", kind="listing_closed")
    assert world.publish("ad-2", "s-2", at=3, vin=VIN, city="Астана", **CAR)["object.first_seller"] is False


def test_a_telephone_of_very_many_joins_nothing() -> None:
    """The number of a call centre, more than eight sellers', does not make one object of their like cars."""
    world = World()
    for number in range(9):
        said = world.publish(f"ad-{number}", f"s-{number}", phone="+77010000001", city="Алматы", **CAR)
        assert said["object.listings"] == number + 1
    assert world.publish("ad-9", "s-9", phone="+77010000001", city="Астана", **CAR)["object.listings"] == 1


def test_a_carriers_address_joins_nothing() -> None:
    """Ten honest people behind one address of a mobile network stay ten; a home's network is a sign."""
    for kind, listings in (("cgnat", 1), ("mobile", 1), (None, 1), ("residential", 2)):
        world = World()
        net: dict[str, Any] = {"session__ip": "203.0.113.9"} | ({"session__ip_kind": kind} if kind else {})
        world.publish("ad-1", "s-1", city="Алматы", **net, **CAR)
        assert world.publish("ad-2", "s-2", city="Астана", **net, **CAR)["object.listings"] == listings


def test_who_is_tied_is_told_by_kind_and_key() -> None:
    """Phone, device and account of another seller, and whose photos and text are repeated."""
    world = World()
    world.publish(
        "ad-1", "s-1", seller__phone="+77011234567", device__id="d-1", seller__card="4000000000000002", **FLAT
    )
    same: dict[str, Any] = {
        "seller__phone": "8 701 123-45-67",
        "device__id": "d-1",
        "seller__card": "4000 0000 0000 0002",
    }
    said = world.publish("ad-2", "s-2", repeats__photo=("ad-1",), repeats__text=("ad-1",), **same, **FLAT)
    high, low = KEYS.key("seller", "s-1")
    key = (f"{high << 64 | low:032x}",)
    assert {name: said[f"tied.by_{name}"] for name in ("phone", "device", "payout", "photo", "text")} == dict.fromkeys(
        ("phone", "device", "payout", "photo", "text"), key
    )
    assert world.publish("ad-3", "s-1", at=1, **FLAT)["tied.by_phone"] != key


def test_one_person_lets_in_three_cities_under_three_names() -> None:
    """Rental listings of sellers with one telephone are counted together, for a week."""
    world = World()
    for day, city in enumerate(("Алматы", "Астана", "Шымкент")):
        said = world.publish(f"ad-{day}", f"s-{day}", at=day, city=city, phone="+77011234567", **FLAT | {"rooms": day})
    assert said["seller.rental_cities_7d"] == 3
    assert (
        world.publish("ad-9", "s-9", at=8.5, city="Алматы", phone="+77011234567", **FLAT)["seller.rental_cities_7d"]
        == 2
    )


def test_a_copy_is_new_once() -> None:
    """The owner is to be told at the copy's publication and not at its next edit."""
    world = World()
    assert world.publish("ad-1", "s-1", vin=VIN, city="Алматы", **CAR)["object.new_copy"] is False
    assert world.publish("ad-2", "s-2", vin=VIN, city="Астана", **CAR)["object.new_copy"] is True
    said = world.publish("ad-2", "s-2", at=1, vin=VIN, city="Астана", kind="listing_edited", **CAR)
    assert said["object.new_copy"] is False


def test_a_held_edit_leaves_the_listing_as_it_stood() -> None:
    """What was stopped is not what readers see, so the next edit is compared with what stands."""
    world = World()
    world.publish("ad-1", "s-1", city="Алматы", text="машина", **CAR)
    edit = {"kind": "listing_edited", "text": "машина", **CAR}
    assert world.publish("ad-1", "s-1", at=1, city="Астана", outcome="hold", **edit)["listing.changed"] == "city"
    assert world.publish("ad-1", "s-1", at=2, city="Алматы", **edit)["listing.changed"] == ""


def test_very_many_copies_do_not_push_the_owner_out_of_sight() -> None:
    """After a flood of copies, and an edit by the owner between them, the next copy still is no first one."""
    world = World()
    for number in range(180):
        outcome = "allow" if number == 0 else "hold"
        said = world.publish(f"ad-{number}", f"s-{number}", at=number / 1000, vin=VIN, city="Алматы", outcome=outcome)
        if number == 90:
            edited = world.publish("ad-0", "s-0", at=number / 1000, vin=VIN, city="Алматы", kind="listing_edited")
            assert edited["object.first_seller"] is True
    assert said["object.listings"] >= 64
    assert said["object.first_seller"] is False
