"""The invented marketplace: repeatable, valid on the wire, and true to what it says of every story."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from holdfast.matching.fingerprints import Fingerprint, alike, read_fingerprint
from holdfast.simulation.market.feeds import list_entries
from holdfast.simulation.market.frauds import COPIED_CITIES, RENTED, RING_SELLERS
from holdfast.simulation.market.market import SITE, Market
from holdfast.simulation.market.places import CITIES
from holdfast.simulation.market.scenes import MARKET_SCENES
from holdfast.simulation.market.stream import stream
from holdfast.simulation.market.twins import AGENCY_FLATS, DEALER_CARS
from holdfast.simulation.stream import SimulatedEvent
from holdfast.simulation.world import Jurisdiction
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.instants import to_ms
from holdfast.wire.codec import decode

ALMATY = ZoneInfo("Asia/Almaty")
FAR_MS = to_ms(datetime(2030, 1, 1, tzinfo=ALMATY))
FAR_KM = 100


def market(seed: int = 7, **changes: Any) -> Market:
    """Give a small market in May 2026."""
    fields: dict[str, Any] = {"listings_a_day": 40, "start": datetime(2026, 5, 4, tzinfo=ALMATY), **changes}
    return Market(seed=seed, **fields)


@cache
def busy(jurisdiction: Jurisdiction = "kz") -> tuple[SimulatedEvent, ...]:
    """Tell twelve days in which every scene occurs."""
    return tuple(stream(market(3, jurisdiction=jurisdiction, frauds_per_1k=300, twins_per_1k=400), days=12))


@cache
def tellings(scene: str) -> tuple[tuple[SimulatedEvent, ...], ...]:
    """Give every telling of a scene that began early enough to be told to its end."""
    found: dict[str, list[SimulatedEvent]] = defaultdict(list)
    for one in busy():
        if one.scene == scene:
            found[one.scene_id or ""].append(one)
    assert found, f"nobody told {scene}"
    return tuple(tuple(events) for events in found.values() if events[0].event["occurred_at"] < "2026-05-12")


def listings(events: Iterable[SimulatedEvent]) -> list[dict[str, Any]]:
    """Give the events that put a listing up or change it."""
    return [one.event for one in events if one.event["type"] in {"listing_published", "listing_edited"}]


def body(simulated: SimulatedEvent) -> bytes:
    """Write an event as the contract's JSON."""
    return json.dumps(simulated.event, ensure_ascii=False).encode()


def kilometres(first: str, second: str) -> float:
    """Give the distance between two cities by either of their names."""
    found = {name: city for city in CITIES["kz"] for name in (city.ru, city.kk)}
    one, two = found[first], found[second]
    north, east = radians(two.latitude - one.latitude), radians(two.longitude - one.longitude)
    part = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(two.latitude)) * sin(east / 2) ** 2
    return 2 * 6371 * asin(sqrt(part))


def shingles(text: str) -> set[str]:
    """Cut a text into fours of letters."""
    return {text[place : place + 4] for place in range(len(text) - 3)}


@pytest.mark.parametrize("jurisdiction", ["ru", "kz"])
def test_the_same_market_gives_the_same_bytes(jurisdiction: Jurisdiction) -> None:
    """Two tellings of equal markets are equal to the byte, truth included."""
    first, second = (
        [(body(e), e.fraud, e.scene_id, e.segment) for e in stream(market(jurisdiction=jurisdiction), count=900)]
        for _ in range(2)
    )
    assert first == second


def test_a_longer_stream_begins_with_the_shorter_one() -> None:
    """Asking for days or for a count only cuts the same stream."""
    short = [body(simulated) for simulated in stream(market(), days=1)]
    assert short == [body(simulated) for simulated in stream(market(), count=len(short))]
    assert short == [body(simulated) for simulated in stream(market(), days=3)][: len(short)]


