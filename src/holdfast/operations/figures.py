"""Counts of what was decided, and of the money that was decided on without knowing a sign."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from holdfast.scoring.scorer import Scored, Scorer
from holdfast.vocabulary.event import Event
from holdfast.vocabulary.judgement import Judgement, PartialJudgement, SignResult
from holdfast.vocabulary.once import Once
from holdfast.vocabulary.records import ExposureRow

CURRENCIES_MAX: Final = 64
OTHER_CURRENCIES: Final = "other"


@dataclass(slots=True, kw_only=True)
class Figures:
    """Counters since the start of the process.

    `decisions` is by (event type, outcome), `fired` by sign, `without_minor` by (sign, currency) in minor units of
    money that passed while the sign was unknown; `currencies` are those met so far. `again_unknown` counts
    confirmations that passed although a list could not say whether the payee is on it. `scored` and `unscored` count by
    model the decisions with and without its score,
    `unscored_run` those without one after the last score. `late` are the answers that were given up at their deadline,
    `skipped` those decisions without an input from outside, by (input, why it was missing, policy). `let_through` are
    by sign the operations that passed because it was switched, `let_through_minor` their money by (sign, currency).
    """

    decisions: Counter[tuple[str, str]] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    without_minor: Counter[tuple[str, str]] = field(default_factory=Counter)
    currencies: set[str] = field(default_factory=set)
    again_unknown: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    events: Counter[str] = field(default_factory=Counter)
    scored: Counter[str] = field(default_factory=Counter)
    unscored: Counter[str] = field(default_factory=Counter)
    unscored_run: int = 0
    late: int = 0
    skipped: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    let_through: Counter[str] = field(default_factory=Counter)
    let_through_minor: Counter[tuple[str, str]] = field(default_factory=Counter)

    def watch(self, scorer: Scorer | None, scored: Scored | None) -> None:
        """Count a score that was asked for, and let the model watch what it was asked."""
        if scorer is None:
            return
        if scored is None:
            self.unscored[scorer.model.version] += 1
            self.unscored_run += 1
            return
        self.unscored_run = 0
        self.scored[scorer.model.version] += 1
        scorer.drift.see(scored.row, scored.value)

    def pass_by_switch(self, sign: str, row: ExposureRow) -> None:
        """Count an operation that passed because a sign or a rule was switched."""
        self.let_through[sign] += 1
        self.let_through_minor[sign, self._named(row.currency)] += row.amount_minor

    def count(self, event: Event, judgement: Judgement) -> None:
        """Count one decision."""
        self.decisions[event.type, judgement.outcome] += 1
        if isinstance(judgement, PartialJudgement):
            self.skipped.update((row.input, row.why, row.policy) for row in judgement.skipped)
        fired, unknown = by_state(judgement.signs)
        for sign in fired:
            self.fired[sign] += 1
        amount = event.values.get("amount")
        if unknown and judgement.outcome == "allow" and isinstance(amount, int):
            currency = self._named(str(event.values.get("currency")))
            for sign in unknown:
                self.without_minor[sign, currency] += amount

    def _named(self, currency: str) -> str:
        """Give the name under which a currency is counted: callers name them, so those after the first many are one."""
        if currency not in self.currencies:
            if len(self.currencies) >= CURRENCIES_MAX:
                return OTHER_CURRENCIES
            self.currencies.add(currency)
        return currency


class ByState(NamedTuple):
    """The ids of the signs that fired and of those that are unknown."""

    fired: tuple[str, ...]
    unknown: tuple[str, ...]


def _sorted(signs: tuple[SignResult, ...]) -> ByState:
    fired, unknown = ([one.id for one in signs if one.state == state] for state in ("fired", "unknown"))
    return ByState(tuple(fired), tuple(unknown))


by_state: Final = Once(_sorted)
"""Sort the signs of a judgement by their states; they come again as the same object where nothing fired."""
