"""Tests of certainty: Python conditions that hold exactly where a part is known to be true, or known to be false.

Where only certainty matters, one end of a quantity often decides: a count that was seen to reach a limit has reached
it, however much of the past is unseen. What has no short test here is worked out in three values and compared.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from holdfast.language.nodes import (
    SINCE,
    Both,
    Call,
    Comparison,
    Constant,
    Either,
    FieldName,
    Membership,
    Negation,
    Node,
    Probe,
    Window,
    is_range,
)
from holdfast.language.windowed import complete, currency_of
from holdfast.language.writer import Piece, Writer
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.windows import Statistic

Test = Callable[[Writer, Any, bool], "str | None"]
_NOT: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_GROWING: Final = frozenset({Statistic.COUNT, Statistic.DISTINCT, Statistic.MAX, Statistic.SUM})
_RARE, _OWN, _COUNTED, _COMMON, _COSTLY = range(5)


def certain(writer: Writer, node: Node, wanted: bool) -> str:
    """Write the test whether a part is known to be `wanted`; statements that it needs are written before."""
    known = writer.known(("certain", node, wanted))
    if known is not None:
        return known.code
    test = _TESTS.get(type(node), _none)(writer, node, wanted)
    return f"{writer.emit(node).code} is {wanted}" if test is None else test


def conjuncts(node: Node) -> list[Node]:
    """Give what must all be true, the test that most often ends the matter first."""
    parts = [one for part in node.parts for one in conjuncts(part)] if isinstance(node, Both) else [node]
    return sorted(parts, key=_rank)


def _rank(node: Node) -> int:
    """Guess how soon a part should be asked: what is rarely true goes first, then what is cheap."""
    match node:
        case Probe() | FieldName():
            return _RARE
        case (
            Membership()
            | Call(name="known")
            | Comparison(left=FieldName() | Constant(), right=FieldName() | Constant())
        ):
            return _COSTLY if is_range(node.children()[0]) else _OWN
        case Comparison(left=Window() | Call(), right=Constant()):
            return _COUNTED
        case Negation(part=FieldName() | Probe()) | Negation(part=Call(name="first_known")):
            return _COMMON
        case _:
            return _COSTLY


def _none(_writer: Writer, _node: Node, _wanted: bool) -> None:
    """Give no short test."""


def _joined(writer: Writer, parts: Sequence[Node], *, word: str, wanted: bool) -> str:
    """Join tests."""
    return f"({f' {word} '.join(certain(writer, part, wanted) for part in parts)})"


def _both(writer: Writer, node: Both, wanted: bool) -> str:
    """All parts are true, or one of them is false."""
    return _joined(writer, conjuncts(node), word="and" if wanted else "or", wanted=wanted)


def _either(writer: Writer, node: Either, wanted: bool) -> str:
    """One part is true, or all of them are false."""
    return _joined(writer, node.parts, word="or" if wanted else "and", wanted=wanted)


def _negation(writer: Writer, node: Negation, wanted: bool) -> str:
    """The part is known to be the contrary."""
    return certain(writer, node.part, not wanted)


def _fact(writer: Writer, node: FieldName | Probe, wanted: bool) -> str:
    """The fact says so."""
    return f"{writer.emit(node).code} is {wanted}"


def _membership(writer: Writer, node: Membership, wanted: bool) -> str | None:
    """The known value is among those written out, or not."""
    if is_range(node.item):
        return None
    item, values = writer.emit(node.item), writer.constant(frozenset(value.value for value in node.values))
    return f"{item.code} in {values}" if wanted else f"{item.code} is not None and {item.code} not in {values}"


def _call(writer: Writer, node: Call, wanted: bool) -> str | None:
    """A field is known, or counts as false while it is not."""
    first, *others = node.arguments
    if not isinstance(first, FieldName) or first.type is FieldType.MONEY:
        return None
    if node.name == "known":
        return f"{writer.emit(first).code} is {'not ' * wanted}None"
    default = others[0].value if len(others) == 1 and isinstance(others[0], Constant) else None
    if node.name == "first_known" and isinstance(default, bool):
        negated = "not " * (wanted is default)
        return f"{writer.emit(first).code} is {negated}{not default}"
    return None


def _comparison(writer: Writer, node: Comparison, wanted: bool) -> str | None:
    """The ends that are known decide."""
    operator = node.operator if wanted else _NOT[node.operator]
    left, right = node.left, node.right
    if is_range(right) and not is_range(left):
        left, right, operator = right, left, _FLIPPED[operator]
    if not is_range(left):
        return _exact(writer, operator, (left, right))
    if is_range(right) or operator == "!=":
        return None
    if isinstance(left, Window) and left.spec.statistic in _GROWING:
        return _counted(writer, operator, (left, right))
    if isinstance(left, Call) and operator in ("<", "<="):
        return _recent(writer, operator, (left, right))
    return None


def _exact(writer: Writer, operator: str, sides: tuple[Node, Node]) -> str:
    """Compare two values where both are known."""
    left, right = (writer.emit(side) for side in sides)
    known = [] if operator == "==" and right.sure else _present(left, right)
    guards = [*_same_currency(left, right), *known]
    if len(guards) > 1 and {side.code for side in (left, right) if not side.sure} <= writer.early:
        guards = [writer.ahead(_all(guards))]
    return _all([*guards, f"{left.code} {operator} {right.code}"])


def _counted(writer: Writer, operator: str, sides: tuple[Window, Node]) -> str:
    """Compare what was seen, which further events can only raise; it is all only where the past is complete."""
    window, right = sides[0], writer.emit(sides[1])
    seen = Piece(code=writer.load(window.spec.name).code, currency=currency_of(writer, window))
    whole = [] if operator in (">", ">=") else [complete(writer, window.spec)]
    guards = [*whole, *_same_currency(seen, right), *_present(seen, right)]
    return _all([*guards, f"{seen.code} {operator} {right.code}"])


def _recent(writer: Writer, operator: str, sides: tuple[Call, Node]) -> str | None:
    """Compare the time since the last event that was seen; an unseen one can only be later."""
    last, right = sides[0].arguments[0], writer.emit(sides[1])
    if not isinstance(last, Window) or last.spec.statistic is not Statistic.LAST:
        return None
    seen, now = writer.load(last.spec.name), writer.load("occurred_at")
    unit = writer.constant(SINCE[sides[0].name])
    return _all([*_present(seen, now, right), f"({now.code} - {seen.code}) / {unit} {operator} {right.code}"])


def _same_currency(left: Piece, right: Piece) -> list[str]:
    """Write when two amounts are known to be in one currency."""
    if left.currency is None or right.currency is None:
        return []
    known = right.currency if left.currency.sure else left.currency
    same = [] if left.currency.code == right.currency.code else [f"{left.currency.code} == {right.currency.code}"]
    return [*_present(known), *same]


def _present(*pieces: Piece) -> list[str]:
    """Write when pieces are known."""
    return [f"{piece.code} is not None" for piece in dict.fromkeys(pieces) if not piece.sure]


def _all(tests: Sequence[str]) -> str:
    """Write that all tests hold."""
    return f"({' and '.join(dict.fromkeys(tests))})"


_TESTS: Final[Mapping[type[Node], Test]] = {
    Both: _both,
    Either: _either,
    Negation: _negation,
    FieldName: _fact,
    Probe: _fact,
    Membership: _membership,
    Call: _call,
    Comparison: _comparison,
}
