"""A model's features over one event type: compiled like rules, so that they read the same facts and windows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

from holdfast.language import Expression, Plan, Scope, compile_expression, compile_row, plan
from holdfast.vocabulary.errors import ExpressionError, ModelError
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.models import Model
from holdfast.vocabulary.schema import FieldType

Row = tuple[float, ...]
_HINTS: Final[Mapping[FieldType, str]] = {
    FieldType.TEXT: 'write a condition for each value that matters, such as `rail == "sbp"`',
    FieldType.INSTANT: "measure from it to the event, such as `hours_since(...)`; a date itself never comes again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The features of a model, ready for one event type; `plans` say what must stand in the facts."""

    plans: tuple[Plan, ...]
    needed: tuple[int, ...]
    _program: Callable[[Mapping[str, Value]], tuple[Any, ...]]

    def row(self, values: Mapping[str, Value]) -> Row:
        """Give the features as numbers, amounts in minor units, truths as 0 and 1; what is unknown is NaN."""
        return self._program(values)

    def is_known(self, row: Row) -> bool:
        """Tell whether there is anything to score: every required feature, and at least one at all."""
        return not any(isnan(row[place]) for place in self.needed) and not all(map(isnan, row))


def compile_inputs(model: Model, scope: Scope) -> Inputs:
    """Compile a model's features for the event type of a scope; raises ModelError naming the feature."""
    expressions = [_compiled(model, place, scope) for place in range(len(model.features))]
    return Inputs(
        plans=tuple(plan(one) for one in expressions),
        needed=tuple(place for place, one in enumerate(model.features) if one.required),
        _program=compile_row(expressions),
    )


def _compiled(model: Model, place: int, scope: Scope) -> Expression:
    """Compile one feature, which must be a number."""
    feature, pointer = model.features[place], f"/features/{place}/value"
    try:
        expression = compile_expression(feature.value, scope)
    except ExpressionError as error:
        where = f"feature `{feature.name}` on `{scope.event_type}`"
        raise ModelError(f"{where}: {error.message}", pointer=pointer, hint=error.hint, span=error.span) from None
    if expression.type in _HINTS:
        raise ModelError(
            f"feature `{feature.name}` gives no number but {expression.type.value}",
            pointer=pointer,
            hint=_HINTS[expression.type],
        )
    return expression
