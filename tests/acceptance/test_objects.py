"""The same car or flat in several listings, over HTTP: copies wait, owners are warned, the honest notice nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.acceptance.conftest import Json, Server, StartServer
from tests.acceptance.test_notices import eventually, lines
from tests.pictures.scenes import room, street, studio
from tests.pictures.transforms import jpeg

NOON = "2026-03-03T12:00:00+05:00"
LATER = "2026-03-03T13:00:00+05:00"
VIN = "JTDBE32K920054321"
CAR: Json = {
    "category": "car",
    "brand": "Toyota",
    "model": "Camry",
    "year": 2020,
    "price_minor": 950_000_000,
    "currency": "KZT",
}
FLAT: Json = {"category": "flat_rent", "rooms": 2, "area_m2": 54.0, "price_minor": 25_000_000, "currency": "KZT"}
RUSSIAN = "Сдаю уютную двухкомнатную квартиру на долгий срок, рядом парк и школа, вся мебель и техника остаются."
KAZAKH = "Екі бөлмелі жайлы пәтер ұзақ мерзімге жалға беріледі, жанында саябақ пен мектеп, жиһазы мен техникасы бар."
OWNER, COPY, THIRD = "s-1", "s-2", "s-3"


class Site:
    """A classified site of Kazakhstan: sellers publish and edit, the clock standing still.

    Each test has its own number, which stands in all its ids, telephones and VINs, so that many share one server.
    """

    def __init__(self, server: Server, number: int = 0) -> None:
        self.server = server
        self.number = number
        self.count = 0

    def own(self, name: str) -> str:
        """Make an id that is this test's alone."""
        return f"{name}-{self.number}"

    @property
    def vin(self) -> str:
        """Give the VIN of this test's car."""
        return f"{VIN[:-3]}{self.number:03}"

    def photo(self, picture: Image.Image) -> Json:
        """Let the server look at a picture, as a client does before it publishes."""
        answer = self.server.post("/v1/photos", jpeg(picture, 88))
        assert answer.status_code == httpx.codes.OK, answer.text
        return {"photo_id": f"p-{self.count}", "fingerprint": answer.json()["photo"]["fingerprint"]}

    def publish(
        self, listing_id: str, seller: str | Json, city: str, *, kind: str = "listing_published", **words: Any
    ) -> Json:
        """Decide a publication; words are fields of the listing, `device` and `at` apart."""
        self.count += 1
        at = datetime.fromisoformat(NOON) + timedelta(seconds=self.count)
        named = {"seller_id": seller} if isinstance(seller, str) else seller
        who = str(named["seller_id"])
        event = {
            "id": self.own(f"e-{self.count}"),
            "type": kind,
            "occurred_at": at.isoformat(),
            "seller": {"phone": f"+7701{self.number:03}{who[2:]:0>4}"} | named | {"seller_id": self.own(who)},
            "device": {"id": self.own(words.pop("device", f"d-{who}"))},
            "listing": {"listing_id": self.own(listing_id), "city": city} | words,
        }
        return self.server.decide(event)

    def edit(self, listing_id: str, seller: str | Json, city: str, **words: Any) -> Json:
        """Decide an edit."""
        return self.publish(listing_id, seller, city, kind="listing_edited", **words)

    def same(self, listing_id: str) -> Json:
        """Read the object of a listing."""
        answer = self.server.client.get(f"/v1/listings/{self.own(listing_id)}/object")
        assert answer.status_code == httpx.codes.OK, answer.text
        found: Json = answer.json()
        return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start one server for all tests but that of a kill."""
    words = ("--dev", "--clock", LATER, "--packs", "kz", "--home", "KZ", "--zone", "Asia/Almaty")
    server = Server(tmp_path_factory.mktemp("site"), *words)
    yield server
    server.end()


NUMBERS = count(1)


@pytest.fixture
def site(server: Server) -> Site:
    """Give each test its own part of the site."""
    return Site(server, next(NUMBERS))


def measures(decision: Json) -> set[str]:
    """Name the measures."""
    return {row["kind"] for row in decision["measures"]}


def rules(decision: Json) -> set[str]:
    """Name the rules that were true, without their pack."""
    return {row["id"].removeprefix("policy.market.") for row in decision["rules"]}


def copied(picture: Image.Image) -> Image.Image:
    """Cut 15 % off a picture and mirror it, as somebody does who steals it."""
    width, height = picture.size
    edge = (int(width * 0.075), int(height * 0.075))
    return ImageOps.mirror(picture.crop((*edge, width - edge[0], height - edge[1])))


def cities(found: Json) -> Sequence[str]:
    """Give the cities of an object's listings, sorted."""
    return sorted(row["city"] for row in found["listings"])


