"""Two days pass: what becomes of one held transfer, played by the real engine on a shard in memory.

The clock of the scratch shard is moved from one act to the next; the messages to the client are those that the worker
delivers, caught on their way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from holdfast.operations.cancel_hold import cancel_hold
from holdfast.operations.change_list import Edit, change_list
from holdfast.operations.confirm_hold import confirm_hold
from holdfast.operations.decide_event import decide_event
from holdfast.operations.deliver import deliver_due
from holdfast.operations.fire_due import fire_due
from holdfast.operations.follow_versions import follow_versions
from holdfast.operations.read_hold import read_hold
from holdfast.operations.said import Proof, Said
from holdfast.operations.shard import Bank
from holdfast.operations.take_event import take_event
from holdfast.pages.eve import Scratch
from holdfast.pages.story import CURRENCY, Country
from holdfast.simulation.scripting import SELLER
from holdfast.simulation.strangers import by_details
from holdfast.vocabulary.clock import MovingClock
from holdfast.vocabulary.deliveries import Outgoing, Receipt
from holdfast.vocabulary.errors import Bug, ForbiddenByLawError
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.wire.canonical import canonical, read_canonical

Row = Mapping[str, Any]
ENDINGS: Final[Mapping[Country, tuple[str, ...]]] = {
    "ru": ("confirm", "silence", "second", "cancel"),
    "kz": ("end", "removed", "confirm"),
}
_STARTS: Final[Mapping[Country, datetime]] = {
    "ru": datetime(2026, 5, 8, 23, 50, tzinfo=ZoneInfo("Europe/Moscow")),  # a Friday whose day ends in ten minutes
    "kz": datetime(2026, 3, 19, 15, 0, tzinfo=ZoneInfo("Asia/Almaty")),  # two days before Nauryz
}
_REASONS: Final[Mapping[Country, str]] = {"ru": "bank.recipients", "kz": "kz.afc.persons"}
_DATABASE: Final = "ru.cbr.recipients"
_CLIENT: Final = "c-two-days"
_TRANSFER: Final = "two-days"
_NOTICE: Final = "notify_client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened at one instant: `what` names it, `refused` is what the law said against it.

    `hold` is the hold after it, as the API gives it; `letters` are subject and text of what the client was sent.
    """

    at: datetime
    what: str
    hold: Row
    refused: str = ""
    letters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a visitor asks for: one of ENDINGS, whole units of money, the language of messages, the bank's name."""

    ending: str
    units: int
    language: str
    bank: str


@dataclass(slots=True)
class Catcher:
    """A gateway that keeps what it is given, in the reader's language."""

    language: str
    now_ms: Callable[[], int]
    name: str = "page"
    caught: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, message: Outgoing) -> Receipt:
        """Keep a message."""
        if message.topic == _NOTICE:
            texts = read_canonical(message.body, dict)["data"].get("texts") or {}
            if self.language in texts:
                self.caught.append((texts[self.language]["subject"], texts[self.language]["body"]))
        return Receipt(gateway=self.name, sent_ms=self.now_ms(), channel="app", language=self.language)

    async def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> tuple[tuple[str, str], ...]:
        """Give what was caught since the last time."""
        caught, self.caught = tuple(self.caught), []
        return caught


