"""Kinds of value, and what a person calls them."""

from collections.abc import Collection
from typing import Final

from holdfast.language.faults import fault
from holdfast.language.nodes import Node
from holdfast.vocabulary.schema import FieldType

NUMERIC: Final = frozenset({FieldType.INTEGER, FieldType.NUMBER})
_PHRASES: Final = {
    FieldType.BOOL: "a condition",
    FieldType.INTEGER: "a number",
    FieldType.NUMBER: "a number",
    FieldType.TEXT: "a text",
    FieldType.INSTANT: "an instant",
    FieldType.DURATION: "a span of time",
    FieldType.MONEY: "an amount of money",
    FieldType.PARTY: "a party",
    FieldType.TEXTS: "several texts",
}


def phrase(kind: FieldType) -> str:
    """Give a kind of value in words."""
    return _PHRASES[kind]


def check_kind(node: Node, allowed: Collection[FieldType]) -> Node:
    """Refuse a value of another kind than those allowed."""
    if node.type not in allowed:
        wanted = " or ".join(dict.fromkeys(phrase(kind) for kind in FieldType if kind in allowed))
        raise fault(f"this is {phrase(node.type)}", node.span, expected=wanted)
    return node
