"""A scene being told: a few clients, some hours or days, and events that only together mean something.

`Story` writes events with their truth. Its moves (calls, a login from elsewhere, own money drawn together,
a payment, cash) are the sentences of which frauds and their honest twins are both made, so that no single
field tells them apart.
"""

from collections.abc import Mapping
from typing import Any, Final

from holdfast.simulation.cast import Client, device
from holdfast.simulation.signs import signs_in_force
from holdfast.simulation.strangers import LISTED_PLACES, ring_member
from holdfast.simulation.telling import Teller, Truth
from holdfast.simulation.world import HOSTING, Document
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, MINUTE_MS

WEEK_MS = 7 * DAY_MS
MONEY_EVENTS: Final = frozenset({"transfer", "cash_withdrawal", "cash_deposit", "loan_payout"})


class Story:
    """One telling of a scene with one client in its centre; `ms` is the instant at which it begins."""

    def __init__(self, teller: Teller, name: str, *, honest: bool, lead: Client, ms: int) -> None:
        self.teller = teller
        self.name = name
        self.honest = honest
        self.lead = lead
        self.ms = ms
        self.rng = teller.rng
        self.id = teller.scene_id(name)
        self.frauds = 0

    # --- writing ---

    def add(self, ms: int, kind: str, signs: tuple[str, ...] | None = None, /, **fields: Any) -> Document:
        """Write an event; `signs` (also an empty tuple) says that this is where the money goes.

        In a scene of fraud such an event is the fraud; in an honest one, `signs` are those that the letter of
        the law makes fire on an honest client.
        """
        fraud = signs is not None and not self.honest and kind in MONEY_EVENTS
        self.frauds += fraud and kind == "transfer"
        truth = Truth(fraud=fraud, scene=self.name, scene_id=self.id, signs=self.in_force(signs or (), ms))
        event = self.teller.scribe.event(kind, ms, **fields)
        self.teller.write(ms, event, self.lead.segment.name, truth=truth)
        return event

    def in_force(self, signs: tuple[str, ...], ms: int) -> tuple[str, ...]:
        """Give the ids of signs by the law of the instant and of the world's country."""
        return signs_in_force(signs, ms, self.teller.world.jurisdiction)

    def note(self, ms: int, kind: str, signs: tuple[str, ...] | None = None, /, **fields: Any) -> Document:
        """Write an event about the lead that is no transfer."""
        return self.add(ms, kind, signs, client=self.lead.party.copy(), **fields)

    def transfer(self, ms: int, signs: tuple[str, ...] | None = None, /, **fields: Any) -> Document:
        """Write a transfer and, a little later, its result."""
        event = self.add(ms, "transfer", signs, currency=self.teller.world.country.currency, **fields)
        truth = Truth(fraud=False, scene=self.name, scene_id=self.id)
        self.teller.result(ms, event, self.lead.segment.name, truth=truth)
        return event

    # --- money ---

    def pay(self, ms: int, payee: Document, signs: tuple[str, ...] | None = None, /, **fields: Any) -> Document:
        """Let the lead pay; `roubles`, `rail` and parts of the app's state may be given, the rest is usual."""
        amount = self.teller.round_money(fields.pop("roubles"))
        state = {**self.teller.app(self.lead), **fields}
        state.setdefault("rail", "order")
        state.setdefault("channel", "app")
        state.setdefault("cross_border", False)
        if signs is not None:
            signs = (*signs, *_seen_by_app(state, signs))
        return self.transfer(ms, signs, amount_minor=amount, payer=self.lead.payer.copy(), payee=payee, **state)

    def receive(self, ms: int, payer: Document, signs: tuple[str, ...] | None = None, /, **fields: Any) -> Document:
        """Let money arrive at the lead's account."""
        amount = self.teller.round_money(fields.pop("roubles"))
        fields.setdefault("rail", self.instant)
        return self.transfer(ms, signs, amount_minor=amount, payer=payer, payee=self.lead.payer.copy(), **fields)

    def draw_own(self, ms: int, roubles: float) -> Document:
        """Draw the lead's own money from another bank by phone number."""
        payer = {**self.teller.payee(self.lead.n, self.instant), "own": True}
        return self.receive(ms, payer, roubles=roubles)

    def cash(self, ms: int, signs: tuple[str, ...] | None = None, /, **fields: Any) -> Document:
        """Let the lead ask a machine for cash; `roubles` is the sum."""
        amount = self.teller.round_money(fields.pop("roubles"))
        state: dict[str, Any] = {"method": "card", "declined_today": 0, "atm_id": f"atm-{self.rng.randrange(140)}"}
        state |= {"currency": self.teller.world.country.currency, "place": self.lead.place.copy(), **fields}
        return self.note(ms, "cash_withdrawal", signs, amount_minor=amount, **state)

    @property
    def instant(self) -> str:
        """Give the rail by which people send money by phone number."""
        return self.teller.world.country.instant

    # --- people ---

    def accomplice(self) -> int:
        """Choose somebody of this week's ring, whom no list knows yet."""
        return ring_member(self.ms // WEEK_MS, self.rng.randrange(32))

    def listed(self, name: str) -> int:
        """Choose somebody who came to stand on a list weeks ago."""
        return ring_member(self.ms // WEEK_MS - 3 - self.rng.randrange(5), self.rng.choice(LISTED_PLACES[name]))

    def stranger(self) -> int:
        """Give an honest person whom the lead never paid."""
        return self.teller.cast.new_stranger()

    def order_payee(self, n: int) -> Document:
        """Name a person by account details."""
        return self.teller.payee(n, "order")

    # --- what goes before ---

    def calls(self, ms: int, *, heavy: bool, atypical: float = 0.5) -> bool:
        """Report many calls on the lead's number over the hours before `ms`, if its operator reports.

        `heavy` makes the counters speak for themselves; `atypical` is the chance that the operator itself finds
        them so. Answers whether the report ought to count as a sign.
        """
        if not self.lead.telecom:
            return False
        rng, usual = self.rng, 3 + self.lead.n % 14
        found = True if rng.random() < atypical else None if heavy or rng.random() < 0.3 else False
        loud = heavy or found is not None  # a quiet report without a finding stays near what is usual
        minutes = int(usual * rng.uniform(4, 12)) + 31 if loud else int(usual * rng.uniform(1.5, 2.9)) + 12
        count = 6 + minutes // rng.randrange(5, 12)
        many = {"count": rng.randrange(6, 30) if heavy else rng.randrange(2, 9), "usual_count": 2 + usual // 5}
        self.note(
            ms,
            "telecom_activity",
            provider="op-1",
            window_start=self.teller.scribe.instant(ms - int(rng.uniform(6.2, 11) * HOUR_MS)),
            window_end=self.teller.scribe.instant(ms),
            calls={
                "count": count,
                "minutes": minutes,
                "new_numbers": rng.randrange(2, max(count // 2, 4)),
                "usual_minutes": usual,
            },
            messages=many,
            **({} if found is None else {"atypical": found}),
        )
        return found is True or (found is None and heavy)

    def login(self, ms: int, **fields: Any) -> None:
        """Let a session start; device, session and place may be given."""
        self.note(ms, "login", **{"where": "bank", "result": "passed", **self.teller.app(self.lead), **fields})

    def change(self, ms: int, field: str, *, where: str = "bank", confirmed: bool | None = None) -> None:
        """Change something in the lead's profile."""
        more = {} if confirmed is None else {"confirmed": confirmed}
        self.note(ms, "profile_change", field=field, where=where, **more)

    def elsewhere(self, *, hosted: bool, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Give another person's device and network: a thief's, or the lead's own new phone on holiday."""
        new = {**device(self.rng), **(state or {})}
        session: Document = {"ip": f"203.0.113.{self.rng.randrange(1, 255)}", "port": self.rng.randrange(1024, 65_000)}
        session["provider"] = HOSTING if hosted else self.rng.choice(("roaming", "steppe-mobile", "coast-net"))
        if hosted:
            session["hiding_tools"] = True
        return {"device": new, "session": session}

    def later(self, low_minutes: float, high_minutes: float) -> int:
        """Move the story's instant on by some minutes and give it."""
        self.ms += int(self.rng.uniform(low_minutes, high_minutes) * MINUTE_MS)
        return self.ms


def _seen_by_app(state: Mapping[str, Any], known: tuple[str, ...]) -> tuple[str, ...]:
    """Name the signs that device and session make fire by themselves, beside those that the story names."""
    device = state["device"]
    seen = ["call"] if device.get("call_active") else []
    if device.get("malware") or device.get("remote_control"):
        seen.append("1.10a")
    if state["session"].get("hiding_tools"):
        seen.append("1.10b")
    return tuple(sign for sign in seen if sign not in known)
