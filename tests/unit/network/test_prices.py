"""A price is compared with what others ask for the like, and bait does not become the market."""

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from holdfast.network import prices
from holdfast.network.prices import GROUP_MAX, SELLER_MAX, PriceGroups
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.keys import KeyMaker

KEYS = KeyMaker(secret=b"0123456789abcdef")
NOON = 1_780_000_000_000
CAMRY: dict[str, Value] = {
    "listing.category": "car",
    "listing.brand": "Toyota",
    "listing.model": "Camry",
    "listing.year": 2015,
    "listing.currency": "KZT",
    "listing.price_kind_read": "full",
    "price.excused": False,
}
FLAT: dict[str, Value] = {
    "listing.category": "flat_rent",
    "listing.city": "Алматы",
    "listing.rooms": 2,
    "listing.currency": "KZT",
    "listing.price_kind_read": "monthly",
}


class Market:
    """Listings with prices, one after another, each of a seller of its own unless said."""

    def __init__(self) -> None:
        self.prices = PriceGroups(KEYS)
        self.seq = 0

    def offer(
        self, thousands: int | None, what: Mapping[str, Value] = CAMRY, *, outcome: str = "allow", **more: Any
    ) -> Mapping[str, Value]:
        """Publish a listing at a price; gives what was said of it."""
        self.seq += 1
        at_ms = NOON + more.pop("days", 0) * DAY_MS
        values: dict[str, Value] = {
            "listing.listing_id": more.pop("listing", f"ad-{self.seq}"),
            "seller.seller_id": more.pop("seller", f"s-{self.seq}"),
            **what,
            **{f"listing.{name}": value for name, value in more.items()},
        }
        if thousands is not None:
            values["listing.price"] = thousands * 100_000
        event = Event(
            id=EventId(f"e-{self.seq}"), type="listing_published", occurred_ms=at_ms, received_ms=at_ms, values=values
        )
        said = self.prices.read(event, self.seq, values)
        assert self.prices.read(event, self.seq, values) == said
        self.prices.happened(event, self.seq, known=values, outcome=outcome)
        return said


def market(count: int = 12, what: Mapping[str, Value] = CAMRY, **more: Any) -> Market:
    """Give a market where a Camry costs 4 to 5 million."""
    made = Market()
    for place in range(count):
        made.offer(4_000 + place % 11 * 100, what, **more)
    return made


def test_a_third_of_the_price_is_far_below_the_group() -> None:
    """The distance, the number of listings compared and what they usually cost are told."""
    said = market().offer(1_350)
    assert isinstance(said["price.z"], float)
    assert said["price.z"] < -3.5
    assert said["price.group"] == 12
    assert said["price.typical"] == 445_000_000
    usual = market().offer(4_450)["price.z"]
    assert isinstance(usual, float)
    assert abs(usual) < 0.1


def test_seven_listings_say_nothing() -> None:
    """A small group is no market: the distance is unknown."""
    assert market(7).offer(1_350) == {}
    assert market(8).offer(1_350)["price.group"] == 8


def test_the_nearest_group_that_is_large_enough_counts() -> None:
    """The same model of about the same year, else the brand, else the years."""
    shop = market(8)
    for place in range(8):
        shop.offer(9_000 + place * 10, model="Land Cruiser")
    for place in range(8):
        shop.offer(2_000 + place * 10, brand="Lada", model="Vesta")
    assert shop.offer(4_300, year=2016, outcome="hold")["price.group"] == 8
    assert shop.offer(4_300, year=2014, outcome="hold")["price.group"] == 8
    assert shop.offer(4_300, model="Corolla", outcome="hold")["price.group"] == 16
    assert shop.offer(4_300, brand="Kia", model="Rio", outcome="hold")["price.group"] == 24
    assert shop.offer(4_300, year=2017, outcome="hold") == {}


def test_flats_are_compared_by_rooms_and_city() -> None:
    """Rooms and city; a city is the same in either language and every spelling."""
    town = market(9, FLAT)
    assert town.offer(100, FLAT, city="г. Алматы", outcome="hold")["price.group"] == 9
    assert town.offer(100, FLAT, city="Almaty", outcome="hold")["price.group"] == 9
    assert town.offer(100, FLAT, rooms=4, outcome="hold") == {}
    assert town.offer(100, FLAT, city="Астана") == {}
    assert town.offer(100, {**FLAT, "listing.category": "flat_sale", "listing.price_kind_read": "full"}) == {}


