"""`matches` asks a known list about something that can stand on one."""

from collections.abc import Collection

from holdfast.language.checks.kinds import phrase
from holdfast.language.faults import fault, nearest
from holdfast.language.nodes import Constant, Node
from holdfast.vocabulary.schema import Field, FieldType


def check_list(node: Constant, known: Collection[str] | None) -> str:
    """Give the list's id, or say which was near."""
    name = str(node.value)
    if known is not None and name not in known:
        near = nearest(name, known)
        raise fault(f"there is no list `{name}`", node.span, near=near, hint="" if near else "declare it, or load it")
    return name


def check_subject(node: Node, field: Field | None) -> None:
    """Refuse a subject that no entry of a list can be equal to."""
    if node.type is FieldType.PARTY or (field is not None and field.list_kind):
        return
    shown = f"`{field.path}`" if field is not None else phrase(node.type)
    hint = "" if field is None else "only identifiers such as accounts, phones and devices can stand on a list"
    raise fault(f"{shown} cannot stand on a list", node.span, expected="a party or one identifier", hint=hint)
