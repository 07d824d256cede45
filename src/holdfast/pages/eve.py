"""The same transfer on the last day of an old law and on the first of a new one, judged by the real engine.

Each side is played on a scratch shard in memory whose clock stands on that day; nothing of it is kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from holdfast.operations.decide_event import decide_event
from holdfast.operations.declare_source import declare_source
from holdfast.operations.shard import Shard
from holdfast.operations.take_event import take_event
from holdfast.pages.story import CURRENCY, Country, country_of
from holdfast.pages.view import DecisionView, LawBook
from holdfast.simulation.scripting import SELLER
from holdfast.simulation.strangers import by_details
from holdfast.vocabulary.instants import to_ms
from holdfast.wire.canonical import canonical, read_canonical

Scratch = Callable[[int], Shard]
Event = dict[str, Any]
STORIES: Mapping[Country, tuple[str, ...]] = {"ru": ("own_money", "number_changed"), "kz": ("call_active",)}
_DAYS: Mapping[Country, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "ru": ((2025, 12, 31), (2026, 1, 1)),
    "kz": ((2025, 10, 31), (2025, 11, 1)),
}
_ZONES: Mapping[Country, str] = {"ru": "Europe/Moscow", "kz": "Asia/Almaty"}
_KNOWN = timedelta(days=730)
USUAL: Mapping[Country, int] = {"ru": 250_000, "kz": 900_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One day: the instant of the transfer, its decision, and the acts that were in force."""

    at: datetime
    decision: DecisionView
    acts: tuple[tuple[str, Any], ...]
    new: frozenset[str]  # numbers of signs that the other day does not have


def evenings(country: Country) -> tuple[datetime, datetime]:
    """Give the two instants of the transfer."""
    zone = ZoneInfo(_ZONES[country])
    before, after = _DAYS[country]
    return datetime(*before, 18, tzinfo=zone), datetime(*after, 18, tzinfo=zone)


def _events(story: str, country: Country, units: int, *, at: datetime) -> list[Event]:
    """Write the events of one day."""
    client = {"customer_id": "c-eve", "kind": "individual"}
    money = {"amount_minor": units * 100, "currency": CURRENCY[country]}
    transfer: Event = {"payer": client, "payee": by_details(country, SELLER), "rail": "order", **money}
    if story == "own_money":
        own = {"payer": {"kind": "individual", "own": True}, "payee": client, "rail": "sbp", **money}
        first = _event("eve-1", "transfer", at - timedelta(hours=9), **own)
    elif story == "number_changed":
        change: Event = {"client": client, "field": "phone", "where": "gosuslugi"}
        first = _event("eve-1", "profile_change", at - timedelta(hours=30), **change)
    else:
        return [_event("eve-2", "transfer", at, device={"id": "d-eve", "call_active": True}, **transfer)]
    return [first, _event("eve-2", "transfer", at, **transfer)]


def _event(event_id: str, kind: str, at: datetime, /, **fields: Any) -> Event:
    return {"id": event_id, "type": kind, "occurred_at": at.isoformat(), **fields}


async def _decide(scratch: Scratch, events: list[Event], at: datetime) -> Mapping[str, Any]:
    """Play one day's events on a shard of their own."""
    shard = scratch(to_ms(at))
    await declare_source(shard, "transfer", to_ms(at - _KNOWN))
    for event in events[:-1]:
        if event["type"] == "transfer":
            await decide_event(shard, canonical(event))
        else:
            await take_event(shard, canonical(event))
    answer = await decide_event(shard, canonical(events[-1]))
    return read_canonical(answer.body, dict)


async def both_sides(shard: Shard, scratch: Scratch, *, story: str, units: int, language: str) -> tuple[Side, Side]:
    """Judge the same transfer on both days."""
    country, book = country_of(shard), LawBook(shard)
    views = []
    for at in evenings(country):
        reply = await _decide(scratch, _events(story, country, units, at=at), at)
        views.append((at, book.decision(reply, language, to_ms(at))))
    ids = [{sign.id for sign in view.signs} for _, view in views]
    sides = [
        Side(at=at, decision=view, acts=book.acts(view.signs, language), new=frozenset(ids[n] - ids[1 - n]))
        for n, (at, view) in enumerate(views)
    ]
    return sides[0], sides[1]