@pytest.mark.parametrize("jurisdiction", ["ru", "kz"])
def test_every_event_is_valid_on_the_wire(jurisdiction: Jurisdiction) -> None:
    """The wire's own decoder takes every event, in order of time, and no id comes twice."""
    decoded = [decode(body(simulated), FAR_MS).event for simulated in busy(jurisdiction)]
    assert len({event.id for event in decoded}) == len(decoded)
    assert all(one.occurred_ms <= two.occurred_ms for one, two in pairwise(decoded))
    assert {event.type for event in decoded} >= {
        "seller_registered",
        "seller_changed",
        "listing_published",
        "listing_edited",
        "listing_closed",
        "message_sent",
        "complaint",
        "payout",
        "mention",
        "login",
        "profile_change",
        "identity_check",
    }


@pytest.mark.parametrize("changes", [{"listings_a_day": 0}, {"frauds_per_1k": -1}, {"start": datetime(2026, 5, 4)}])  # noqa: DTZ001 - what is refused
def test_what_cannot_be_told_is_refused(changes: dict[str, Any]) -> None:
    """A market without listings, with a negative share or without a zone is an error that names its field."""
    with pytest.raises(SettingError) as caught:
        market(**changes)
    assert caught.value.pointer in changes


def test_every_scene_is_told_and_every_twin_resembles_a_fraud() -> None:
    """No scene is left out, and a twin names only frauds that there are."""
    told = Counter(one.scene for one in busy())
    assert set(MARKET_SCENES) <= set(told)
    frauds = {scene.name for scene in MARKET_SCENES.values() if not scene.honest}
    assert all(set(scene.twin_of) <= frauds for scene in MARKET_SCENES.values())


def test_only_stories_of_fraud_have_fraud_in_them() -> None:
    """Ordinary life and honest twins never carry the mark, and every finished story of fraud carries it."""
    for one in busy():
        assert not one.fraud or (one.scene and not MARKET_SCENES[one.scene].honest)
    for name, scene in MARKET_SCENES.items():
        if not scene.honest:
            assert all(any(event.fraud for event in telling) for telling in tellings(name)), name


def test_one_car_is_copied_into_three_far_cities() -> None:
    """Each copy has its own account, number and city, far from the others, and a photo of the owner's listing."""
    shown = [listing for listing in listings(busy()) if listing["listing"]["category"] == "car"]
    for telling in tellings("three_cities"):
        copies = [one.event for one in telling if one.fraud and one.event["type"] == "listing_published"]
        assert len(copies) == COPIED_CITIES
        assert len({copy["seller"]["seller_id"] for copy in copies}) == COPIED_CITIES
        assert len({copy["seller"]["phone"] for copy in copies}) == COPIED_CITIES
        cities = [copy["listing"]["city"] for copy in copies]
        assert all(kilometres(one, two) > FAR_KM for one, two in pairwise(cities))
        for copy in copies:
            earlier = [one for one in shown if one["occurred_at"] < copy["occurred_at"] and one not in copies]
            assert any(seen_again(copy, one) for one in earlier)


def prints(event: dict[str, Any]) -> list[Fingerprint]:
    """Read the fingerprints of a listing's photos."""
    return [read_fingerprint(photo["fingerprint"]) for photo in event["listing"]["photos"]]


def seen_again(copy: dict[str, Any], original: dict[str, Any]) -> bool:
    """Tell whether a photo of one listing is found among those of another, as the index looks for it."""
    return any(alike(one, other) for one in prints(copy) for other in prints(original))


def test_honest_people_do_not_share_photos() -> None:
    """Outside the scenes no two sellers' photos look alike, the site's own stub apart."""
    events = [one.event for one in busy() if one.scene is None and one.event["type"] == "listing_published"][:150]
    stub = Counter(one["listing"]["photos"][0]["fingerprint"] for one in events).most_common(1)[0][0]
    real = [one for one in events if one["listing"]["photos"][0]["fingerprint"] != stub]
    assert len(real) < len(events)
    assert not any(seen_again(one, two) for place, one in enumerate(real) for two in real[:place])


