"""Functions of values: amounts, time, texts, parameters, and what is known."""

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from holdfast.language.checks.arguments import check_keywords, check_positional
from holdfast.language.checks.kinds import NUMERIC, check_kind, phrase
from holdfast.language.checks.patterns import check_pattern
from holdfast.language.checks.spans import check_duration, check_months
from holdfast.language.currencies import DIGITS, SHORT, to_minor
from holdfast.language.faults import fault, nearest
from holdfast.language.nodes import Arithmetic, Call, Constant, FieldName, Node
from holdfast.language.port import TyperPort
from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, to_ms
from holdfast.vocabulary.schema import FieldType

UNITS: Final = {"seconds": SECOND_MS, "minutes": MINUTE_MS, "hours": HOUR_MS, "days": DAY_MS}
_MAX_VALUES: Final = 8
_TEXT: Final = (FieldType.TEXT,)


def values(typer: TyperPort, tree: ast.Call, counts: tuple[int, int]) -> list[Node]:
    """Type the positional arguments of a call that takes no named ones."""
    check_keywords(tree, (), typer.span)
    return [typer.node(argument) for argument in check_positional(tree, counts, typer.span)]


def constant(node: Node, allowed: Collection[FieldType]) -> Constant:
    """Take an argument that is written out or a parameter."""
    check_kind(node, allowed)
    if isinstance(node, Constant):
        return node
    raise fault(f"{phrase(node.type)} must be written out here", node.span, expected="a literal or a parameter")


def _unset(node: Constant, kind: FieldType, span: Span) -> Constant:
    """Give the unknown constant that an unset parameter leaves behind."""
    return Constant(type=kind, span=span, value=None, parameter=node.parameter)


def _money(typer: TyperPort, tree: ast.Call, name: str) -> Node:
    """Turn major units into minor ones exactly."""
    span = typer.span(tree)
    short = SHORT.get(name)
    arguments = values(typer, tree, (1, 1) if short else (2, 2))
    currency = short or _currency(constant(arguments[1], _TEXT))
    amount = constant(arguments[0], NUMERIC)
    if not isinstance(amount.value, int | float):
        return _unset(amount, FieldType.MONEY, span)
    minor = to_minor(amount.value, currency)
    if minor is None or minor < 0:
        expected = f"at least 0, with at most {DIGITS[currency]} digits after the point"
        raise fault(f"this is no amount in {currency}", amount.span, expected=expected)
    return Constant(type=FieldType.MONEY, span=span, value=minor, currency=currency)


def _currency(node: Constant) -> str:
    """Check a currency's code."""
    code = str(node.value)
    if code not in DIGITS:
        near = code.upper() if code.upper() in DIGITS else nearest(code.upper(), DIGITS)
        raise fault(f"there is no currency `{code}`", node.span, expected="an ISO 4217 code", near=near)
    return code


def _duration(typer: TyperPort, tree: ast.Call, name: str) -> Node:
    """Take a span of time."""
    (argument,) = values(typer, tree, (1, 1))
    number = constant(argument, NUMERIC)
    span = typer.span(tree)
    if not isinstance(number.value, int | float):
        return _unset(number, FieldType.DURATION, span)
    span_ms = check_duration(number.value, UNITS[name], number.span)
    return Constant(type=FieldType.DURATION, span=span, value=span_ms)


def _instant(typer: TyperPort, tree: ast.Call, _name: str) -> Node:
    """Take an instant written in RFC 3339."""
    (argument,) = values(typer, tree, (1, 1))
    text = constant(argument, _TEXT)
    expected = '`instant("2026-01-01T00:00:00+03:00")`, with its offset'
    try:
        moment = datetime.fromisoformat(str(text.value))
    except ValueError:
        raise fault("this is no instant", argument.span, expected=expected) from None
    if moment.tzinfo is None or not 1970 <= moment.year < 2200:
        raise fault("this is no instant", argument.span, expected=expected)
    return Constant(type=FieldType.INSTANT, span=typer.span(tree), value=to_ms(moment))


def now(span: Span) -> FieldName:
    """Give the instant of the event that is being decided."""
    return FieldName(type=FieldType.INSTANT, span=span, path="occurred_at")


def _since(typer: TyperPort, tree: ast.Call, name: str) -> Node:
    """Measure the time from an instant to the event."""
    (argument,) = values(typer, tree, (1, 1))
    check_kind(argument, (FieldType.INSTANT,))
    return Call(type=FieldType.NUMBER, span=typer.span(tree), name=name, arguments=(argument,))


