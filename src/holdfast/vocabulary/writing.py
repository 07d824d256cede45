"""How Russian, Kazakh and English write money, instants and requisites to a client."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final

from holdfast.vocabulary.instants import from_ms

LANGUAGES: Final = ("ru", "kk", "en")
_HARD: Final = "\u00a0"  # a space at which no line breaks
_SYMBOLS: Final = {"RUB": "₽", "KZT": "₸"}
_MONTHS: Final = {
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "kk": "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
    "en": "January February March April May June July August September October November December",
}
_ZONES: Final[Mapping[str, Mapping[str, str]]] = {
    "Europe/Moscow": {"ru": "по московскому времени", "kk": "Мәскеу уақытымен", "en": "Moscow time"},
    "Asia/Almaty": {"ru": "по времени Астаны", "kk": "Астана уақытымен", "en": "Astana time"},
}
_OFFSET: Final = {"ru": "по времени {}", "kk": "{} уақытымен", "en": "{}"}
_REQUISITES: Final[Mapping[str, Mapping[str, str]]] = {
    "account": {"ru": "счёт", "kk": "шот", "en": "account"},
    "card": {"ru": "карта", "kk": "карта", "en": "card"},
    "phone": {"ru": "телефон", "kk": "телефон", "en": "phone"},
    "ewallet": {"ru": "кошелёк", "kk": "әмиян", "en": "wallet"},
    "inn": {"ru": "ИНН", "kk": "СТН", "en": "INN"},
    "iin": {"ru": "ИИН", "kk": "ЖСН", "en": "IIN"},
    "bin": {"ru": "БИН", "kk": "БСН", "en": "BIN"},
}
_NONE_GIVEN: Final = {"ru": "реквизиты не указаны", "kk": "деректемелер көрсетілмеген", "en": "no requisites given"}
_SHOWN: Final = 4


def number(value: Decimal, language: str) -> str:
    """Write a number with its decimals as the language does."""
    text = f"{value:,f}"
    return text if language == "en" else text.replace(",", _HARD).replace(".", ",")


def money(minor: int, currency: str, language: str, *, digits: int = 2) -> str:
    """Write an amount of minor units; `digits` are those of the currency's minor unit."""
    text = number(Decimal(minor).scaleb(-digits), language)
    if language == "en":
        return f"{currency}{_HARD}{text}"
    return f"{text}{_HARD}{_SYMBOLS.get(currency, currency)}"


def day(instant: datetime, language: str) -> str:
    """Write a date with its month in words."""
    month = _MONTHS[language].split()[instant.month - 1]
    if language == "kk":
        return f"{instant.year} жылғы {instant.day} {month}"
    return f"{instant.day} {month} {instant.year}" + (" года" if language == "ru" else "")


def moment(instant_ms: int, language: str, zone: tzinfo) -> str:
    """Write an instant to the minute, begun minutes left out, and name its zone."""
    instant = from_ms(instant_ms, zone)
    named = zone_name(instant, language)
    time = f"{named} {instant:%H:%M}" if language == "kk" else f"{instant:%H:%M} {named}"
    return f"{day(instant, language)}, {time}"


def zone_name(instant: datetime, language: str) -> str:
    """Name the zone of an instant: in words where people have one, else by its offset from UTC."""
    words = _ZONES.get(str(instant.tzinfo))
    return words[language] if words else _OFFSET[language].format(_offset(instant))


def _offset(instant: datetime) -> str:
    """Write an instant's offset, such as UTC+05:30."""
    offset = instant.utcoffset() or timedelta()
    minutes = abs(offset) // timedelta(minutes=1)
    return f"UTC{'-' if offset < timedelta() else '+'}{minutes // 60:02}:{minutes % 60:02}"


def masked(value: str) -> str:
    """Leave the last four characters of a requisite, and none of one that is hardly longer."""
    bare = "".join(character for character in value if character.isalnum())
    return f"*{bare[-_SHOWN:]}" if len(bare) >= 2 * _SHOWN else "*"


def requisite(values: Mapping[str, object], role: str, language: str) -> str:
    """Name a party by its first requisite, masked; `values` are an event's, `role` is `payee` or another party."""
    for name, words in _REQUISITES.items():
        value = values.get(f"{role}.{name}")
        if value is not None:
            return f"{words[language]} {masked(str(value))}"
    return _NONE_GIVEN[language]
