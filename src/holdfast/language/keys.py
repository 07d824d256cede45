"""How a window's key is read now and in the past, and which facts it needs."""

from collections.abc import Mapping
from typing import Final

from holdfast.language.faults import fault, nearest
from holdfast.language.nodes import FieldName, Node, PartyName
from holdfast.language.scope import Scope
from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.schema import Field, FieldType
from holdfast.vocabulary.windows import KeyPart

_IDENTITIES: Final = frozenset({"customer_id", "seller_id"})
_PERSONAL_KINDS: Final = frozenset({"account", "card", "phone", "sbp_phone", "ewallet", "inn", "iin", "bin", "seller"})


def check_past_key(node: Node) -> str:
    """Give the path of a name by which the past is asked."""
    if isinstance(node, FieldName | PartyName):
        return node.path
    raise fault("the past is asked by a name", node.span, expected="a name such as `payer.customer_id`")


def key_part(scope: Scope, now: str, place: tuple[str, str | None, Span]) -> KeyPart:
    """Find the past event's name for `now`; `place` is the past type, the role it had then, and the span.

    Without a role the same name is taken; where the past type lacks it, the name under that type's own subject.
    """
    of, role, span = place
    names = scope.schema.fields[of]
    prefix, dot, leaf = now.partition(".")
    if role is not None:
        then = f"{role}{dot}{leaf}"
    elif now in names:
        then = now
    else:
        then = f"{scope.schema.subject.get(of, prefix)}{dot}{leaf}" if _is_party(scope, prefix) else now
    if then not in names:
        near = nearest(then, names)
        raise fault(f"`{of}` has no field `{then}` to compare `{now}` with", span, near=near)
    return KeyPart(now=now, then=then)


def _is_party(scope: Scope, prefix: str) -> bool:
    """Tell whether a prefix is a party of the current event."""
    field = scope.schema.fields.get(scope.event_type, {}).get(prefix)
    return field is not None and field.type is FieldType.PARTY


def present(names: Mapping[str, Field], path: str) -> tuple[str, ...]:
    """Give the names of which one must be present for `path` to be a key: itself, or a party's identifiers."""
    field = names.get(path)
    if field is None or field.type is not FieldType.PARTY:
        return (path,)
    below = [name for name in names if name.startswith(f"{path}.")]
    return tuple(sorted(name for name in below if _identifies(names[name]))) or (path,)


def _identifies(field: Field) -> bool:
    """Tell whether a field names the person behind a party."""
    return field.path.rsplit(".", 1)[-1] in _IDENTITIES or field.list_kind in _PERSONAL_KINDS
