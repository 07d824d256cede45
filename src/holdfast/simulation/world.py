"""What to invent: one world's seed, size, start, country and the share of fraud in it."""

from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from holdfast.vocabulary.errors import SettingError

Document = dict[str, Any]  # one event or list entry as the contract writes it in JSON
Jurisdiction = Literal["ru", "kz"]
MAX_CLIENTS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """What differs between the two countries: money, rails, places and network providers.

    `prices` turns roubles of the stories into the country's money; `instant` is the rail by which people
    send money by phone number.
    """

    code: str
    currency: str
    zone: str
    prices: int
    instant: Literal["sbp", "card"]
    cities: tuple[str, ...]
    abroad: tuple[tuple[str, str], ...]
    providers: tuple[str, ...]


COUNTRIES = MappingProxyType(
    {
        "ru": Country(
            code="RU",
            currency="RUB",
            zone="Europe/Moscow",
            prices=1,
            instant="sbp",
            cities=("Москва", "Санкт-Петербург", "Казань", "Екатеринбург", "Пермь", "Самара", "Тверь", "Омск"),
            abroad=(("TR", "Анталья"), ("TH", "Пхукет"), ("KZ", "Алматы"), ("AE", "Дубай"), ("GE", "Батуми")),
            providers=("taiga-net", "volga-mobile", "ladoga-telecom"),
        ),
        "kz": Country(
            code="KZ",
            currency="KZT",
            zone="Asia/Almaty",
            prices=6,
            instant="card",
            cities=("Алматы", "Астана", "Шымкент", "Қарағанды", "Ақтөбе", "Атырау", "Павлодар"),
            abroad=(("TR", "Анталья"), ("UZ", "Ташкент"), ("AE", "Дубай"), ("RU", "Москва"), ("GE", "Батуми")),
            providers=("dala-net", "altai-mobile", "saryarqa-telecom"),
        ),
    }
)
HOSTING = "cloud-nine-hosting"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One invented world; equal worlds give equal streams.

    `start` is an aware instant; the stream begins with the local day it falls in, at that instant.
    `frauds_per_100k` is the number of fraudulent transfers in 100,000 transfers (5 to 15 is what banks see);
    `twins_per_100k` the number of honest transfers that belong to a story which looks like fraud;
    `telecom_share` the share of clients about whose numbers an operator reports.
    """

    seed: int
    clients: int = 2_000
    start: datetime
    zone: str = ""
    jurisdiction: Jurisdiction = "ru"
    frauds_per_100k: float = 10.0
    twins_per_100k: float = 400.0
    telecom_share: float = 0.35
    country: Country = field(init=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be told; fill the country's zone when none is named."""
        if self.start.tzinfo is None:
            raise SettingError("`start` has no time zone", pointer="start", hint="give an aware instant")
        if not 20 <= self.clients <= MAX_CLIENTS:
            raise SettingError(f"`clients` is {self.clients}; 20 to {MAX_CLIENTS} are possible", pointer="clients")
        if not 0 <= self.frauds_per_100k <= 50_000:
            raise SettingError("`frauds_per_100k` lies outside 0 to 50000", pointer="frauds_per_100k")
        object.__setattr__(self, "country", COUNTRIES[self.jurisdiction])
        object.__setattr__(self, "zone", self.zone or self.country.zone)

    @property
    def tzinfo(self) -> ZoneInfo:
        """Give the zone in which this world's days begin."""
        return ZoneInfo(self.zone)
