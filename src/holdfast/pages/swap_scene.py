"""A transfer about whose payer the mobile operator is asked: what it is asked, what it says, and what is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from holdfast.operations.decide_event import decide_event
from holdfast.operations.shard import Shard
from holdfast.pages.story import CURRENCY, USUAL, Country
from holdfast.pages.view import DecisionView, LawBook
from holdfast.simulation.operator import Operator, Subscriber
from holdfast.simulation.scripting import OFFICER
from holdfast.simulation.strangers import by_details
from holdfast.vocabulary.instants import to_ms
from holdfast.wire.canonical import canonical, read_canonical

STORIES: Final = ("swapped", "confirmed", "silent", "quiet")
_AT: Final[Mapping[Country, datetime]] = {
    "ru": datetime(2026, 5, 8, 12, 0, tzinfo=ZoneInfo("Europe/Moscow")),
    "kz": datetime(2026, 5, 8, 12, 0, tzinfo=ZoneInfo("Asia/Almaty")),
}
_NUMBER: Final[Mapping[Country, str]] = {"ru": "+79161237731", "kz": "+77011234567"}
_LONG_AGO: Final = timedelta(days=1_100)
_SWAPPED: Final = {"swapped": timedelta(hours=5), "confirmed": timedelta(days=6)}
_CONFIRMED: Final = {"confirmed": timedelta(days=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One question to the operator and its answer, as they went over HTTP."""

    path: str
    asked: Mapping[str, Any]
    status: int
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The transfer and all that was said about it; `skipped` are the inputs that were missing, with the reasons."""

    at: datetime
    units: int
    confirmed_at: datetime
    exchanges: tuple[Exchange, ...]
    skipped: tuple[tuple[str, str], ...]
    decision: DecisionView


def at_of(country: Country) -> datetime:
    """Give the instant of the transfer."""
    return _AT[country]


def operator_of(story: str, country: Country) -> Operator:
    """Make the operator of a story, with its one subscriber."""
    at = _AT[country]
    swapped = _SWAPPED.get(story)
    operator = Operator(now=lambda: at)
    operator.knows(
        Subscriber(
            number=_NUMBER[country],
            activated_at=at - _LONG_AGO,
            since=(at - _LONG_AGO).date(),
            sim_changed_at=None if swapped is None else at - swapped,
        )
    )
    operator.manners.busy = story == "silent"
    return operator


async def asked_about(shard: Shard, operator: Operator, *, story: str, country: Country, language: str) -> Asking:
    """Let a client send money, and give what came of it."""
    at = _AT[country]
    confirmed_at = at - _CONFIRMED.get(story, timedelta(days=90))
    transfer = {
        "id": "swap",
        "type": "transfer",
        "occurred_at": at.isoformat(),
        "rail": "order",
        "amount_minor": USUAL[country] * 100,
        "currency": CURRENCY[country],
        "payer": {"customer_id": "c-swap", "kind": "individual", "phone": _NUMBER[country]},
        "payee": by_details(country, OFFICER),
        "device": {"id": "d-swap", "number_reconfirmed_at": confirmed_at.isoformat()},
    }
    reply = read_canonical((await decide_event(shard, canonical(transfer))).body, dict)
    return Asking(
        at=at,
        units=USUAL[country],
        confirmed_at=confirmed_at,
        exchanges=tuple(_exchanges(operator)),
        skipped=tuple((row["input"], row["why"]) for row in reply.get("skipped", ())),
        decision=LawBook(shard).decision(reply, language, to_ms(at)),
    )


def _exchanges(operator: Operator) -> Sequence[Exchange]:
    """Give what went over HTTP, in its order."""
    rows = zip(operator.questions, operator.answers, strict=True)
    return [Exchange(path=path, asked=asked, status=status, said=said) for (path, asked), (status, said) in rows]
