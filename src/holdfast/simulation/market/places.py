"""Cities where things are sold, with their names in three languages and where they lie, to a twentieth of a degree."""

from types import MappingProxyType
from typing import Final, NamedTuple

from holdfast.simulation.world import Jurisdiction


class City(NamedTuple):
    """A city: its names in three languages, where it lies, how much is sold there, and its border suburbs."""

    ru: str
    kk: str
    en: str
    latitude: float
    longitude: float
    weight: int
    suburbs: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """Give the name in a language; Russian where there is none of its own."""
        return {"kk": self.kk, "en": self.en}.get(language, self.ru)


_KZ: Final = (
    City("Алматы", "Алматы", "Almaty", 43.25, 76.95, 30, ("Талгар", "Каскелен")),
    City("Астана", "Астана", "Astana", 51.15, 71.45, 22, ("Косшы",)),
    City("Шымкент", "Шымкент", "Shymkent", 42.3, 69.6, 14),
    City("Караганда", "Қарағанды", "Karaganda", 49.8, 73.1, 9),
    City("Актобе", "Ақтөбе", "Aktobe", 50.3, 57.2, 8),
    City("Атырау", "Атырау", "Atyrau", 47.1, 51.9, 5),
    City("Павлодар", "Павлодар", "Pavlodar", 52.3, 76.95, 5),
    City("Усть-Каменогорск", "Өскемен", "Oskemen", 49.95, 82.6, 5),
    City("Костанай", "Қостанай", "Kostanay", 53.2, 63.6, 4),
    City("Кызылорда", "Қызылорда", "Kyzylorda", 44.85, 65.5, 4),
    City("Уральск", "Орал", "Oral", 51.2, 51.35, 3),
    City("Актау", "Ақтау", "Aktau", 43.65, 51.15, 3),
)
_RU: Final = (
    City("Москва", "Мәскеу", "Moscow", 55.75, 37.6, 30, ("Мытищи", "Химки")),
    City("Санкт-Петербург", "Санкт-Петербург", "Saint Petersburg", 59.95, 30.3, 18),
    City("Казань", "Қазан", "Kazan", 55.8, 49.1, 8),
    City("Екатеринбург", "Екатеринбург", "Yekaterinburg", 56.85, 60.6, 9),
    City("Самара", "Самара", "Samara", 53.2, 50.15, 7),
    City("Пермь", "Пермь", "Perm", 58.0, 56.25, 6),
    City("Омск", "Омбы", "Omsk", 55.0, 73.4, 6),
    City("Тверь", "Тверь", "Tver", 56.85, 35.9, 3),
)
CITIES: Final = MappingProxyType[Jurisdiction, tuple[City, ...]]({"kz": _KZ, "ru": _RU})
