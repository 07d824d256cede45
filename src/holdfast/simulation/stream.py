"""The stream: a world's events in order of time, day by day, at a memory that does not grow.

A day is told as a whole: first the honest errands, then as many scenes as keep the share of fraud at its
mark. What a scene says about later days waits in a heap; a scene lasts a few days, so the heap stays small.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import islice
from random import Random

from holdfast.simulation.cast import Cast
from holdfast.simulation.life import Life
from holdfast.simulation.scenes import Scene, scenes_of
from holdfast.simulation.story import Story
from holdfast.simulation.telling import Row
from holdfast.simulation.world import Document, World
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.instants import HOUR_MS, to_ms

_USUAL_COST = 2.5  # transfers of a telling before any was told


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedEvent:
    """One event with its truth.

    `event` is the contract's JSON as a dict, to be read and not changed. `fraud` marks the event by which
    stolen money moves. `scene` and `scene_id` name the story, if any; `expected_signs` are the ids of the
    signs that ought to fire on this event; `segment` is the way of life of the client whose event it is.
    """

    event: Document
    fraud: bool
    scene: str | None
    scene_id: str | None
    expected_signs: tuple[str, ...]
    segment: str


class _Deck:
    """A shuffled deck of scenes, so that every one comes up in every round."""

    def __init__(self, scenes: tuple[Scene, ...], rng: Random) -> None:
        self._cards = [scene for scene in scenes for _ in range(scene.weight)]
        self._rng = rng
        self._left: list[Scene] = []
        self.debt = 0.0  # transfers that are owed to the share asked for

    def draw(self) -> Scene:
        """Draw the next scene."""
        if not self._left:
            self._left = self._cards.copy()
            self._rng.shuffle(self._left)
        return self._left.pop()


class _Telling:
    """One stream's state."""

    def __init__(self, world: World) -> None:
        rng = Random(world.seed)
        self.world = world
        self.rng = rng
        self.cast = Cast(world, rng)
        self.life = Life(world, self.cast, rng)
        self.start_ms = to_ms(world.start)
        self.pending: list[Row] = []
        self._law: tuple[tuple[Scene, ...], tuple[Scene, ...]] = ((), ())
        self._decks: tuple[_Deck, _Deck] | None = None
        self._told_in_scenes = 0  # yesterday's; they count towards the share as well

    def _decks_for(self, day_ms: int) -> tuple[_Deck, _Deck]:
        """Give the decks of fraud and of twins; a new law brings new scenes and a new deck."""
        country = self.world.jurisdiction
        law = (scenes_of(country, day_ms, honest=False), scenes_of(country, day_ms, honest=True))
        if self._decks is None or law != self._law:
            owed = [deck.debt for deck in self._decks] if self._decks else [0.0, 0.0]
            self._law, self._decks = law, (_Deck(law[0], self.rng), _Deck(law[1], self.rng))
            for deck, debt in zip(self._decks, owed, strict=True):
                deck.debt = debt
        return self._decks

    def day(self, midnight: datetime) -> list[Row]:
        """Tell one day and give its rows in order of time."""
        day_ms, end_ms = to_ms(midnight), to_ms(midnight + timedelta(days=1))
        life = self.life
        life.scribe.open_day(day_ms)
        life.transfers = 0
        life.tell_day(day_ms, midnight.toordinal() - datetime(1970, 1, 1).toordinal(), midnight.day)  # noqa: DTZ001 - a date's number has no zone
        told = life.transfers + self._told_in_scenes
        before = life.transfers
        for deck, share in zip(
            self._decks_for(day_ms), (self.world.frauds_per_100k, self.world.twins_per_100k), strict=True
        ):
            deck.debt += told * share / 100_000
            self._tell_owed(deck, day_ms)
        self._told_in_scenes = life.transfers - before
        return self._rows_until(end_ms)

    def _tell_owed(self, deck: _Deck, day_ms: int) -> None:
        """Tell scenes until what is owed is paid; the last one is begun with the chance of what is left."""
        while deck.debt > 0 and self.rng.random() * _USUAL_COST < deck.debt:
            scene = deck.draw()
            hour = self.rng.uniform(*scene.hours)
            lead = self.cast.choose(self.rng, *scene.segments)
            before = self.life.transfers
            story = Story(self.life, scene.name, honest=scene.honest, lead=lead, ms=day_ms + int(hour * HOUR_MS))
            scene.tell(story)
            deck.debt -= (self.life.transfers - before) if scene.honest else story.frauds

    def _rows_until(self, end_ms: int) -> list[Row]:
        """Sort the day's rows with what waited for it, and put away what belongs to later days."""
        today = []
        while self.pending and self.pending[0].ms < end_ms:
            today.append(heappop(self.pending))
        for row in self.life.rows:
            if row.ms < end_ms:
                today.append(row)
            else:
                heappush(self.pending, row)
        self.life.rows = []
        today.sort()
        return today

    def events(self, days: int | None) -> Iterator[SimulatedEvent]:
        """Tell days one after another, for ever if no number is given."""
        midnight = self.world.start.astimezone(self.world.tzinfo).replace(hour=0, minute=0, second=0, microsecond=0)
        told = 0
        unseen: set[str] = set()  # what lay before the start; its results are nobody's
        while days is None or told < days:
            for row in self.day(midnight):
                if row.ms < self.start_ms:
                    unseen.add(row.event["id"])
                elif row.event.get("of") not in unseen:
                    yield _handed_out(row)
            midnight += timedelta(days=1)
            told += 1


def _handed_out(row: Row) -> SimulatedEvent:
    """Turn a row into what the caller sees."""
    truth = row.truth
    if truth is None:
        return SimulatedEvent(
            event=row.event, fraud=False, scene=None, scene_id=None, expected_signs=(), segment=row.segment
        )
    return SimulatedEvent(
        event=row.event,
        fraud=truth.fraud,
        scene=truth.scene,
        scene_id=truth.scene_id,
        expected_signs=truth.signs,
        segment=row.segment,
    )


def stream(world: World, *, days: int | None = None, count: int | None = None) -> Iterator[SimulatedEvent]:
    """Tell a world's events in order of time: so many days, or the first `count` events, or without end.

    The same world gives the same events; a longer stream begins with the shorter one. Memory is that of the
    cast and of one day. Raises `SettingError` for a negative length.
    """
    if (days is not None and days < 0) or (count is not None and count < 0):
        raise SettingError("a stream cannot have a negative length", pointer="days" if days else "count")
    events = _Telling(world).events(days)
    return events if count is None else islice(events, count)
