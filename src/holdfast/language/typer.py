"""From the parsed text to the typed tree: names found, kinds checked, constants worked out."""

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from holdfast.language import calls, history
from holdfast.language.checks.arguments import check_function
from holdfast.language.checks.arithmetic import check_arithmetic
from holdfast.language.checks.comparable import check_comparable
from holdfast.language.checks.conditions import check_condition
from holdfast.language.checks.currencies import check_currencies
from holdfast.language.checks.kinds import NUMERIC, check_kind
from holdfast.language.checks.literals import check_literal
from holdfast.language.checks.names import check_name
from holdfast.language.checks.words import check_words
from holdfast.language.faults import fault
from holdfast.language.limits import MAX_WORDS
from holdfast.language.nodes import (
    Arithmetic,
    Both,
    Comparison,
    Constant,
    Either,
    FieldName,
    Membership,
    Negation,
    Node,
    PartyName,
)
from holdfast.language.scope import Scope
from holdfast.language.source import Source
from holdfast.vocabulary.errors import Span
from holdfast.vocabulary.schema import Field, FieldType

_COMPARISONS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: Final[Mapping[type[ast.operator], str]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_SETS: Final = NUMERIC | {FieldType.TEXT}


class Typer:
    """Gives every node of one text its type; `past` says that names mean a past event."""

    def __init__(self, source: Source, scope: Scope, *, past: bool = False) -> None:
        self.source = source
        self.scope = scope
        self.past = past
        computed = {} if past else scope.computed
        self.names: Mapping[str, Field] = {**scope.schema.fields.get(scope.event_type, {}), **computed}
        self._types: Mapping[type[ast.expr], Callable[..., Node]] = {
            ast.BoolOp: self._junction,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._arithmetic,
            ast.Compare: self._comparison,
            ast.Call: self._call,
            ast.Name: self._name,
            ast.Attribute: self._name,
            ast.Constant: self._literal,
        }

    def span(self, node: ast.AST) -> Span:
        """Give the characters of a node."""
        return self.source.span(node)

    def node(self, tree: ast.expr) -> Node:
        """Type one node and everything below it."""
        typed = self._types.get(type(tree))
        if typed is None:
            raise fault("values in brackets are only allowed after `in`", self.span(tree), expected="one value")
        return typed(tree)

    def in_past_of(self, event_type: str) -> "Typer":
        """Give the typer of a filter or value over past events of one type."""
        scope = Scope(
            schema=self.scope.schema, event_type=event_type, parameters=self.scope.parameters, zone=self.scope.zone
        )
        return Typer(self.source, scope, past=True)

    def path(self, tree: ast.expr) -> str:
        """Give the dotted name that a node spells."""
        parts: list[str] = []
        while isinstance(tree, ast.Attribute):
            parts.append(tree.attr)
            tree = tree.value
        if not isinstance(tree, ast.Name):
            raise fault("only names are joined by dots", self.span(tree), expected="a name such as `payer.customer_id`")
        return ".".join([tree.id, *reversed(parts)])

    def _name(self, tree: ast.expr) -> Node:
        """Find a name in the schema or among the computed names."""
        span = self.span(tree)
        found = check_name(self.path(tree), self.names, (self.scope.event_type, span))
        return name_node(found, span)

    def _literal(self, tree: ast.Constant) -> Node:
        """Take a text, a number, True or False."""
        return check_literal(tree, self.span(tree))

    def _junction(self, tree: ast.BoolOp) -> Node:
        """Join conditions; a junction inside the same junction is one."""
        parts = [check_condition(self.node(value)) for value in tree.values]
        kind = Both if isinstance(tree.op, ast.And) else Either
        return junction(kind, parts, self.span(tree))

    def _unary(self, tree: ast.UnaryOp) -> Node:
        """Negate a condition, or a number."""
        part = self.node(tree.operand)
        span = self.span(tree)
        if isinstance(tree.op, ast.Not):
            return Negation(type=FieldType.BOOL, span=span, part=check_condition(part))
        check_kind(part, NUMERIC)
        if isinstance(part, Constant) and isinstance(part.value, int | float):
            return Constant(type=part.type, span=span, value=-part.value)
        zero = Constant(type=FieldType.INTEGER, span=span, value=0)
        return Arithmetic(type=part.type, span=span, operator="-", left=zero, right=part)

    def _arithmetic(self, tree: ast.BinOp) -> Node:
        """Add, subtract, multiply or divide."""
        left, right = self.node(tree.left), self.node(tree.right)
        operator = _ARITHMETIC[type(tree.op)]
        kind = check_arithmetic(operator, left, right)
        check_currencies(left, right)
        return Arithmetic(type=kind, span=self.span(tree), operator=operator, left=left, right=right)

    def _comparison(self, tree: ast.Compare) -> Node:
        """Compare two values, or a chain of them pair by pair."""
        span = self.span(tree)
        left = tree.left
        pairs: list[Node] = []
        for operator, right in zip(tree.ops, tree.comparators, strict=True):
            pairs.append(self._pair(operator, (left, right), span))
            left = right
        return pairs[0] if len(pairs) == 1 else junction(Both, pairs, span)

    def _pair(self, operator: ast.cmpop, sides: tuple[ast.expr, ast.expr], span: Span) -> Node:
        """Compare two values."""
        left = self.node(sides[0])
        if type(operator) not in _COMPARISONS:  # `in` and `not in`
            found = self._membership(left, sides[1], span)
            return found if isinstance(operator, ast.In) else Negation(type=FieldType.BOOL, span=span, part=found)
        right = self.node(sides[1])
        return comparison(_COMPARISONS[type(operator)], (left, right), span)

    def _membership(self, item: Node, tree: ast.expr, span: Span) -> Node:
        """Ask whether a value is one of those written out."""
        if not isinstance(tree, ast.Tuple) or not tree.elts:
            hint = 'one value keeps its comma: `in ("sbp",)`'
            raise fault("`in` asks for values in round brackets", self.span(tree), expected="`in (a, b)`", hint=hint)
        if len(tree.elts) > MAX_WORDS:
            raise fault(f"{len(tree.elts)} values are too many", self.span(tree), expected=f"at most {MAX_WORDS}")
        values = [self._constant(element) for element in tree.elts]
        equal = [comparison("==", (item, value), span) for value in values]
        if item.type in _SETS and not isinstance(item, Constant) and all(value.value is not None for value in values):
            return Membership(type=FieldType.BOOL, span=span, item=item, values=tuple(values))
        return equal[0] if len(equal) == 1 else junction(Either, equal, span)

    def _constant(self, tree: ast.expr) -> Constant:
        """Take one value of `in (...)`."""
        node = self.node(tree)
        if isinstance(node, Constant):
            return node
        raise fault("the values after `in` are written out", self.span(tree), expected="a text, a number or an amount")

    def _call(self, tree: ast.Call) -> Node:
        """Call one of the language's functions."""
        name = check_function(tree, self.span)
        if name in history.WINDOWS or name == "matches":
            if self.past:
                hint = "inside `where` names mean the past event; ask two windows and join them with `and`"
                raise fault(f"`{name}` cannot be asked about a past event", self.span(tree), hint=hint)
            return history.probe(self, tree) if name == "matches" else history.window(self, tree, name)
        return calls.CALLS[name](self, tree, name)


def name_node(field: Field, span: Span) -> Node:
    """Make the node of one field."""
    if field.type is FieldType.PARTY:
        return PartyName(type=FieldType.PARTY, span=span, path=field.path)
    return FieldName(type=field.type, span=span, path=field.path, currency=field.currency, words=field.words)


def comparison(operator: str, sides: tuple[Node, Node], span: Span) -> Comparison:
    """Make one checked comparison."""
    left, right = sides
    check_comparable(operator, left, right)
    check_words(left, right)
    check_currencies(left, right)
    return Comparison(type=FieldType.BOOL, span=span, operator=operator, left=left, right=right)


def junction(kind: type[Both | Either], parts: Iterable[Node], span: Span) -> Node:
    """Join conditions, opening those that are joined in the same way already."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return kind(type=FieldType.BOOL, span=span, parts=tuple(flat))