class Stage:
    """One story on its own shard."""

    def __init__(self, scratch: Scratch, country: Country, *, language: str, bank: str) -> None:
        self.start = _STARTS[country]
        self.country = country
        self.shard = scratch(to_ms(self.start))
        clock = self.shard.ports.clock
        if not isinstance(clock, MovingClock):
            raise Bug("a scratch shard must have a clock that moves")
        self.clock = clock
        self.shard.bank = Bank(name=bank)
        self.post = Catcher(language, clock.now_ms)
        self.steps: list[Step] = []
        self.hold_id = ""

    async def play(self, ending: str, units: int) -> tuple[Step, ...]:
        """Play the story to its end."""
        await self._place(units)
        await getattr(self, f"_{ending}")()
        return tuple(self.steps)

    async def _at(self, at: datetime) -> None:
        """Let time pass: what falls due on the way happens first."""
        self.clock.move(to_ms(at))
        await fire_due(self.shard)

    async def _note(self, at: datetime, what: str, refused: str = "") -> None:
        """Keep how the hold stands, and what the client was sent."""
        await deliver_due(self.shard, self.post)
        hold = await read_hold(self.shard, self.hold_id)
        self.steps.append(Step(at=at, what=what, hold=hold, refused=refused, letters=self.post.taken()))

    async def _place(self, units: int) -> None:
        await self._enlist(_REASONS[self.country])
        body = {
            "id": _TRANSFER,
            "type": "transfer",
            "occurred_at": self.start.isoformat(),
            "rail": "order",
            "amount_minor": units * 100,
            "currency": CURRENCY[self.country],
            "payer": {"customer_id": _CLIENT, "kind": "individual"},
            "payee": by_details(self.country, SELLER),
        }
        decision = read_canonical((await decide_event(self.shard, canonical(body))).body, dict)
        self.hold_id = decision["hold"]["id"]
        await self._note(self.start, "placed")

    async def _enlist(self, name: str, *, out: bool = False) -> None:
        """Put the payee on a list, or take it off, and do what the law then asks."""
        payee = by_details(self.country, SELLER)
        entry = ListEntry(
            kind=ListKind.ACCOUNT, value=payee["account"], bic=payee.get("bic"), added_ms=self.clock.now_ms()
        )
        edit = Edit(list=name, remove=(entry,)) if out else Edit(list=name, add=(entry,))
        await change_list(self.shard, edit)
        await follow_versions(self.shard)

    def _said(self) -> Said:
        proof = Proof(method="app", reference=f"proof-{len(self.steps)}")
        return Said(by="client", customer_id=_CLIENT, proof=proof)

    async def _executed(self, at: datetime) -> None:
        report = {"id": "result", "type": "transfer_result", "occurred_at": at.isoformat()}
        await self._at(at)
        await take_event(self.shard, canonical({**report, "of": _TRANSFER, "result": "executed"}))
        await self._note(at, "executed")

    async def _confirm(self) -> None:
        at = self.start.replace(hour=12, minute=0) + timedelta(days=1)
        await self._at(at)
        try:
            await confirm_hold(self.shard, self.hold_id, self._said())
        except ForbiddenByLawError as error:
            await self._note(at, "confirm_refused", str(error))
            await self._end()
        else:
            await self._note(at, "confirmed")
            await self._executed(at + timedelta(minutes=1))

    async def _silence(self) -> None:
        await self._lapse("silent")

    async def _end(self) -> None:
        await self._lapse("over")

    async def _lapse(self, what: str) -> None:
        """Go to the first instant after the term."""
        until = datetime.fromisoformat(str((await read_hold(self.shard, self.hold_id))["until"]))
        at = until + timedelta(microseconds=1)
        await self._at(at)
        await self._note(at, what)

    async def _second(self) -> None:
        listed = self.start.replace(hour=10, minute=0) + timedelta(days=1)
        await self._at(listed)
        await self._enlist(_DATABASE)
        await self._note(listed, "listed")
        at = listed.replace(hour=12)
        await self._at(at)
        await confirm_hold(self.shard, self.hold_id, self._said())
        await self._note(at, "paused_again")
        await self._lapse("second_over")
        await self._executed(self.steps[-1].at + timedelta(minutes=1))

    async def _cancel(self) -> None:
        at = self.start.replace(hour=9, minute=0) + timedelta(days=1)
        await self._at(at)
        await cancel_hold(self.shard, self.hold_id, self._said())
        await self._note(at, "cancelled")

    async def _removed(self) -> None:
        at = self.start.replace(hour=11) + timedelta(days=1)
        await self._at(at)
        await self._enlist(_REASONS[self.country], out=True)
        await self._note(at, "removed")


async def two_days(scratch: Scratch, country: Country, *, wish: Wish) -> Sequence[Step]:
    """Play one held transfer to one of its ends."""
    return await Stage(scratch, country, language=wish.language, bank=wish.bank).play(wish.ending, wish.units)
