"""What could not be judged because an input from outside is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from msgspec import structs

from holdfast.rules.checks import RuleCheck, SignCheck, in_force
from holdfast.rules.outside import OutsideCheck
from holdfast.rules.regime import Regime
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.judgement import Judgement, PartialJudgement, Skipped
from holdfast.vocabulary.outside import OnMissing, why_missing
from holdfast.vocabulary.trilean import UNKNOWN, Trilean

_ACTING: Final = frozenset({OnMissing.CHALLENGE, OnMissing.REVIEW})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A check whose answer is unknown, and the inputs from outside that it lacks."""

    check: OutsideCheck
    inputs: tuple[str, ...]

    @property
    def acts(self) -> bool:
        """Tell whether something is proposed in the check's place."""
        return self.check.policy in _ACTING


def find_gaps(facts: Facts, regime: Regime, answers: Sequence[Trilean]) -> tuple[Gap, ...]:
    """Find every check under a regime that could not be judged for want of an answer from outside."""
    found = [
        Gap(check=check, inputs=inputs)
        for check in regime.outside.checks
        if (inputs := _lacking(check, facts, answers))
    ]
    return tuple(found)


def _lacking(check: OutsideCheck, facts: Facts, answers: Sequence[Trilean]) -> tuple[str, ...]:
    """Name the inputs whose absence leaves a check unknown; none where its answer is known without them."""
    missing = tuple(name for name in check.reads if name not in facts.values)
    if not missing or check.condition is None:
        return missing
    if answers[check.condition.place] is not UNKNOWN or not _speaks(check, answers):
        return ()
    behind = check.condition.lacks(facts.values)
    return tuple(name for name in missing if name in behind)


def _speaks(check: OutsideCheck, answers: Sequence[Trilean]) -> bool:
    """Tell whether a check concerns this event: it is in force, and no allow list silences it."""
    match check.check:
        case RuleCheck():
            return not any(answers[place] is True for place in check.check.quiet)
        case SignCheck() as sign:
            return in_force(sign, answers) and not any(answers[place] is True for place in sign.quiet)
        case None:
            return True
        case duty:
            return in_force(duty, answers)


def with_skipped(judgement: Judgement, gaps: Sequence[Gap], facts: Facts) -> PartialJudgement:
    """Write into a judgement what was skipped: one row an input and policy, in the order of the checks."""
    checks: dict[tuple[str, OnMissing], list[str]] = {}
    for gap in gaps:
        for name in gap.inputs:
            checks.setdefault((name, gap.check.policy), []).append(gap.check.id)
    rows = tuple(
        Skipped(input=name, why=why_missing(name, facts.values).value, checks=tuple(ids), policy=policy.value)
        for (name, policy), ids in checks.items()
    )
    return PartialJudgement(**structs.asdict(judgement), skipped=rows)
