"""What a run over a file has seen so far: outcomes, signs, rules, speed, and what they caught at which cost."""

from collections import Counter
from dataclasses import dataclass, field

from holdfast.vocabulary.judgement import Judgement
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, Outcome

STATES = ("fired", "clear", "unknown")
LEVELS = (Outcome.CHALLENGE, Outcome.HOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """What the decisions at or above one outcome caught: of the bad events, and of the honest ones."""

    level: str
    caught: int
    missed: int
    honest_stopped: int
    honest_passed: int

    @property
    def precision(self) -> float | None:
        """Give the share of bad events among the stopped ones."""
        stopped = self.caught + self.honest_stopped
        return self.caught / stopped if stopped else None

    @property
    def recall(self) -> float | None:
        """Give the share of bad events that were stopped."""
        bad = self.caught + self.missed
        return self.caught / bad if bad else None

    @property
    def honest_per_caught(self) -> float | None:
        """Give how many honest events are stopped for each bad one."""
        return self.honest_stopped / self.caught if self.caught else None


@dataclass(slots=True, kw_only=True)
class FileRun:
    """The running summary of one file.

    `duplicates` are rows whose id and content came before (skipped), `known` those that a store had already;
    `late` rows lie more than 24 hours before an earlier row and stay outside the windows; `outcomes` and `truth`
    count decisions by outcome, the latter for labelled rows; `stage_ns` is where the time went.
    """

    rows: int = 0
    events: int = 0
    rejected: int = 0
    duplicates: int = 0
    known: int = 0
    late: int = 0
    unordered: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    longest_step_ms: int = 0
    longest_step_line: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    would_be: Counter[str] = field(default_factory=Counter)
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    titles: dict[str, str] = field(default_factory=dict)
    lacking: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    truth: Counter[tuple[str, bool]] = field(default_factory=Counter)
    fired_truth: Counter[tuple[str, bool]] = field(default_factory=Counter)
    stage_ns: Counter[str] = field(default_factory=Counter)

    def see(self, judgement: Judgement, *, bad: bool | None) -> None:
        """Count one decision."""
        self.outcomes[judgement.outcome] += 1
        if judgement.would_be is not None:
            self.would_be[judgement.would_be] += 1
        for sign in judgement.signs:
            self.states[sign.id, sign.state] += 1
            if sign.id not in self.titles:
                self.titles[sign.id] = sign.title
            if sign.missing:
                self.lacking[sign.id, sign.missing] += 1
            if sign.state == "fired" and bad is not None:
                self.fired_truth[sign.id, bad] += 1
        self._see_rules(judgement, bad=bad)
        if bad is not None:
            self.truth[judgement.outcome, bad] += 1

    def _see_rules(self, judgement: Judgement, *, bad: bool | None) -> None:
        for rule in judgement.rules:
            self.rules[rule.id] += 1
            self.titles.setdefault(rule.id, rule.title)
            if bad is not None:
                self.fired_truth[rule.id, bad] += 1

    def signs(self) -> dict[str, dict[str, int]]:
        """Give how often each sign was fired, clear and unknown."""
        names = dict.fromkeys(name for name, _ in self.states)
        return {name: {state: self.states[name, state] for state in STATES} for name in names}

    def missing(self, sign: str) -> list[str]:
        """Name what a sign was most often unknown without."""
        counts: Counter[str] = Counter()
        for (name, inputs), count in self.lacking.items():
            if name == sign:
                counts.update(dict.fromkeys(inputs, count))
        return [name for name, _ in counts.most_common()]

    def caught(self) -> list[Caught]:
        """Compare decisions with labels, at challenge and above and at hold and above; empty without labels."""
        if not self.truth:
            return []
        return [self._caught(level) for level in LEVELS]

    def _caught(self, level: Outcome) -> Caught:
        def count(*, bad: bool, stopped: bool) -> int:
            return sum(
                number
                for (word, truth), number in self.truth.items()
                if truth is bad and (OUTCOME_BY_WORD[word] >= level) is stopped
            )

        return Caught(
            level=level.word,
            caught=count(bad=True, stopped=True),
            missed=count(bad=True, stopped=False),
            honest_stopped=count(bad=False, stopped=True),
            honest_passed=count(bad=False, stopped=False),
        )
