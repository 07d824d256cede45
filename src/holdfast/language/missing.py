"""Which unknown inputs made a result unknown, by names that a person can act on."""

from collections.abc import Iterator

from holdfast.language.evaluate import Values, reading_of, value_of
from holdfast.language.nodes import (
    Arithmetic,
    Both,
    Call,
    Comparison,
    Constant,
    Either,
    Expression,
    FieldName,
    Node,
    Probe,
    Window,
    walk,
)
from holdfast.language.reading import Reading
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.trilean import UNKNOWN
from holdfast.vocabulary.windows import Statistic, completeness_name


def missing(expression: Expression, values: Values) -> tuple[str, ...]:
    """Name the fields, parameters, lists, incomplete sources and windows behind an unknown result, each once.

    Empty when the result is known.
    """
    if value_of(expression.tree, values) is not UNKNOWN:
        return ()
    found = dict.fromkeys(_behind(expression.tree, values))
    return tuple(found or dict.fromkeys(_inputs(expression.tree)))


def _inputs(tree: Node) -> Iterator[str]:
    """Name every input: all were known, but a number came out that is too large, or a division by zero."""
    for node in walk(tree):
        if isinstance(node, FieldName):
            yield node.path
        elif isinstance(node, Window):
            yield node.spec.name


def _behind(node: Node, values: Values) -> Iterator[str]:
    """Go down to the inputs that are unknown."""
    match node:
        case Constant():
            yield from [node.parameter] if node.parameter and node.value is UNKNOWN else []
        case FieldName():
            yield from _absent((node.path, node.currency), values)
        case Probe():
            yield from [node.probe.list] if values.get(node.probe.name) is UNKNOWN else []
        case Window():
            yield from _window(node, values)
        case Both() | Either():
            for part in node.parts:
                yield from _behind(part, values) if value_of(part, values) is UNKNOWN else ()
        case Call(name="known"):
            return
        case _:
            yield from _operands(node, values)


def _operands(node: Node, values: Values) -> Iterator[str]:
    """Go down to the operands; two known amounts in different currencies are told by their currencies."""
    found = [name for child in node.children() for name in _behind(child, values)]
    if isinstance(node, Call) and "occurred_at" not in values and node.name.endswith("_since"):
        found.append("occurred_at")
    sides = (node.left, node.right) if isinstance(node, Comparison | Arithmetic) else ()
    if not found and sides and all(side.type is FieldType.MONEY for side in sides):
        found = [side.currency for side in _leaves(node) if side.currency]
    yield from found


def _leaves(node: Node) -> Iterator[FieldName | Window]:
    """Give the amounts below a node."""
    if isinstance(node, FieldName | Window):
        yield node
    for child in node.children():
        yield from _leaves(child)


def _absent(names: tuple[str | None, ...], values: Values) -> list[str]:
    """Keep the names that the facts lack."""
    return [name for name in names if name is not None and values.get(name) is UNKNOWN]


def _window(node: Window, values: Values) -> Iterator[str]:
    """Say what a window lacks: its key, its sources' completeness, or any event at all."""
    found = reading_of(node, values)
    exact = found.exact if isinstance(found, Reading) else found
    if exact is not UNKNOWN:
        yield from _absent((node.currency,), values)
        return
    lacking = [names[0] for names in node.keys if all(values.get(name) is UNKNOWN for name in names)]
    if not lacking and node.spec.statistic is not Statistic.LATEST:
        lacking = [source for source in node.spec.sources if not _covers(node, source, values)]
    yield from lacking or [node.spec.name]


def _covers(node: Window, source: str, values: Values) -> bool:
    """Tell whether one source is complete over the whole window."""
    since, now, over_ms = values.get(completeness_name(source)), values.get("occurred_at"), node.spec.over_ms
    if not isinstance(since, int) or not isinstance(now, int):
        return False
    return since <= (0 if over_ms is None else now - over_ms + (not node.spec.inclusive))
