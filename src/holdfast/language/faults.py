"""Errors with their place: what was wrong, what was expected, and the nearest name."""

from collections.abc import Iterable

from holdfast.vocabulary import spelling
from holdfast.vocabulary.errors import ExpressionError, Span

_CARET_WIDTH = 120


def nearest(word: str, known: Iterable[str]) -> str:
    """Give the known name nearest to `word`, or an empty text when none is near."""
    names = sorted(known)
    leaf = word.rsplit(".", 1)[-1]
    return spelling.nearest(word, names) or next((name for name in names if name.rsplit(".", 1)[-1] == leaf), "")


def fault(message: str, span: Span, *, expected: str = "", near: str = "", hint: str = "") -> ExpressionError:
    """Make the error of one span; its hint says what was expected and which name was near."""
    parts = [f"expected {expected}" if expected else "", f"did you mean `{near}`?" if near else "", hint]
    return ExpressionError(message, hint="; ".join(part for part in parts if part), span=span)


def render(text: str, error: ExpressionError) -> str:
    """Write an error for a terminal: message, the line with carets under the span, hint."""
    span = error.span or Span(start=0, end=len(text))
    start = text.rfind("\n", 0, span.start) + 1
    stop = text.find("\n", start)
    line = text[start : stop if stop >= 0 else len(text)]
    number = str(text.count("\n", 0, start) + 1)
    indent = span.start - start
    shift = max(0, indent - _CARET_WIDTH // 2)
    shown = "".join(char if char.isprintable() else " " for char in line[shift : shift + _CARET_WIDTH])
    carets = max(1, min(span.end - span.start, len(shown) - (indent - shift)))
    rows = [
        f"error: {error.message}",
        f" {number} | {shown}".rstrip(),
        f" {' ' * len(number)} | {' ' * (indent - shift)}{'^' * carets}",
        f"  hint: {error.advice}",
    ]
    return "\n".join(rows)
