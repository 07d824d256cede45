"""The allow-list: which parts of Python's expression syntax the language has."""

import ast
from collections.abc import Callable

from holdfast.language.faults import fault
from holdfast.vocabulary.errors import Span

_ALLOWED = (
    ast.BoolOp,
    ast.UnaryOp,
    ast.BinOp,
    ast.Compare,
    ast.Call,
    ast.Name,
    ast.Attribute,
    ast.Constant,
    ast.Tuple,
    ast.keyword,
    ast.expr_context,
    ast.boolop,
    ast.Not,
    ast.USub,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.cmpop,
)
_WORDS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Lambda: ("a function cannot be defined here", ""),
    ast.ListComp: ("a loop cannot be written here", "ask the past with `count(...)`"),
    ast.SetComp: ("a loop cannot be written here", "ask the past with `count(...)`"),
    ast.DictComp: ("a loop cannot be written here", "ask the past with `count(...)`"),
    ast.GeneratorExp: ("a loop cannot be written here", "ask the past with `count(...)`"),
    ast.NamedExpr: ("a name cannot be given here", "write `==` to compare"),
    ast.JoinedStr: ("a text with inserted values is not allowed", "write a plain quoted text"),
    ast.FormattedValue: ("a text with inserted values is not allowed", "write a plain quoted text"),
    ast.Await: ("`await` is not part of the language", ""),
    ast.Yield: ("`yield` is not part of the language", ""),
    ast.YieldFrom: ("`yield` is not part of the language", ""),
    ast.Starred: ("`*` before a value is not allowed", "write the values one by one"),
    ast.Subscript: ("`[...]` is not part of the language", "a name's parts are joined by dots: `payer.customer_id`"),
    ast.List: ("`[...]` is not part of the language", "write values in round brackets: `(1, 2)`"),
    ast.Set: ("`{...}` is not part of the language", "write values in round brackets: `(1, 2)`"),
    ast.Dict: ("`{...}` is not part of the language", ""),
    ast.IfExp: ("`if ... else` is not part of the language", "write two rules, or use `and` and `or`"),
    ast.Pow: ("`**` is not part of the language", "multiply with `*`"),
    ast.Mod: ("`%` is not part of the language", ""),
    ast.FloorDiv: ("`//` is not part of the language", "divide with `/`"),
    ast.BitAnd: ("`&` is not part of the language", "write `and`"),
    ast.BitOr: ("`|` is not part of the language", "write `or`"),
    ast.BitXor: ("`^` is not part of the language", ""),
    ast.LShift: ("`<<` is not part of the language", ""),
    ast.RShift: ("`>>` is not part of the language", ""),
    ast.MatMult: ("`@` is not part of the language", ""),
    ast.Invert: ("`~` is not part of the language", "write `not`"),
    ast.UAdd: ("`+` before a value is not part of the language", "leave it out"),
    ast.Is: ("`is` is not part of the language", "write `==`, or ask `known(x)`"),
    ast.IsNot: ("`is not` is not part of the language", "write `!=`, or ask `known(x)`"),
}


def check_syntax(text: str, tree: ast.expr, span_of: Callable[[str, ast.AST], Span]) -> None:
    """Refuse every node that is not on the allow-list, with what to write instead."""
    for parent in ast.walk(tree):
        for node in (parent, *ast.iter_child_nodes(parent)):
            if isinstance(node, ast.Is | ast.IsNot) or not isinstance(node, _ALLOWED):
                message, hint = _WORDS.get(type(node), ("this is not part of the language", ""))
                place = node if hasattr(node, "lineno") else parent
                raise fault(message, span_of(text, place), hint=hint)
