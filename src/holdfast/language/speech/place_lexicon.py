"""What rules say of where things come from, in Russian and English."""

from collections.abc import Mapping
from typing import Final

from holdfast.language.speech.chat_lexicon import Said

PLACES_SAID: Final[Mapping[str, Said]] = {
    "session.ip_foreign": Said(
        "адрес сеанса зарегистрирован в другой стране",
        "адрес сеанса зарегистрирован в своей стране",
        "the session's address lies abroad",
        "the session's address lies in the home country",
    ),
    "travel.impossible": Said(
        "с прошлого места так быстро не добраться",
        "с прошлого места можно было успеть добраться",
        "nobody gets here so fast from the place before",
        "there was time to get here from the place before",
    ),
}
PLACES_NAMED: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "session.ip_country": ("страна адреса сеанса", "страны адреса сеанса", "f", "the country of the session's address"),
    "session.ip_kind": ("вид сети сеанса", "вида сети сеанса", "m", "the kind of the session's network"),
    "session.ip_network": ("сеть адреса сеанса", "сети адреса сеанса", "f", "the network of the session's address"),
    "session.ip_source": (
        "источник данных об адресе",
        "источника данных об адресе",
        "m",
        "the source of the address data",
    ),
    "session.ip_latitude": (
        "широта адреса сеанса",
        "широты адреса сеанса",
        "f",
        "the latitude of the session's address",
    ),
    "session.ip_longitude": (
        "долгота адреса сеанса",
        "долготы адреса сеанса",
        "f",
        "the longitude of the session's address",
    ),
    "session.ip_accuracy_km": (
        "погрешность места по адресу в километрах",
        "погрешности места по адресу в километрах",
        "f",
        "the radius of error of the address's place in kilometres",
    ),
    "travel.km": (
        "расстояние от прошлого места в километрах",
        "расстояния от прошлого места в километрах",
        "n",
        "the distance from the place before in kilometres",
    ),
    "travel.speed_kmh": (
        "скорость пути от прошлого места в км/ч",
        "скорости пути от прошлого места в км/ч",
        "f",
        "the speed of the way from the place before in km/h",
    ),
}
