"""What is settled of a condition before all is known stays so, whatever the rest turns out to be."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from holdfast.language import evaluate, settled
from holdfast.vocabulary.trilean import Trilean
from tests.unit.language.exprgen import conditions, facts
from tests.unit.language.world import NOW, SCHEMA, build

if TYPE_CHECKING:  # only the name of a type
    from holdfast.vocabulary.event import Value

CALM = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
NAMES = sorted(SCHEMA.fields["transfer"])


@CALM
@given(data=st.data())
def test_what_is_settled_is_what_comes_out(data: DataObject) -> None:
    """For random conditions, facts and names that stand already, a settled value is the value of the whole."""
    condition = build(data.draw(conditions()))
    whole = data.draw(facts(condition))
    known = data.draw(st.sets(st.sampled_from(NAMES)))
    early = {name: value for name, value in whole.items() if name in known}
    found = settled(condition, early, known.__contains__)
    assert found is None or found is evaluate(condition, whole)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cross_border and usual.deviation > 3", False),
        ("cross_border or usual.deviation > 3", None),
        ("not cross_border or usual.deviation > 3", True),
        ("not (cross_border and usual.deviation > 3)", True),
        ("first_known(usual.deviation > 3, False)", None),
        ("known(usual.deviation)", None),
        ("known(payee.own) and usual.deviation > 3", False),
        ("not cross_border and count(by=payer.customer_id) == 0", None),
        ('not cross_border and matches(payee, "ru.cbr.recipients")', None),
        ("amount > rub(5) and usual.deviation > 3", False),
        ("hours_since(device.sim_changed_at) < 2 and usual.deviation > 3", False),
    ],
)
def test_only_the_event_settles(text: str, expected: Trilean) -> None:
    """What is to be derived, asked of lists or of the past is open, and so is whether it is known."""
    values: dict[str, Value] = {
        "occurred_at": NOW,
        "cross_border": False,
        "amount": 300,
        "currency": "RUB",
        "device.sim_changed_at": NOW - 10 * 3_600_000,
    }
    assert settled(build(text), values, set(NAMES).__contains__) is expected
