"""Which kinds of value can be added, subtracted, multiplied and divided, and what comes out."""

from typing import Final

from holdfast.language.checks.kinds import phrase
from holdfast.language.faults import fault
from holdfast.language.nodes import Node
from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.schema import FieldType as T

_INT, _NUM, _MONEY, _SPAN, _AT = T.INTEGER, T.NUMBER, T.MONEY, T.DURATION, T.INSTANT

_RESULTS: Final[dict[tuple[T, str, T], T]] = {
    **{(_INT, operator, _INT): _INT for operator in "+-*"},
    **{(a, operator, _NUM): _NUM for operator in "+-*" for a in (_INT, _NUM)},
    **{(_NUM, operator, _INT): _NUM for operator in "+-*"},
    **{(a, "/", b): _NUM for a in (_INT, _NUM) for b in (_INT, _NUM)},
    **{(kind, operator, kind): kind for operator in "+-" for kind in (_MONEY, _SPAN)},
    **{(kind, operator, n): kind for operator in "*/" for kind in (_MONEY, _SPAN) for n in (_INT, _NUM)},
    **{(n, "*", kind): kind for kind in (_MONEY, _SPAN) for n in (_INT, _NUM)},
    **{(kind, "/", kind): _NUM for kind in (_MONEY, _SPAN)},
    (_AT, "-", _AT): _SPAN,
    (_AT, "+", _SPAN): _AT,
    (_AT, "-", _SPAN): _AT,
    (_SPAN, "+", _AT): _AT,
}
_VERBS: Final = {"+": "added to", "-": "less", "*": "multiplied by", "/": "divided by"}


def check_arithmetic(operator: str, left: Node, right: Node) -> T:
    """Give the kind of the result, or say why there is none."""
    found = _RESULTS.get((left.type, operator, right.type))
    if found is not None:
        return found
    span = Span(start=left.span.start, end=right.span.end)
    kinds = {left.type, right.type}
    hint = "write an amount with its currency: `rub(200_000)`" if _MONEY in kinds and operator in "+-" else ""
    raise fault(
        f"{phrase(left.type)} {_VERBS[operator]} {phrase(right.type)} has no meaning",
        span,
        expected="numbers, amounts, instants or spans of time",
        hint=hint,
    )
