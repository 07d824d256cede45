"""From text to a checked expression."""

from holdfast.language.checks.kinds import phrase
from holdfast.language.faults import fault
from holdfast.language.limits import MAX_WINDOWS
from holdfast.language.nodes import Expression, Window, walk
from holdfast.language.scope import Scope
from holdfast.language.source import parse
from holdfast.language.typer import Typer
from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.schema import EventSchema, FieldType


def compile_expression(text: str, scope: Scope, *, expected: FieldType | None = None) -> Expression:
    """Read, check and type one expression; with `expected`, its value must be of that type.

    Raises `ExpressionError` with the span, what was expected and the nearest name.
    """
    return _compile(text, scope, past=False, expected=expected)


def compile_event_expression(text: str, schema: EventSchema, event_type: str, *, zone: str = "UTC") -> Expression:
    """Read a window's `value` or `where` over one past event, whose values are then the only facts."""
    return _compile(text, Scope(schema=schema, event_type=event_type, zone=zone), past=True, expected=None)


def _compile(text: str, scope: Scope, *, past: bool, expected: FieldType | None) -> Expression:
    """Read, type and check the whole."""
    source = parse(text)
    tree = Typer(source, scope, past=past).node(source.tree)
    whole = Span(start=0, end=len(text))
    if tree.type is FieldType.PARTY:
        raise fault("a party is no value", tree.span, expected="one of its fields, or `matches(...)`")
    if expected is not None and tree.type is not expected:
        raise fault(f"the expression gives {phrase(tree.type)}", tree.span, expected=phrase(expected))
    if sum(isinstance(node, Window) for node in walk(tree)) > MAX_WINDOWS:
        raise fault("the expression asks the past too often", whole, expected=f"at most {MAX_WINDOWS} times")
    return Expression(text=text, type=tree.type, tree=tree)
