"""Cities where things are sold, with their names in both languages and where they lie, to a twentieth of a degree."""

from types import MappingProxyType
from typing import Final, NamedTuple

from holdfast.simulation.world import Jurisdiction


class City(NamedTuple):
    """A city: its Russian and its Kazakh name, where it lies, how much is sold there, and its border suburbs."""

    ru: str
    kk: str
    latitude: float
    longitude: float
    weight: int
    suburbs: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """Give the name as a seller of that language writes it."""
        return self.kk if language == "kk" else self.ru


_KZ: Final = (
    City("Алматы", "Алматы", 43.25, 76.95, 30, ("Талгар", "Каскелен")),
    City("Астана", "Астана", 51.15, 71.45, 22, ("Косшы",)),
    City("Шымкент", "Шымкент", 42.3, 69.6, 14),
    City("Караганда", "Қарағанды", 49.8, 73.1, 9),
    City("Актобе", "Ақтөбе", 50.3, 57.2, 8),
    City("Атырау", "Атырау", 47.1, 51.9, 5),
    City("Павлодар", "Павлодар", 52.3, 76.95, 5),
    City("Усть-Каменогорск", "Өскемен", 49.95, 82.6, 5),
    City("Костанай", "Қостанай", 53.2, 63.6, 4),
    City("Кызылорда", "Қызылорда", 44.85, 65.5, 4),
    City("Уральск", "Орал", 51.2, 51.35, 3),
    City("Актау", "Ақтау", 43.65, 51.15, 3),
)
_RU: Final = (
    City("Москва", "Мәскеу", 55.75, 37.6, 30, ("Мытищи", "Химки")),
    City("Санкт-Петербург", "Санкт-Петербург", 59.95, 30.3, 18),
    City("Казань", "Қазан", 55.8, 49.1, 8),
    City("Екатеринбург", "Екатеринбург", 56.85, 60.6, 9),
    City("Самара", "Самара", 53.2, 50.15, 7),
    City("Пермь", "Пермь", 58.0, 56.25, 6),
    City("Омск", "Омбы", 55.0, 73.4, 6),
    City("Тверь", "Тверь", 56.85, 35.9, 3),
)
CITIES: Final = MappingProxyType[Jurisdiction, tuple[City, ...]]({"kz": _KZ, "ru": _RU})
