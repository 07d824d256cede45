"""Where a listing was seen: the places that it named, each with the last instant at which it did."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple

from holdfast.matching.places import City, city_names, far, find_cities
from holdfast.network.marks import Values

NOWHERE: Final = -1
_MOST: Final = 8


class Sight(NamedTuple):
    """A place named at an instant: its number in the gazetteer, or `NOWHERE` and its degrees."""

    city: int
    latitude: float
    longitude: float
    at_ms: int

    @property
    def place(self) -> City:
        """Give the city, or the point as a city without a name."""
        if self.city != NOWHERE:
            return _cities()[self.city]
        return City(country="", ru="", kk="", en="", region="", latitude=self.latitude, longitude=self.longitude)


@cache
def _cities() -> tuple[City, ...]:
    return tuple(dict.fromkeys(city for named in city_names().values() for city in named))


@cache
def _numbers() -> dict[City, int]:
    return {city: number for number, city in enumerate(_cities())}


def sight_of(values: Values, at_ms: int) -> Sight | None:
    """Read where a listing says that its thing is: the city that it names, else its point; nothing when unknown.

    A name that stands for several cities far from each other is unknown.
    """
    text, region = values.get("listing.city"), values.get("listing.region")
    found = find_cities(str(text), region=str(region or "")) if text is not None else ()
    if found and not any(far(found[0], other) for other in found[1:]):
        city = found[0]
        return Sight(_numbers()[city], city.latitude, city.longitude, at_ms)
    latitude, longitude = values.get("listing.latitude"), values.get("listing.longitude")
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        return Sight(NOWHERE, float(latitude), float(longitude), at_ms)
    return None


def with_sight(before: Sequence[Sight], new: Sight | None) -> tuple[Sight, ...]:
    """Add a sight; the same place seen before goes, and of too many the oldest."""
    if new is None:
        return tuple(before)
    return (*(one for one in before if one[:3] != new[:3]), new)[-_MOST:]


def cities_apart(sights: Iterable[Sight], since_ms: int) -> int:
    """Count the places seen after an instant that lie further apart than a city and its suburbs do."""
    counted: list[City] = []
    for sight in sorted(sights, key=lambda one: (one.at_ms, one)):
        if sight.at_ms > since_ms and all(far(sight.place, other) for other in counted):
            counted.append(sight.place)
    return len(counted)
