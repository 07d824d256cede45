"""What was decided against what is true: caught and missed by scene, and what honest people had to bear.

Pure functions over `Judged`: a simulated event, the outcome that it got, and the signs that fired. A fraud
counts as caught when an event that moves its money was held or refused; an honest client counts as stopped when
an honest transfer was held or refused. A challenge is counted apart, for it costs a minute and not the payment.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from holdfast.simulation.scenes import SCENES
from holdfast.simulation.story import MONEY_EVENTS
from holdfast.simulation.stream import SimulatedEvent
from holdfast.vocabulary.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One simulated event with its outcome and the ids of the signs that fired on it."""

    simulated: SimulatedEvent
    outcome: Outcome
    signs: tuple[str, ...] = ()

    @property
    def stopped(self) -> bool:
        """Say whether the event was held or refused."""
        return self.outcome >= Outcome.HOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneReport:
    """One scene's tellings: of fraud, how many were caught; of honest twins, how many were stopped.

    `saved_minor` and `lost_minor` are the money of stopped and of passed events of fraud (of honest ones: the
    money that had to wait, and that went through); `signs_missed` counts expected signs that did not fire.
    """

    scene: str
    honest: bool
    tellings: int
    stopped: int
    saved_minor: int
    lost_minor: int
    signs_seen: Counter[str]
    signs_missed: Counter[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Friction:
    """What honest people bore in one group: transfers, those stopped, those challenged, and frauds caught."""

    group: str
    honest_transfers: int
    honest_stopped: int
    honest_challenged: int
    frauds_caught: int

    @property
    def stopped_per_10k(self) -> float:
        """Give honest transfers stopped in 10,000; 0 where there were none."""
        return 10_000 * self.honest_stopped / self.honest_transfers if self.honest_transfers else 0.0

    @property
    def stopped_per_fraud(self) -> float | None:
        """Give honest transfers stopped for each fraudulent one caught; unknown where none was caught."""
        return self.honest_stopped / self.frauds_caught if self.frauds_caught else None


@dataclass(slots=True)
class _SceneCount:
    """What is counted of one scene while the judged events pass by."""

    tellings: set[str]
    stopped: set[str]
    money: Counter[bool]
    seen: Counter[str]
    missed: Counter[str]


def _count_scene(tally: _SceneCount, item: Judged, scene_id: str, *, moves: bool) -> None:
    """Add one event of a scene; `moves` says that its story's money moves with it."""
    tally.tellings.add(scene_id)
    expected = item.simulated.expected_signs
    tally.seen.update(sign for sign in expected if sign in item.signs)
    tally.missed.update(sign for sign in expected if sign not in item.signs)
    if not moves:
        return
    tally.money[item.stopped] += int(item.simulated.event.get("amount_minor", 0))
    if item.stopped:
        tally.stopped.add(scene_id)


def by_scene(judged: Iterable[Judged]) -> tuple[SceneReport, ...]:
    """Report every scene that was told, frauds first, in the order of the table of scenes."""
    tallies: dict[str, _SceneCount] = {}
    for item in judged:
        name, scene_id = item.simulated.scene, item.simulated.scene_id
        if name is None or scene_id is None:
            continue
        tally = tallies.setdefault(name, _SceneCount(set(), set(), Counter(), Counter(), Counter()))
        money_event = item.simulated.event["type"] in MONEY_EVENTS
        moves = item.simulated.fraud or (SCENES[name].honest and money_event)
        _count_scene(tally, item, scene_id, moves=moves)
    return tuple(
        SceneReport(
            scene=name,
            honest=scene.honest,
            tellings=len(tallies[name].tellings),
            stopped=len(tallies[name].stopped),
            saved_minor=tallies[name].money[True],
            lost_minor=tallies[name].money[False],
            signs_seen=tallies[name].seen,
            signs_missed=tallies[name].missed,
        )
        for name, scene in SCENES.items()
        if name in tallies
    )


def _friction(judged: Iterable[Judged], groups: Iterable[str]) -> tuple[Friction, ...]:
    """Count honest transfers and caught frauds in groups; `groups` names each item's group."""
    honest: Counter[str] = Counter()
    stopped: Counter[str] = Counter()
    challenged: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    for item, group in zip(judged, groups, strict=True):
        if item.simulated.event["type"] != "transfer":
            continue
        if item.simulated.fraud:
            caught[group] += item.stopped
            continue
        honest[group] += 1
        stopped[group] += item.stopped
        challenged[group] += item.outcome == Outcome.CHALLENGE
    return tuple(
        Friction(
            group=group,
            honest_transfers=honest[group],
            honest_stopped=stopped[group],
            honest_challenged=challenged[group],
            frauds_caught=caught[group],
        )
        for group in sorted(honest.keys() | caught.keys())
    )


def overall(judged: Iterable[Judged]) -> Friction:
    """Report all transfers as one group, `all`."""
    items = list(judged)
    found = _friction(items, ("all" for _ in items))
    empty = Friction(group="all", honest_transfers=0, honest_stopped=0, honest_challenged=0, frauds_caught=0)
    return found[0] if found else empty


def by_rail(judged: Iterable[Judged]) -> tuple[Friction, ...]:
    """Report transfers by rail, in the order of the rails' names."""
    items = list(judged)
    return _friction(items, (str(item.simulated.event.get("rail", "")) for item in items))


def by_segment(judged: Iterable[Judged]) -> tuple[Friction, ...]:
    """Report transfers by the client's way of life, so that nobody's burden hides in the mean."""
    items = list(judged)
    return _friction(items, (item.simulated.segment for item in items))
