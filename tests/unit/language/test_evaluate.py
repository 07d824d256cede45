"""Three values, bounds and completeness, proven on both evaluators at once."""

from itertools import product

import pytest

from holdfast.language import compile_program, evaluate, plan
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.trilean import Trilean, all_of, any_of, negate
from holdfast.vocabulary.windows import completeness_name
from tests.unit.language.world import DAY, HOUR, NOW, build

STATES: tuple[Trilean, ...] = (True, False, None)
BASE: dict[str, Value] = {"occurred_at": NOW, "payer.customer_id": "c-1", "currency": "RUB"}


def ask(text: str, values: dict[str, Value], *, seen: Value = None, since: int | None = None) -> Value:
    """Evaluate both ways; `seen` is the value of every window, `since` the completeness of every source."""
    expression = build(text)
    needed = plan(expression)
    facts = {**BASE, **values, **{spec.name: seen for spec in needed.windows}}
    facts |= {completeness_name(source): since for source in needed.sources}
    facts = {name: value for name, value in facts.items() if value is not None}
    found = evaluate(expression, facts)
    assert compile_program([expression])(facts) == (found,)
    return found


@pytest.mark.parametrize(("a", "b"), list(product(STATES, STATES)))
def test_truth_tables(a: Trilean, b: Trilean) -> None:
    """`and`, `or` and `not` follow Kleene's strong tables."""
    values: dict[str, Value] = {"cross_border": a, "payee.own": b}
    assert ask("cross_border and payee.own", values) is all_of([a, b])
    assert ask("cross_border or payee.own", values) is any_of([a, b])
    assert ask("not cross_border", values) is negate(a)
    assert ask("cross_border == payee.own", values) is (None if None in (a, b) else a == b)


@pytest.mark.parametrize("text", ["rail == 'sbp'", "rail != 'sbp'", "rail in ('sbp',)", "rail not in ('sbp',)"])
def test_unknown_is_contagious(text: str) -> None:
    """A comparison with an unknown side is unknown."""
    assert ask(text, {}) is None


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [(20_000_001, "RUB", True), (20_000_000, "RUB", False), (20_000_001, "KZT", None), (20_000_001, None, None)],
)
def test_amounts_carry_their_currency(amount: int, currency: str | None, expected: Trilean) -> None:
    """Amounts compare in minor units; across two currencies nothing is known."""
    assert ask("amount > rub(200_000)", {"amount": amount, "currency": currency}) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount * 0.5", 2),  # 2.5 rounds to the even neighbour
        ("amount / 2 + rub(0.01)", 3),
        ("amount - rub(0.05)", 0),
        ("amount / rub(0.01)", 5.0),
        ("amount * 0", 0),
        ("amount / 0", None),
    ],
)
def test_arithmetic_of_amounts(text: str, expected: Value) -> None:
    """An amount times or divided by a number is rounded to the minor unit, half to even."""
    assert ask(text, {"amount": 5}) == expected


@pytest.mark.parametrize("text", ["scheme.apdu_ms * 1000000000000000 > 1", "scheme.risk_level * scheme.risk_level > 1"])
def test_numbers_out_of_range_are_unknown(text: str) -> None:
    """A result beyond 2**63 is unknown, so that no chain of products can grow."""
    assert ask(text, {"scheme.apdu_ms": 1e9, "scheme.risk_level": 2**40}) is None


@pytest.mark.parametrize(
    ("clause", "seen", "since", "expected"),
    [
        (">= 3", 3, None, True),
        (">= 3", 2, None, None),
        (">= 3", 2, NOW - DAY + 1, False),
        (">= 3", 2, NOW - DAY + 2, None),
        ("< 3", 3, None, False),
        ("< 3", 0, NOW - 9 * DAY, True),
        ("== 0", 1, None, False),
        ("== 0", 0, None, None),
        ("== 0", 0, NOW - 9 * DAY, True),
        ("!= 0", 0, None, None),
        (">= 3", None, NOW - 9 * DAY, None),
    ],
)
def test_counts_are_lower_bounds(clause: str, seen: Value, since: int | None, expected: Trilean) -> None:
    """What was seen of an incomplete past counts, what was not seen does not mean nothing happened."""
    assert ask(f"count(by=payer.customer_id, over=days(1)) {clause}", {}, seen=seen, since=since) is expected


def test_inclusive_window_needs_its_old_end() -> None:
    """A window closed at its old end is complete one millisecond later than an open one."""
    text = "count(by=payer.customer_id, over=days(1), inclusive=True) >= 3"
    assert ask(text, {}, seen=2, since=NOW - DAY + 1) is None
    assert ask(text, {}, seen=2, since=NOW - DAY) is False


@pytest.mark.parametrize(
    ("seen", "since", "expected"),
    [
        (NOW - HOUR, None, True),
        (NOW - 49 * HOUR, NOW - 48 * HOUR, False),
        (NOW - 49 * HOUR, NOW - 48 * HOUR + 1, None),
        (None, NOW - 48 * HOUR, False),
        (None, NOW - 47 * HOUR, None),
        (None, None, None),
        (None, 0, False),
    ],
)
def test_last_is_an_interval(seen: Value, since: int | None, expected: Trilean) -> None:
    """What `last` says is decided where both the seen event and the complete period agree."""
    text = 'hours_since(last("login", by=payer.customer_id, where=where == "bank")) <= 48'
    assert ask(text, {}, seen=seen, since=since) is expected


