"""Spans of time are whole milliseconds of a sensible length."""

from decimal import Decimal

from holdfast.language.faults import fault
from holdfast.language.limits import MAX_MONTHS, MAX_OVER_MS, MAX_SPAN_MS
from holdfast.language.nodes import Constant, Node
from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.instants import DAY_MS
from holdfast.vocabulary.schema import FieldType


def check_duration(number: float, unit_ms: int, span: Span) -> int:
    """Give the milliseconds of `number` units."""
    exact = Decimal(repr(number)) * unit_ms
    if exact != exact.to_integral_value():
        raise fault("this span of time is finer than a millisecond", span, expected="whole milliseconds")
    if not 0 <= exact <= MAX_SPAN_MS:
        raise fault("this span of time is out of range", span, expected=f"0 to {MAX_SPAN_MS // DAY_MS:,} days")
    return int(exact)


def check_months(number: float, span: Span) -> int:
    """Give a whole number of months."""
    if not isinstance(number, int) or not 0 <= number <= MAX_MONTHS:
        raise fault("this number of months is out of range", span, expected=f"a whole number, 0 to {MAX_MONTHS:,}")
    return number


def check_over(node: Node) -> Constant:
    """Give the length of a window."""
    if not isinstance(node, Constant) or node.type is not FieldType.DURATION:
        raise fault("a window's length is a span of time", node.span, expected="`over=hours(24)` or `over=days(90)`")
    if node.value is not None and not 0 < int(node.value) <= MAX_OVER_MS:  # type: ignore[arg-type] # DURATION is an int
        raise fault(
            "this window is too long", node.span, expected=f"more than 0 and at most {MAX_OVER_MS // DAY_MS:,} days"
        )
    return node
