"""The generated function and the oracle of closures agree."""

import re
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from holdfast.language import compile_program, evaluate, missing, plan
from tests.unit.language.exprgen import conditions, facts
from tests.unit.language.world import DESIGN, NOW, build

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
            needed = plan(expression)
            if needed.fields or needed.probes:
                assert bool(missing(expression, values)) is (result is None)


COUNTERS = re.compile(r"[vtk]\d+")


def test_no_user_text_in_the_code() -> None:
    """The generated code holds counters and the runtime's names alone; literals stand in the table of constants."""
    texts = ['place.city == "__import__" and rail != "card"', "amount > rub(123_456)", *DESIGN]
    program = compile_program([build(text) for text in texts if "listing" not in text])
    code = program.__code__
    loose = [name for name in (*code.co_names, *code.co_varnames) if not COUNTERS.fullmatch(name)]
    assert set(loose) <= {
        "values",
        "get",
        "pick",
        "ninf",
        "inf",
        "NO_BOUNDS",
        "bounds_since",
        "bounds_of_last",
        "multiply",
        "months_before",
        "latest_of",
        "any_known",
    }
    assert not [
        constant for constant in code.co_consts if isinstance(constant, str | int) and constant not in (True, False)
    ]


def test_empty_ruleset() -> None:
    """A ruleset without rules is a program too."""
    assert compile_program([])({"amount": 1}) == ()
    assert compile_program([build("1 < 2")])({}) == (True,)


def test_shared_parts_are_read_once() -> None:
    """Facts that several rules need are looked up once, however many rules there are."""
    looked: list[str] = []

    class Facts(dict[str, "Value"]):
        """Facts that note every look-up."""

        def get(self, name: str, default: "Value" = None) -> "Value":  # type: ignore[override] # fewer overloads
            """Note the name."""
            looked.append(name)
            return super().get(name, default)

    rules = [build(f"count(by=payer.customer_id, over=days(1)) > {n} and amount > rub({n})") for n in range(20)]
    compile_program(rules)(Facts(occurred_at=NOW))
    assert len(looked) == len(set(looked))