@pytest.mark.parametrize(
    ("since", "expected"), [(0, True), (NOW - 200 * DAY, True), (NOW - 170 * DAY, None), (None, None)]
)
def test_never_before(since: int | None, expected: Trilean) -> None:
    """With none seen, `last` lies before an instant exactly when all since then is complete."""
    text = 'last("transfer", by=payer.customer_id) < months_before(6)'
    assert ask(text, {}, since=since) is expected


def test_last_without_its_key_is_unknown() -> None:
    """Without the key nobody can say that nothing happened, however complete the past is."""
    assert ask('last("transfer", by=(payer, payee)) < months_before(6)', {}, since=0) is None
    known: dict[str, Value] = {"payee.account": "40817"}
    assert ask('last("transfer", by=(payer, payee)) < months_before(6)', known, since=0) is True


@pytest.mark.parametrize(
    ("text", "seen", "since", "expected"),
    [
        ('days_since(first("login", by=payer.customer_id)) >= 3', NOW - 3 * DAY, None, True),
        ('days_since(first("login", by=payer.customer_id)) >= 4', NOW - 3 * DAY, None, None),
        ('days_since(first("login", by=payer.customer_id, over=days(9))) >= 4', NOW - 3 * DAY, 0, False),
        ("mean(amount, by=payer.customer_id, over=days(9)) < rub(5)", 400, None, None),
        ("mean(amount, by=payer.customer_id, over=days(9)) < rub(5)", 400.5, 0, True),
        ("max(amount, by=payer.customer_id, over=days(9)) >= rub(4)", 400, None, True),
        ("max(amount, by=payer.customer_id, over=days(9)) < rub(5)", 400, None, None),
        ("min(amount, by=payer.customer_id, over=days(9)) <= rub(4)", 400, None, True),
        ("min(amount, by=payer.customer_id, over=days(9)) > rub(3)", 400, None, None),
        ("sum(amount, by=payer.customer_id, over=days(9)) + amount > rub(4)", 400, None, True),
        ("sum(amount, by=payer.customer_id, over=days(9)) + amount < rub(9)", 400, None, None),
        ("sum(amount - rub(1), by=payer.customer_id, over=days(9)) > rub(1)", 400, None, None),
        ("latest(amount, by=payer.customer_id, over=days(9)) == rub(4)", 400, None, True),
        ("latest(amount, by=payer.customer_id, over=days(9)) == rub(4)", None, 0, None),
        ("earliest(amount, by=payer.customer_id, over=days(9)) == rub(4)", 400, None, None),
        ("known(count(by=payer.customer_id, over=days(9)))", 4, None, False),
        ("known(count(by=payer.customer_id, over=days(9)))", 4, 0, True),
        ("first_known(count(by=payer.customer_id, over=days(9)), 0) == 0", 4, None, True),
    ],
)
def test_statistics_of_an_incomplete_past(text: str, seen: Value, since: int | None, expected: Trilean) -> None:
    """Each statistic says of an incomplete past exactly what is certain."""
    assert ask(text, {"amount": 100}, seen=seen, since=since) is expected


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        ("UTC", "hour_of_day(occurred_at)", 9),
        ("Europe/Moscow", "hour_of_day(occurred_at)", 12),
        ("Asia/Almaty", "weekday(occurred_at)", 5),
    ],
)
def test_calendar_is_the_tenants(zone: str, text: str, expected: int) -> None:
    """Hours and days of the week are read in the tenant's zone."""
    expression = build(text, zone=zone)
    assert evaluate(expression, BASE) == expected
    assert compile_program([expression])(BASE) == (expected,)


@pytest.mark.parametrize(
    ("now", "months", "expected"),
    [
        ("2026-08-31T10:00:00+03:00", 6, "2026-02-28T10:00:00+03:00"),
        ("2024-08-31T10:00:00+03:00", 6, "2024-02-29T10:00:00+03:00"),
        ("2026-01-15T00:30:00+03:00", 1, "2025-12-15T00:30:00+03:00"),
        ("2026-05-08T12:00:00+03:00", 0, "2026-05-08T12:00:00+03:00"),
    ],
)
def test_months_are_calendar_months(now: str, months: int, expected: str) -> None:
    """Going back by months keeps the wall time and stops at a shorter month's last day."""
    at = evaluate(build(f'instant("{now}")'), {})
    wanted = evaluate(build(f'instant("{expected}")'), {})
    expression = build(f"months_before({months})", zone="Europe/Moscow")
    assert evaluate(expression, {"occurred_at": at}) == wanted


def test_unset_parameter_makes_unknown() -> None:
    """A parameter that is not set makes unknown what needs it, also inside a window's filter or length."""
    assert ask('scheme.apdu_ms > param("ru.apdu_limit_ms")', {"scheme.apdu_ms": 5.0}) is None
    text = 'count(by=payer.customer_id, where=scheme.apdu_ms > param("ru.apdu_limit_ms"), over=days(1)) >= 0'
    assert ask(text, {}) is None
    assert ask('count(by=payer.customer_id, over=hours(param("ru.unset_hours"))) >= 0', {}) is None
    assert ask('hours_since(device.sim_changed_at) <= param("ru.hours")', {"device.sim_changed_at": NOW}) is True
