"""What was decided on the marketplace against what was true: stories stopped, and what honest people bore.

A story of fraud counts as stopped when an event by which somebody was to lose something was held or refused, as
warned when the strongest outcome was a challenge. Honest events are counted by their kind and by the way of life of
whoever acted, so that nobody's burden hides in the mean.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from holdfast.simulation.market.scenes import MARKET_SCENES
from holdfast.simulation.report import Judged
from holdfast.vocabulary.outcome import Outcome


@dataclass(slots=True)
class Story:
    """One scene: the tellings seen, those stopped, and those that only met a further check or a warning."""

    honest: bool
    told: set[str] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    warned: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Burden:
    """What one group of honest people bore: events decided, stopped, and asked for a further check."""

    decided: int = 0
    stopped: int = 0
    challenged: int = 0

    @property
    def stopped_per_10k(self) -> float:
        """Give honest events stopped in 10,000; 0 where there were none."""
        return 10_000 * self.stopped / self.decided if self.decided else 0.0

    @property
    def challenged_per_10k(self) -> float:
        """Give honest events that met a further check in 10,000; 0 where there were none."""
        return 10_000 * self.challenged / self.decided if self.decided else 0.0


class MarketReport:
    """Counts decided events one by one, at a memory that hardly grows."""

    def __init__(self) -> None:
        self.stories: dict[str, Story] = {}
        self.all = Burden()
        self.kinds: dict[str, Burden] = {}
        self.groups: dict[str, Burden] = {}

    def add(self, judged: Judged) -> None:
        """Count one decided event."""
        simulated = judged.simulated
        if simulated.scene is not None and simulated.scene_id is not None:
            self._add_story(judged, simulated.scene, simulated.scene_id)
        if not simulated.fraud and simulated.segment != "fraud":
            for burden in (
                self.all,
                self.kinds.setdefault(str(simulated.event["type"]), Burden()),
                self.groups.setdefault(simulated.segment, Burden()),
            ):
                burden.decided += 1
                burden.stopped += judged.stopped
                burden.challenged += judged.outcome is Outcome.CHALLENGE

    def _add_story(self, judged: Judged, name: str, scene_id: str) -> None:
        scene = MARKET_SCENES[name]
        story = self.stories.setdefault(name, Story(scene.honest))
        if not (judged.simulated.fraud or (scene.honest and judged.simulated.segment != "fraud")):
            return
        story.told.add(scene_id)
        if judged.stopped:
            story.stopped.add(scene_id)
        elif judged.outcome is Outcome.CHALLENGE:
            story.warned.add(scene_id)

    def told(self, *, honest: bool) -> tuple[int, int]:
        """Give how many stories there were of fraud (or of honest twins), and how many were stopped."""
        stories = [story for story in self.stories.values() if story.honest is honest]
        return sum(len(story.told) for story in stories), sum(len(story.stopped) for story in stories)


def report(judged: Iterable[Judged]) -> MarketReport:
    """Count judged events."""
    found = MarketReport()
    for one in judged:
        found.add(one)
    return found


def story_rows(stories: Mapping[str, Story]) -> list[dict[str, object]]:
    """Describe every story that was told, frauds first, in the order of the table of scenes."""
    return [
        {
            "scene": name,
            "honest": stories[name].honest,
            "told": len(stories[name].told),
            "stopped": len(stories[name].stopped),
            "warned": len(stories[name].warned - stories[name].stopped),
        }
        for name in MARKET_SCENES
        if name in stories and stories[name].told
    ]


def burden_row(name: str, burden: Burden) -> dict[str, object]:
    """Describe what one group bore."""
    return {
        "group": name,
        "decided": burden.decided,
        "stopped": burden.stopped,
        "challenged": burden.challenged,
        "stopped_per_10k": round(burden.stopped_per_10k, 2),
        "challenged_per_10k": round(burden.challenged_per_10k, 2),
    }
