"""What an expression asks of the past is worked out as plain data."""

import pytest

from holdfast.language import compile_event_expression, compile_program, missing, plan
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.windows import KeyPart, ListProbe, Statistic, WindowSpec, completeness_name
from tests.unit.language.world import DAY, DESIGN, HOUR, NOW, SCHEMA, build


def test_plan_of_the_designs_hardest_example() -> None:
    """The repeat of a self-transfer to a stranger is one count, one pair's last instant, and no more."""
    text, event_type = list(DESIGN.items())[4]
    found = plan(build(text, event_type))
    count, last = found.windows
    assert count == WindowSpec(
        statistic=Statistic.COUNT,
        of="transfer",
        by=(KeyPart(now="payer.customer_id", then="payee.customer_id"),),
        where='rail == "sbp" and payer.own and amount > rub(200000)',
        over_ms=24 * HOUR,
        sources=("transfer",),
    )
    assert last.by == (KeyPart(now="payer", then="payer"), KeyPart(now="payee", then="payee"))
    assert found.sources == ("transfer",)


@pytest.mark.parametrize(
    ("text", "now", "then"),
    [
        ('last("profile_change", by=payer.customer_id)', "payer.customer_id", "client.customer_id"),
        ('last("profile_change", by=payer)', "payer", "client"),
        ('last("login", by=device.id)', "device.id", "device.id"),
        ('last("transfer", as_payer=payee.account)', "payee.account", "payer.account"),
        ('last("cash_deposit", by=payee.customer_id)', "payee.customer_id", "client.customer_id"),
    ],
)
def test_key_is_found_in_the_past(text: str, now: str, then: str) -> None:
    """A party's name becomes the name of the past type's own subject; a shared name stays."""
    (spec,) = plan(build(text)).windows
    assert spec.by == (KeyPart(now=now, then=then),)


@pytest.mark.parametrize(
    ("where", "sources"),
    [
        ('field == "phone" and where == "gosuslugi"', ("profile_change.gosuslugi",)),
        ('"bank" == where', ("profile_change.bank",)),
        ('where in ("bank", "egov") and confirmed', ("profile_change.bank", "profile_change.egov")),
        (
            'field == "phone"',
            tuple(f"profile_change.{place}" for place in ("bank", "egov", "gosuslugi", "marketplace", "operator")),
        ),
        (
            'where == "bank" or confirmed',
            tuple(f"profile_change.{place}" for place in ("bank", "egov", "gosuslugi", "marketplace", "operator")),
        ),
    ],
)
def test_sources_follow_the_filter(where: str, sources: tuple[str, ...]) -> None:
    """A filter that pins the place asks only that place's stream to be complete."""
    (spec,) = plan(build(f'last("profile_change", by=payer.customer_id, where=({where}))')).windows
    assert spec.sources == sources


def test_money_and_flags_reach_the_window() -> None:
    """Statistics over money are marked as such; switches are carried over; twins are asked once."""
    text = "mean(amount, by=payer, over=days(9), attempts=True, current=True, inclusive=True)"
    found = plan(build(f"{text} > rub(1) and {text} < rub(9)"))
    (spec,) = found.windows
    assert (spec.money, spec.attempts, spec.current, spec.inclusive, spec.over_ms) == (True, True, True, True, 9 * DAY)
    assert not plan(build("distinct(payee.account, by=payer, over=days(1)) > 1")).windows[0].money


def test_probes_are_collected() -> None:
    """Questions to lists carry their marks."""
    found = plan(build('matches(payee, "bank.recipients", marked=True) or matches(device.id, "ru.cbr.devices")'))
    assert found.probes == (
        ListProbe(subject="payee", list="bank.recipients", marked=True),
        ListProbe(subject="device.id", list="ru.cbr.devices"),
    )
    assert found.fields == ("payee", "device.id")


@pytest.mark.parametrize(
    "text",
    [
        'field == "phone" and where == "gosuslugi"',
        "not (confirmed or known(device.id)) and hour_of_day(occurred_at) in (1, 2)",
        'hours_since(occurred_at) * 2 - 1 >= -3 or (confirmed == (field == "sim")) != True',
        'like(device.os, r"^a\\d") and startswith(lower(device.os), "x\\"y") and where not in ("bank",)',
        "occurred_at > months_before(6) and occurred_at - hours_before(2) < seconds(1.5) + minutes(3)",
        'occurred_at >= instant("2026-01-01T00:00:00.250+03:00") and 1 < hour_of_day(occurred_at) <= 0.1',
    ],
)
def test_canonical_text_is_stable(text: str) -> None:
    """A filter's canonical text is read again as the same tree and written as the same text."""
    first = plan(build(f'last("profile_change", by=payer, where={text})')).windows[0].where
    assert first is not None
    again = plan(build(f'last("profile_change", by=payer, where={first})')).windows[0].where
    assert again == first
    compile_event_expression(first, SCHEMA, "profile_change")


def test_event_expressions_answer_over_one_event() -> None:
    """A window's filter and value are worked out on a past event's own values."""
    where = compile_event_expression('rail == "sbp" and amount > rub(200_000)', SCHEMA, "transfer")
    value = compile_event_expression("amount", SCHEMA, "transfer")
    assert value.currency == "currency"
    program = compile_program([where, value])
    event: dict[str, Value] = {"rail": "sbp", "amount": 20_000_001, "currency": "RUB"}
    assert program(event) == (True, 20_000_001)
    assert program({"rail": "sbp"}) == (None, None)
    assert program({"rail": "card"}) == (False, None)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("amount > rub(1) and cross_border", {"cross_border": True}, ("amount", "currency")),
        ("amount > rub(1)", {"amount": 5, "currency": "USD"}, ("currency",)),
        ("amount > rub(1) and cross_border", {"cross_border": False}, ()),
        ('matches(payee, "ru.cbr.recipients") or cross_border', {"cross_border": False}, ("ru.cbr.recipients",)),
        ('amount > rub(1) and scheme.apdu_ms > param("ru.apdu_limit_ms")', {"amount": 5, "currency": "RUB"}, ()),
        ('scheme.apdu_ms > param("ru.apdu_limit_ms")', {"scheme.apdu_ms": 1.0}, ("ru.apdu_limit_ms",)),
        ("count(by=payer.customer_id, over=days(1)) > 5", {}, ("payer.customer_id",)),
        ("count(by=payer.customer_id, over=days(1)) > 5", {"payer.customer_id": "c"}, ("transfer",)),
        (
            'hours_since(last("profile_change", by=payer.customer_id, where=where == "bank")) <= 48',
            {"payer.customer_id": "c", completeness_name("profile_change.bank"): NOW},
            ("profile_change.bank",),
        ),
        ("scheme.apdu_ms / 0 > 1", {"scheme.apdu_ms": 1.0}, ("scheme.apdu_ms",)),
        ("not known(payee.inn)", {}, ()),
    ],
)
def test_missing_names_the_inputs(text: str, values: dict[str, Value], expected: tuple[str, ...]) -> None:
    """An unknown result names the field, list, parameter or source that a person can act on."""
    assert missing(build(text), {"occurred_at": NOW, **values}) == expected