def test_flats_of_few_rooms_alike_are_compared_by_the_square_metre() -> None:
    """A small flat is not too cheap beside large ones; their metre says what it usually costs."""
    town = Market()
    for place in range(10):
        town.offer(300 + place * 6, FLAT, rooms=3, area_m2=75.0 + place)
    small = town.offer(125, FLAT, rooms=1, area_m2=31.0, outcome="hold")
    assert small["price.group"] == 10
    assert abs(small["price.z"]) < 1  # type: ignore[arg-type]  # it is a number
    assert 12_000_000 < small["price.typical"] < 13_500_000  # type: ignore[operator]  # it is a number
    bait = town.offer(20, FLAT, rooms=1, area_m2=31.0, outcome="hold")
    assert bait["price.z"] < -3.5  # type: ignore[operator]  # it is a number


def test_in_a_wider_group_only_the_absurd_is_low() -> None:
    """A cheap brand is not suspicious among other brands of its years; a tenth of their price is."""
    shop = market()
    for place in range(20):
        shop.offer(4_300 + place * 10, brand=f"b-{place}", model="m")
    cheap = shop.offer(1_500, brand="Lada", model="Granta", outcome="hold")
    assert cheap["price.group"] == 32
    assert cheap["price.z"] > -3.5  # type: ignore[operator]  # it is a number
    assert shop.offer(400, brand="Lada", model="Granta", outcome="hold")["price.z"] < -3.5  # type: ignore[operator]  # as above


def test_other_things_are_compared_by_their_model() -> None:
    """Anything with a brand and a model has a group; without them nothing is like it."""
    phone = {"listing.category": "phone", "listing.brand": "Orion", "listing.model": "X2", "listing.currency": "KZT"}
    shop = market(9, phone)
    assert shop.offer(900, phone)["price.group"] == 9
    assert shop.offer(900, {"listing.category": "phone", "listing.currency": "KZT"}) == {}
    assert shop.offer(900, {"listing.currency": "KZT", "listing.brand": "Orion", "listing.model": "X2"}) == {}


@pytest.mark.parametrize("kind", ["negotiable", "first_payment", "monthly", "daily", "other_currency"])
def test_what_is_not_the_whole_price_is_not_compared(kind: str) -> None:
    """A first payment is unknown, not low, and does not lower the market."""
    shop = market()
    for _ in range(20):
        assert shop.offer(500, price_kind_read=kind) == {}
    assert shop.offer(4_450)["price.group"] == 12


def test_a_day_is_not_compared_with_a_month() -> None:
    """Flats to let by the day are a group of their own."""
    town = market(9, FLAT)
    assert town.offer(15, FLAT, price_kind_read="daily") == {}


def test_currencies_do_not_meet() -> None:
    """Dollars are compared with dollars."""
    shop = market()
    assert shop.offer(15, currency="USD") == {}
    for place in range(8):
        shop.offer(9 + place % 3, currency="USD")
    assert shop.offer(10, currency="USD")["price.group"] == 9
    assert shop.offer(4_450)["price.group"] == 12


def test_bait_does_not_become_the_market() -> None:
    """What is far below its group never enters it, allowed or not; nor does a wreck."""
    shop = market()
    for _ in range(60):
        assert shop.offer(1_350)["price.group"] == 12
    for _ in range(60):
        shop.offer(3_400, {**CAMRY, "price.excused": True})
    said = shop.offer(1_350)
    assert said["price.group"] == 12
    assert said["price.typical"] == 445_000_000


def test_what_did_not_go_live_is_no_price() -> None:
    """A held or refused listing leaves nothing."""
    shop = market()
    shop.offer(4_450, outcome="hold")
    shop.offer(4_450, outcome="refuse")
    assert shop.offer(4_450, outcome="challenge")["price.group"] == 12
    assert shop.offer(4_450)["price.group"] == 13


