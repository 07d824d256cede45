"""The index of photos: who showed a picture first, who copied it, and which pictures say nothing."""

from collections.abc import Iterable, Mapping

import numpy as np
import pytest

from holdfast.matching.fingerprints import VIEWS, Fingerprint, View, write_fingerprint
from holdfast.network import photos as module
from holdfast.network.photos import STOCK_SELLERS, Photos
from holdfast.vocabulary.event import Event, EventId, Value
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.keys import KeyMaker

KEYS = KeyMaker(secret=b"0123456789abcdef")
DAY = DAY_MS
VIN = "JTDBE32K920054321"


def picture(seed: int, *, turned: int = 0, quality: int = 80) -> str:
    """Write the fingerprint of an invented picture, `turned` bits of each view away from it."""
    words = np.random.default_rng(seed).integers(0, 1 << 64, (VIEWS, 2), dtype=np.uint64).tolist()
    away = (1 << turned) - 1
    views = tuple(View(coarse ^ away, fine) for coarse, fine in words)
    return write_fingerprint(Fingerprint(quality=quality, views=views))


class Site:
    """A marketplace that asks the index about each listing and then shows it."""

    def __init__(self) -> None:
        self.photos = Photos(KEYS)
        self.seq = 0

    def event(self, seller: str, listing: str, prints: Iterable[str], *, at: float = 0, **more: Value) -> Event:
        """Make the event of a listing on a day."""
        values: dict[str, Value] = {"seller.seller_id": seller, "listing.listing_id": listing}
        values |= {f"listing.{name}": value for name, value in more.items() if name != "device"}
        values |= {"device.id": more["device"]} if "device" in more else {}
        values |= {"listing.photos.fingerprint": tuple(prints)} if prints else {}
        at_ms = round((100 + at) * DAY)
        return Event(
            id=EventId(f"e-{self.seq}"), type="listing_published", occurred_ms=at_ms, received_ms=at_ms, values=values
        )

    def ask(self, seller: str, listing: str, prints: Iterable[str], **more: Value) -> Mapping[str, Value]:
        """Ask about a listing."""
        event = self.event(seller, listing, prints, **more)  # type: ignore[arg-type] # `at` is among them
        return self.photos.read(event, self.seq + 1, event.values)

    def show(
        self, seller: str, listing: str, prints: Iterable[str], *, outcome: str = "allow", **more: Value
    ) -> Mapping[str, Value]:
        """Ask about a listing and let it become part of the past."""
        event = self.event(seller, listing, prints, **more)  # type: ignore[arg-type] # `at` is among them
        said = self.photos.read(event, self.seq + 1, event.values)
        self.seq += 1
        self.photos.happened(event, self.seq, known=event.values, outcome=outcome)
        return said

    def close(self, listing: str, *, at: float) -> None:
        """Take a listing off the site."""
        at_ms = round((100 + at) * DAY)
        values: dict[str, Value] = {"listing_id": listing}
        event = Event(id=EventId("c"), type="listing_closed", occurred_ms=at_ms, received_ms=at_ms, values=values)
        self.seq += 1
        self.photos.happened(event, self.seq, known=values, outcome="allow")


def test_a_copy_names_the_listing_that_it_was_copied_from() -> None:
    """Photos of another seller are counted by listing and seller, and the earliest listing is named."""
    site = Site()
    site.show("s-1", "ad-1", [picture(1), picture(2)])
    site.show("s-2", "ad-2", [picture(1, turned=4)], at=1)
    said = site.ask("s-3", "ad-3", [picture(1, turned=2), picture(2), picture(3)], at=2)
    assert said == {
        "photos.known": 3,
        "photos.twins": 2,
        "photos.twin_sellers": 2,
        "photos.closed_twins": 0,
        "photos.copied": 2,
        "photos.own": False,
        "photos.stock": False,
        "photos.first": False,
        "photos.twin_of": "ad-1",
    }


def test_a_picture_beyond_the_limits_is_another_picture() -> None:
    """Eleven bits away is no match; nine are surely found."""
    site = Site()
    site.show("s-1", "ad-1", [picture(1)])
    assert site.ask("s-2", "ad-2", [picture(1, turned=9)])["photos.twins"] == 1
    assert site.ask("s-2", "ad-2", [picture(1, turned=11)])["photos.twins"] == 0


