"""The marketplace's stream: its events in order of time, day by day, at a memory that does not grow.

A day is told as a whole: the errands of private sellers, then as many stories as keep their share. What a story says
about later days waits in a heap; the longest lasts a week or so.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import islice
from random import Random

from holdfast.simulation.market.life import tell_day
from holdfast.simulation.market.market import Market
from holdfast.simulation.market.scenes import MARKET_SCENES, MarketScene
from holdfast.simulation.market.tale import MarketTeller, Tale
from holdfast.simulation.stream import SimulatedEvent
from holdfast.simulation.telling import Row
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.instants import HOUR_MS, to_ms


class _Deck:
    """A shuffled deck of scenes; `owed` is how many of them are to be told."""

    def __init__(self, rng: Random, *, honest: bool) -> None:
        self._cards = [one for one in MARKET_SCENES.values() if one.honest is honest for _ in range(one.weight)]
        self._rng = rng
        self._left: list[MarketScene] = []
        self.owed = 0.0

    def draw(self) -> MarketScene:
        """Draw the next scene."""
        if not self._left:
            self._left = self._cards.copy()
            self._rng.shuffle(self._left)
        return self._left.pop()


class _Telling:
    """One stream's state."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.rng = Random(market.seed)
        self.teller = MarketTeller(market, self.rng)
        self._pending: list[Row] = []
        shares = ((False, market.frauds_per_1k), (True, market.twins_per_1k))
        self._decks = [(_Deck(self.rng, honest=honest), share) for honest, share in shares]

    def day(self, midnight: datetime) -> list[Row]:
        """Tell one day and give its rows in order of time."""
        day_ms = to_ms(midnight)
        self.teller.scribe.open_day(day_ms)
        told = tell_day(self.teller, day_ms, midnight.weekday())
        for deck, share in self._decks:
            deck.owed += told * share / 1_000
            while deck.owed > 0 and self.rng.random() < deck.owed:
                deck.owed -= 1
                self._tell(deck.draw(), day_ms)
        return self._rows_until(to_ms(midnight + timedelta(days=1)))

    def _tell(self, scene: MarketScene, day_ms: int) -> None:
        begin = day_ms + int(self.rng.uniform(*scene.hours) * HOUR_MS)
        scene.tell(Tale(self.teller, scene.name, honest=scene.honest, ms=begin))

    def _rows_until(self, end_ms: int) -> list[Row]:
        """Sort the day's rows with what waited for it, and put away what belongs to later days."""
        for row in self.teller.rows:
            heappush(self._pending, row)
        self.teller.rows = []
        today = []
        while self._pending and self._pending[0].ms < end_ms:
            today.append(heappop(self._pending))
        return today

    def events(self, days: int | None) -> Iterator[SimulatedEvent]:
        """Tell days one after another, for ever if no number is given."""
        midnight = self.market.start.astimezone(self.market.tzinfo).replace(hour=0, minute=0, second=0, microsecond=0)
        start_ms, told = to_ms(self.market.start), 0
        while days is None or told < days:
            yield from (_handed_out(row) for row in self.day(midnight) if row.ms >= start_ms)
            midnight += timedelta(days=1)
            told += 1


def _handed_out(row: Row) -> SimulatedEvent:
    """Turn a row into what the caller sees."""
    truth = row.truth
    return SimulatedEvent(
        event=row.event,
        fraud=truth is not None and truth.fraud,
        scene=truth.scene if truth else None,
        scene_id=truth.scene_id if truth else None,
        expected_signs=(),
        segment=row.segment,
    )


def stream(market: Market, *, days: int | None = None, count: int | None = None) -> Iterator[SimulatedEvent]:
    """Tell a market's events in order of time: so many days, or the first `count` events, or without end.

    The same market gives the same events; a longer stream begins with the shorter one. Raises `SettingError` for a
    negative length.
    """
    if (days is not None and days < 0) or (count is not None and count < 0):
        raise SettingError("a stream cannot have a negative length", pointer="days" if days else "count")
    events = _Telling(market).events(days)
    return events if count is None else islice(events, count)
