"""What was decided against what is true, counted while the events pass by, at a memory that hardly grows."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from holdfast.cli.demo.course import is_market
from holdfast.simulation.market.report import MarketReport, burden_row, story_rows
from holdfast.simulation.report import Friction, Judged
from holdfast.simulation.scenes import SCENES
from holdfast.simulation.story import MONEY_EVENTS
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, Outcome

_KEPT_LATENCIES = 4_000
_RATE_SECONDS = 5.0
_SHOWN = 12


@dataclass(slots=True)
class SceneCount:
    """One scene: the tellings seen, stopped, and asked for a further check; the money stopped, and the money gone.

    What was let go under a check counts as gone, though a real client may still turn back.
    """

    honest: bool
    told: set[str] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    checked: set[str] = field(default_factory=set)
    saved_minor: int = 0
    lost_minor: int = 0

    def add(self, judged: Judged, scene_id: str) -> None:
        """Count an event by which the scene's money moves."""
        amount = int(judged.simulated.event.get("amount_minor", 0))
        self.told.add(scene_id)
        if judged.outcome is Outcome.CHALLENGE:
            self.checked.add(scene_id)
        if judged.stopped:
            self.stopped.add(scene_id)
            self.saved_minor += amount
        else:
            self.lost_minor += amount


@dataclass(slots=True)
class GroupCount:
    """What one group of honest people bore, and the frauds caught in it."""

    honest: int = 0
    stopped: int = 0
    challenged: int = 0
    caught: int = 0
    frauds: int = 0

    def add(self, judged: Judged) -> None:
        """Count one transfer."""
        if judged.simulated.fraud:
            self.frauds += 1
            self.caught += judged.stopped
        else:
            self.honest += 1
            self.stopped += judged.stopped
            self.challenged += judged.outcome is Outcome.CHALLENGE

    def friction(self, group: str) -> Friction:
        """Give the counts as the simulation's report states them."""
        return Friction(
            group=group,
            honest_transfers=self.honest,
            honest_stopped=self.stopped,
            honest_challenged=self.challenged,
            frauds_caught=self.caught,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One hold or refusal as the live view shows it; `fraud` is the simulation's truth."""

    at: str
    outcome: str
    amount_minor: int
    currency: str
    rail: str
    reason: str
    sign: str
    until: str
    fraud: bool


class Tally:
    """All counts of one demonstration; nothing is counted while it warms up."""

    def __init__(self) -> None:
        self.events = self.warm_events = self.failures = 0
        self.last_failure = ""
        self.outcomes: Counter[str] = Counter()
        self.scenes: dict[str, SceneCount] = {}
        self.all = GroupCount()
        self.market = MarketReport()
        self.rails: dict[str, GroupCount] = {}
        self.segments: dict[str, GroupCount] = {}
        self.stops: deque[Stop] = deque(maxlen=_SHOWN)
        self.latencies_ms: deque[float] = deque(maxlen=_KEPT_LATENCIES)
        self._marks: deque[tuple[float, int, int]] = deque()
        self.best_rate = 0.0

    @property
    def decisions(self) -> int:
        """Give the number of decisions."""
        return self.outcomes.total()

    def add(self, judged: Judged, reply: dict[str, Any]) -> None:
        """Count one decided event."""
        simulated = judged.simulated
        self.outcomes[judged.outcome.word] += 1
        if judged.stopped:
            self.stops.append(_stop(judged, reply))
        if is_market(simulated.event):
            self.market.add(judged)
            return
        if simulated.event["type"] == "transfer":
            rail = str(simulated.event["rail"])
            for count in (
                self.all,
                self.rails.setdefault(rail, GroupCount()),
                self.segments.setdefault(simulated.segment, GroupCount()),
            ):
                count.add(judged)
        if simulated.scene is not None and simulated.scene_id is not None and _moves(judged):
            honest = SCENES[simulated.scene].honest
            self.scenes.setdefault(simulated.scene, SceneCount(honest)).add(judged, simulated.scene_id)

    def told(self, *, honest: bool) -> tuple[int, int]:
        """Give how many tellings there were of fraud (or of honest twins), and how many were stopped."""
        counts = [count for count in self.scenes.values() if count.honest is honest]
        return sum(len(count.told) for count in counts), sum(len(count.stopped) for count in counts)

    def money(self) -> tuple[int, int]:
        """Give the money of fraud that was stopped, and that went."""
        frauds = [count for count in self.scenes.values() if not count.honest]
        return sum(count.saved_minor for count in frauds), sum(count.lost_minor for count in frauds)

    def mark(self) -> None:
        """Take note of the time, for the rates."""
        self._marks.append((time.monotonic(), self.events + self.warm_events, self.decisions))
        while len(self._marks) > 2 and self._marks[-1][0] - self._marks[0][0] > _RATE_SECONDS:
            self._marks.popleft()
        self.best_rate = max(self.best_rate, self.rates()[0])

    def rates(self) -> tuple[float, float]:
        """Give events and decisions a second over the last seconds."""
        if len(self._marks) < 2:
            return 0.0, 0.0
        (begin, events, decisions), (end, *after) = self._marks[0], self._marks[-1]
        span = max(end - begin, 1e-3)
        return (after[0] - events) / span, (after[1] - decisions) / span

    def latency_ms(self) -> tuple[float, float] | None:
        """Give the median and the 99th percentile of the last calls, as the caller saw them."""
        ranked = sorted(self.latencies_ms)
        if not ranked:
            return None
        return ranked[len(ranked) // 2], ranked[min(len(ranked) * 99 // 100, len(ranked) - 1)]

    def document(self) -> dict[str, Any]:
        """Give everything that the pages and `--json` show."""
        latency = self.latency_ms()
        return {
            "events": self.events,
            "warm_up_events": self.warm_events,
            "decisions": self.decisions,
            "failures": self.failures,
            "outcomes": dict(self.outcomes),
            "events_per_second": round(self.rates()[0]),
            "events_per_second_best": round(self.best_rate),
            "latency_ms_p50": latency and round(latency[0], 2),
            "latency_ms_p99": latency and round(latency[1], 2),
            "overall": group_row("all", self.all),
            "rails": [group_row(name, count) for name, count in sorted(self.rails.items())],
            "segments": [group_row(name, count) for name, count in sorted(self.segments.items())],
            "scenes": [scene_row(name, self.scenes[name]) for name in SCENES if name in self.scenes],
            "market": {
                "overall": burden_row("all", self.market.all),
                "kinds": [burden_row(name, one) for name, one in sorted(self.market.kinds.items())],
                "groups": [burden_row(name, one) for name, one in sorted(self.market.groups.items())],
                "scenes": story_rows(self.market.stories),
            },
        }


def _moves(judged: Judged) -> bool:
    """Tell whether a scene's money moves with an event."""
    simulated = judged.simulated
    scene = SCENES[simulated.scene or ""]
    return simulated.fraud or (scene.honest and simulated.event["type"] in MONEY_EVENTS)


def judged_of(simulated: Any, reply: dict[str, Any]) -> Judged:
    """Put a simulated event beside the decision that it got."""
    fired = tuple(row["id"] for row in reply["signs"] if row["state"] == "fired")
    return Judged(simulated=simulated, outcome=OUTCOME_BY_WORD[reply["outcome"]], signs=fired)


def _stop(judged: Judged, reply: dict[str, Any]) -> Stop:
    event, hold = judged.simulated.event, reply["hold"]
    ground = reply["ground"] or ""
    titles = {row["id"]: row["title"] for row in (*reply["signs"], *reply["rules"])}
    priced = event.get("listing", event)
    return Stop(
        at=event["occurred_at"][:16].replace("T", " "),
        outcome=reply["outcome"],
        amount_minor=priced.get("amount_minor") or priced.get("price_minor", 0),
        currency=priced.get("currency", ""),
        rail=str(event.get("rail") or event["type"]),
        reason=titles.get(ground, ground),
        sign=ground,
        until=hold["until"][:16].replace("T", " ") if hold else "",
        fraud=judged.simulated.fraud,
    )


def group_row(name: str, count: GroupCount) -> dict[str, Any]:
    """Describe one group."""
    friction = count.friction(name)
    per_fraud = friction.stopped_per_fraud
    return {
        "group": name,
        "honest": count.honest,
        "stopped": count.stopped,
        "challenged": count.challenged,
        "frauds": count.frauds,
        "caught": count.caught,
        "stopped_per_10k": round(friction.stopped_per_10k, 2),
        "stopped_per_fraud": None if per_fraud is None else round(per_fraud, 2),
    }


def scene_row(name: str, count: SceneCount) -> dict[str, Any]:
    """Describe one scene."""
    return {
        "scene": name,
        "honest": count.honest,
        "told": len(count.told),
        "stopped": len(count.stopped),
        "checked": len(count.checked - count.stopped),
        "saved_minor": count.saved_minor,
        "lost_minor": count.lost_minor,
    }
