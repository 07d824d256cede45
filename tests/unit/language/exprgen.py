"""Random well-typed expressions and random facts for them."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from holdfast.language import Expression, plan
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.windows import Statistic, WindowSpec, completeness_name
from tests.unit.language.world import COMPUTED, DAY, HOUR, NOW, SCHEMA, T

_NAMES = {
    T.BOOL: ("cross_border", "payee.own", "device.malware", "device.remote_control"),
    T.TEXT: ("rail", "place.city", "payer.account"),
    T.NUMBER: ("scheme.apdu_ms", "usual.deviation"),
    T.INTEGER: ("scheme.risk_level",),
    T.INSTANT: ("occurred_at", "device.sim_changed_at"),
}
_KEYS = ("by=payer.customer_id", "by=(payer, payee)", "as_payee=payer.customer_id")
_FILTERS = ("", ", where=cross_border", ', where=rail == "sbp" and amount > rub(10)')


def _options(draw: DrawFn, *, filtered: bool = True) -> str:
    """Draw the arguments that every window takes."""
    over = draw(st.sampled_from(["", ", over=hours(24)", ", over=days(3)"]))
    inclusive = draw(st.sampled_from(["", ", inclusive=True"]))
    where = draw(st.sampled_from(_FILTERS)) if filtered else ""
    return f"{draw(st.sampled_from(_KEYS))}{where}{over}{inclusive}"


def _one(draw: DrawFn, *choices: Callable[[], str]) -> str:
    """Draw one of the ways to go on, and only that one."""
    return draw(st.sampled_from(choices))()


def _pick(draw: DrawFn, *words: str) -> str:
    """Draw one word."""
    return draw(st.sampled_from(words))


def _number(draw: DrawFn, depth: int) -> str:
    """Draw a number."""
    below = depth - 1
    leaves = (
        lambda: _pick(draw, *_NAMES[T.NUMBER], *_NAMES[T.INTEGER]),
        lambda: _pick(draw, "0", "1", "3", "0.5", "48.0", 'param("ru.hours")', 'param("ru.apdu_limit_ms")'),
        lambda: f"count({_options(draw)})",
        lambda: f"distinct(payee.account, {_options(draw)})",
        lambda: f"{_pick(draw, 'sum', 'mean', 'std', 'min', 'max', 'latest')}(scheme.apdu_ms, {_options(draw)})",
        lambda: f"{_pick(draw, 'minutes', 'hours', 'days')}_since({_instant(draw, below)})",
        lambda: f"{_pick(draw, 'hour_of_day', 'weekday')}({_instant(draw, below)})",
    )
    if depth <= 0:
        return _one(draw, *leaves)
    return _one(
        draw,
        *leaves,
        lambda: f"({_number(draw, below)} {_pick(draw, *'+-*/')} {_number(draw, below)})",
        lambda: f"first_known({_number(draw, below)}, {_number(draw, below)})",
        lambda: f"(-({_number(draw, below)}))",
        lambda: f"({_money(draw, below)} / {_money(draw, below)})",
        lambda: f"({_money(draw, below)} / {_money(draw, below)})",
    )


def _money(draw: DrawFn, depth: int) -> str:
    """Draw an amount."""
    below = depth - 1
    leaves = (
        lambda: "amount",
        lambda: _pick(draw, "rub(2)", "rub(0.5)", "first_known(usd(1))", 'param("ru.limit")'),
        lambda: (
            f"{_pick(draw, 'sum', 'mean', 'std', 'min', 'max', 'earliest', 'latest')}"
            f"({_pick(draw, 'amount', 'amount + rub(1)', 'amount - rub(1)')}, {_options(draw)})"
        ),
    )
    if depth <= 0:
        return _one(draw, *leaves)
    return _one(
        draw,
        *leaves,
        lambda: f"({_money(draw, below)} {_pick(draw, *'+-')} {_money(draw, below)})",
        lambda: f"({_money(draw, below)} {_pick(draw, *'*/')} {_number(draw, below)})",
        lambda: f"first_known({_money(draw, below)}, {_money(draw, below)})",
    )


def _instant(draw: DrawFn, depth: int) -> str:
    """Draw an instant."""
    leaves = (
        lambda: _pick(draw, *_NAMES[T.INSTANT]),
        lambda: f'{_pick(draw, "first", "last")}("transfer", {_options(draw, filtered=False)})',
        lambda: f"latest(occurred_at, {_options(draw)})",
        lambda: _pick(draw, "months_before(1)", "hours_before(48)", 'instant("2026-05-01T00:00:00+03:00")'),
    )
    if depth <= 0:
        return _one(draw, *leaves)
    shifted = lambda: f"({_instant(draw, depth - 1)} {_pick(draw, *'+-')} hours({_pick(draw, '0', '24', '48')}))"  # noqa: E731 - one of several ways to go on
    return _one(draw, *leaves, shifted)


def _text(draw: DrawFn) -> str:
    """Draw a text."""
    name = _pick(draw, *_NAMES[T.TEXT])
    return _pick(draw, name, f"lower({name})", f'first_known({name}, "sbp")')


def _condition(draw: DrawFn, depth: int) -> str:
    """Draw a condition."""
    below = depth - 1
    compare = "<", "<=", ">", ">=", "==", "!="
    leaves = (
        lambda: _pick(draw, *_NAMES[T.BOOL]),
        lambda: f"({_number(draw, below)} {_pick(draw, *compare)} {_number(draw, below)})",
        lambda: f"({_money(draw, below)} {_pick(draw, *compare)} {_money(draw, below)})",
        lambda: f"({_instant(draw, below)} {_pick(draw, *compare)} {_instant(draw, below)})",
        lambda: f"({_instant(draw, below)} - {_instant(draw, below)} {_pick(draw, *compare)} hours(48))",
        lambda: f"({_text(draw)} {_pick(draw, '==', '!=')} {_pick(draw, 'payer.account', 'place.city')})",
        lambda: f'({_text(draw)} {_pick(draw, "in", "not in")} ("sbp", "card"))',
        lambda: f"({_number(draw, below)} in (1, 2, 3.5))",
        lambda: f"known({_number(draw, below)})",
        lambda: f"known({_money(draw, below)})",
        lambda: _pick(draw, 'contains(rail, "b")', 'like(place.city, r"^a+$")', 'startswith(rail, "s")'),
        lambda: _pick(draw, 'matches(payee, "bank.recipients")', 'matches(device.id, "ru.cbr.devices")'),
        lambda: f"{_pick(draw, 'latest', 'earliest')}(cross_border, {_options(draw)})",
    )
    if depth <= 0:
        return _one(draw, *leaves)
    joined = (
        lambda: f"({_condition(draw, below)} and {_condition(draw, below)})",
        lambda: f"({_condition(draw, below)} or {_condition(draw, below)})",
        lambda: f"(not {_condition(draw, below)})",
    )
    return _one(draw, *leaves, *joined * 4)


@st.composite
def conditions(draw: DrawFn, depth: int = 3) -> str:
    """Draw a condition as an analyst would write it."""
    return _condition(draw, depth)


def _window_value(spec: WindowSpec) -> SearchStrategy[Value]:
    """Give values as the feature fold would."""
    if spec.statistic in (Statistic.COUNT, Statistic.DISTINCT):
        return st.one_of(st.none(), st.integers(0, 6))
    if spec.statistic in (Statistic.FIRST, Statistic.LAST) or spec.value == "occurred_at":
        return st.one_of(st.none(), st.integers(NOW - 5 * DAY, NOW))
    if spec.value == "cross_border":
        return st.one_of(st.none(), st.booleans())
    if spec.money:
        return st.one_of(st.none(), st.integers(0, 500))
    return st.one_of(st.none(), st.integers(0, 6), st.floats(0, 60))


def _field_value(path: str) -> SearchStrategy[Value]:
    """Give values of one field, or nothing."""
    field = COMPUTED.get(path) or SCHEMA.fields["transfer"][path]
    if path == "currency":
        return st.sampled_from([None, "RUB", "RUB", "RUB", "USD"])
    if path == "occurred_at":
        return st.sampled_from([NOW, NOW, NOW, NOW, None])
    strategies: dict[T, SearchStrategy[Value]] = {
        T.BOOL: st.sampled_from([True, False, None]),
        T.TEXT: st.sampled_from([None, "sbp", "card", "aaa"]),
        T.NUMBER: st.one_of(st.none(), st.floats(-5, 60), st.sampled_from([1e300, -1e300, 0.0])),
        T.INTEGER: st.one_of(st.none(), st.integers(-3, 6), st.sampled_from([2**62, -(2**62)])),
        T.INSTANT: st.one_of(st.none(), st.integers(NOW - 4 * DAY, NOW), st.just(NOW - 48 * HOUR)),
        T.MONEY: st.one_of(st.none(), st.integers(0, 500), st.just(2**62)),
        T.PARTY: st.none(),
    }
    return strategies[field.type]


@st.composite
def facts(draw: DrawFn, expression: Expression) -> dict[str, Value]:
    """Draw facts for one expression: some present, some missing, some of the past complete."""
    needed = plan(expression)
    values: dict[str, Value] = {path: draw(_field_value(path)) for path in needed.fields}
    values |= {spec.name: draw(_window_value(spec)) for spec in needed.windows}
    values |= {probe.name: draw(st.sampled_from([True, False, None])) for probe in needed.probes}
    since = st.one_of(
        st.none(), st.integers(NOW - 5 * DAY, NOW), st.just(0), st.just(NOW - DAY), st.just(NOW - DAY + 1)
    )
    values |= {completeness_name(source): draw(since) for source in needed.sources}
    return {name: value for name, value in values.items() if value is not None}
