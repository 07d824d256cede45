"""What is for sale: cars, flats and things, each with its price, its photos, and the words of its seller."""

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final, Literal, NamedTuple

from holdfast.simulation.market.market import Market
from holdfast.simulation.market.people import Seller
from holdfast.simulation.market.photos import STUB, Views, copied, in_studio, photo, picture
from holdfast.simulation.market.places import City
from holdfast.simulation.market.wording import car_text, flat_text, thing_text
from holdfast.simulation.world import Document

Category = Literal["car", "flat_rent", "flat_sale", "electronics", "furniture"]
_SHARES: Final = (("car", 34), ("flat_rent", 22), ("flat_sale", 8), ("electronics", 24), ("furniture", 12))
_PLATE_LETTERS: Final = "ABCEKMHOPT"
_VIN_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_TENGE_A_ROUBLE: Final = 6


class _Car(NamedTuple):
    """A model as it sells: price in tenge when new, and its share kept each year."""

    brand: str
    model: str
    price: int
    kept: float


_CARS: Final = (
    _Car("Toyota", "Camry", 17_000_000, 0.93),
    _Car("Toyota", "Corolla", 12_500_000, 0.92),
    _Car("Hyundai", "Elantra", 10_500_000, 0.91),
    _Car("Hyundai", "Tucson", 14_500_000, 0.91),
    _Car("Kia", "Rio", 8_200_000, 0.9),
    _Car("Kia", "Sportage", 14_200_000, 0.91),
    _Car("Volkswagen", "Polo", 8_800_000, 0.9),
    _Car("Chevrolet", "Cobalt", 7_300_000, 0.9),
    _Car("Lada", "Granta", 5_900_000, 0.89),
    _Car("Subaru", "Forester", 16_000_000, 0.91),
)


class _Thing(NamedTuple):
    """A thing by its names in both languages, and its price in tenge."""

    brand: str
    ru: str
    kk: str
    price: int


