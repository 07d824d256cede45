"""An expression's text, parsed by Python's own parser, with the place of every node."""

import ast
import re
import warnings
from dataclasses import dataclass

from holdfast.language.checks.characters import check_characters
from holdfast.language.checks.size import check_size, check_text_size
from holdfast.language.checks.syntax import check_syntax
from holdfast.language.faults import fault
from holdfast.vocabulary.errors import ExpressionError, Span

_OPERATORS = {"&&": "and", "||": "or", "!": "not", "=": "==", "<>": "!=", "===": "=="}
_WRONG_OPERATOR = re.compile(r"&&|\|\||===|<>|(?<![=!<>])=(?!=)|!(?!=)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One parsed text. `tree` is the root; the text was wrapped in a pair of brackets for the parser."""

    text: str
    tree: ast.expr

    def span(self, node: ast.AST) -> Span:
        """Give the characters of one node."""
        return span_of(self.text, node)


def span_of(text: str, node: ast.AST) -> Span:
    """Turn the parser's line and byte offsets into characters of `text`."""
    return Span(
        start=_index(text, getattr(node, "lineno", 1), getattr(node, "col_offset", 1)),
        end=_index(text, getattr(node, "end_lineno", 1), getattr(node, "end_col_offset", len(text) + 1)),
    )


def _index(text: str, line: int, column: int) -> int:
    """Give the index of one (line, byte column); the first line starts after the added bracket."""
    rows = text.split("\n")
    if line > len(rows):
        return len(text)
    row = rows[line - 1].encode()
    chars = len(row[: max(0, column - (line == 1))].decode(errors="ignore"))
    return sum(len(row) + 1 for row in rows[: line - 1]) + chars


def parse(text: str) -> Source:
    """Read one expression; anything that is no allowed syntax is an `ExpressionError` with its span."""
    check_text_size(text)
    check_characters(text)
    if not text.strip():
        raise fault("the expression is empty", Span(start=0, end=len(text)), hint='write for example `rail == "sbp"`')
    tree = _parsed(text.replace("\r", " "))
    check_size(text, tree, span_of)
    check_syntax(text, tree, span_of)
    if tree.lineno == 1 and tree.col_offset == 0:
        raise fault("the brackets do not match", Span(start=0, end=len(text)), expected="one expression")
    return Source(text=text, tree=tree)


def _parsed(text: str) -> ast.expr:
    """Run Python's parser with every way in which it can refuse turned into one kind of error."""
    whole = Span(start=0, end=len(text))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return ast.parse(f"({text}\n)", mode="eval").body
    except SyntaxError as error:
        raise _unreadable(text, error) from None
    except (RecursionError, MemoryError):
        raise fault("the expression is nested too deeply", whole, hint="split it into several rules") from None
    except (ValueError, OverflowError):
        raise fault("the expression cannot be read", whole, hint="check its characters and numbers") from None


def _unreadable(text: str, error: SyntaxError) -> ExpressionError:
    """Say where Python's parser stopped, and what is written instead of another language's operator."""
    start = min(_index(text, error.lineno or 1, max(0, (error.offset or 1) - 1)), max(0, len(text) - 1))
    wrong = next((m for m in _WRONG_OPERATOR.finditer(text) if abs(m.start() - start) <= 30), None)
    if wrong and not _is_keyword_argument(text, wrong):
        written = _OPERATORS[wrong.group()]
        return fault(f"`{wrong.group()}` is no operator here", Span(start=wrong.start(), end=wrong.end()), near=written)
    return fault("the expression cannot be read here", Span(start=start, end=start + 1), hint=_hint(text, error))


def _is_keyword_argument(text: str, match: re.Match[str]) -> bool:
    """Tell whether a lone `=` names an argument of a call."""
    before = re.search(r"[(,]\s*\w+\s*$", text[: match.start()])
    return match.group() == "=" and before is not None


def _hint(text: str, error: SyntaxError) -> str:
    """Give the advice for the mistakes that people make most."""
    if re.search(r"(?<![\w.])from\b", text):
        return "the sides of a message are `sender` and `recipient`"
    if "escape" in str(error.msg):
        return 'write a pattern with an `r` before its quote: r"\\d+"'
    return "check brackets, quotes and commas; join conditions with `and`, `or`, `not`"
