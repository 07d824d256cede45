"""One car in three cities: an owner and two strangers with the owner's photos, as events on the running server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final
from zlib import crc32

from holdfast.operations.decide_event import decide_event
from holdfast.operations.shard import Shard
from holdfast.pages.outline import Sheet
from holdfast.pages.sights import Sight, sight_of
from holdfast.pages.story import CURRENCY, Country, country_of
from holdfast.simulation.market.people import Language, mobile
from holdfast.simulation.market.photos import copied, photo, picture
from holdfast.simulation.market.places import CITIES, City
from holdfast.simulation.market.wording import BAIT, car_text
from holdfast.vocabulary.errors import NotFoundError
from holdfast.vocabulary.instants import DAY_MS, MINUTE_MS, rfc3339
from holdfast.wire.canonical import canonical, read_canonical

PREFIX: Final = "car"
STEPS: Final = 3
_MINUTES_AGO: Final = (90, 50, 0)
_PLACES: Final[Mapping[Country, tuple[int, int, int]]] = {"kz": (0, 2, 1), "ru": (4, 3, 6)}
_PRICES: Final[Mapping[Country, tuple[int, int, int]]] = {
    "kz": (9_400_000, 6_900_000, 6_500_000),
    "ru": (1_560_000, 1_150_000, 1_090_000),
}
_SHEETS: Final[Mapping[Country, Sheet]] = {
    "kz": Sheet(west=46.0, east=88.0, south=40.5, north=55.8),
    "ru": Sheet(west=34.0, east=77.0, south=48.0, north=60.5),
}
_CARS: Final = (
    ("Toyota", "Camry", 2016),
    ("Hyundai", "Elantra", 2019),
    ("Kia", "Sportage", 2018),
    ("Volkswagen", "Polo", 2020),
    ("Chevrolet", "Cobalt", 2021),
    ("Subaru", "Forester", 2015),
)
_FACES: Final = 4
_EAST: Final = 0.75  # labels of places further east stand to their left
_SOUTH: Final = 0.6
_OTHERS: Final = 1_000_003


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One listing as the page tells it; `number` counts from one, `price` is in whole units of money."""

    number: int
    city: City
    price: int
    phone: str
    sight: Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A city on the map, and which listing stands there (0: none); `is_east` and `is_south` place its label."""

    across: float
    down: float
    city: City
    number: int = 0
    outcome: str = ""
    is_east: bool = False
    is_south: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Author:
    """Whoever writes a listing of the story."""

    name: str
    language: Language
    group: str = "private"


_AUTHORS: Final = (
    _Author(name="Марина", language="ru"),
    _Author(name="Игорь", language="ru"),
    _Author(name="Ерлан", language="kk"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Id:
    """The one thing that a page needs of an answer at once."""

    id: str


class Cars:
    """The scene over one shard: publishes the next listing, and draws what was published."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._country = country_of(shard)
        self.sheet = _SHEETS[self._country]

    def place(self, step: int) -> City:
        """Give the city of a step."""
        return CITIES[self._country][_PLACES[self._country][step]]

    async def publish(self, before: Sequence[Shown]) -> str:
        """Publish the next listing, and give its decision's id; the first begins a story of its own."""
        step = len(before)
        tag = _tag(before[0].sight.event_id) if before else self._shard.ports.new_id(PREFIX).replace("_", "-")
        answer = await decide_event(self._shard, canonical(self._event(tag, step)))
        return read_canonical(answer.body, _Id).id

    def _event(self, tag: str, step: int) -> dict[str, Any]:
        """Write a listing: the owner's first, then copies from accounts that are two days old."""
        now_ms, zone = self._shard.ports.clock.now_ms(), self._shard.tenant.zone
        rng = Random(crc32(f"{tag}-{step}".encode()))
        number = crc32(tag.encode())
        faces = [picture(_OTHERS * number + place) for place in range(_FACES)]
        if step:
            faces = [copied(face, rng) for face in faces]
        at_ms = now_ms - _MINUTES_AGO[step] * MINUTE_MS
        phone = mobile(self._country, (number + step * 37) % 1_000_000)
        since = now_ms - (2 if step else 900) * DAY_MS
        return {
            "id": f"{tag}-{step}",
            "type": "listing_published",
            "occurred_at": rfc3339(at_ms, zone),
            "seller": {
                "seller_id": f"s-{tag}-{step}",
                "kind": "individual",
                "phone": phone,
                "registered_at": rfc3339(since, zone),
                "verified": "phone" if step else "document",
            },
            "device": {"id": f"d-{tag}-{step}"},
            "session": _session(self._country, step, number=number),
            "listing": {
                "listing_id": f"ad-{tag}-{step}",
                "category": "car",
                "city": self.place(step).ru,
                "price_minor": _PRICES[self._country][step] * 100,
                "currency": CURRENCY[self._country],
                **_car(number, step if self._country == "kz" else min(step, 1)),
                "phone": phone,
                "photos": [photo(f"p-{tag}-{step}-{place}", face) for place, face in enumerate(faces)],
            },
        }

    def shown(self, decision_ids: Sequence[str]) -> tuple[Shown, ...]:
        """Read back what was published; raises NotFoundError for decisions that are no story of this page."""
        found = []
        for step, decision_id in enumerate(decision_ids[:STEPS]):
            sight = sight_of(self._shard, decision_id)
            if not sight.event_id.startswith(f"{PREFIX}-") or not sight.event_id.endswith(f"-{step}"):
                raise NotFoundError(f"the decision `{decision_id}` is not one of this story")
            minor = sight.values.get("listing.price")
            price = minor // 100 if isinstance(minor, int) else 0
            phone = str(sight.values.get("listing.phone", ""))
            found.append(Shown(number=step + 1, city=self.place(step), price=price, phone=phone, sight=sight))
        return tuple(found)

    def dots(self, shown: Sequence[Shown]) -> tuple[Dot, ...]:
        """Give every city on the map; those with a listing know which."""
        listed = {one.city: one for one in shown}
        dots = []
        for city in CITIES[self._country]:
            across, down = self.sheet.at(city.longitude, city.latitude)
            one = listed.get(city)
            number, outcome = (one.number, str(one.sight.reply["outcome"])) if one else (0, "")
            if 0 < across < self.sheet.width and 0 < down < self.sheet.height:
                east, south = across > _EAST * self.sheet.width, down > _SOUTH * self.sheet.height
                dot = Dot(across=across, down=down, city=city, number=number, outcome=outcome)
                dots.append(replace(dot, is_east=east, is_south=south))
        return tuple(dots)


