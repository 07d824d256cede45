"""One generated function for a whole ruleset.

The code is made from the typed tree alone: every name in it is a counter's (`v3`, `t7`, `k2`) or one of
`runtime`'s, and every literal of a user stands in a table of constants. Facts are read once at the top; a part
that occurs more than once is worked out once; the rest is worked out only where `and` and `or` still need it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from holdfast.language import calendar
from holdfast.language.checks.patterns import compiled
from holdfast.language.nodes import (
    SINCE,
    Arithmetic,
    Both,
    Call,
    Comparison,
    Constant,
    Either,
    Expression,
    FieldName,
    Membership,
    Negation,
    Node,
    Probe,
    Window,
    is_range,
    walk,
)
from holdfast.language.windowed import currency_of, window
from holdfast.language.writer import Emitters, Piece, Writer, built
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import FieldType

Program = Callable[[Mapping[str, Value]], tuple[Any, ...]]
_WHOLE: Final = frozenset({FieldType.MONEY, FieldType.DURATION, FieldType.INSTANT, FieldType.INTEGER})
_VERBS: Final = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_PAIRS: Final = {
    "<": ("less", False),
    "<=": ("less_or_equal", False),
    ">": ("less", True),
    ">=": ("less_or_equal", True),
}
_BOUNDED: Final = {
    "<": "True if {h} < {x} else False if {l} >= {x} else None",
    "<=": "True if {h} <= {x} else False if {l} > {x} else None",
    ">": "True if {l} > {x} else False if {h} <= {x} else None",
    ">=": "True if {l} >= {x} else False if {h} < {x} else None",
    "==": "False if {h} < {x} or {l} > {x} else True if {l} == {h} else None",
    "!=": "True if {h} < {x} or {l} > {x} else False if {l} == {h} else None",
}


def compile_program(expressions: Sequence[Expression]) -> Program:
    """Make one function that takes facts by name and gives every expression's value in order.

    A missing name is unknown; MONEY comes in minor units. The function is pure and keeps nothing.
    """
    writer = Writer(EMITTERS)
    trees = [expression.tree for expression in expressions]
    for node in shared(trees):
        writer.emit(node)
    results = [writer.exact(tree).code for tree in trees]
    return built(writer, f"({''.join(f'{result}, ' for result in results)})")


def shared(trees: Sequence[Node]) -> list[Node]:
    """Give the parts that occur more than once, smaller ones first."""
    counts = Counter(node for tree in trees for node in walk(tree))
    leaves = (Constant, FieldName)
    found = [node for node, count in counts.items() if count > 1 and not isinstance(node, leaves)]
    return sorted(found, key=lambda node: sum(1 for _ in walk(node)))


def _unless(guards: Sequence[str], text: str) -> str:
    """Write a value that is unknown when any guard holds."""
    return f"None if {' or '.join(guards)} else {text}" if guards else text


def _guards(*pieces: Piece) -> list[str]:
    """Write when any of the pieces is unknown."""
    return list(dict.fromkeys(f"{piece.code} is None" for piece in pieces if not piece.sure and piece.high is None))


def _constant(writer: Writer, node: Constant) -> Piece:
    """Put a constant in the table."""
    currency = None
    if node.type is FieldType.MONEY:
        currency = Piece(code=writer.constant(node.currency), sure=node.currency is not None)
    return Piece(code=writer.constant(node.value), sure=node.value is not None, currency=currency)


def _field(writer: Writer, node: FieldName) -> Piece:
    """Read a fact, and its currency."""
    return Piece(code=writer.load(node.path).code, currency=currency_of(writer, node))


def _both(writer: Writer, node: Both) -> Piece:
    """Conjunction: false ends it, unknown waits for a false."""
    return _junction(writer, node, ("False", "True"))


def _either(writer: Writer, node: Either) -> Piece:
    """Disjunction: true ends it, unknown waits for a true."""
    return _junction(writer, node, ("True", "False"))


def _junction(writer: Writer, node: Both | Either, words: tuple[str, str]) -> Piece:
    """Work the parts out one by one until the end is certain."""
    final, neutral = words
    result = writer.assign(writer.emit(node.parts[0]).code)
    for part in node.parts[1:]:
        with writer.block(f"{result} is not {final}"):
            code = writer.emit(part).code
            writer.line(f"if {code} is not {neutral}: {result} = {code}")
    return Piece(code=result)


def _negation(writer: Writer, node: Negation) -> Piece:
    """Negate."""
    part = writer.emit(node.part)
    return Piece(code=writer.assign(_unless(_guards(part), f"not {part.code}")))


def _comparison(writer: Writer, node: Comparison) -> Piece:
    """Compare two exact values, or bounds."""
    left, right = writer.emit(node.left), writer.emit(node.right)
    guards = [*_currency_guards(left.currency, right.currency), *_guards(left, right)]
    if left.high is None and right.high is None:
        text = f"{left.code} {node.operator} {right.code}"
    elif left.high is None:
        text = _bounded(_FLIPPED[node.operator], right, left)
    elif right.high is None:
        text = _bounded(node.operator, left, right)
    else:
        text = _paired(node.operator, left, right)
    return Piece(code=writer.assign(_unless(guards, text)))


def _bounded(operator: str, bounds: Piece, exact: Piece) -> str:
    """Compare bounds with a known number."""
    return f"({_BOUNDED[operator].format(l=bounds.code, h=bounds.high, x=exact.code)})"


def _paired(operator: str, left: Piece, right: Piece) -> str:
    """Compare bounds with bounds."""
    if operator in ("==", "!="):
        return f"{'equal' if operator == '==' else 'unequal'}({left.pair}, {right.pair})"
    name, flipped = _PAIRS[operator]
    sides = (right.pair, left.pair) if flipped else (left.pair, right.pair)
    return f"{name}({sides[0]}, {sides[1]})"


def _currency_guards(left: Piece | None, right: Piece | None) -> list[str]:
    """Write when two amounts are not known to be in one currency."""
    if left is None or right is None:
        return []
    if left.code == right.code:
        return _guards(left)
    known = right if left.sure else left
    return [*_guards(known), f"{left.code} != {right.code}"] if not known.sure else [f"{left.code} != {right.code}"]


def _membership(writer: Writer, node: Membership) -> Piece:
    """Look a value up in a frozen set; bounds are compared one by one."""
    if is_range(node.item):
        equal = tuple(
            Comparison(type=FieldType.BOOL, span=node.span, operator="==", left=node.item, right=value)
            for value in node.values
        )
        writer.emit(node.item)
        whole: Node = Either(type=FieldType.BOOL, span=node.span, parts=equal) if len(equal) > 1 else equal[0]
        return writer.emit(whole)
    item = writer.emit(node.item)
    values = writer.constant(frozenset(value.value for value in node.values))
    return Piece(code=writer.assign(_unless(_guards(item), f"{item.code} in {values}")))


def _arithmetic(writer: Writer, node: Arithmetic) -> Piece:
    """Work out a number or bounds."""
    left, right = writer.emit(node.left), writer.emit(node.right)
    both = node.left.type is FieldType.MONEY and node.right.type is FieldType.MONEY
    guards = _currency_guards(left.currency, right.currency) if both else []
    verb, whole = _VERBS[node.operator], node.type in _WHOLE
    currency = (left.currency or right.currency) if node.type is FieldType.MONEY else None
    if left.high is None and right.high is None:
        text = _unless([*guards, *_guards(left, right)], f"{verb}({left.code}, {right.code}, {whole})")
        return Piece(code=writer.assign(text), currency=currency)
    text = f"{verb}_bounds({left.pair}, {right.pair}, {whole})"
    return writer.bounds(f"NO_BOUNDS if {' or '.join(guards)} else {text}" if guards else text, currency)


def _probe(writer: Writer, node: Probe) -> Piece:
    """Read a list's answer."""
    return writer.load(node.probe.name)


