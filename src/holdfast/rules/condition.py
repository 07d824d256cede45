"""One compiled condition, with what it needs to know and what it can show."""

from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.language import Expression, Plan, Scope, compile_expression, missing, plan
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.windows import WindowSpec

_MINUTE_MS, _HOUR_MS, _DAY_MS = 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Condition:
    """An expression compiled for one event type; `place` is its index in the program's answer."""

    place: int
    expression: Expression
    plan: Plan
    shown: tuple[str, ...]
    labels: dict[str, str]
    lists: tuple[str, ...]

    def lacks(self, values: Mapping[str, Value]) -> tuple[str, ...]:
        """Name the inputs whose absence made the condition unknown."""
        return tuple(self.labels.get(name, name) for name in missing(self.expression, values))

    def evidence(self, facts: Facts) -> dict[str, Scalar]:
        """Collect what a reader may see: list hits with their version, then values; never an identifier itself."""
        found: dict[str, Scalar] = {}
        for name in self.lists:
            match = facts.matches.get(name)
            if match is not None and match.state:
                found |= {"list": match.list, "list_version": match.version, "key": match.kind}
        for name in (*self.shown, *self.labels):
            value = facts.values.get(name)
            if value is not None and not isinstance(value, tuple):
                found[self.labels.get(name, name)] = value
        return found


def window_label(window: WindowSpec) -> str:
    """Give a window's short name for people: statistic, what it is over, whose, and how far back."""
    what = window.of if window.value is None else f"{window.value} of {window.of}"
    whose = " and ".join(part.now for part in window.by)
    over = "" if window.over_ms is None else f" over {_span(window.over_ms)}"
    where = "" if window.where is None else f" where {window.where}"
    return f"{window.statistic}({what} by {whose}{where}{over})"


def _span(span_ms: int) -> str:
    """Write a span of time in its largest whole unit."""
    for unit_ms, name in ((_DAY_MS, "d"), (_HOUR_MS, "h"), (_MINUTE_MS, "min")):
        if span_ms % unit_ms == 0:
            return f"{span_ms // unit_ms} {name}"
    return f"{span_ms} ms"


def condition(text: str, scope: Scope, *, place: int, shown: tuple[str, ...]) -> Condition:
    """Compile one expression; personal values are never shown."""
    expression = compile_expression(text, scope)
    planned = plan(expression)
    fields = {**scope.schema.fields[scope.event_type], **scope.computed}
    return Condition(
        place=place,
        expression=expression,
        plan=planned,
        shown=tuple(name for name in shown if name in fields and not fields[name].personal),
        labels={window.name: window_label(window) for window in planned.windows},
        lists=tuple(probe.name for probe in planned.probes),
    )
