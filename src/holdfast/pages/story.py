"""The transfer that a visitor plays: what was chosen, and the events that it stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.decide_event import decide_event
from holdfast.operations.shard import Shard
from holdfast.operations.take_event import take_event
from holdfast.simulation.scripting import LISTED, OFFICER, SELLER
from holdfast.simulation.strangers import by_card, by_details, by_phone
from holdfast.vocabulary.instants import HOUR_MS, MINUTE_MS, rfc3339
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.wire.canonical import canonical, read_canonical

Event = dict[str, Any]
Country = Literal["ru", "kz"]
RAILS: Mapping[Country, tuple[str, ...]] = {"ru": ("order", "sbp", "card"), "kz": ("order", "card")}
CURRENCY: Mapping[Country, str] = {"ru": "RUB", "kz": "KZT"}
USUAL: Mapping[Country, int] = {"ru": 300_000, "kz": 1_500_000}
MOST = 50_000_000
_LISTS: Mapping[Country, str] = {"ru": "ru.cbr.recipients", "kz": "kz.afc.persons"}
_PLACES: Mapping[Country, Mapping[str, str]] = {
    "ru": {"country": "RU", "city": "Москва"},
    "kz": {"country": "KZ", "city": "Алматы"},
}
_PREFIX = "visit"
_UNITS = re.compile("[0-9]{1,12}")
_MARKS = re.compile("[01]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What a visitor chose: whole units of money, the rail, and what is true around the transfer.

    `twin` is the honest buyer of a flat; `officer` a caller who dictates; `listed` a payee on the regulator's list.
    """

    units: int
    rail: str
    officer: bool
    listed: bool
    twin: bool = False

    def tag(self) -> str:
        """Write the choice so that it can be read back from the id of the event."""
        return f"{self.units}-{self.rail}-{self.officer:d}{self.listed:d}{self.twin:d}"


def read_tag(event_id: str, country: Country) -> Play | None:
    """Read a choice back from an event's id; nothing when the event is not a visitor's."""
    parts = event_id.split("-")
    if len(parts) != 5 or parts[0] != _PREFIX or parts[3] not in RAILS[country]:
        return None
    if not _UNITS.fullmatch(parts[2]) or not _MARKS.fullmatch(parts[4]):
        return None
    officer, listed, twin = (mark == "1" for mark in parts[4])
    return Play(units=int(parts[2]), rail=parts[3], officer=officer, listed=listed, twin=twin)


def country_of(shard: Shard) -> Country:
    """Give the country whose scenes fit the tenant's home."""
    return "kz" if shard.tenant.home == "KZ" else "ru"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Id:
    """The one thing that a page needs of an answer at once."""

    id: str


class Telling:
    """The events of one play, about a client whom nobody has met before."""

    def __init__(self, shard: Shard, play: Play) -> None:
        self._shard = shard
        self._play = play
        self._country = country_of(shard)
        self._now_ms = shard.ports.clock.now_ms()
        self._name = shard.ports.new_id(_PREFIX).replace("_", "-")

    def _event(self, part: str, kind: str, minutes_ago: int, /, **fields: Any) -> Event:
        at = rfc3339(self._now_ms - minutes_ago * MINUTE_MS, self._shard.tenant.zone)
        return {"id": f"{self._name}-{part}", "type": kind, "occurred_at": at, **fields}

    def _client(self) -> Event:
        return {"customer_id": self._name, "kind": "individual"}

    def _money(self, rail: str, units: int) -> Event:
        return {"rail": rail, "amount_minor": units * 100, "currency": CURRENCY[self._country]}

    def calls(self) -> Event:
        """Tell of calls: a false officer's all morning, or those of agents and a notary, who also call a lot."""
        at = self._now_ms - 20 * MINUTE_MS
        dictated = self._play.officer
        return self._event(
            "calls",
            "telecom_activity",
            20,
            client=self._client(),
            provider="op-1",
            window_start=rfc3339(at - 8 * HOUR_MS, self._shard.tenant.zone),
            window_end=rfc3339(at, self._shard.tenant.zone),
            calls={"count": 14, "minutes": 96, "new_numbers": 9, "usual_minutes": 3 if dictated else 60},
            atypical=dictated,
        )

    def number_changed(self) -> Event:
        """Tell of a number that was changed on the state portal five hours ago."""
        where = "gosuslugi" if self._country == "ru" else "egov"
        return self._event("number", "profile_change", 300, client=self._client(), field="phone", where=where)

    def own_money(self) -> Event:
        """Tell of own money drawn together from another bank."""
        rail = "sbp" if self._country == "ru" else "card"
        payer = {"kind": "individual", "own": True}
        return self._event(
            "own", "transfer", 40, payer=payer, payee=self._client(), **self._money(rail, self._play.units)
        )

    def payee(self) -> Event:
        """Name the payee as the rail does."""
        person = LISTED if self._play.listed else SELLER if self._play.twin else OFFICER
        if self._play.rail == "card":
            return by_card(person)
        if self._play.rail == "sbp":
            return by_phone(self._country, person)
        return by_details(self._country, person)

    def order(self) -> Event:
        """Tell of the transfer itself; its id keeps what the visitor chose."""
        return self._event(
            self._play.tag(),
            "transfer",
            0,
            payer=self._client(),
            payee=self.payee(),
            device={"id": f"d-{self._name}", "malware": False, "call_active": self._play.officer},
            place=dict(_PLACES[self._country]),
            **self._money(self._play.rail, self._play.units),
        )

    def before(self) -> list[Event]:
        """Give what goes before the transfer."""
        if self._play.officer:
            return [self.number_changed(), self.own_money(), self.calls()]
        return [self.own_money(), self.calls()] if self._play.twin else []


class Stage:
    """Where visitors play: the running server's own shard."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard
        self._enlisted = False

    async def play(self, chosen: Play) -> str:
        """Play a transfer through the same operations that a bank calls, and give the decision's id."""
        if chosen.listed and not self._enlisted:
            await self._enlist()
            self._enlisted = True
        telling = Telling(self._shard, chosen)
        for event in telling.before():
            if event["type"] == "transfer":
                await decide_event(self._shard, canonical(event))
            else:
                await take_event(self._shard, canonical(event))
        answer = await decide_event(self._shard, canonical(telling.order()))
        return read_canonical(answer.body, _Id).id

    async def _enlist(self) -> None:
        """Put the listed payee on the regulator's list, as an import would have done."""
        country = country_of(self._shard)
        details, at_ms = by_details(country, LISTED), self._shard.ports.clock.now_ms()
        entries = [
            ListEntry(kind=ListKind.ACCOUNT, value=details["account"], bic=details["bic"], added_ms=at_ms),
            ListEntry(kind=ListKind.CARD, value=by_card(LISTED)["card"], added_ms=at_ms),
            ListEntry(kind=ListKind.PHONE, value=by_phone(country, LISTED)["phone"], added_ms=at_ms),
        ]
        await change_list(self._shard, Edit(list=_LISTS[country], add=entries, by="demo"))