def _call(writer: Writer, node: Call) -> Piece:
    """Call a function of values."""
    if node.name in SINCE:
        return _since(writer, node)
    if node.name == "known":
        return _known(writer, node)
    if node.name == "first_known":
        return _first_known(writer, node)
    return _text(writer, node) if node.zone is None else _calendar(writer, node)


def _since(writer: Writer, node: Call) -> Piece:
    """Measure from an instant to now."""
    now, at = writer.load("occurred_at"), writer.emit(node.arguments[0])
    unit = writer.constant(SINCE[node.name])
    if at.high is not None:
        return writer.bounds(f"bounds_since({now.code}, {at.pair}, {unit})")
    return Piece(code=writer.assign(_unless(_guards(now, at), f"({now.code} - {at.code}) / {unit}")))


def _calendar(writer: Writer, node: Call) -> Piece:
    """Ask the calendar."""
    pieces = [writer.exact(argument) for argument in node.arguments]
    zone = writer.constant(calendar.zone_of(node.zone or "UTC"))
    codes = ", ".join([*(piece.code for piece in pieces), zone])
    return Piece(code=writer.assign(_unless(_guards(*pieces), f"{node.name}({codes})")))


def _text(writer: Writer, node: Call) -> Piece:
    """Look at a text."""
    text = writer.emit(node.arguments[0])
    last = node.arguments[-1]
    wanted = str(last.value) if isinstance(last, Constant) else ""
    if node.name == "contains":
        code = f"{writer.constant(wanted)} in {text.code}"
    elif node.name == "like":
        code = f"{writer.constant(compiled(wanted).search)}({text.code}) is not None"
    elif node.name == "lower":
        code = f"{writer.constant(str.lower)}({text.code})"
    else:
        code = f"{writer.constant(str.startswith)}({text.code}, {writer.constant(wanted)})"
    return Piece(code=writer.assign(_unless(_guards(text), code)))


def _known_test(piece: Piece) -> str:
    """Write whether an exact piece is known; an amount needs its currency too."""
    parts = [f"{part.code} is not None" for part in (piece, piece.currency) if part is not None and not part.sure]
    return " and ".join(parts) or "True"


def _known(writer: Writer, node: Call) -> Piece:
    """Ask whether a value is known."""
    return Piece(code=writer.assign(_known_test(writer.exact(node.arguments[0]))), sure=True)


def _first_known(writer: Writer, node: Call) -> Piece:
    """Take the first value that is known."""
    pieces = [writer.exact(argument) for argument in node.arguments]
    value = "".join(f"{piece.code} if {_known_test(piece)} else " for piece in pieces)
    code = writer.assign(f"{value}None")
    if node.type is not FieldType.MONEY:
        return Piece(code=code)
    named = "".join(f"{p.currency.code} if {_known_test(p)} else " for p in pieces if p.currency)
    return Piece(code=code, currency=Piece(code=writer.assign(f"{named}None")))


EMITTERS: Final[Emitters] = {
    Constant: _constant,
    FieldName: _field,
    Both: _both,
    Either: _either,
    Negation: _negation,
    Comparison: _comparison,
    Membership: _membership,
    Arithmetic: _arithmetic,
    Call: _call,
    Probe: _probe,
    Window: window,
}