def test_who_showed_a_picture_first_stays_first() -> None:
    """The owner who edits a listing after a thief copied it is not the copier, and the thief's edit is."""
    site = Site()
    site.show("owner", "ad-1", [picture(1)])
    site.show("thief", "ad-2", [picture(1)], at=1)
    owner = site.show("owner", "ad-1", [picture(1), picture(5)], at=2)
    assert (owner["photos.twins"], owner["photos.first"], owner["photos.copied"]) == (1, True, 0)
    thief = site.show("thief", "ad-2", [picture(1)], at=3)
    assert (thief["photos.first"], thief["photos.copied"], thief["photos.twin_of"]) == (False, 1, "ad-1")


def test_a_stolen_photo_edited_into_an_old_listing_is_a_copy() -> None:
    """A photo counts since the day on which its seller showed it, not since its listing is there."""
    site = Site()
    site.show("thief", "ad-1", [picture(8)])
    site.show("owner", "ad-2", [picture(1)], at=1)
    said = site.show("thief", "ad-1", [picture(1)], at=2)
    assert (said["photos.first"], said["photos.copied"]) == (False, 1)


def test_photos_of_one_seller_are_never_held_against_each_other() -> None:
    """A dealer's near pictures of several cars are the seller's own, and so is a listing that is put up again."""
    site = Site()
    for number in range(40):
        said = site.show("dealer", f"ad-{number}", [picture(1, turned=number % 5)], at=number / 100)
        assert (said["photos.twins"], said["photos.own"]) == (0, number > 0)


def test_a_listing_is_not_compared_with_itself() -> None:
    """An edit that keeps its photos meets nobody."""
    site = Site()
    site.show("s-1", "ad-1", [picture(1)])
    said = site.ask("s-1", "ad-1", [picture(1)], at=1)
    assert (said["photos.twins"], said["photos.own"]) == (0, False)


def test_what_many_unrelated_sellers_show_is_stock() -> None:
    """A press picture is no evidence once enough sellers show it, held ones counted; on one device it stays so."""
    site, tied = Site(), Site()
    for number in range(STOCK_SELLERS):
        site.show(f"s-{number}", f"ad-{number}", [picture(1)], outcome="hold" if number % 2 else "allow")
        tied.show(f"s-{number}", f"ad-{number}", [picture(1)], device="d-1")
    assert site.ask("new", "ad", [picture(1)])["photos.stock"] is True
    assert site.ask("new", "ad", [picture(1)])["photos.twins"] == 0
    said = tied.ask("new", "ad", [picture(1)])
    assert (said["photos.stock"], said["photos.twins"]) == (False, STOCK_SELLERS)


def test_a_stub_beside_stolen_photos_does_not_whiten_them() -> None:
    """Stock is left out photo by photo."""
    site = Site()
    for number in range(STOCK_SELLERS):
        site.show(f"s-{number}", f"ad-{number}", [picture(1)])
    site.show("owner", "ad-o", [picture(2)])
    said = site.ask("thief", "ad-t", [picture(1), picture(2)], at=1)
    assert (said["photos.stock"], said["photos.twins"], said["photos.copied"]) == (False, 1, 1)


def test_a_picture_with_nothing_to_see_is_no_evidence() -> None:
    """A flat stub meets nobody from the second listing on, and is not kept."""
    site = Site()
    for number in range(5):
        said = site.show(f"s-{number}", f"ad-{number}", [picture(1, quality=5)])
        assert (said["photos.known"], said["photos.twins"], said["photos.stock"]) == (1, 0, True)