def test_one_car_in_three_cities_by_its_photos_alone(site: Site) -> None:
    """Three accounts with new numbers show the same photos, cut and mirrored: the copies wait, the owner does not."""
    own = [street(seed) for seed in (11, 12, 13)]
    first = site.publish("ad-1", OWNER, "Алматы", photos=[site.photo(one) for one in own], **CAR)
    assert (first["outcome"], measures(first)) == ("allow", {"public_notice"})
    stolen = [site.photo(copied(one)) for one in own]
    second = site.publish("ad-2", COPY, "Астана", photos=stolen, **CAR)
    assert second["outcome"] in ("challenge", "hold")
    assert "object-two-cities" in rules(second)
    third = site.publish("ad-3", THIRD, "Шымкент", photos=stolen, **CAR)
    assert third["outcome"] == "hold"
    assert "object-three-cities" in rules(third)
    assert {"open_case", "warn_owner"} <= measures(third)
    again = site.edit(
        "ad-1", OWNER, "Алматы", photos=[site.photo(one) for one in own], **CAR | {"price_minor": 900_000_000}
    )
    assert (again["outcome"], measures(again)) == ("allow", {"public_notice"})
    found = site.same("ad-3")
    assert cities(found) == ["Алматы", "Астана", "Шымкент"]
    assert (found["cities"], found["sellers"]) == (3, 3)
    assert [row["listing_id"] for row in found["listings"] if row["owner"]] == [site.own("ad-1")]
    assert all("photo" in row["joined_by"] for row in found["listings"])


def test_one_flat_told_in_russian_and_in_kazakh(site: Site) -> None:
    """The photos join what the two texts do not, and the second city asks a person to look."""
    rooms = [room(seed) for seed in (21, 22)]
    site.publish("ad-1", OWNER, "Алматы", photos=[site.photo(one) for one in rooms], text=RUSSIAN, **FLAT)
    other = site.publish("ad-2", COPY, "Караганда", photos=[site.photo(one) for one in rooms], text=KAZAKH, **FLAT)
    assert "open_case" in measures(other)
    assert "object-two-cities" in rules(other)
    assert site.same("ad-2")["listings"][1]["joined_by"] == ["photo", "form"]


def test_a_dealer_with_forty_cars_in_one_studio_stays_unflagged(site: Site) -> None:
    """One background, forty cars of few models: nothing is asked and nothing is joined across cars with a VIN."""
    dice, dealer = np.random.default_rng(5), {"seller_id": "s-9", "licensed": True}
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    for number in range(40):
        vin = "J" + "".join(letters[place] for place in dice.integers(0, len(letters), 16))
        words = CAR | {"year": 2019 + number % 4, "vin": vin, "photos": [site.photo(studio(1, number))]}
        decision = site.publish(f"ad-{number}", dealer, "Алматы", **words)
        assert (decision["outcome"], measures(decision)) == ("allow", {"public_notice"}), decision["rules"]
    assert len(site.same("ad-39")["listings"]) == 1


def test_an_agency_with_one_template_stays_unflagged(site: Site) -> None:
    """Twelve flats of one agency told in one template, in three of its cities, by papers."""
    seller = {"seller_id": "s-7", "licensed": True, "registered_at": "2026-02-20T10:00:00+05:00"}
    places = ("Алматы", "Астана", "Шымкент")
    for number in range(12):
        text = f"Агентство сдаёт {number % 3 + 1}-комнатную квартиру, {40 + number} м², дом {number + 3}. {RUSSIAN}"
        decision = site.publish(
            f"ad-{number}", seller, places[number % 3], text=text, **FLAT | {"rooms": number % 3 + 1}
        )
        assert (decision["outcome"], measures(decision)) == ("allow", {"public_notice"}), decision["rules"]


def test_an_approved_listing_that_is_edited_into_another_is_decided_again(site: Site) -> None:
    """Photos and the city change after the approval: the edit is checked and says what changed."""
    site.publish("ad-1", OWNER, "Алматы", photos=[site.photo(street(31))], text="Чистая машина, один хозяин.", **CAR)
    decision = site.edit(
        "ad-1", OWNER, "Астана", photos=[site.photo(street(32))], text="Чистая машина, один хозяин.", **CAR
    )
    assert decision["outcome"] == "challenge"
    told = next(row for row in decision["rules"] if row["id"] == "policy.market.edited-into-another")
    assert told["evidence"]["listing.changed"] == "photos, city"
    stolen = street(33)
    site.publish("ad-2", COPY, "Алматы", photos=[site.photo(stolen)], **CAR)
    site.publish("ad-3", THIRD, "Шымкент", photos=[site.photo(street(34))], **CAR | {"vin": site.vin})
    last = site.edit("ad-3", THIRD, "Шымкент", photos=[site.photo(stolen)], **CAR)
    assert "object-two-cities" in rules(last)


