"""The first look agrees with the oracle: the told values, what else is true, and why what is unknown."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from holdfast.language import Expression, compile_glance, evaluate, missing
from holdfast.vocabulary.event import Value
from tests.unit.language.exprgen import conditions, facts
from tests.unit.language.world import DAY, HOUR, NOW, build

CALM = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
COMPLETE = {"complete_since(transfer)": NOW - 400 * DAY}
TOLD = "count(by=payer.customer_id, over=days(1)) >= 5"


@CALM
@given(data=st.data(), times=st.sampled_from([1, 3]))
def test_a_glance_agrees_with_the_oracle(data: DataObject, times: int) -> None:
    """For random expressions and facts: values, certainty and equal reasons are those that the closures find."""
    told = [build(text) for text in data.draw(st.lists(conditions(), max_size=2))]
    others = [build(text) for text in data.draw(st.lists(conditions(), max_size=3))] * times
    look = compile_glance(told, others)
    named: dict[object, tuple[str, ...]] = {}
    for _ in range(4):
        values: dict[str, Value] = {}
        for expression in [*told, *others]:
            values = {**data.draw(facts(expression)), **values}
        acts, answers, whys = look(values)
        assert answers == tuple(evaluate(expression, values) for expression in told)
        assert acts == tuple(n for n, expression in enumerate(others) if evaluate(expression, values) is True)
        for number, (expression, answer, why) in enumerate(zip(told, answers, whys, strict=True)):
            if answer is None:
                lacks = missing(expression, values)
                assert named.setdefault((number, why), lacks) == lacks


def acts(text: str, values: dict[str, Value]) -> bool:
    """Look at one rule."""
    found = compile_glance([], [build(text)])(values)[0] == (0,)
    assert found is (evaluate(build(text), values) is True)
    return found


def seen(expression: Expression, value: Value) -> dict[str, Value]:
    """Give facts in which the first window of an expression has a value, over a past of which nothing is known."""
    look: list[str] = []

    class Names(dict[str, Value]):
        """Notes what is read."""

        def get(self, name: str, default: Value = None) -> Value:  # type: ignore[override] # fewer overloads
            """Note the name."""
            look.append(name)
            return super().get(name, default)

    compile_glance([expression], [])(Names())
    return {next(name for name in look if "#" in name): value, "occurred_at": NOW, "payer.customer_id": "c"}


def test_what_was_seen_suffices_where_more_cannot_change_it() -> None:
    """A count that was reached is certain however little is complete; that there was nothing needs all of the past."""
    facts_of_five = seen(build(TOLD), 5)
    assert acts(TOLD, facts_of_five)
    fewer = TOLD.replace(">= 5", "< 6")
    assert not acts(fewer, facts_of_five)
    assert acts(fewer, {**facts_of_five, **COMPLETE})
    assert not acts(fewer, {**facts_of_five, "complete_since(transfer)": NOW - HOUR})


def test_the_last_event_that_was_seen_bounds_the_time_since() -> None:
    """An event within a day is certain from what was seen; that a day has passed needs the complete past."""
    text = 'hours_since(last("transfer", by=payer.customer_id)) <= 24'
    recent = seen(build(text), NOW - HOUR)
    assert acts(text, recent)
    assert not acts(text.replace("<=", ">="), recent)
    assert not acts(text.replace("<=", ">="), {**recent, **{name: NOW - 48 * HOUR for name in recent if "#" in name}})


def test_a_rule_of_many_parts_still_compiles() -> None:
    """Hundreds of conditions in one rule neither nest too deep nor change the answer."""
    text = " and ".join(f"amount > rub({n})" for n in range(150))
    assert acts(text, {"amount": 15_000, "currency": "RUB"})
    assert not acts(text, {"amount": 14_900, "currency": "RUB"})
    assert not acts(text, {"amount": 15_000})


def test_facts_that_only_a_later_part_needs_are_not_read() -> None:
    """A rule whose first part fails reads nothing more."""
    looked: list[str] = []

    class Facts(dict[str, Value]):
        """Facts that note every look-up."""

        def get(self, name: str, default: Value = None) -> Value:  # type: ignore[override] # fewer overloads
            """Note the name."""
            looked.append(name)
            return super().get(name, default)

    look = compile_glance([], [build('device.remote_control and payee.kind == "individual"')])
    assert look(Facts({"device.remote_control": False})) == ((), (), ())
    assert looked == ["device.remote_control"]
    assert look(Facts({"device.remote_control": True, "payee.kind": "individual"}))[0] == (0,)
