"""The one spelling of a typed tree, under which a filter or a value stands in a `WindowSpec`."""

from typing import Final

from holdfast.language.currencies import SHORT, to_major
from holdfast.language.nodes import (
    Arithmetic,
    Both,
    Call,
    Comparison,
    Constant,
    Either,
    FieldName,
    Membership,
    Negation,
    Node,
    PartyName,
)
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from holdfast.vocabulary.schema import FieldType

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _ATOM = range(1, 8)
_STRENGTH: Final = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}
_UNITS: Final = (("days", DAY_MS), ("hours", HOUR_MS), ("minutes", MINUTE_MS))
_CALENDAR: Final = {"months_before": 1}  # how many arguments the compiler added in front


def canonical(node: Node) -> str:
    """Write a tree that asks nothing of the past; parsing the text again gives the same tree."""
    return _write(node, _OR)


def _write(node: Node, least: int) -> str:
    """Write a node, in brackets when it binds weaker than its place asks."""
    text, strength = _text(node)
    return text if strength >= least else f"({text})"


def _text(node: Node) -> tuple[str, int]:  # noqa: PLR0911 - one line for each kind of node
    """Write a node and say how strongly its outermost operator binds."""
    match node:
        case Either():
            return " or ".join(_write(part, _AND) for part in node.parts), _OR
        case Both():
            return " and ".join(_write(part, _NOT) for part in node.parts), _AND
        case Negation():
            return f"not {_write(node.part, _NOT)}", _NOT
        case Comparison():
            return f"{_write(node.left, _SUM)} {node.operator} {_write(node.right, _SUM)}", _COMPARE
        case Membership():
            values = ", ".join(map(constant_text, node.values))
            return f"{_write(node.item, _SUM)} in ({values}{',' * (len(node.values) == 1)})", _COMPARE
        case Arithmetic():
            strength = _STRENGTH[node.operator]
            left, right = _write(node.left, strength), _write(node.right, strength + 1)
            return f"{left} {node.operator} {right}", strength
        case _:
            return _atom(node), _ATOM


def _atom(node: Node) -> str:
    """Write a node without an operator."""
    match node:
        case Constant():
            return constant_text(node)
        case FieldName() | PartyName():
            return node.path
        case Call():
            shown = node.arguments[_CALENDAR.get(node.name, 0) :]
            return f"{node.name}({', '.join(_write(part, _OR) for part in shown)})"
        case _:
            raise Bug(f"`{type(node).__name__}` has no place in a past event's expression")


def constant_text(node: Constant) -> str:
    """Write a constant as the language spells it."""
    value = node.value
    if isinstance(value, str):
        return quoted(value)
    if node.type is FieldType.MONEY and isinstance(value, int) and node.currency:
        return _money(value, node.currency)
    if node.type is FieldType.DURATION and isinstance(value, int):
        return _duration(value)
    if node.type is FieldType.INSTANT and isinstance(value, int):
        return f'instant("{rfc3339(value)}")'
    return repr(value)


def quoted(text: str) -> str:
    """Write a text literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _money(minor: int, currency: str) -> str:
    """Write an amount of money."""
    major = to_major(minor, currency)
    short = next((name for name, code in SHORT.items() if code == currency), None)
    return f"{short}({major})" if short else f'money({major}, "{currency}")'


def _duration(span_ms: int) -> str:
    """Write a duration in its largest whole unit."""
    for unit, size in _UNITS:
        if span_ms % size == 0:
            return f"{unit}({span_ms // size})"
    return f"seconds({span_ms // 1000})" if span_ms % 1000 == 0 else f"seconds({span_ms / 1000!r})"