def test_one_seller_is_not_the_market() -> None:
    """Few prices of one seller count for others, and none against the seller."""
    shop = market(8)
    for _ in range(40):
        shop.offer(4_900, seller="dealer")
    assert shop.offer(4_450, outcome="hold")["price.group"] == 8 + SELLER_MAX
    assert shop.offer(4_450, seller="dealer", outcome="hold")["price.group"] == 8


def test_an_edit_replaces_the_price() -> None:
    """A listing has one price; an edit below the market is seen, and takes the old price out."""
    shop = market()
    shop.offer(4_450, listing="mine", seller="me")
    z = shop.offer(1_350, listing="mine", seller="me")["price.z"]
    assert isinstance(z, float)
    assert z < -3.5
    assert shop.offer(4_450, outcome="hold")["price.group"] == 12
    shop.offer(4_500, listing="mine", seller="me")
    shop.offer(4_500, listing="mine", seller="me")
    assert shop.offer(4_450, outcome="hold")["price.group"] == 13


def test_prices_are_compared_for_ninety_days() -> None:
    """Older prices say nothing, and their groups are dropped."""
    shop = market()
    assert shop.offer(4_450, days=90, outcome="hold")["price.group"] == 12
    assert shop.offer(4_450, days=91, brand="Kia", model="Rio", year=2001) == {}
    assert len(shop.prices._groups) == 3
    assert shop.offer(4_450, days=91) == {}


def test_a_group_keeps_its_newest_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a group and all groups take is bounded."""
    shop = market(GROUP_MAX + 40)
    assert {len(group) for group in shop.prices._groups.values()} == {GROUP_MAX * 4}
    monkeypatch.setattr(prices, "GROUPS_MAX", 10)
    for place in range(40):
        shop.offer(4_450, brand=f"b-{place}", year=1950 + place)
    assert len(shop.prices._groups) <= 10
    assert shop.prices.memory() < 100_000


def test_without_price_currency_or_seller_nothing_is_known() -> None:
    """What is missing is unknown."""
    shop = market()
    assert shop.offer(None) == {}
    assert shop.offer(1_350, {name: value for name, value in CAMRY.items() if name != "listing.currency"}) == {}
    assert shop.offer(1_350, seller=None) == {}


def lived(steps: int, half: int = 0) -> PriceGroups:
    """Let random listings be published and edited; from `half` on in what was loaded."""
    chance = random.Random(7)
    shop = Market()
    for step in range(steps):
        if half and step == half:
            shop.prices = restored(shop.prices)
        shop.offer(
            chance.randrange(500, 6_000),
            model=chance.choice(("Camry", "Corolla")),
            year=chance.randrange(2010, 2016),
            listing=f"ad-{chance.randrange(80)}",
            seller=f"s-{chance.randrange(30)}",
            days=step // 3,
            outcome=chance.choice(("allow", "challenge", "hold")),
        )
    return shop.prices


def restored(part: PriceGroups) -> PriceGroups:
    """Give a part that took over the state of another, as bytes."""
    made = PriceGroups(KEYS)
    made.load(
        {
            name: np.frombuffer(array.tobytes(), dtype=array.dtype).reshape(array.shape)
            for name, array in part.snapshot().items()
        }
    )
    return made


def state(part: PriceGroups) -> dict[str, bytes]:
    """Give a state as bytes."""
    return {name: array.tobytes() for name, array in part.snapshot().items()}


def test_a_restored_state_is_the_state() -> None:
    """Rebuilt from the events and restored from a snapshot on the way, the state is equal to the byte."""
    whole = lived(500)
    assert state(whole) == state(restored(whole)) == state(lived(500, half=211))
    assert state(whole) != state(lived(450))
    assert state(restored(PriceGroups(KEYS))) == state(PriceGroups(KEYS))


def test_values_are_declared_for_listings_alone() -> None:
    """A bank's event has no price of a market."""
    declared = {one.path: one for one in PriceGroups(KEYS).fields("listing_edited")}
    assert set(declared) == {"price.z", "price.group", "price.typical"}
    assert all(one.title for one in declared.values())
    assert declared["price.typical"].currency == "listing.currency"
    assert PriceGroups(KEYS).fields("transfer") == ()
