"""What a script is: a fixed story of few events, and the words in which scripts are written.

A script names what must be known beforehand (lists, and since when the bank's own history is complete), then
its steps in order of time. `outcome` and `signs` say what the law asks for at that step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from holdfast.simulation.strangers import by_details, by_phone, phone, ring_member
from holdfast.simulation.world import Document, Jurisdiction

Titles = MappingProxyType[str, str]  # by language: ru, kk, en


def titles(ru: str, kk: str, en: str) -> Titles:
    """Put one text in three languages."""
    return MappingProxyType({"ru": ru, "kk": kk, "en": en})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event of a script; `outcome` is none where the event asks for no decision."""

    title: Titles
    event: Document
    outcome: str | None = None
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A story of few events.

    `lists` are bodies to load first, by list; `complete` the sources of events whose history is whole since an
    instant; `honest` says what is true of the story.
    """

    name: str
    jurisdiction: Jurisdiction
    title: Titles
    honest: bool
    steps: tuple[Step, ...]
    lists: tuple[Document, ...] = ()
    complete: Mapping[str, str] = field(default_factory=dict)

    @property
    def starts_at(self) -> datetime:
        """Give the instant of the first step."""
        return datetime.fromisoformat(self.steps[0].event["occurred_at"])


LISTED: Final = ring_member(1, 1)
SELLER: Final = ring_member(2, 20)
OFFICER: Final = ring_member(3, 20)
COMPLETE: Final = MappingProxyType({"transfer": "2024-07-25T00:00:00+03:00"})


def client(n: int, jurisdiction: Jurisdiction = "ru") -> Document:
    """Name an invented client of the bank."""
    account = by_details(jurisdiction, n, 0)["account"]
    return {
        "customer_id": f"c-demo-{n}",
        "kind": "individual",
        "account": account,
        "phone": phone(jurisdiction, n),
    }


def about(n: int) -> Document:
    """Name a client in an event that is no transfer."""
    return {"customer_id": f"c-demo-{n}", "kind": "individual", "phone": phone("ru", n)}


def event(event_id: str, kind: str, at: str, /, **fields: Any) -> Document:
    """Write one event of a script."""
    return {"id": event_id, "type": kind, "occurred_at": at, **fields}


def roubles(rail: str, roubles: int) -> Document:
    """Give the money part of a transfer in roubles."""
    return {"rail": rail, "amount_minor": roubles * 100, "currency": "RUB"}


def tenge(rail: str, tenge: int) -> Document:
    """Give the money part of a transfer in tenge."""
    return {"rail": rail, "amount_minor": tenge * 100, "currency": "KZT"}


def own_inflow(event_id: str, at: str, n: int) -> Document:
    """Write a client's own 250,000 roubles coming by phone number from another bank."""
    payer = {**by_phone("ru", n), "own": True}
    return event(event_id, "transfer", at, payer=payer, payee=client(n), **roubles("sbp", 250_000))
