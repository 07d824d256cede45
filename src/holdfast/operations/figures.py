"""Counts of what was decided, and of the money that was decided on without knowing a sign."""

from collections import Counter
from dataclasses import dataclass, field

from holdfast.scoring.scorer import Scored, Scorer
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.judgement import Judgement, PartialJudgement


@dataclass(slots=True, kw_only=True)
class Figures:
    """Counters since the start of the process.

    `decisions` is by (event type, outcome), `fired` by sign, `without_minor` by (sign, currency) in minor units of
    money that passed while the sign was unknown, `again_unknown` counts confirmations that passed although a list could
    not say whether the payee is on it. `scored` and `unscored` count by model the decisions with and without its score,
    `late` the answers that were given up at their deadline, `skipped` those decisions without an input from outside, by
    (input, why it was missing, policy).
    """

    decisions: Counter[tuple[str, str]] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    without_minor: Counter[tuple[str, str]] = field(default_factory=Counter)
    again_unknown: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    events: Counter[str] = field(default_factory=Counter)
    scored: Counter[str] = field(default_factory=Counter)
    unscored: Counter[str] = field(default_factory=Counter)
    late: int = 0
    skipped: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def watch(self, scorer: Scorer | None, scored: Scored | None) -> None:
        """Count a score that was asked for, and let the model watch what it was asked."""
        if scorer is None:
            return
        if scored is None:
            self.unscored[scorer.model.version] += 1
            return
        self.scored[scorer.model.version] += 1
        scorer.drift.see(scored.row, scored.value)

    def count(self, event: Event, judgement: Judgement) -> None:
        """Count one decision."""
        self.decisions[event.type, judgement.outcome] += 1
        amount, currency = event.values.get("amount"), event.values.get("currency")
        passed = judgement.outcome == "allow" and isinstance(amount, int)
        if isinstance(judgement, PartialJudgement):
            self.skipped.update((row.input, row.why, row.policy) for row in judgement.skipped)
        for sign in judgement.signs:
            if sign.state == "fired":
                self.fired[sign.id] += 1
            elif passed and sign.state == "unknown" and isinstance(amount, int):
                self.without_minor[sign.id, str(currency)] += amount
