"""What similar listings cost: the newest prices of each group, and how far a listing's price lies from them.

A group is the nearest with eight prices: of a car the same model and model years that differ by at most one, then the
brand, then the years; of a flat the rooms and the city, then the city by the square metre; of anything else the model.
In a wider group things differ more, and so do prices at least. Only prices in one currency and of one meaning meet.
What is far below its group, or excused, or not the whole price never enters one, so
that a flood of bait does not become the market; nor does a seller's own price count against that seller.
"""

from array import array
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import median
from sys import getsizeof
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.matching.places import find_cities
from holdfast.matching.places import key as place_key
from holdfast.matching.prices import FEWEST, LEAST_SPREAD, deviation
from holdfast.matching.texts import folded, legible
from holdfast.network.keyed import KEY_BYTES, LISTINGS, LIVE, packed, seller_key
from holdfast.vocabulary.event import Event, Value
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.schema import Field, FieldType

KEPT_MS: Final = 90 * DAY_MS
GROUP_MAX: Final = 256
"""The newest prices of a group that are kept."""
GROUPS_MAX: Final = 65_536
SELLER_MAX: Final = 5
"""So many prices of one seller count in a group."""
TOO_LOW: Final = -3.5

_WIDER: Final = log(1.2)
_WIDEST: Final = log(1.5)

