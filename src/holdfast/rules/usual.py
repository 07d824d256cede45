"""The usual case, in which nothing acts: it is recognised at once, and equal reports of the signs are made once."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from holdfast.features.standing import LASTS
from holdfast.language import Why, compile_glance
from holdfast.rules.checks import DutyCheck, RuleCheck, SignCheck
from holdfast.rules.condition import Condition
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.judgement import SignResult
from holdfast.vocabulary.trilean import Trilean

_REPORTS_MAX: Final = 8_192
State = tuple[tuple[Trilean, ...], tuple[Why, ...]]


class Seen(NamedTuple):
    """What the first look at facts told: whether nothing acts, the report on the signs unless one fired, and the state.

    The state holds the value of every sign, beside it what decides why it is unknown.
    """

    quiet: bool
    signs: tuple[SignResult, ...] | None
    state: State


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
        return Seen(quiet, signs, state)

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
