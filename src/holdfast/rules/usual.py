"""The usual case, in which nothing acts: it is recognised at once, and equal reports of the signs are made once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from holdfast.features.standing import LASTS
from holdfast.rules.checks import DutyCheck, RuleCheck, SignCheck, is_reported
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.judgement import SignResult
from holdfast.vocabulary.trilean import UNKNOWN, Trilean

_VIEWS_MAX: Final = 256
_REPORTS_MAX: Final = 4_096
Answers = Sequence[Trilean]
Picker = Callable[[Answers], tuple[Trilean, ...]]


def _picker(places: Iterable[int]) -> Picker:
    """Give a function that takes the answers at some places, without a loop where there are several."""
    wanted = sorted(set(places))
    if len(wanted) > 1:
        return itemgetter(*wanted)
    return lambda answers: tuple([answers[place] for place in wanted])


@dataclass(frozen=True, slots=True)
class _View:
    """What the report depends on when the signs' conditions came out in one way; `made` are the reports so far."""

    checks: tuple[SignCheck, ...]
    parts: Picker
    inputs: tuple[str, ...]
    spans: tuple[tuple[str, int], ...]
    made: dict[tuple[Any, ...], tuple[SignResult, ...]] = field(default_factory=dict)

    def report(self, facts: Facts, answers: Answers) -> tuple[SignResult, ...]:
        """Give the report on signs of which none fired."""
        state = (
            self.parts(answers),
            tuple(map(facts.values.__contains__, self.inputs)),
            tuple([facts.reaches(source, span_ms) for source, span_ms in self.spans]),
        )
        found = self.made.get(state)
        if found is None:
            if len(self.made) >= _REPORTS_MAX:
                self.made.clear()
            found = self.made[state] = tuple([check.result(facts, answers) for check in self.checks])
        return found


class Usual:
    """The usual case of one regime."""

    def __init__(self, signs: Sequence[SignCheck], rules: Sequence[RuleCheck], duties: Sequence[DutyCheck]) -> None:
        self._signs = signs
        self._lasting = frozenset(f"{LASTS}{check.duty.id}" for check in duties)
        fired = [check.condition.place for check in signs]
        self._fired = _picker(fired)
        self._acting = _picker(
            [
                *fired,
                *(check.condition.place for check in rules),
                *(check.condition.place for check in duties if check.condition is not None),
            ]
        )
        self._state = _picker([*fired, *(check.applies for check in signs if check.applies is not None)])
        self._views: dict[tuple[Trilean, ...], _View] = {}

    def is_quiet(self, facts: Facts, answers: Answers) -> bool:
        """Tell whether nothing can be proposed and no measure can be due.

        Without a proposal a duty binds, its limit too, only by its own condition or because it stands from before.
        """
        return True not in self._acting(answers) and self._lasting.isdisjoint(facts.values)

    def report(self, facts: Facts, answers: Answers) -> tuple[SignResult, ...] | None:
        """Give the report on the signs in force, unless one may have fired: then it depends on the facts themselves."""
        if True in self._fired(answers):
            return None
        state = self._state(answers)
        view = self._views.get(state)
        if view is None:
            if len(self._views) >= _VIEWS_MAX:
                self._views.clear()
            view = self._views[state] = self._view(answers)
        return view.report(facts, answers)

    def _view(self, answers: Answers) -> _View:
        checks = tuple(check for check in self._signs if is_reported(check, answers))
        unknown = [check.condition for check in checks if answers[check.condition.place] is UNKNOWN]
        return _View(
            checks=checks,
            parts=_picker(place for one in unknown for place in range(one.parts_at, one.parts_at + len(one.parts))),
            inputs=tuple(dict.fromkeys(name for one in unknown for name in one.inputs)),
            spans=tuple(dict.fromkeys(span for one in unknown for span in one.spans)),
        )
