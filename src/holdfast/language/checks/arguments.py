"""A call has the arguments that its function's signature names, each at most once."""

import ast
from collections.abc import Callable, Collection, Mapping

from holdfast.language.faults import fault, nearest
from holdfast.language.functions import FUNCTIONS
from holdfast.vocabulary.errors import Span

SpanOf = Callable[[ast.AST], Span]


def check_function(node: ast.Call, span_of: SpanOf) -> str:
    """Give the name of the function that is called."""
    if not isinstance(node.func, ast.Name):
        raise fault("only a function of the language can be called", span_of(node.func), expected="a function's name")
    name = node.func.id
    if name not in FUNCTIONS:
        near = nearest(name, FUNCTIONS)
        hint = "" if near else "the page on the rule language lists every function"
        raise fault(f"there is no function `{name}`", span_of(node.func), near=near, hint=hint)
    return name


def check_positional(node: ast.Call, counts: tuple[int, int], span_of: SpanOf) -> list[ast.expr]:
    """Give the positional arguments; `counts` are the fewest and the most."""
    fewest, most = counts
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if not fewest <= len(node.args) <= most:
        place = node.args[most] if len(node.args) > most else node
        raise fault(
            f"`{name}` is called with {len(node.args)} values",
            span_of(place),
            expected=f"`{FUNCTIONS[name].signature}`",
        )
    return node.args


def check_keywords(node: ast.Call, allowed: Collection[str], span_of: SpanOf) -> Mapping[str, ast.expr]:
    """Give the named arguments; Python's parser lets none repeat."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    found: dict[str, ast.expr] = {}
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg not in allowed or keyword.arg in found:
            near = nearest(keyword.arg or "", allowed)
            shown = f"`{name}` takes no argument `{keyword.arg or '**'}`" if keyword.arg not in found else "given twice"
            raise fault(shown, span_of(keyword), expected=f"`{FUNCTIONS[name].signature}`", near=near)
        found[keyword.arg] = keyword.value
    return found
