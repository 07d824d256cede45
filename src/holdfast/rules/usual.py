"""The usual case, in which nothing acts: it is recognised at once, and equal reports of the signs are made once."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from holdfast.features.standing import LASTS
from holdfast.language import Why, compile_glance, compile_program
from holdfast.rules.checks import DutyCheck, RuleCheck, SignCheck
from holdfast.rules.condition import Condition
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.judgement import SignResult
from holdfast.vocabulary.trilean import Trilean

_REPORTS_MAX: Final = 8_192
State = tuple[tuple[Trilean, ...], tuple[Why, ...]]


class Seen(NamedTuple):
    """What the first look at facts told: whether nothing acts, and the report on the signs unless one fired.

    `state` holds the value of every sign, beside it what decides why it is unknown; `acts` numbers what is true of
    the rules and of the duties' own conditions.
    """

    quiet: bool
    signs: tuple[SignResult, ...] | None
    state: State
    acts: tuple[int, ...]


class Usual:
    """The usual case of one regime; `conditions` are all of the regime's by their places."""

    def __init__(
        self,
        signs: Sequence[SignCheck],
        rules: Sequence[RuleCheck],
        duties: Sequence[DutyCheck],
        *,
        conditions: Sequence[Condition],
    ) -> None:
        self._signs = signs
        self._lasting = tuple(dict.fromkeys(f"{LASTS}{check.duty.id}" for check in duties))
        bounds = list(dict.fromkeys(check.applies for check in signs if check.applies is not None))
        self._bound_at = [None if one.applies is None else len(signs) + bounds.index(one.applies) for one in signs]
        told = [*(check.condition for check in signs), *(conditions[place] for place in bounds)]
        acting = [*(one.condition for one in rules), *(one.condition for one in duties if one.condition is not None)]
        self._look = compile_glance([one.expression for one in told], [one.expression for one in acting])
        self._told_at, self._acting_at = ([one.place for one in looked_at] for looked_at in (told, acting))
        self._rest_at = sorted(set(range(len(conditions))) - {*self._told_at, *self._acting_at})
        self._rest = compile_program([conditions[place].expression for place in self._rest_at])
        self._reports: dict[State, tuple[SignResult, ...] | None] = {}

    def look(self, facts: Facts) -> Seen:
        """Look at facts; all is quiet where nothing can be proposed and no measure can be due.

        Without a proposal a duty binds, its limit too, only by its own condition or because it stands from before.
        """
        values = facts.values
        acts, told, whys = self._look(values)
        state = (told, whys)
        try:
            signs = self._reports[state]
        except KeyError:
            signs = self._report(facts, state)
        quiet = not acts and signs is not None
        for name in self._lasting:
            quiet = quiet and name not in values
        return Seen(quiet, signs, state, acts)

    def answers(self, facts: Facts, seen: Seen) -> list[Trilean]:
        """Complete a look to the answers of all conditions by their places; of what acts only the truth is told."""
        answers: list[Trilean] = [False] * (len(self._told_at) + len(self._acting_at) + len(self._rest_at))
        for place, answer in zip(self._told_at, seen.state[0], strict=True):
            answers[place] = answer
        for number in seen.acts:
            answers[self._acting_at[number]] = True
        for place, answer in zip(self._rest_at, self._rest(facts.values), strict=True):
            answers[place] = answer
        return answers

    def reported(self, facts: Facts, state: State) -> list[tuple[SignCheck, SignResult]]:
        """Report each sign that a decision shows: one in force, and one with its own policy only where it fired.

        Such a sign is no regulator's indicator but a client's own wish (a trusted person must agree): it is reported
        as the ground that it is.
        """
        told, whys = state
        return [
            (check, check.result(facts, told[number], whys[number]))
            for number, (check, bound_at) in enumerate(zip(self._signs, self._bound_at, strict=True))
            if (bound_at is None or told[bound_at] is True) and (check.sign.policy is None or told[number] is True)
        ]

    def _report(self, facts: Facts, state: State) -> tuple[SignResult, ...] | None:
        """Report the signs once for each state; where one fired, its evidence is in the facts themselves."""
        if len(self._reports) >= _REPORTS_MAX:
            self._reports.clear()
        fired = True in state[0][: len(self._signs)]
        made = None if fired else tuple([result for _, result in self.reported(facts, state)])
        self._reports[state] = made
        return made
