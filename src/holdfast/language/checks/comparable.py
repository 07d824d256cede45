"""Only values of one kind are compared, and only what has an order by `<`."""

from holdfast.language.checks.kinds import NUMERIC, phrase
from holdfast.language.faults import fault
from holdfast.language.nodes import Node
from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.schema import FieldType

_ORDERED = NUMERIC | {FieldType.MONEY, FieldType.INSTANT, FieldType.DURATION}
_EQUALITY = frozenset({"==", "!="})


def check_comparable(operator: str, left: Node, right: Node) -> None:
    """Refuse a comparison of two kinds, or an order of what has none."""
    for side in (left, right):
        if side.type is FieldType.PARTY:
            raise fault("a party cannot be compared", side.span, expected="one of its fields, such as its account")
        if side.type is FieldType.TEXTS:
            raise fault("several texts cannot be compared", side.span, expected='`matches(links.hosts, "...")`')
    both = {left.type, right.type}
    if len(both) > 1 and not both <= NUMERIC:
        span = Span(start=left.span.start, end=right.span.end)
        message = f"{phrase(left.type)} cannot be compared with {phrase(right.type)}"
        raise fault(message, span, expected=phrase(left.type), hint=_advice(both))
    if operator not in _EQUALITY and left.type not in _ORDERED:
        span = Span(start=left.span.start, end=right.span.end)
        raise fault(f"{phrase(left.type)} has no order", span, expected="`==`, `!=` or `in`")


def _advice(both: set[FieldType]) -> str:
    """Say how the value on one side would be written."""
    if FieldType.MONEY in both and both & NUMERIC:
        return "write an amount with its currency: `rub(200_000)`"
    if FieldType.DURATION in both and both & NUMERIC:
        return "write a span of time with its unit: `hours(24)`"
    if FieldType.INSTANT in both and both & (NUMERIC | {FieldType.DURATION}):
        return "write `hours_since(x) <= 48` or `x >= hours_before(48)`"
    if FieldType.INSTANT in both and FieldType.TEXT in both:
        return 'write an instant as `instant("2026-01-01T00:00:00+03:00")`'
    return ""
