"""Texts and numbers that are written out stay within their caps."""

import ast

from holdfast.language.checks.characters import is_hidden
from holdfast.language.faults import fault
from holdfast.language.limits import MAX_LITERAL, MAX_STRING
from holdfast.language.nodes import Constant
from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.schema import FieldType

_NO_VALUE = "write `known(x)` or `not known(x)` to ask whether a value is there"


def check_literal(node: ast.Constant, span: Span) -> Constant:
    """Turn a literal into a constant, or say why it is none."""
    value = node.value
    if isinstance(value, bool):
        return Constant(type=FieldType.BOOL, span=span, value=value)
    if isinstance(value, str):
        return _text(value, span)
    if isinstance(value, int):
        _check_bounds(value, span)
        return Constant(type=FieldType.INTEGER, span=span, value=value)
    if isinstance(value, float):
        _check_bounds(value, span)
        return Constant(type=FieldType.NUMBER, span=span, value=value)
    shown = "None" if value is None else type(value).__name__
    hint = _NO_VALUE if value is None else ""
    raise fault(f"`{shown}` is not part of the language", span, expected="a number, a text, True or False", hint=hint)


def _text(value: str, span: Span) -> Constant:
    """Check a text's length and that every character of it can be seen."""
    if len(value) > MAX_STRING:
        raise fault(f"the text has {len(value):,} characters", span, expected=f"at most {MAX_STRING}")
    hidden = next((char for char in value if is_hidden(char)), None)
    if hidden is not None:
        raise fault(f"the hidden character `U+{ord(hidden):04X}` is not allowed in a text", span)
    return Constant(type=FieldType.TEXT, span=span, value=value)


def _check_bounds(value: float, span: Span) -> None:
    """Refuse numbers no amount or count reaches, and infinity."""
    if not -MAX_LITERAL <= value <= MAX_LITERAL:
        raise fault("the number is too large", span, expected=f"at most {MAX_LITERAL:,}")
