"""A parameter as sessions and strikes ask for it: the value of the day, unless the operator set another."""

from datetime import date

from holdfast.operations.law import Law
from holdfast.vocabulary.instants import DAY_MS
from holdfast.wire.fields import event_schema
from tests.unit.engine.packs import CITE, NOON_MS, Row, pack, tenant

PACK = "xx.act"
CHANGED = date(2026, 5, 9)


def dated(value: int, **more: date) -> Row:
    """Write one value of the parameter `attempts`."""
    return {"name": "attempts", "type": "integer", "value": value, "cite": CITE} | more


def law(**own: bool | float | str) -> Law:
    """Give a law whose parameter changes at the midnight after noon, and was not set before 2025."""
    old = dated(3, effective_from=date(2025, 1, 1), effective_to=CHANGED)
    packs = [pack(parameters=[old, dated(5, effective_from=CHANGED)])]
    return Law(packs, event_schema(), tenant=tenant(), parameters=own)


def test_a_parameter_is_that_of_its_day() -> None:
    """Asked again and in any order, every day has its own value, and the time before the first has none."""
    asked = law()
    days = [NOON_MS, NOON_MS + DAY_MS, NOON_MS, NOON_MS - 1_000 * DAY_MS, NOON_MS + DAY_MS]
    assert [asked.parameter(PACK, "attempts", day) for day in days] == [3, 5, 3, None, 5]


def test_the_operator_has_the_last_word() -> None:
    """What the operator set counts on every day on which the parameter is in force."""
    asked = law(**{f"{PACK}:attempts": 2})
    days = [NOON_MS, NOON_MS + DAY_MS, NOON_MS - 1_000 * DAY_MS]
    assert [asked.parameter(PACK, "attempts", day) for day in days] == [2, 2, None]


def test_what_no_pack_names_is_not_set() -> None:
    """Another name, and the same name in another pack, are not set."""
    assert law().parameter(PACK, "others", NOON_MS) is None
    assert law().parameter("yy.act", "attempts", NOON_MS) is None