def _before(typer: TyperPort, tree: ast.Call, name: str) -> Node:
    """Go back from the event by a span of time."""
    (argument,) = values(typer, tree, (1, 1))
    number = constant(argument, NUMERIC)
    span = typer.span(tree)
    if not isinstance(number.value, int | float):
        return _unset(number, FieldType.INSTANT, span)
    span_ms = check_duration(number.value, UNITS[name.removesuffix("_before")], number.span)
    back = Constant(type=FieldType.DURATION, span=span, value=span_ms)
    return Arithmetic(type=FieldType.INSTANT, span=span, operator="-", left=now(span), right=back)


def _months_before(typer: TyperPort, tree: ast.Call, name: str) -> Node:
    """Go back from the event by calendar months."""
    (argument,) = values(typer, tree, (1, 1))
    number = constant(argument, NUMERIC)
    span = typer.span(tree)
    if not isinstance(number.value, int | float):
        return _unset(number, FieldType.INSTANT, span)
    check_months(number.value, number.span)
    arguments = (now(span), replace(number, parameter=None))
    return Call(type=FieldType.INSTANT, span=span, name=name, arguments=arguments, zone=typer.scope.zone)


def _calendar(typer: TyperPort, tree: ast.Call, name: str) -> Node:
    """Read the tenant's clock or calendar."""
    (argument,) = values(typer, tree, (1, 1))
    check_kind(argument, (FieldType.INSTANT,))
    arguments = (argument,)
    return Call(type=FieldType.INTEGER, span=typer.span(tree), name=name, arguments=arguments, zone=typer.scope.zone)


def _lower(typer: TyperPort, tree: ast.Call, name: str) -> Node:
    """Put a text in small letters."""
    (argument,) = values(typer, tree, (1, 1))
    check_kind(argument, _TEXT)
    return Call(type=FieldType.TEXT, span=typer.span(tree), name=name, arguments=(argument,))


def _text_test(typer: TyperPort, tree: ast.Call, name: str) -> Node:
    """Compare a text with a part or a pattern."""
    text, part = values(typer, tree, (2, 2))
    check_kind(text, _TEXT)
    wanted = constant(part, _TEXT)
    span = typer.span(tree)
    if wanted.value is None:
        return _unset(wanted, FieldType.BOOL, span)
    if name == "like":
        check_pattern(wanted)
    arguments = (text, replace(wanted, parameter=None))
    return Call(type=FieldType.BOOL, span=span, name=name, arguments=arguments)


def _param(typer: TyperPort, tree: ast.Call, _name: str) -> Node:
    """Read a dated parameter as a constant."""
    (argument,) = values(typer, tree, (1, 1))
    name = str(constant(argument, _TEXT).value)
    known = typer.scope.parameters
    if name not in known:
        near = nearest(name, known)
        hint = "" if near else "parameters stand in the pack beside their citation"
        raise fault(f"there is no parameter `{name}`", argument.span, near=near, hint=hint)
    found = known[name]
    return Constant(type=found.type, span=typer.span(tree), value=found.value, currency=found.currency, parameter=name)


def _known(typer: TyperPort, tree: ast.Call, name: str) -> Node:
    """Ask whether a value is known."""
    (argument,) = values(typer, tree, (1, 1))
    if argument.type is FieldType.PARTY:
        raise fault("a party is known by its fields", argument.span, expected="one of its fields, such as its account")
    return Call(type=FieldType.BOOL, span=typer.span(tree), name=name, arguments=(argument,))


def _first_known(typer: TyperPort, tree: ast.Call, name: str) -> Node:
    """Take the first value that is known."""
    found = values(typer, tree, (1, _MAX_VALUES))
    kind = found[0].type
    if kind is FieldType.PARTY:
        raise fault("a party is known by its fields", found[0].span, expected="one of its fields, such as its account")
    for node in found[1:]:
        check_kind(node, NUMERIC if kind in NUMERIC else (kind,))
    if any(node.type is FieldType.NUMBER for node in found):
        kind = FieldType.NUMBER
    return Call(type=kind, span=typer.span(tree), name=name, arguments=tuple(found))


CALLS: Final[Mapping[str, Callable[[TyperPort, ast.Call, str], Node]]] = {
    **dict.fromkeys([*SHORT, "money"], _money),
    **dict.fromkeys(UNITS, _duration),
    **dict.fromkeys(("minutes_since", "hours_since", "days_since"), _since),
    **dict.fromkeys(("minutes_before", "hours_before", "days_before"), _before),
    **dict.fromkeys(("hour_of_day", "weekday"), _calendar),
    **dict.fromkeys(("startswith", "contains", "like"), _text_test),
    "instant": _instant,
    "months_before": _months_before,
    "lower": _lower,
    "param": _param,
    "known": _known,
    "first_known": _first_known,
}
