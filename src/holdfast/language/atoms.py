"""The undivided conditions of an expression: what `and`, `or` and `not` join."""

from collections.abc import Iterator

from holdfast.language.nodes import Both, Either, Expression, Negation, Node
from holdfast.vocabulary.schema import FieldType


def atoms(expression: Expression) -> tuple[Expression, ...]:
    """Give each undivided condition as an expression of its own, in order and once."""
    return tuple(
        Expression(text=expression.text, type=FieldType.BOOL, tree=node)
        for node in dict.fromkeys(_below(expression.tree))
    )


def _below(node: Node) -> Iterator[Node]:
    """Go down through the connectives."""
    if isinstance(node, Both | Either | Negation):
        for child in node.children():
            yield from _below(child)
    else:
        yield node
