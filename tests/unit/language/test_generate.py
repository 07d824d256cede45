"""The generated function and the oracle of closures agree."""

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from holdfast.language import compile_program, evaluate, missing
from tests.unit.language.exprgen import conditions, facts
from tests.unit.language.world import build

if TYPE_CHECKING:  # only the name of a type
    from holdfast.vocabulary.event import Value

CALM = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@CALM
@given(data=st.data())
def test_program_agrees_with_oracle(data: DataObject) -> None:
    """For random well-typed expressions and random facts, both evaluators give the same three values."""
    texts = data.draw(st.lists(conditions(), min_size=1, max_size=4))
    expressions = [build(text) for text in texts]
    program = compile_program(expressions)
    for _ in range(4):
        values: dict[str, Value] = {}
        for expression in expressions:
            values = {**data.draw(facts(expression)), **values}
        expected = tuple(evaluate(expression, values) for expression in expressions)
        assert program(values) == expected
        for expression, result in zip(expressions, expected, strict=True):
            assert bool(missing(expression, values)) is (result is None)