_ROW: Final = 4  # instant, price, listing, seller
_HALF: Final = (1 << 63) - 1
_DROPPED_AT_ONCE: Final = 4
_FIELDS: Final = (
    Field(
        path="price.z",
        type=FieldType.NUMBER,
        title="how far the price lies from similar listings, in robust deviations; below -3.5 it is suspiciously low",
    ),
    Field(path="price.group", type=FieldType.INTEGER, title="how many similar listings the price is compared with"),
    Field(
        path="price.typical",
        type=FieldType.MONEY,
        currency="listing.currency",
        title="what similar listings cost, by the median",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """Where a price is compared: the groups by name, of which the first is its own, and how much prices differ there.

    `area` is the number of tenths of a square metre for one of which the price is compared, 10 for the whole price.
    """

    names: tuple[str, ...]
    spread: float
    area: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    """A level by the keys of its groups, with the price as it stands there."""

    keys: tuple[bytes, ...]
    price: int
    spread: float
    area: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """A price that can be compared, with its levels from the nearest on."""

    at_ms: int
    listing: int
    seller: int
    homes: tuple[_Home, ...]


class PriceGroups:
    """The newest prices of every group, 32 bytes each."""

    name: ClassVar[str] = "prices"
    heeds: ClassVar[frozenset[str]] = LISTINGS

    def __init__(self, keys: KeyMaker) -> None:
        self._keys = keys
        self._groups: OrderedDict[bytes, array[int]] = OrderedDict()

    def fields(self, event_type: str) -> Sequence[Field]:
        """Declare the three values of a listing's price."""
        return _FIELDS if event_type in LISTINGS else ()

    def read(self, event: Event, seq: int, known: Mapping[str, Value]) -> Mapping[str, Value]:
        """Compare the price; nothing where it is not the whole price, or no group is large enough."""
        del seq
        offer = self._offer(event, known)
        if offer is None:
            return {}
        for home in offer.homes:
            others = self._others(offer, home.keys)
            if len(others) >= FEWEST:
                z = deviation(home.price, others, spread=home.spread)
                return {
                    "price.z": z,
                    "price.group": len(others),
                    "price.typical": round(median(others) * home.area / 10),
                }
        return {}

    def happened(self, event: Event, seq: int, *, known: Mapping[str, Value], outcome: str) -> None:
        """Keep the price of a listing that goes live, in the place of its former one."""
        if event.type not in LISTINGS or outcome not in LIVE:
            return
        offer = self._offer(event, known)
        if offer is None:
            return
        said = self.read(event, seq, known)
        z = said.get("price.z")
        fit = not known.get("price.excused") and not (isinstance(z, float) and z < TOO_LOW)
        for home in offer.homes:
            self._keep(home, offer, fit=fit)
        self._forget(event.occurred_ms - KEPT_MS)

    def memory(self) -> int:
        """Give the bytes that the state uses."""
        return sum(getsizeof(group) + 2 * KEY_BYTES + 100 for group in self._groups.values())

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Give the whole state as arrays."""
        sizes = [len(group) for group in self._groups.values()]
        return {
            "keys": np.frombuffer(b"".join(self._groups), dtype=np.uint8).reshape(-1, KEY_BYTES),
            "sizes": np.array(sizes, dtype=np.int64),
            "rows": np.frombuffer(b"".join(group.tobytes() for group in self._groups.values()), dtype=np.int64),
        }

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over the state of a snapshot."""
        self._groups = OrderedDict()
        end = 0
        for key, size in zip(arrays["keys"], arrays["sizes"].tolist(), strict=True):
            self._groups[key.tobytes()] = array("q", arrays["rows"][end : end + size].tobytes())
            end += size

    def _offer(self, event: Event, known: Mapping[str, Value]) -> _Offer | None:
        """Read what can be compared of a listing."""
        price, currency = known.get("listing.price"), known.get("listing.currency")
        seller, kind = seller_key(self._keys, known), _comparable(known)
        levels = tuple(_levels(known))
        if not isinstance(price, int) or currency is None or seller is None or kind is None or not levels:
            return None
        start = f"{known['listing.category']}|{kind}|{currency}"
        homes = [
            _Home(
                keys=tuple(packed(self._keys.key("price.group", f"{start}|{name}")) for name in level.names),
                price=max(price * 10 // level.area, 1),
                spread=level.spread,
                area=level.area,
            )
            for level in levels
        ]
        return _Offer(
            at_ms=event.occurred_ms,
            listing=self._keys.key("listing_id", str(known["listing.listing_id"])).low & _HALF,
            seller=seller.low & _HALF,
            homes=tuple(homes),
        )

    def _others(self, offer: _Offer, level: Sequence[bytes]) -> list[int]:
        """Give the prices of a level that other sellers asked in the last ninety days, few of any one seller."""
        counted: Counter[int] = Counter()
        prices = []
        for at_ms, price, listing, seller in self._rows(level):
            if seller == offer.seller or listing == offer.listing or at_ms < offer.at_ms - KEPT_MS:
                continue
            counted[seller] += 1
            if counted[seller] <= SELLER_MAX:
                prices.append(price)
        return prices

    def _rows(self, level: Sequence[bytes]) -> Iterator[Sequence[int]]:
        """Walk the rows of a level's groups, the newest of each first."""
        for key in level:
            group = self._groups.get(key, ())
            for at in range(len(group) - _ROW, -1, -_ROW):
                yield group[at : at + _ROW]

    def _keep(self, home: _Home, offer: _Offer, *, fit: bool) -> None:
        """Take a listing's former price out of a group, and its new one in where it may enter."""
        key = home.keys[0]
        group = self._groups.get(key)
        if group is not None and offer.listing in (listings := group[2::_ROW]):
            at = listings.index(offer.listing) * _ROW
            del group[at : at + _ROW]
            if not group:
                del self._groups[key]
        if fit:
            group = self._groups.setdefault(key, array("q"))
            group.extend((offer.at_ms, home.price, offer.listing, offer.seller))
            del group[: -GROUP_MAX * _ROW]
            self._groups.move_to_end(key)

    def _forget(self, before_ms: int) -> None:
        """Drop a few of the groups that nothing entered for too long, and those that are too many."""
        for _ in range(_DROPPED_AT_ONCE):
            key = next(iter(self._groups), None)
            if key is None or (self._groups[key][-_ROW] >= before_ms and len(self._groups) <= GROUPS_MAX):
                return
            del self._groups[key]


def _comparable(known: Mapping[str, Value]) -> str | None:
    """Give the meaning of a price under which it is compared; other meanings and excused instalments are not."""
    kind = known.get("listing.price_kind_read", "full")
    to_let = "rent" in str(known.get("listing.category", ""))
    return str(kind) if kind in ({"full", "monthly", "daily"} if to_let else {"full"}) else None


def _levels(known: Mapping[str, Value]) -> Iterator[_Level]:
    """Give the groups of a listing, the nearest first."""
    category = str(known.get("listing.category", ""))
    if category.startswith("flat"):
        yield from _flats(known)
    elif category:
        yield from _models(known)


def _flats(known: Mapping[str, Value]) -> Iterator[_Level]:
    """Give the groups of a flat: rooms and city, then the square metre in the city."""
    city, rooms, area = (known.get(f"listing.{name}") for name in ("city", "rooms", "area_m2"))
    where = _city(str(city)) if city is not None else ""
    if where and rooms is not None:
        yield _Level(names=(f"{where}|{rooms}",), spread=LEAST_SPREAD)
    if where and isinstance(area, int | float) and area >= 1:
        yield _Level(names=(f"{where}|m2",), spread=_WIDER, area=round(area * 10))


def _models(known: Mapping[str, Value]) -> Iterator[_Level]:
    """Give the groups of what has a brand, a model and perhaps a year: each with neighbouring years."""
    brand, model = (_word(known.get(f"listing.{name}")) for name in ("brand", "model"))
    year = known.get("listing.year")
    if isinstance(year, int):
        for name, spread in ((model and f"{brand}|{model}", LEAST_SPREAD), (brand, _WIDER), ("*", _WIDEST)):
            if name:
                yield _Level(names=tuple(f"{name}|{near}" for near in (year, year - 1, year + 1)), spread=spread)
    elif brand and model:
        yield _Level(names=(f"{brand}|{model}",), spread=LEAST_SPREAD)


def _word(value: Value) -> str:
    """Write a brand or a model as it is compared."""
    return " ".join(folded(legible(str(value))).split()) if value is not None else ""


def _city(text: str) -> str:
    """Name a city as the gazetteer does, else as it is written."""
    found = find_cities(text)
    return f"{found[0].country}:{found[0].ru}:{found[0].region}" if len(found) == 1 else place_key(text)