def test_without_fingerprints_nothing_is_known() -> None:
    """Absent photos are unknown, never clean; so are photos of somebody who is not named."""
    site = Site()
    assert site.ask("s-1", "ad-1", []) == {"photos.known": 0}
    event = site.event("s-1", "ad-1", [picture(1)])
    nameless = {name: value for name, value in event.values.items() if name != "seller.seller_id"}
    assert site.photos.read(event, 1, nameless) == {"photos.known": 1}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (
            {"model": "Camry", "brand": "Toyota", "year": 2015},
            {"model": " camry", "brand": "TOYOTA", "year": 2017},
            False,
        ),
        ({"model": "Camry", "brand": "Toyota"}, {"model": "Corolla", "brand": "Toyota"}, True),
        ({"year": 2015}, {"year": 2018}, True),
        (
            {"model": "Camry", "brand": "Toyota", "vin": VIN},
            {"model": "Camry", "brand": "Toyota", "vin": VIN[::-1]},
            True,
        ),
        ({"vin": VIN}, {"vin": VIN.lower()}, False),
        ({"category": "car", "price": 9}, {"category": "car", "price": 9}, None),
        ({"category": "car"}, {"category": "flat_rent"}, True),
        ({"rooms": 2, "category": "flat_rent"}, {"rooms": 3, "category": "flat_rent"}, True),
        ({"year": 2015}, {"model": "Camry", "brand": "Toyota"}, None),
    ],
)
def test_what_two_listings_declare_is_compared(
    one: dict[str, Value], other: dict[str, Value], expected: object
) -> None:
    """Another category, model, VIN, number of rooms or a year beyond two is another object; little said is unknown."""
    site = Site()
    site.show("s-1", "ad-1", [picture(1)], **one)  # type: ignore[arg-type] # none of them is `outcome`
    assert site.ask("s-2", "ad-2", [picture(1)], **other).get("photos.other_object") is expected


def test_a_wall_behind_several_things_of_one_seller_is_no_evidence() -> None:
    """Two dealers share a studio: the first shows it with several cars, so only the same car counts against others."""
    site = Site()
    for number, model in enumerate(("Camry", "Corolla", "RAV4")):
        site.show("dealer", f"ad-{number}", [picture(1, turned=number)], brand="Toyota", model=model)
    other = site.ask("other", "ad-9", [picture(1, turned=3)], at=1, brand="Kia", model="K5")
    assert (other["photos.twins"], other["photos.copied"]) == (0, 0)
    thief = site.ask("thief", "ad-9", [picture(1, turned=3)], at=1, brand="Toyota", model="Corolla")
    assert (thief["photos.twin_of"], thief["photos.copied"], thief["photos.other_object"]) == ("ad-1", 1, False)
    silent = site.ask("silent", "ad-9", [picture(1, turned=3)], at=1)
    assert (silent["photos.twins"], "photos.other_object" in silent) == (3, False)


def test_cars_that_were_sold_before_the_wall_show_that_it_is_one() -> None:
    """A dealer's closed listings tell a wall too, and are themselves held against nobody's other car."""
    site = Site()
    for number, model in enumerate(("Camry", "Corolla")):
        site.show("dealer", f"ad-{number}", [picture(1, turned=number)], brand="Toyota", model=model)
    site.close("ad-0", at=1)
    said = site.ask("other", "ad-9", [picture(1, turned=3)], at=2, brand="Kia", model="K5")
    assert (said["photos.twins"], said["photos.closed_twins"]) == (0, 0)


def test_one_more_seller_cannot_make_a_wall_of_a_stolen_picture() -> None:
    """An accomplice who shows it with two models takes only the own listings out, not those of the owner."""
    site = Site()
    site.show("owner", "ad-1", [picture(1)], brand="Toyota", model="Camry")
    for number, model in enumerate(("K5", "Rio")):
        site.show("friend", f"ad-f{number}", [picture(1)], at=1, brand="Kia", model=model)
    said = site.ask("thief", "ad-9", [picture(1)], at=2, brand="BMW", model="X5")
    assert (said["photos.twins"], said["photos.twin_of"], said["photos.copied"]) == (1, "ad-1", 1)


def test_a_listing_that_was_stopped_or_closed_is_no_live_twin() -> None:
    """What never came onto the site shows no twin; what left it is counted apart."""
    site = Site()
    site.show("s-1", "ad-1", [picture(1)], outcome="hold")
    site.show("s-2", "ad-2", [picture(2)])
    site.close("ad-2", at=1)
    said = site.ask("s-3", "ad-3", [picture(1), picture(2)], at=2)
    assert (said["photos.twins"], said["photos.closed_twins"]) == (0, 1)


def test_a_refused_edit_leaves_the_listing_as_it_was() -> None:
    """What was stopped does not take the place of what is on the site."""
    site = Site()
    site.show("s-1", "ad-1", [picture(1)])
    site.show("s-1", "ad-1", [picture(2)], at=1, outcome="refuse")
    assert site.ask("s-2", "ad-2", [picture(1)], at=2)["photos.twins"] == 1
    assert site.ask("s-2", "ad-2", [picture(2)], at=2)["photos.twins"] == 0


