"""`and`, `or` and `not` join conditions, nothing else."""

from holdfast.language.checks.kinds import phrase
from holdfast.language.faults import fault
from holdfast.language.nodes import FieldName, Node
from holdfast.vocabulary.schema import FieldType


def check_condition(node: Node) -> Node:
    """Refuse a value where something true or false must stand."""
    if node.type is FieldType.BOOL:
        return node
    named = node.type is FieldType.PARTY or not isinstance(node, FieldName)
    hint = "" if named else f"compare it, or write `known({node.path})`" if isinstance(node, FieldName) else ""
    raise fault(f"this is {phrase(node.type)}, not a condition", node.span, expected="true or false", hint=hint)