def _tag(event_id: str) -> str:
    """Give what the events of one story have in common."""
    return event_id.rpartition("-")[0]


def _car(number: int, author: int) -> dict[str, Any]:
    """Describe the car of a story in its owner's words, or in a stranger's, who adds a lure to words of their own."""
    rng = Random(number + author)
    brand, model, year = _CARS[number % len(_CARS)]
    mileage = 60_000 + number % 90_000
    writer = _AUTHORS[author]
    text = car_text(rng, writer, mileage)
    lure = f"{rng.choice(BAIT[writer.language])} " if author else ""
    told = {"brand": brand, "model": model, "year": year, "mileage_km": mileage}
    return told | {"title": f"{brand} {model} {year}", "text": lure + text}


def _session(country: Country, step: int, *, number: int) -> dict[str, Any]:
    """Give where a listing is placed from: at home, at home, and from abroad; no two stories share an address."""
    address = f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::{step + 1}"
    at = "TR" if step == STEPS - 1 else country.upper()
    return {"ip": address, "ip_country": at, "ip_kind": "residential", "ip_source": "invented table of 2026-05-01"}


OF_OBJECT: Final = ("object.listings", "object.sellers", "object.cities", "object.cities_7d")
OF_PHOTOS: Final = ("photos.twins", "photos.twin_sellers", "photos.copied")
