"""Caps on text, nodes and nesting, before and after parsing."""

import ast
from collections.abc import Callable

from holdfast.language.faults import fault
from holdfast.language.limits import MAX_DEPTH, MAX_NODES, MAX_TEXT
from holdfast.vocabulary.errors import Span

_SPLIT = "split it into several rules"


def check_text_size(text: str) -> None:
    """Refuse a text that is too long before it is parsed."""
    if len(text) > MAX_TEXT:
        span = Span(start=MAX_TEXT, end=len(text))
        raise fault(f"the expression has {len(text):,} characters", span, expected=f"at most {MAX_TEXT:,}", hint=_SPLIT)


def check_size(text: str, tree: ast.expr, span_of: Callable[[str, ast.AST], Span]) -> None:
    """Refuse too many nodes and too deep a nesting; walks without recursion."""
    count = 0
    stack: list[tuple[ast.AST, int]] = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        count += isinstance(node, ast.expr | ast.keyword)
        if count > MAX_NODES:
            raise fault("the expression has too many parts", span_of(text, tree), expected=f"at most {MAX_NODES:,}")
        if depth > MAX_DEPTH:
            raise fault(
                "the expression is nested too deeply",
                span_of(text, node),
                expected=f"at most {MAX_DEPTH} levels",
                hint=_SPLIT,
            )
        deeper = not isinstance(node, ast.Attribute)
        stack.extend((child, depth + deeper) for child in ast.iter_child_nodes(node))
