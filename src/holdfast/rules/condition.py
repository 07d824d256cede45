"""One compiled condition, with what it needs to know and what it can show."""

from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.language import Expression, Plan, Scope, compile_expression, missing, plan
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.windows import WindowSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """An expression compiled for one event type; `place` is its index in the program's answer."""

    place: int
    expression: Expression
    plan: Plan
    shown: tuple[str, ...]

    def lacks(self, facts: Facts) -> tuple[str, ...]:
        """Name the inputs whose absence made the condition unknown."""
        return missing(self.expression, facts.values)

    def evidence(self, facts: Facts) -> dict[str, Scalar]:
        """Collect what a reader may see: list hits with their version, then values; never an identifier itself."""
        found: dict[str, Scalar] = {}
        for probe in self.plan.probes:
            match = facts.matches.get(probe.name)
            if match is not None and match.state:
                found |= {"list": match.list, "list_version": match.version, "key": match.kind}
        for name in self.shown:
            value = facts.values.get(name)
            if value is not None and not isinstance(value, tuple):
                found[name] = value
        for window in self.plan.windows:
            value = facts.values.get(window.name)
            if value is not None and not isinstance(value, tuple):
                found[window_label(window)] = value
        return found


def window_label(window: WindowSpec) -> str:
    """Give a window's short name for evidence: statistic, what it is over, and whose."""
    what = window.of if window.value is None else f"{window.value} of {window.of}"
    whose = " and ".join(part.now for part in window.by)
    return f"{window.statistic}({what} by {whose})"


def condition(text: str, scope: Scope, *, place: int, shown: tuple[str, ...]) -> Condition:
    """Compile one expression; personal values are never shown."""
    expression = compile_expression(text, scope)
    fields = {**scope.schema.fields[scope.event_type], **scope.computed}
    public = tuple(name for name in shown if name in fields and not fields[name].personal)
    return Condition(place=place, expression=expression, plan=plan(expression), shown=public)


Values = Mapping[str, object]
