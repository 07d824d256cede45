"""Signs, rules and duties in force, each with its compiled conditions."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from holdfast.language import Why
from holdfast.rules.condition import Condition
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.judgement import SignResult
from holdfast.vocabulary.outcome import Mode
from holdfast.vocabulary.packs import Duty, HoldPolicy, Pack, Rule, Sign
from holdfast.vocabulary.trilean import UNKNOWN, Trilean

_REPORTS_MAX: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class SignCheck:
    """A sign in force with its condition; `applies` is the place of its pack's own condition, if it has one.

    `quiet` are the places of the allow lists that silence it, `clear` is what is reported when it is clear.
    """

    sign: Sign
    pack: Pack
    condition: Condition
    applies: int | None
    quiet: tuple[int, ...]
    mode: Mode
    clear: SignResult
    _unknown: dict[Why, SignResult] = field(default_factory=dict, repr=False, compare=False)

    def result(self, facts: Facts, state: Trilean, why: Why) -> SignResult:
        """Report the sign's state: with evidence when it fired, with what was missing when it is unknown.

        What was missing follows from `why` it is unknown, so it is worked out once for each such state.
        """
        if state is True:
            return replace(self.clear, state="fired", evidence=self.condition.evidence(facts))
        if state is not UNKNOWN:
            return self.clear
        found = self._unknown.get(why)
        if found is None:
            if len(self._unknown) >= _REPORTS_MAX:
                self._unknown.clear()
            lacks = self.condition.lacks(facts.values)
            found = self._unknown[why] = replace(self.clear, state="unknown", missing=lacks)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCheck:
    """A rule with its condition; `quiet` are the places of the allow lists that silence it.

    `scored` says that it reads the model's score.
    """

    rule: Rule
    pack: Pack
    condition: Condition
    quiet: tuple[int, ...]
    mode: Mode
    title: str
    scored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyCheck:
    """A duty in force; without a condition it comes only with the signs or rails that name it.

    `limit` tells whether the operation is beyond the limit. `cap` and `used` are the two amounts behind it, which no
    decision needs and which are evaluated when someone asks what a client may still do.
    """

    duty: Duty
    pack: Pack
    condition: Condition | None
    limit: Condition | None
    applies: int | None
    cap: Condition | None = None
    used: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatLaw:
    """How the law lets a refused operation be repeated.

    `listed` are the places of the questions whether the payee is on a list that refuses the repeat too.
    """

    jurisdiction: str
    policy: HoldPolicy
    listed: tuple[int, ...]


def in_force(check: SignCheck | DutyCheck, answers: Sequence[Trilean]) -> bool:
    """Tell whether a check's pack binds this event; an unknown condition does not bind."""
    return check.applies is None or answers[check.applies] is True
