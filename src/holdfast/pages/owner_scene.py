"""A payout waits for its owner, played by the real engine on a shard in memory before an invented centre."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from holdfast.operations.decide_event import decide_event
from holdfast.operations.deliver import deliver_due
from holdfast.operations.expire_sessions import expire_sessions
from holdfast.operations.fire_due import fire_due
from holdfast.operations.invite_person import invite_person
from holdfast.operations.read_hold import read_hold
from holdfast.operations.read_session import read_session
from holdfast.operations.shard import Bank, Shard
from holdfast.operations.start_session import Beginning
from holdfast.operations.take_event import take_event
from holdfast.pages.story import CURRENCY, Country
from holdfast.pages.two_days import Catcher
from holdfast.pages.view import DecisionView, LawBook
from holdfast.simulation.centre import InventedCentre
from holdfast.vocabulary.clock import MovingClock
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.identity import Asked, Consent
from holdfast.vocabulary.instants import to_ms
from holdfast.wire.canonical import canonical, read_canonical
from holdfast.wire.owners import owner_hash

Row = Mapping[str, Any]
ENDINGS: Final = ("passes", "stranger", "photo", "silence")
AMOUNT: Final[Mapping[Country, int]] = {"ru": 90_000, "kz": 450_000}
_STARTS: Final[Mapping[Country, datetime]] = {
    "ru": datetime(2026, 5, 8, 18, 40, tzinfo=ZoneInfo("Europe/Moscow")),
    "kz": datetime(2026, 5, 8, 18, 40, tzinfo=ZoneInfo("Asia/Almaty")),
}
_NUMBERS: Final[Mapping[Country, tuple[str, str, str]]] = {
    "ru": ("inn", "500100732259", "772807592836"),
    "kz": ("iin", "850615400023", "900101300017"),
}
_KEY: Final = bytes(range(32))
_DEVICE: Final = "d-owner"
_CARD: Final = "4111111111111111"
_READ: Final = timedelta(minutes=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened at one instant, and how hold and session stand after it, as the API gives them."""

    at: datetime
    what: str
    hold: Row
    session: Row
    letters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The whole of it: the decision, the steps, and what the centre was told of the session."""

    decision: DecisionView
    steps: tuple[Step, ...]
    asked: Asked | None


class Stage:
    """One seller, one payout, one centre."""

    def __init__(self, shard: Shard, country: Country, *, language: str, site: str) -> None:
        clock = shard.ports.clock
        if not isinstance(clock, MovingClock):
            raise Bug("a scratch shard must have a clock that moves")
        self.clock, self.shard, self.country, self.language = clock, shard, country, language
        self.centre = InventedCentre(clock.now_ms)
        shard.identity, shard.owner_key = {self.centre.name: self.centre}, _KEY
        shard.bank = Bank(name=site)
        self.post = Catcher(language, clock.now_ms)
        self.at = _STARTS[country]
        self.steps: list[Step] = []
        self.decision: Row = {}

    async def play(self, ending: str) -> Story:
        """Play it to one of its ends."""
        await self._ask()
        await getattr(self, f"_{ending}")()
        asked = self.centre.asked[-1] if self.centre.asked else None
        view = LawBook(self.shard).decision(self.decision, self.language, to_ms(_STARTS[self.country]))
        return Story(decision=view, steps=tuple(self.steps), asked=asked)

    @property
    def session(self) -> str:
        """Name the session that the decision carries."""
        return next(str(one["session"]) for one in self.decision["measures"] if "session" in one)

    def _event(self, event_id: str, kind: str, **fields: Any) -> bytes:
        word, number, _ = _NUMBERS[self.country]
        seller = {"seller_id": "s-owner", word: number}
        return canonical({"id": event_id, "type": kind, "occurred_at": self.at.isoformat(), "seller": seller, **fields})

    async def _ask(self) -> None:
        """Let new payout details be written down, and money be asked for."""
        await take_event(self.shard, self._event("changed", "seller_changed", field="payout_account"))
        self.at += timedelta(minutes=2)
        self.clock.move(to_ms(self.at))
        money = {"amount_minor": AMOUNT[self.country] * 100, "currency": CURRENCY[self.country]}
        word, number, _ = _NUMBERS[self.country]
        payee = {"card": _CARD, word: number}
        payout = self._event("payout", "payout", payee=payee, device={"id": _DEVICE}, **money)
        self.decision = read_canonical((await decide_event(self.shard, payout)).body, dict)
        await self._note("waits")

    async def _note(self, what: str) -> None:
        """Keep how all stands, and what the seller was sent."""
        session = await read_session(self.shard, self.session)  # which fetches the result, and lets the payout go
        hold = await read_hold(self.shard, self.decision["hold"]["id"])
        await deliver_due(self.shard, self.post)
        self.steps.append(Step(at=self.at, what=what, hold=hold, session=session, letters=self.post.taken()))

    async def _begins(self) -> None:
        """Let the person read the message, agree, and go to the centre."""
        self.at += _READ
        self.clock.move(to_ms(self.at))
        consent = Consent(
            text_version="2026-01", locale="kk", given_ms=to_ms(self.at), evidence_ref="scene", of_age=True
        )
        await invite_person(self.shard, self.session, Beginning(consent=consent, device=_DEVICE))
        await self._note("begins")
        self.at += timedelta(minutes=1)
        self.clock.move(to_ms(self.at))

    async def _passes(self) -> None:
        await self._begins()
        self.centre.saw(owner_hash(_KEY, _NUMBERS[self.country][1]))
        await self._note("passed")

    async def _stranger(self) -> None:
        await self._begins()
        self.centre.saw(owner_hash(_KEY, _NUMBERS[self.country][2]))
        await self._note("stranger")
        await self._lapses()

    async def _photo(self) -> None:
        await self._begins()
        self.centre.saw(owner_hash(_KEY, _NUMBERS[self.country][1]), same=False)
        await self._note("photo")
        await self._lapses()

    async def _silence(self) -> None:
        await self._lapses()

    async def _lapses(self) -> None:
        """Go to the first instant after the term."""
        until = datetime.fromisoformat(str(self.steps[-1].hold["until"]))
        self.at = until + timedelta(milliseconds=1)
        self.clock.move(to_ms(self.at))
        await fire_due(self.shard)
        await expire_sessions(self.shard)
        await self._note("lapsed")


def start_ms(country: Country) -> int:
    """Give the instant at which the story begins."""
    return to_ms(_STARTS[country])