@pytest.mark.parametrize("pair", [("Алматы", "Талгар"), ("Астана", "Косшы"), ("Астана", "Қосшы")])
def test_a_city_and_its_suburb_are_one_place(site: Site, pair: tuple[str, str]) -> None:
    """The car of one VIN in both is in one city."""
    site.publish("ad-1", OWNER, pair[0], vin=site.vin, **CAR)
    decision = site.publish("ad-2", COPY, pair[1], vin=site.vin, **CAR)
    assert decision["outcome"] == "allow"
    assert {"open_case", "warn_owner"}.isdisjoint(measures(decision))
    found = site.same("ad-2")
    assert (found["cities"], len(found["listings"])) == (1, 2)


def test_an_owner_whose_sale_fell_through_posts_again(site: Site) -> None:
    """A closed listing comes back under another number by the same seller, and nobody is asked."""
    photos = [site.photo(street(seed)) for seed in (41, 42)]
    site.publish("ad-1", OWNER, "Алматы", photos=photos, text="Продаю свою машину, торг у капота.", **CAR)
    at = (datetime.fromisoformat(NOON) + timedelta(minutes=5)).isoformat()
    closed = {"id": site.own("c-1"), "type": "listing_closed", "occurred_at": at, "reason": "withdrawn"}
    site.server.report(closed | {"seller": {"seller_id": site.own(OWNER)}, "listing_id": site.own("ad-1")})
    again = site.publish("ad-2", OWNER, "Алматы", photos=photos, text="Продаю свою машину, торг у капота.", **CAR)
    assert (again["outcome"], measures(again)) == ("allow", {"public_notice"})
    found = site.same("ad-2")
    assert [row["listing_id"] for row in found["listings"]] == [site.own("ad-2"), site.own("ad-1")]
    assert found["sellers"] == 1


def test_the_owner_is_warned_once_and_the_rest_survives_a_kill(start: StartServer, tmp_path: Path) -> None:
    """Each copy is told of once, to the owner alone; after a kill the next copy is joined to all that came before."""
    out = tmp_path / "out.jsonl"
    server = start(
        *("--home", "KZ", "--zone", "Asia/Almaty", "--notices-file", str(out)),
        packs="kz",
        clock=LATER,
    )
    site = Site(server)
    site.publish("ad-1", OWNER, "Алматы", vin=site.vin, title="Камри 70, полная", **CAR)
    site.publish("ad-2", COPY, "Астана", vin=site.vin, **CAR)
    site.edit("ad-2", COPY, "Астана", vin=site.vin, **CAR | {"price_minor": 800_000_000})
    server.restart(9)
    site.publish("ad-3", THIRD, "Шымкент", vin=site.vin, **CAR)
    assert site.same("ad-3")["cities"] == 3

    def warned() -> list[Json]:
        rows = {row["id"]: row["data"] for row in lines(out)}  # a kill may have one sent again
        return [data for data in rows.values() if data.get("template") == "policy.market.copied"]

    eventually(lambda: len(warned()) == 2)
    assert {row["event_id"] for row in warned()} == {site.own("e-1")}
    assert {row["customer_id"] for row in warned()} == {site.own(OWNER)}
    assert "Камри 70, полная" in warned()[0]["texts"]["ru"]["body"]
    assert site.own(COPY) not in str(warned())


def test_the_verified_owner_who_comes_second_is_not_stopped(site: Site) -> None:
    """A thief was faster; the owner with papers is published, and a person is asked to compare."""
    site.publish("ad-1", COPY, "Астана", vin=site.vin, **CAR)
    mine = site.publish("ad-2", {"seller_id": OWNER, "verified": "document"}, "Алматы", vin=site.vin, **CAR)
    assert (mine["outcome"], rules(mine)) == ("allow", {"object-elsewhere"})
    assert "open_case" in measures(mine)


def test_a_listing_that_nobody_published_has_no_object(site: Site) -> None:
    """The answer is a problem that says so."""
    answer = site.server.client.get("/v1/listings/ad-404/object")
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert "ad-404" in answer.json()["detail"]


def test_a_banned_seller_is_known_again_although_the_ban_came_later(site: Site) -> None:
    """Phone and device were seen before the ban; the list is asked when the new name publishes."""
    site.publish("ad-1", {"seller_id": "s-5", "phone": "+77015550001"}, "Алматы", device="d-5", **CAR)
    back = {"seller_id": "s-6", "phone": "8 701 555 00 01"}
    assert site.publish("ad-2", back, "Алматы", device="d-5", **FLAT)["outcome"] == "allow"
    site.server.enlist("marketplace.sellers.blocked", {"kind": "seller", "value": site.own("s-5")})
    assert "back-again" in rules(site.edit("ad-2", back, "Алматы", device="d-5", **FLAT))
    shared = {"seller_id": "s-8", "phone": "+77015550008"}
    assert site.publish("ad-3", shared, "Алматы", device="d-5", **FLAT | {"rooms": 4})["outcome"] == "allow"
