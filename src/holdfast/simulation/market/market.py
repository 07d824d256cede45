"""What to invent: one marketplace's seed, size, start, country, and the share of fraud in it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from holdfast.simulation.world import COUNTRIES, Country, Jurisdiction
from holdfast.vocabulary.errors import SettingError

MAX_LISTINGS = 100_000
SITE = "bazarsite.example"  # the invented site's own address


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One invented marketplace; equal markets give equal streams.

    `listings_a_day` is how many honest listings private sellers publish on an ordinary day; `frauds_per_1k` the number
    of stories of fraud to a thousand of them, `twins_per_1k` that of honest stories which look like fraud.
    """

    seed: int
    listings_a_day: int = 120
    start: datetime
    jurisdiction: Jurisdiction = "kz"
    frauds_per_1k: float = 10.0
    twins_per_1k: float = 60.0
    country: Country = field(init=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be told."""
        if self.start.tzinfo is None:
            raise SettingError("`start` has no time zone", pointer="start", hint="give an aware instant")
        if not 1 <= self.listings_a_day <= MAX_LISTINGS:
            raise SettingError(f"`listings_a_day` lies outside 1 to {MAX_LISTINGS}", pointer="listings_a_day")
        for name in ("frauds_per_1k", "twins_per_1k"):
            if not 0 <= getattr(self, name) <= 1_000:
                raise SettingError(f"`{name}` lies outside 0 to 1000", pointer=name)
        object.__setattr__(self, "country", COUNTRIES[self.jurisdiction])

    @property
    def tzinfo(self) -> ZoneInfo:
        """Give the zone in which this market's days begin."""
        return ZoneInfo(self.country.zone)

    @property
    def links(self) -> "dict[str, Any]":
        """Give the site's own names and those of the services that its honest users name in their talk."""
        return LINKS[self.jurisdiction]


LINKS: dict[Jurisdiction, dict[str, Any]] = {
    "kz": {
        "brands": ("olx", "kaspi", "post"),
        "honest": (
            "https://kaspi.kz/shop",
            "https://pay.kaspi.kz/pay/{code}",
            "https://post.kz/mail/search/track/{code}/detail",
            "https://www.olx.kz/d/obyavlenie/{code}",
            f"https://{SITE}/item/{{code}}",
        ),
        "rare": ("https://2gis.kz/almaty/firm/{code}", "https://youtu.be/{code}", "https://ru.wikipedia.org/wiki/VIN"),
    },
    "ru": {
        "brands": ("avito", "cdek", "pochta"),
        "honest": (
            "https://www.avito.ru/{code}",
            "https://www.pochta.ru/tracking#{code}",
            "https://www.cdek.ru/ru/tracking?order_id={code}",
            f"https://{SITE}/item/{{code}}",
        ),
        "rare": ("https://2gis.ru/moscow/firm/{code}", "https://youtu.be/{code}", "https://ru.wikipedia.org/wiki/VIN"),
    },
}