_THINGS: Final[dict[str, tuple[_Thing, ...]]] = {
    "electronics": (
        _Thing("Apple", "iPhone 13, 128 ГБ", "iPhone 13, 128 ГБ", 230_000),
        _Thing("Samsung", "Galaxy S23, 256 ГБ", "Galaxy S23, 256 ГБ", 260_000),
        _Thing("Sony", "приставка PlayStation 5", "PlayStation 5 приставкасы", 270_000),
        _Thing("Lenovo", "ноутбук ThinkPad T14", "ThinkPad T14 ноутбугі", 240_000),
        _Thing("Xiaomi", "пылесос-робот", "робот-шаңсорғыш", 75_000),
        _Thing("Canon", "фотоаппарат EOS R10", "EOS R10 фотоаппараты", 390_000),
    ),
    "furniture": (
        _Thing("", "угловой диван", "бұрыштық диван", 140_000),
        _Thing("", "детская кроватка", "балалар төсегі", 45_000),
        _Thing("", "кухонный стол и шесть стульев", "ас үй үстелі мен алты орындық", 85_000),
        _Thing("", "шкаф-купе", "жылжымалы есікті шкаф", 110_000),
        _Thing("", "детская коляска", "балалар арбасы", 60_000),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that somebody offers; `pictures` are what its photos show, `fields` what a listing says of it."""

    category: Category
    city: City
    price: int  # whole units of money, as it is offered
    fields: Document
    pictures: tuple[Views, ...]
    words: str  # how people name it in talk
    city_name: str = ""  # a suburb's, where the listing names that

    def listing(self, listing_id: str, language: str) -> Document:
        """Write the listing."""
        return {
            "listing_id": listing_id,
            "category": self.category,
            "city": self.city_name or self.city.name(language),
            "price_minor": self.price * 100,
            "photos": [photo(f"{listing_id}-{place}", one) for place, one in enumerate(self.pictures)],
            **self.fields,
        }

    def but(self, *, price: int | None = None, city: City | None = None, city_name: str = "", **fields: Any) -> "Item":
        """Give the same thing told otherwise; a field that is None is left out."""
        told = {name: value for name, value in {**self.fields, **fields}.items() if value is not None}
        return replace(self, price=price or self.price, city=city or self.city, city_name=city_name, fields=told)


@dataclass(slots=True)
class Goods:
    """Makes things from the market's randomness."""

    market: Market
    rng: Random
    _made: int = field(default=100)

    def any(self, seller: Seller) -> Item:
        """Make something that a private person sells."""
        category = self.rng.choices([name for name, _ in _SHARES], weights=[weight for _, weight in _SHARES])[0]
        return self.make(category, seller)

    def make(self, category: str, seller: Seller) -> Item:
        """Make one thing of a category."""
        if category == "car":
            return self.car(seller)
        if category in {"flat_rent", "flat_sale"}:
            return self.flat(seller, sale=category == "flat_sale")
        return self._thing(category, seller)

    def _price(self, tenge: float, spread: float) -> int:
        """Choose a price as people do: around what the thing costs, in round numbers."""
        tenge_a_unit = 1 if self.market.jurisdiction == "kz" else _TENGE_A_ROUBLE
        price = tenge * self.rng.lognormvariate(0, spread) / tenge_a_unit
        step = 50_000 if price > 2_000_000 else 5_000 if price > 100_000 else 500
        return max(round(price / step), 1) * step

    def _pictures(self) -> tuple[Views, ...]:
        """Take new photos; a few people leave the site's own stub in place."""
        if self.rng.random() < 0.03:
            return (picture(STUB),)
        self._made += 8
        return tuple(picture(self._made + place) for place in range(self.rng.randrange(3, 6)))

    def _number(self, letters: str, count: int) -> str:
        return "".join(self.rng.choice(letters) for _ in range(count))

    def plate(self) -> str:
        """Give a plate of a region that there is not."""
        rng = self.rng
        if self.market.jurisdiction == "kz":
            return f"{rng.randrange(1000):03d}{self._number(_PLATE_LETTERS, 3)}{rng.randrange(30, 99)}"
        digits = f"{rng.randrange(1000):03d}"
        return f"{self._number(_PLATE_LETTERS, 1)}{digits}{self._number(_PLATE_LETTERS, 2)}00"

    def car(self, seller: Seller, *, studio: int | None = None) -> Item:
        """Make a car; `studio` is the background before which a dealer takes all pictures."""
        rng = self.rng
        kind = rng.choice(_CARS)
        age = min(int(rng.expovariate(1 / 7)), 22)
        year = self.market.start.year - age
        mileage = int((age + 0.4) * rng.uniform(8_000, 22_000))
        fields: Document = {
            "brand": kind.brand,
            "model": kind.model,
            "year": year,
            "mileage_km": mileage,
            "title": f"{kind.brand} {kind.model} {year}",
            "text": car_text(rng, seller, mileage),
        }
        if rng.random() < 0.7:
            fields["vin"] = f"XZZ{self._number(_VIN_LETTERS, 14)}"
        if rng.random() < 0.6:
            fields["plate"] = self.plate()
        pictures = self._pictures() if studio is None else tuple(in_studio(studio + place, rng) for place in range(4))
        return Item(
            category="car",
            city=seller.city,
            price=self._price(kind.price * kind.kept**age, 0.11),
            fields=fields,
            pictures=pictures,
            words=f"{kind.brand} {kind.model}",
        )

    def flat(self, seller: Seller, *, sale: bool = False) -> Item:
        """Make a flat to let or to sell."""
        rng = self.rng
        rooms = rng.choice((1, 1, 2, 2, 3, 4))
        area = round(rooms * rng.uniform(17, 26) + 14, 1)
        floor, house = rng.randrange(1, 13), rng.randrange(1, 180)
        street = f"{rng.choice(('Жастар', 'Достық', 'Саяхат', 'Мерей', 'Бірлік', 'Самал'))}-{rng.randrange(1, 40)}"
        base = area * 480_000 if sale else 90_000 + rooms * 75_000
        big = {"Алматы": 1.4, "Астана": 1.25, "Москва": 2.2, "Санкт-Петербург": 1.7}.get(seller.city.ru, 0.9)
        text = flat_text(rng, seller, rooms=rooms, area=area, floor=floor, sale=sale)
        fields: Document = {
            "rooms": rooms,
            "area_m2": area,
            "address": f"{street}, {house}, {rng.randrange(1, 160)}",
            "title": _flat_title(seller.language, rooms, sale=sale),
            "text": text,
        }
        if not sale:
            fields["price_kind"] = "monthly"
        return Item(
            category="flat_sale" if sale else "flat_rent",
            city=seller.city,
            price=self._price(base * big, 0.13),
            fields=fields,
            pictures=self._pictures(),
            words={"ru": "квартира", "kk": "пәтер"}[seller.language],
        )

    def _thing(self, category: str, seller: Seller) -> Item:
        kind = self.rng.choice(_THINGS[category])
        name = kind.kk if seller.language == "kk" else kind.ru
        title = f"{kind.brand} {name}".strip()
        fields: Document = {"title": title[0].upper() + title[1:], "text": thing_text(self.rng, seller, name)}
        if kind.brand:
            fields |= {"brand": kind.brand, "model": kind.ru}
        return Item(
            category="electronics" if category == "electronics" else "furniture",
            city=seller.city,
            price=self._price(kind.price, 0.2),
            fields=fields,
            pictures=self._pictures(),
            words=name,
        )

    def copy(self, item: Item, *, city: City, share: float, text: str) -> Item:
        """Steal somebody's photos for a listing of one's own; the price is a share of the real one."""
        taken = [copied(one, self.rng) for one in item.pictures if self.rng.random() < 0.85]
        pictures = tuple(taken or [copied(item.pictures[0], self.rng)])
        price = max(round(item.price * share / 1_000), 1) * 1_000
        stolen = item.but(price=price, city=city, text=text, plate=None, address=None)
        return replace(stolen, pictures=pictures)


def _flat_title(language: str, rooms: int, *, sale: bool) -> str:
    if language == "kk":
        return f"{rooms} бөлмелі пәтер {'сатылады' if sale else 'жалға беріледі'}"
    return f"{rooms}-комнатная квартира {'на продажу' if sale else 'в аренду'}"
