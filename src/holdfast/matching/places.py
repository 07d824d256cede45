"""Places: which city a text names, how far two places lie apart, and whether two texts name different cities.

The gazetteer holds the cities of Kazakhstan and Russia, each where it lies to a tenth of a degree, which is enough
for a distance of a hundred kilometres. A city that it does not hold is unknown, and so is whether it is another one.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Final

from holdfast.matching.cities_kz import KZ
from holdfast.matching.cities_ru import RU

EARTH_KM: Final = 6371.0
APART_KM: Final = 100.0
"""Cities further apart than this are different places for one car or one flat; suburbs lie nearer."""

HIDDEN: Final = frozenset({"vpn", "hosting", "cgnat"})
"""Kinds of network behind which a person may be anywhere."""

_LONGEST: Final = 200
_KAZAKH: Final = str.maketrans("әғқңөұүһіıə", "агкноуухиia")
_LATIN: Final = str.maketrans(
    dict(zip("абвгдезиклмнопрстуфыэ", "abvgdeziklmnoprstufye", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)
_PARTS: Final = re.compile(r"[,;/()|\n]+")
_GAPS: Final = re.compile(r"[\W_]+")
_APOSTROPHES: Final = re.compile("['\u2019\u02b9\u02bc]")
_SOFT: Final = re.compile(r"(?:iy|yy|ii)\b")
_SUBURBS: Final = frozenset({frozenset({"Москва", "Коломна"}), frozenset({"Москва", "Орехово-Зуево"})})
_STEM: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """One city: ISO 3166 country, names in three languages, region in Russian, degrees north and east."""

    country: str
    ru: str
    kk: str
    en: str
    region: str
    latitude: float
    longitude: float

    @property
    def point(self) -> tuple[float, float]:
        """Give latitude and longitude."""
        return (self.latitude, self.longitude)


def key(text: str) -> str:
    """Give the form in which names of places are compared: lower case, no marks, Kazakh letters as Russian ones."""
    return _key(text[:_LONGEST])


@lru_cache(maxsize=4096)
def _key(text: str) -> str:
    flat = unicodedata.normalize("NFKC", text).casefold().translate(_KAZAKH)
    bare = "".join(c for c in unicodedata.normalize("NFD", flat) if unicodedata.category(c) not in {"Mn", "Cf"})
    return _SOFT.sub("y", _GAPS.sub(" ", _APOSTROPHES.sub("", bare))).strip()


def is_abroad(country: object, kind: object, *, home: str) -> bool | None:
    """Tell whether a network address lies in another country than `home`; `None` where that is not determined.

    A VPN, a hosting network and a carrier's translation (`kind`) hide where its user is.
    """
    if not isinstance(country, str) or kind in HIDDEN:
        return None
    return country != home


def _keys(words: str) -> frozenset[str]:
    """Give the keys of words that are written in one line."""
    return frozenset(key(word) for word in words.split(","))


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Give the great-circle distance of two points in degrees (latitude, longitude), by the haversine formula."""
    (lat1, lon1), (lat2, lon2) = ((radians(lat), radians(lon)) for lat, lon in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


_CITY_WORDS: Final = _keys(
    "г, гор, город, города, городе, қ, қаласы, қала, пос, поселок, п, пгт, рп, с, село, ауылы, аул, д, деревня, ст,"
    "станица, city, town, gorod, qalasy, kalasy, g"
)
_REGION_WORDS: Final = _keys(
    "область, области, обл, облысы, край, края, республика, республикасы, ао, округ, район, р, ауданы, мкр, микрорайон,"
    "oblast, region, oblysy, krai, kray, republic, district, province"
)
_COUNTRIES: Final[Mapping[str, str]] = {
    **dict.fromkeys(_keys("Казахстан, РК, Республика Казахстан, Қазақстан, Kazakhstan, KZ"), "KZ"),
    **dict.fromkeys(_keys("Россия, РФ, Российская Федерация, Ресей, Russia, RU"), "RU"),
}


@cache
def city_names() -> Mapping[str, tuple[City, ...]]:
    """Give every spelling that the gazetteer knows, as `key` writes it, with the cities that are called so."""
    names: dict[str, tuple[City, ...]] = {}
    for country, table in (("KZ", KZ), ("RU", RU)):
        for line in table.strip().splitlines():
            city, spellings = _read(country, line)
            for name in dict.fromkeys(map(key, spellings)):
                names[name] = (*names.get(name, ()), city)
    return names


def _read(country: str, line: str) -> tuple[City, list[str]]:
    """Read one line of a table: the city and every spelling of it."""
    ru, kk, en, latitude, longitude, region, more = line.split("|")
    spelt = _spell(key(ru))
    city = City(
        country=country,
        ru=ru,
        kk=kk or ru,
        en=en or spelt.title(),
        region=region,
        latitude=float(latitude),
        longitude=float(longitude),
    )
    return city, [ru, city.kk, city.en, spelt, *filter(None, more.split(","))]


def _spell(name: str) -> str:
    """Spell a key in Latin letters."""
    return name.translate(_LATIN)


@lru_cache(maxsize=4096)
def find_cities(text: str, *, region: str = "", country: str = "") -> tuple[City, ...]:
    """Find the cities that a text may mean: none where it names no known one, several where a name stands for several.

    The text is what people write in the field for a city, such as `г. Талгар, Алматинская обл.`; of two places that it
    names, one inside the other's surroundings, the nearer description counts. `region` and `country` narrow the
    choice where they can.
    """
    names = city_names()
    whole = names.get(key(text))
    parts = [key(part) for part in _PARTS.split(text[:_LONGEST])]
    regions = [key(region), *filter(_is_region, parts)]
    lands = [country, *(_COUNTRIES[part] for part in parts if part in _COUNTRIES)]
    named = [whole] if whole else [names[name] for name in map(_bare, parts) if name in names]
    if not named:
        return ()
    found = [_narrowed(cities, regions, lands) for cities in named]
    if any(_apart(one, found[-1]) is not False for one in found[:-1]):
        return ()
    return found[-1]


def _is_region(part: str) -> bool:
    """Tell whether a part of a text names a region or a district."""
    return not _REGION_WORDS.isdisjoint(part.split())


def _bare(part: str) -> str:
    """Give a name without words such as `city`; nothing for a region, which is no city."""
    words = part.split()
    if _is_region(part):
        return ""
    return " ".join([word for word in words if word not in _CITY_WORDS] or words)


def _narrowed(cities: tuple[City, ...], regions: Iterable[str], lands: Iterable[str]) -> tuple[City, ...]:
    """Keep the cities of the country and of the region that were named, where that leaves any."""
    for wanted in lands:
        cities = tuple(city for city in cities if city.country == wanted) or cities
    for wanted in regions:
        stems = {_spell(word)[:_STEM] for word in wanted.split() if word not in _REGION_WORDS}
        within = tuple(city for city in cities if stems & {_spell(word)[:_STEM] for word in key(city.region).split()})
        cities = within or cities
    return cities


def _apart(one: Iterable[City], other: Iterable[City]) -> bool | None:
    """Tell whether every reading of two names is far apart; `None` where it depends on the reading."""
    answers = {far(first, second) for first in one for second in other}
    return answers.pop() if len(answers) == 1 else None


def far(one: City, other: City) -> bool:
    """Tell whether two cities are different places, and not a city and its suburb."""
    return kilometres(one.point, other.point) > APART_KM and frozenset({one.ru, other.ru}) not in _SUBURBS


def different_cities(one: str, other: str, *, country: str = "") -> bool | None:
    """Tell whether two texts name cities more than 100 km apart, neither a suburb of the other; `None`: unknown.

    Astana and Kosshy, Almaty and Talgar are not different. Two spellings that cannot be found are unknown, but the
    same text twice is the same city.
    """
    if key(one) == key(other):
        return False if key(one) else None
    return _apart(find_cities(one, country=country), find_cities(other, country=country))


def distinct_cities(texts: Iterable[str], *, country: str = "") -> int:
    """Count the different cities that texts name; a suburb of one counted before adds nothing, nor does an unknown."""
    counted: list[tuple[City, ...]] = []
    for text in texts:
        cities = find_cities(text, country=country)
        if cities and all(_apart(cities, before) for before in counted):
            counted.append(cities)
    return len(counted)