def test_an_edit_takes_the_place_of_what_was_shown_before() -> None:
    """A photo that was taken out of a listing is not found there."""
    site = Site()
    site.show("s-1", "ad-1", [picture(1)])
    site.show("s-1", "ad-1", [picture(2)], at=1)
    assert site.ask("s-2", "ad-2", [picture(1)], at=2)["photos.twins"] == 0
    assert site.ask("s-2", "ad-2", [picture(2)], at=2)["photos.twins"] == 1


def test_photos_are_forgotten_after_ninety_days() -> None:
    """A listing that has not changed for 90 days is no evidence, and its place is used again."""
    site = Site()
    site.show("s-1", "ad-1", [picture(1)])
    assert site.ask("s-2", "ad-2", [picture(1)], at=89.9)["photos.twins"] == 1
    assert site.ask("s-2", "ad-2", [picture(1)], at=90)["photos.twins"] == 0
    site.show("s-3", "ad-3", [picture(3)], at=90)
    assert len(site.photos._shown) == 1


def test_equal_pictures_do_not_fill_the_memory() -> None:
    """Of one seller eight equal pictures are kept, of all sellers 64."""
    site = Site()
    for number in range(20):
        site.show("s-1", f"ad-{number}", [picture(1)], at=number / 100)
    assert len(site.photos._shown) == 8
    for number in range(100):
        site.show(f"s-{number + 2}", f"ad-{number + 20}", [picture(1)], at=1 + number / 100)
    assert len(site.photos._shown) == 64


def test_there_is_an_end_to_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many photos the oldest listings go."""
    monkeypatch.setattr(module, "MOST_PHOTOS", 10)
    site = Site()
    for number in range(30):
        site.show(f"s-{number}", f"ad-{number}", [picture(number)], at=number / 100)
    assert len(site.photos._shown) <= 11
    assert site.ask("new", "ad", [picture(29)], at=1)["photos.twins"] == 1
    assert site.ask("new", "ad", [picture(1)], at=1)["photos.twins"] == 0


def crowded() -> Site:
    """Make a site in which listings were shown, edited, closed, stopped and expired."""
    site, dice = Site(), np.random.default_rng(5)
    for number in range(400):
        prints = [picture(int(dice.integers(0, 80)), turned=int(dice.integers(0, 3))) for _ in range(3)]
        listing, at = f"ad-{dice.integers(0, 200)}", number / 3
        site.show(
            f"s-{dice.integers(0, 50)}",
            listing,
            prints,
            at=at,
            outcome=str(dice.choice(["allow", "challenge", "hold"])),
        )
        if number % 7 == 0:
            site.close(f"ad-{dice.integers(0, 200)}", at=at)
    return site


def test_a_restored_index_says_and_keeps_the_same() -> None:
    """A snapshot gives an index with the same answers, whose own snapshot has the same bytes."""
    site, again = crowded(), Photos(KEYS)
    arrays = site.photos.snapshot()
    again.load(arrays)
    for number in range(80):
        event = site.event("new", "ad-new", [picture(number)], at=130)
        assert again.read(event, 9, event.values) == site.photos.read(event, 9, event.values)
    late = site.event("s-1", "ad-7", [picture(3)], at=134)
    for one in (site.photos, again):
        one.happened(late, 999, known=late.values, outcome="allow")
    after, expected = again.snapshot(), site.photos.snapshot()
    assert {name: array.tobytes() for name, array in after.items()} == {
        name: array.tobytes() for name, array in expected.items()
    }


def test_an_empty_index_can_be_restored() -> None:
    """A server that saw no listing starts again."""
    again = Photos(KEYS)
    again.load(Photos(KEYS).snapshot())
    assert again.snapshot()["photos"].size == 0


def test_nothing_that_names_a_person_stands_in_a_snapshot() -> None:
    """Sellers and devices are kept as keyed hashes."""
    site = Site()
    site.show("seller-with-a-name", "ad-1", [picture(1)], device="device-with-a-name", brand="B", model="secret-model")
    content = b"".join(array.tobytes() for array in site.photos.snapshot().values())
    assert not any(word in content for word in (b"seller-with-a-name", b"device-with", b"secret-model"))
