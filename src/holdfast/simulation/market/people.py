"""Sellers and buyers: who they are to the site, where they live, what they hold in their hands, where their money goes.

Names are first names alone; phones, accounts, devices and addresses are made from running numbers as the bank's are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from holdfast.simulation.cast import device
from holdfast.simulation.identifiers import SPACE, ru_phone, spread
from holdfast.simulation.market.market import Market
from holdfast.simulation.market.places import CITIES, City
from holdfast.simulation.strangers import by_card, by_details
from holdfast.simulation.world import HOSTING, Document, Jurisdiction
from holdfast.vocabulary.instants import DAY_MS, rfc3339, to_ms

Language = Literal["ru", "kk"]
_SELLERS: Final = 4_000_000  # running numbers of sellers, away from the bank's clients
_BUYERS: Final = 7_000_000
_MAN_OR_WOMAN: Final = {
    "ru": ("Марина", "Игорь", "Светлана", "Олег", "Наталья", "Руслан", "Динара", "Тимур", "Анна", "Виктор"),
    "kk": ("Айгүл", "Ерлан", "Гүлнар", "Нұрлан", "Сәуле", "Бауыржан", "Жанар", "Дәурен", "Әлия", "Қайрат"),
}
_SOURCE: Final = "invented table of 2026-05-01"
_ABROAD: Final = (("TR", "bosphorus-net"), ("AE", "dune-mobile"), ("GE", "kura-telecom"), ("UZ", "zarafshan-net"))


@dataclass(slots=True, kw_only=True)
class Seller:
    """Somebody who sells; `party` is what the site says of them in every event, `group` how they live."""

    n: int
    seller_id: str
    group: str
    language: Language
    name: str
    city: City
    party: Document
    device: Document
    session: Document
    payee: Document

    def state(self) -> Document:
        """Give device and session as an event carries them."""
        return {"device": self.device.copy(), "session": self.session.copy()}


def mobile(country: Jurisdiction, n: int) -> str:
    """Give a number that is formed as a mobile one; in Kazakhstan of a code that no mobile operator sells."""
    return f"+7763{spread(n):07d}" if country == "kz" else ru_phone(n)


def foreign(rng: Random) -> str:
    """Give a number that no person has: those that Britain and America keep for stories."""
    return f"+442079460{rng.randrange(1000):03d}" if rng.random() < 0.6 else f"+1202555{rng.randrange(100, 200):04d}"


def virtual(rng: Random) -> str:
    """Give a number of calls over the internet."""
    return f"+7751{rng.randrange(10**7):07d}" if rng.random() < 0.7 else f"+8835100{rng.randrange(10**5):05d}"


class People:
    """Makes people from running numbers; the same market gives the same people."""

    def __init__(self, market: Market, rng: Random) -> None:
        self.market = market
        self.rng = rng
        self.cities = CITIES[market.jurisdiction]
        self._weights = [city.weight for city in self.cities]
        self._serial = 0
        self._home = market.country.code
        self._start_ms = to_ms(market.start)

    def city(self) -> City:
        """Choose a city, large ones more often."""
        return self.rng.choices(self.cities, weights=self._weights)[0]

    def other_cities(self, than: City, count: int) -> Sequence[City]:
        """Choose different cities, none of them `than`."""
        return self.rng.sample([city for city in self.cities if city is not than], count)

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def _language(self, city: City) -> Language:
        """Choose the language that somebody writes; on a Russian site everybody writes Russian."""
        share = 0.0 if self.market.jurisdiction == "ru" else 0.55 if city.ru in {"Шымкент", "Кызылорда"} else 0.32
        return "kk" if self.rng.random() < share else "ru"

    def session(self, **changes: str) -> Document:
        """Give a session at home; networks of mobile phones put many people behind one address."""
        rng = self.rng
        block = "192.0.2" if rng.random() < 0.5 else "198.51.100"
        return {
            "ip": f"{block}.{rng.randrange(1, 255)}",
            "port": rng.randrange(1024, 65_000),
            "provider": rng.choice(self.market.country.providers),
            "ip_country": self._home,
            "ip_kind": "mobile" if rng.random() < 0.6 else "residential",
            "ip_source": _SOURCE,
            **changes,
        }

    def abroad(self) -> Document:
        """Give a session of somebody who is abroad."""
        country, provider = self.rng.choice(_ABROAD)
        ip = f"203.0.113.{self.rng.randrange(1, 255)}"
        return self.session(ip=ip, ip_country=country, ip_kind="mobile", provider=provider)

    def hosted(self) -> Document:
        """Give a session that comes out of a data centre."""
        ip = f"203.0.113.{self.rng.randrange(1, 255)}"
        session = self.session(ip=ip, ip_country="NL", ip_kind="hosting", provider=HOSTING)
        session["hiding_tools"] = True
        return session

    def device(self) -> Document:
        """Give a device that nobody has used before."""
        return device(self.rng)

    def seller(self, group: str = "private", *, city: City | None = None, age_days: float | None = None) -> Seller:
        """Invent a seller; `age_days` is how long the site has known them, usually months or years."""
        rng, n = self.rng, _SELLERS + self._next()
        city = city or self.city()
        language = self._language(city)
        age = rng.uniform(40, 1500) if age_days is None else age_days
        country = self.market.jurisdiction
        party: Document = {
            "seller_id": f"s-{n}",
            "kind": {"dealer": "organisation", "agency": "organisation"}.get(group, "individual"),
            "phone": mobile(country, n),
            "registered_at": rfc3339(self._start_ms - int(age * DAY_MS), self.market.tzinfo),
            "verified": "document" if rng.random() < 0.4 else "phone",
        }
        if party["kind"] == "organisation":
            party["licensed"] = True
            party["verified"] = "document"
        return Seller(
            n=n,
            seller_id=party["seller_id"],
            group=group,
            language=language,
            name=rng.choice(_MAN_OR_WOMAN[language]),
            city=city,
            party=party,
            device=self.device(),
            session=self.session(),
            payee=self.payee(n),
        )

    def crook(self, ms: int, *, city: City | None = None, phone: str | None = None) -> Seller:
        """Invent an account that was opened for fraud, some hours or days before `ms`."""
        seller = self.seller("fraud", city=city)
        opened = ms - int(self.rng.uniform(0.1, 6) * DAY_MS)
        seller.party |= {"registered_at": rfc3339(opened, self.market.tzinfo), "verified": "phone"}
        if phone:
            seller.party["phone"] = phone
        return seller

    def payee(self, n: int) -> Document:
        """Give where a person's payouts go: a card, or an account by its details."""
        country = self.market.jurisdiction
        number = SPACE - 1 - n % SPACE
        return by_card(number) if self.rng.random() < 0.7 else by_details(country, number)

    def buyer(self) -> Document:
        """Invent a buyer."""
        n = _BUYERS + self._next()
        return {"customer_id": f"b-{n}", "kind": "individual", "phone": mobile(self.market.jurisdiction, n)}
