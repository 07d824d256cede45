"""Two amounts whose currencies are written out and differ are never compared or added: it would always be unknown."""

from holdfast.language.faults import fault
from holdfast.language.nodes import Arithmetic, Constant, Node
from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.schema import FieldType


def check_currencies(left: Node, right: Node) -> None:
    """Refuse two amounts in different currencies where both are known from the text."""
    first, second = _written(left), _written(right)
    if first and second and first != second:
        span = Span(start=left.span.start, end=right.span.end)
        raise fault(f"`{first}` meets `{second}`", span, expected="amounts in one currency")


def _written(node: Node) -> str | None:
    """Give the currency of an amount where the text says it."""
    if node.type is not FieldType.MONEY:
        return None
    if isinstance(node, Constant):
        return node.currency
    if isinstance(node, Arithmetic):
        return _written(node.left) or _written(node.right)
    return None
