"""What the notice on a listing says to readers, in three languages: a fact and its date, never an address.

Names of countries and forms of dates are those of Unicode's CLDR, as Babel carries them.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final

from babel import Locale
from babel.dates import format_date

from holdfast.engine.abroad import NOT_DETERMINED, YES

LANGUAGES: Final = ("ru", "kk", "en")
_FACTS: Final[Mapping[str, Mapping[str, str]]] = {
    YES: {
        "ru": "Объявление размещено с интернет-адреса, зарегистрированного в другой стране: {country}.",
        "kk": "Хабарландыру басқа елде тіркелген интернет-мекенжайдан жарияланған: {country}.",
        "en": "This listing was posted from an internet address registered in another country: {country}.",
    },
    NOT_DETERMINED: {
        "ru": "Не определено, из какой страны размещено объявление.",
        "kk": "Хабарландырудың қай елден жарияланғаны анықталмады.",
        "en": "It is not determined from which country this listing was posted.",
    },
}
_DATED: Final[Mapping[str, str]] = {
    "ru": "Данные об адресах на {day}",
    "kk": "Мекенжай дерегінің күні: {day}.",
    "en": "Address data as of {day}.",
}


@cache
def country_names(code: str) -> Mapping[str, str]:
    """Name a country (ISO 3166) in three languages; one that is not known keeps its code."""
    return MappingProxyType({one: Locale.parse(one).territories.get(code, code) for one in LANGUAGES})


@cache
def notice_texts(value: str, country: str | None, as_of: str | None) -> Mapping[str, str] | None:
    """Write what readers see; nothing where a listing was placed at home."""
    facts = _FACTS.get(value)
    if facts is None:
        return None
    names = country_names(country or "")
    return MappingProxyType(
        {one: _joined(text.format(country=names[one]), _dated(as_of, one)) for one, text in facts.items()}
    )


def _dated(as_of: str | None, language: str) -> str:
    """Say of which day the data is."""
    if as_of is None:
        return ""
    day = format_date(date.fromisoformat(as_of), format="long", locale=language)
    return _DATED[language].format(day=day)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
