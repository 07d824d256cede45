"""The lists that belong to a world: what regulators and the bank know at its start, and what they learn later.

Each week has its ring of people who are paid by fraud. Some of them come to stand on lists in the days after
their week, as reports come in. Everything follows from the number of the week, so that a world of any length
needs no memory of its rings.
"""

from collections.abc import Iterator
from heapq import merge

from holdfast.simulation.scribe import Scribe
from holdfast.simulation.strangers import LISTED_PLACES, by_card, by_details, phone, ring_device, ring_member, wallet
from holdfast.simulation.world import Document, World
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, to_ms

_WEEK_MS = 7 * DAY_MS
_WEEKS_KNOWN = 8  # scenes pay into rings three to seven weeks old
_DEVICES = "ru.cbr.devices"
_REASONS = {
    "ru.cbr.recipients": "reported by three banks",
    "ru.gis.recipients": "signal of the state system",
    "ru.courts.criminal_cases": "criminal case opened",
    "bank.recipients": "two clients complained",
    "ru.cbr.digital_rouble": "classed by the platform's operator",
    "kz.afc.persons": "record of the Antifraud Center",
    _DEVICES: "device seen in fraudulent sessions",
}


def lists_of(world: World) -> tuple[str, ...]:
    """Name the lists that a world's country reads."""
    if world.jurisdiction == "kz":
        return ("kz.afc.persons",)
    return (*(name for name in LISTED_PLACES if name != "kz.afc.persons"), _DEVICES)


def _identifiers(world: World, name: str, n: int) -> list[Document]:
    """Give every identifier by which a list knows one person."""
    country = world.jurisdiction
    if name == "ru.cbr.digital_rouble":
        return [{"kind": "ewallet", "value": wallet(n)}]
    details = by_details(country, n)
    number = "inn" if country == "ru" else "iin"
    found: list[Document] = [
        {"kind": "account", "value": details["account"], "bic": details["bic"]},
        {"kind": "phone", "value": phone(country, n)},
        {"kind": number, "value": details[number]},
        {"kind": "card", "value": by_card(n)["card"]},
    ]
    if name == "ru.cbr.recipients":
        found += [{"kind": "sbp_phone", "value": phone(country, n)}, {"kind": "ewallet", "value": wallet(n)}]
    return found


def _entries(world: World, name: str, week: int) -> list[Document]:
    """Give the entries by which one week's ring comes to stand on one list."""
    if name == _DEVICES:
        return [{"kind": "device", "value": ring_device(week, place), "reason": _REASONS[name]} for place in range(2)]
    more: Document = {"reason": _REASONS[name]}
    entries = []
    for place in LISTED_PLACES[name]:
        if name == "ru.cbr.recipients":
            more = {**more, "police": place % 2 == 1}
        if name == "ru.courts.criminal_cases":
            more = {**more, "document": {"number": f"1-{week}-{place}", "date": _date(week)}}
        entries += [{**entry, **more} for entry in _identifiers(world, name, ring_member(week, place))]
    return entries


def _date(week: int) -> str:
    """Give the date on which a case about a week's ring was opened."""
    return Scribe.plain_date((week + 1) * _WEEK_MS)


def _loaded_ms(name: str, week: int) -> int:
    """Say when a list learns of a week's ring: some days after the week, each list at its own hour."""
    place = list(_REASONS).index(name)
    return (week + 1) * _WEEK_MS + (30 + 17 * place) * HOUR_MS


def list_entries(world: World) -> list[Document]:
    """Give what every list of the country holds when the world starts.

    One item a list: `list` is its name, `entries` is the body that the door for entries takes.
    """
    start_ms = to_ms(world.start)
    now = start_ms // _WEEK_MS
    return [
        {
            "list": name,
            "entries": [
                entry
                for week in range(now - _WEEKS_KNOWN, now + 1)
                if _loaded_ms(name, week) <= start_ms
                for entry in _entries(world, name, week)
            ],
        }
        for name in lists_of(world)
    ]


def _loads_of(world: World, name: str, span_ms: tuple[int, int]) -> Iterator[tuple[int, str, Document]]:
    """Give one list's loads whose instants lie after the span's begin and not after its end."""
    scribe = Scribe(world)
    for week in range(span_ms[0] // _WEEK_MS - 2, span_ms[1] // _WEEK_MS + 1):
        at_ms = _loaded_ms(name, week)
        if span_ms[0] < at_ms <= span_ms[1]:
            yield at_ms, name, {"list": name, "at": scribe.instant(at_ms), "entries": _entries(world, name, week)}


def feed_loads(world: World, days: int) -> Iterator[Document]:
    """Give, in order of time, what the lists learn in the world's first days: `at`, `list`, `entries`.

    Entries are added to the list; nothing is taken off. Raises `SettingError` for a negative length.
    """
    if days < 0:
        raise SettingError("a timetable cannot have a negative length", pointer="days")
    start_ms = to_ms(world.start)
    loads = [_loads_of(world, name, (start_ms, start_ms + days * DAY_MS)) for name in lists_of(world)]
    for _, _, load in merge(*loads, key=lambda item: item[:2]):
        yield load