def test_a_dealer_shows_forty_different_cars_before_one_background() -> None:
    """The cars of a dealer with papers differ, and their photos nearly do not."""
    telling = max(tellings("dealer_stock"), key=len)
    cars = listings(telling)
    assert len(cars) == DEALER_CARS
    assert all(
        car["seller"]["licensed"] and car["seller"]["seller_id"] == cars[0]["seller"]["seller_id"] for car in cars
    )
    vins = [car["listing"]["vin"] for car in cars if "vin" in car["listing"]]
    assert len(set(vins)) == len(vins) > 10
    assert sum(seen_again(car, cars[0]) for car in cars) > DEALER_CARS / 2


def test_an_agency_lets_different_flats_in_one_template() -> None:
    """Twelve addresses, and texts that overlap as those of a real agency do."""
    flats = listings(tellings("agency_template")[0])
    assert len({flat["listing"]["address"] for flat in flats}) == AGENCY_FLATS
    first, *rest = (shingles(flat["listing"]["text"]) for flat in flats)
    assert all(len(first & one) / len(first | one) > 0.6 for one in rest)


def test_a_wreck_says_what_it_is_and_a_bait_denies_it() -> None:
    """Both cost far less than such a car; only the honest one says why."""
    wreck = listings(tellings("honest_wreck")[0])[0]["listing"]["text"]
    bait = listings(tellings("low_price_bait")[0])[0]["listing"]["text"]
    assert "не на ходу" in wreck or "өзі жүрмейді" in wreck
    assert "Не битая" in bait or "Соғылмаған" in bait


def test_the_money_of_eight_sellers_goes_to_one_account() -> None:
    """Every seller of the ring asks for the payout to the same place."""
    telling = next(
        one for one in tellings("one_payout") if sum(e.event["type"] == "payout" for e in one) == RING_SELLERS
    )
    payouts = [one.event for one in telling if one.event["type"] == "payout"]
    assert len({payout["seller"]["seller_id"] for payout in payouts}) == RING_SELLERS
    assert len({json.dumps(payout["payee"]) for payout in payouts}) == 1


def test_rented_accounts_are_old_and_used_from_one_device() -> None:
    """Sellers of many months sign in from a device that none of them had before."""
    telling = tellings("rented_accounts")[0]
    offers = [one.event for one in telling if one.event["type"] == "listing_published"]
    assert len({offer["seller"]["seller_id"] for offer in offers}) == RENTED
    assert len({offer["device"]["id"] for offer in offers}) == 1
    assert all(offer["seller"]["registered_at"] < "2025-06-01" for offer in offers)


def test_a_stolen_account_changes_everything_before_it_asks_for_money() -> None:
    """A new device, then password, number and payout account, then messages, then the payout."""
    kinds = [one.event["type"] for one in tellings("takeover")[0] if one.segment == "fraud"]
    assert kinds[0] == "login"
    assert kinds[1:4] == ["profile_change", "seller_changed", "seller_changed"]
    assert kinds[-1] == "payout"
    assert kinds.count("message_sent") > 10


def test_false_links_are_never_those_of_the_lists() -> None:
    """No message of fraud names a host that an honest one may name, and honest links are mostly of the lists."""
    allowed = [entry["value"] for entry in list_entries(market())[0]["entries"]]
    assert SITE in allowed
    lines = [one for one in busy() if one.event["type"] == "message_sent"]
    assert any("{" not in one.event["text"] for one in lines)
    assert not [one for one in lines if "{" in one.event["text"]]
    crooked = [one.event["text"] for one in lines if one.fraud]
    assert not [text for text in crooked if any(f"/{host}/" in text or f".{host}/" in text for host in allowed)]
    links = [one.event["text"] for one in lines if not one.fraud and "https://" in one.event["text"]]
    assert sum(any(host in text for host in allowed) for text in links) > 0.8 * len(links)


def test_a_brigade_complains_of_somebody_honest() -> None:
    """Nine fresh accounts name one seller within the hour or so, and that seller is no fraud."""
    for telling in tellings("brigade"):
        complaints = [one.event for one in telling if one.event["type"] == "complaint"]
        assert len(complaints) == 9
        assert len({one["client"]["customer_id"] for one in complaints}) == 9
        assert not any(one.fraud for one in telling)
