"""One row of a stream before it is handed out, and the money arithmetic that all tellers share."""

from dataclasses import dataclass
from random import Random
from typing import Any, Final, NamedTuple

from holdfast.simulation.cast import Cast, Client
from holdfast.simulation.sampling import wild
from holdfast.simulation.scribe import Scribe
from holdfast.simulation.strangers import by_card, by_details, by_phone
from holdfast.simulation.world import HOSTING, Document, World
from holdfast.vocabulary.instants import SECOND_MS

KOPECKS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true of one event that belongs to a scene; `signs` are those that ought to fire on it."""

    fraud: bool
    scene: str
    scene_id: str
    signs: tuple[str, ...] = ()


class Row(NamedTuple):
    """One event on its way into the stream; rows sort by instant, then in the order of writing."""

    ms: int
    order: int
    event: Document
    segment: str
    truth: Truth | None


class Teller:
    """What every teller of events needs: the world, its cast, the writer and the world's own randomness."""

    def __init__(self, world: World, cast: Cast, rng: Random) -> None:
        self.world = world
        self.cast = cast
        self.rng = rng
        self.scribe = Scribe(world)
        self.rows: list[Row] = []
        self.transfers = 0
        self._order = 0
        self._scenes = 0

    def write(self, ms: int, event: Document, segment: str, *, truth: Truth | None = None) -> None:
        """Take one event into the day; `transfers` counts those that move money between accounts."""
        self._order += 1
        self.transfers += event["type"] == "transfer"
        self.rows.append(Row(ms, self._order, event, segment, truth))

    def scene_id(self, name: str) -> str:
        """Give the next telling of a scene its name."""
        self._scenes += 1
        return f"{name}-{self._scenes}"

    def money(self, roubles: float) -> int:
        """Turn roubles of a story into minor units of the country, never less than one unit of money."""
        return max(int(roubles * self.world.country.prices * KOPECKS), KOPECKS)

    def round_money(self, roubles: float) -> int:
        """Turn roubles into minor units as people choose sums: mostly in hundreds, large ones in thousands."""
        step = 1000 if roubles >= 20_000 else 100 if self.rng.random() < 0.8 else 10
        return max(round(roubles / step), 1) * step * self.world.country.prices * KOPECKS

    def between(self, low: float, high: float) -> int:
        """Draw a sum between two limits in roubles, more often near the lower one."""
        share = self.rng.random()
        return self.round_money(low + (high - low) * share * share)

    def wild_sum(self, median: float) -> int:
        """Draw a sum with a heavy tail, in roubles around a median."""
        return self.round_money(median * wild(self.rng.random()))

    def payee(self, n: int, rail: str) -> Document:
        """Name a person outside the bank as the rail does."""
        country = self.world.jurisdiction
        if rail == "sbp":
            return by_phone(country, n)
        if rail == "card":
            return by_card(n) if country == "ru" else {**by_card(n), **by_phone(country, n)}
        return by_details(country, n)

    def app(self, client: Client) -> dict[str, Any]:
        """Give device, session and place of a client who uses the bank's app at home."""
        draw = self.rng.random()
        device = client.devices[int(draw * len(client.devices))].copy()
        if draw < 0.75:
            device["malware"] = False
        device["call_active"] = (draw * 7919) % 1 < 0.03
        session = client.session.copy()
        session["port"] = 1024 + int(draw * 64_000)
        if client.hides and draw > 0.8:
            session.update(ip=f"203.0.113.{1 + client.n % 250}", provider=HOSTING, hiding_tools=True)
        elif draw < 0.6:
            session["hiding_tools"] = False
        return {"device": device, "session": session, "place": client.place.copy()}

    def result(self, ms: int, event: Document, segment: str, *, truth: Truth | None = None) -> None:
        """Report a transfer as executed some seconds later."""
        ms += SECOND_MS + int(self.rng.random() * 40_000)
        self.write(
            ms, self.scribe.event("transfer_result", ms, of=event["id"], result="executed"), segment, truth=truth
        )
