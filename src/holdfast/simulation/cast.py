"""The bank's clients: their habits, devices, addresses, payees and pay days.

A client is small and its lists are bounded, so a world's memory is settled once its cast stands.
"""

from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

from holdfast.simulation.identifiers import SPACE
from holdfast.simulation.strangers import HOME_BANK, by_details, device_id, firm, phone, stranger
from holdfast.simulation.world import Document, World

FIRMS: Final = 600
MAX_PAYEES: Final = 12
FIRST_DEVICE: Final = SPACE
DEVICES: Final = 900_000_000
_SYSTEMS: Final = ("Android 14", "Android 13", "iOS 18", "iOS 17", "Android 15")
_APPS: Final = ("7.4.1", "7.4.0", "7.3.9", "7.2.2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A way of life: its share of clients, how busy it is, what it earns (roubles a month), when it is awake."""

    name: str
    share: float
    pace: float
    income: int
    habits: tuple[int, ...]
    kind: str = "individual"


SEGMENTS: Final = (
    Segment(name="salaried", share=0.44, pace=1.0, income=78_000, habits=(0, 0, 2)),
    Segment(name="pensioner", share=0.14, pace=0.5, income=24_000, habits=(1, 1, 0)),
    Segment(name="student", share=0.09, pace=1.1, income=11_000, habits=(2, 2, 3)),
    Segment(name="self_employed", share=0.11, pace=1.3, income=64_000, habits=(0, 2)),
    Segment(name="trader", share=0.05, pace=1.8, income=190_000, habits=(0, 1), kind="sole_trader"),
    Segment(name="night_worker", share=0.06, pace=0.9, income=58_000, habits=(3,)),
    Segment(name="newcomer", share=0.05, pace=0.8, income=52_000, habits=(0, 1, 2)),
    Segment(name="dormant", share=0.04, pace=0.03, income=9_000, habits=(0, 2, 3)),
    Segment(name="firm", share=0.02, pace=3.0, income=900_000, habits=(0,), kind="organisation"),
)


@dataclass(slots=True, kw_only=True)
class Client:
    """One client; `wealth` scales every amount, `payees` are running numbers of people outside the bank.

    Only `payees`, `devices` and `sim_changed_ms` change while the world runs, and none of them grows.
    """

    n: int
    customer_id: str
    segment: Segment
    party: Document
    payer: Document
    devices: list[Document]
    session: Document
    place: Document
    wealth: float
    habit: int
    pay_day: int
    rent_day: int
    bills_day: int
    tenant: bool
    family: tuple[int, ...]
    payees: list[int]
    employer: int
    telecom: bool
    hides: bool
    paid_by_us: bool

    @property
    def individual(self) -> bool:
        """Say whether the client is a private person."""
        return self.segment.kind == "individual"


def _session(rng: Random, n: int, providers: tuple[str, ...]) -> Document:
    """Give a home address out of the ranges kept for documentation."""
    provider = providers[n % len(providers)]
    if rng.random() < 0.4:
        return {"ip": f"2001:db8:{n >> 16:x}:{n & 0xFFFF:x}::{rng.randrange(2, 250):x}", "provider": provider}
    block = "192.0.2" if rng.random() < 0.6 else "198.51.100"
    return {"ip": f"{block}.{rng.randrange(1, 255)}", "provider": provider}


def device(rng: Random) -> Document:
    """Give a device with its system and the bank's app on it."""
    return {
        "id": device_id(FIRST_DEVICE + rng.randrange(DEVICES)),
        "os": rng.choice(_SYSTEMS),
        "app": rng.choice(_APPS),
    }


def _segment(rng: Random, n: int) -> Segment:
    """Choose a way of life; the first clients go round all of them, so that small worlds have every one."""
    if n < 2 * len(SEGMENTS):
        return SEGMENTS[n % len(SEGMENTS)]
    return rng.choices(SEGMENTS, weights=[segment.share for segment in SEGMENTS])[0]


def _payer(world: World, n: int, segment: Segment) -> Document:
    """Give the client as the payer of a transfer, with its account in our bank."""
    details = (
        firm(world.jurisdiction, FIRMS + n)
        if segment.kind == "organisation"
        else by_details(world.jurisdiction, n, HOME_BANK)
    )
    return {
        "customer_id": f"c-{n + 1}",
        "kind": segment.kind,
        "account": details["account"],
        "phone": phone(world.jurisdiction, n),
    }


def _client(world: World, rng: Random, n: int) -> Client:
    """Invent one client."""
    segment = _segment(rng, n)
    payer = _payer(world, n, segment)
    people = [stranger(n * 8 + place) for place in range(8)]
    return Client(
        n=n,
        customer_id=payer["customer_id"],
        segment=segment,
        payer=payer,
        party={"customer_id": payer["customer_id"], "kind": segment.kind, "phone": payer["phone"]},
        devices=[device(rng) for _ in range(1 + (rng.random() < 0.3))],
        session=_session(rng, n, world.country.providers),
        place={"country": world.country.code, "city": rng.choice(world.country.cities)},
        wealth=rng.lognormvariate(0, 0.45),
        habit=rng.choice(segment.habits),
        pay_day=rng.choice((1, 5, 7, 10, 15, 20, 25)),
        rent_day=rng.randrange(1, 28),
        bills_day=rng.randrange(8, 26),
        tenant=rng.random() < 0.25,
        family=tuple(people[: 1 + n % 4]),
        payees=people[4:],
        employer=rng.randrange(100, FIRMS),
        telecom=rng.random() < world.telecom_share,
        hides=rng.random() < 0.02,
        paid_by_us=segment.name in {"salaried", "night_worker", "pensioner", "newcomer"},
    )


class Cast:
    """All clients of a world, and quick ways to choose among them."""

    def __init__(self, world: World, rng: Random) -> None:
        self.clients = [_client(world, rng, n) for n in range(world.clients)]
        self.busyness = list(accumulate(client.segment.pace for client in self.clients))
        self.by_pay_day = self._by_day("pay_day", [c for c in self.clients if c.paid_by_us])
        self.by_rent_day = self._by_day("rent_day", [c for c in self.clients if c.tenant and c.individual])
        self.by_bills_day = self._by_day("bills_day", [c for c in self.clients if c.segment.name != "dormant"])
        self._strangers = world.clients * 8
        self._pools: dict[str, list[Client]] = {}
        for client in self.clients:
            self._pools.setdefault(client.segment.name, []).append(client)
        self._pools["person"] = [
            c for c in self.clients if c.individual and c.segment.name not in {"dormant", "newcomer"}
        ]
        self._pools["reported"] = [c for c in self._pools["person"] if c.telecom] or self._pools["person"]

    @staticmethod
    def _by_day(name: str, clients: list[Client]) -> dict[int, list[Client]]:
        """Group clients by one of their days of the month."""
        days: dict[int, list[Client]] = {}
        for client in clients:
            days.setdefault(getattr(client, name), []).append(client)
        return days

    def choose(self, rng: Random, *segments: str) -> Client:
        """Choose a client of one of the segments.

        `person` is any private one with a steady life, `reported` one about whose number an operator reports.
        """
        return rng.choice(self._pools[rng.choice(segments)])

    def new_stranger(self) -> int:
        """Give somebody whom nobody has met yet."""
        self._strangers += 1
        return stranger(self._strangers)
