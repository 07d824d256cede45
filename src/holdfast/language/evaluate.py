"""The oracle: plain closures over the typed tree, every quantity as its bounds.

Slow and simple on purpose. A known number has equal bounds, an unknown one has none; so one comparison of
bounds gives the three values for every operator. The generated program must agree with this file.
"""

from collections.abc import Callable, Mapping
from math import inf, isnan
from typing import Any, Final

from holdfast.language import calendar
from holdfast.language.checks.patterns import compiled
from holdfast.language.limits import MAX_NUMBER
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
    PartyName,
    Probe,
    Window,
    is_range,
)
from holdfast.language.reading import NOTHING, Reading, compare_bounds
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.trilean import UNKNOWN, Trilean, all_of, any_of, negate
from holdfast.vocabulary.windows import Statistic, WindowSpec, completeness_name

Values = Mapping[str, Value]
Closure = Callable[[Values], Any]
_PLAIN: Final = frozenset({FieldType.BOOL, FieldType.TEXT})
_WHOLE: Final = frozenset({FieldType.MONEY, FieldType.DURATION, FieldType.INSTANT, FieldType.INTEGER})

_MADE_AT_MOST: Final = 50_000
_MADE: Final[dict[int, tuple[Node, Closure]]] = {}  # the node beside its closure keeps its identity its own


def evaluate(expression: Expression, values: Values) -> Value:
    """Give the value of an expression over facts by name; MONEY is in minor units."""
    return value_of(expression.tree, values)


def value_of(node: Node, values: Values) -> Value:
    """Give the value of one part."""
    found = _closure(node)(values)
    value: Value = found.exact if isinstance(found, Reading) else found
    return value


def reading_of(node: Node, values: Values) -> Any:
    """Give what is known of one part: a `Reading` for quantities, else its value."""
    return _closure(node)(values)


def _closure(node: Node) -> Closure:
    """Make the closure of one node, once; found again by identity, since hashing a tree costs more than asking it."""
    found = _MADE.get(id(node))
    if found is not None and found[0] is node:
        return found[1]
    made = _MAKERS[type(node)](node)
    if len(_MADE) >= _MADE_AT_MOST:
        _MADE.clear()
    _MADE[id(node)] = (node, made)
    return made


def _reading(value: Any) -> Reading:
    """Take a known or unknown number as bounds."""
    return NOTHING if value is UNKNOWN else Reading(value, value)


def _constant(node: Constant) -> Closure:
    """Give the constant."""
    if node.type in _PLAIN:
        return lambda _values: node.value
    found = _reading(node.value)._replace(currency=node.currency)
    return lambda _values: found


def _field(node: FieldName) -> Closure:
    """Look the name up; a missing one is unknown."""
    if node.type in _PLAIN:
        return lambda values: values.get(node.path)
    return lambda values: _reading(values.get(node.path))._replace(currency=_code(values, node.currency))


def _code(values: Values, path: str | None) -> str | None:
    """Look a currency up."""
    found = values.get(path) if path else None
    return found if isinstance(found, str) else None


def _party(_node: PartyName) -> Closure:
    """Refuse: a party is only an argument."""
    raise Bug("a party has no value")


def _both(node: Both) -> Closure:
    """Conjunction of all parts."""
    parts = [_closure(part) for part in node.parts]
    return lambda values: all_of([part(values) for part in parts])


def _either(node: Either) -> Closure:
    """Disjunction of all parts."""
    parts = [_closure(part) for part in node.parts]
    return lambda values: any_of([part(values) for part in parts])


def _negation(node: Negation) -> Closure:
    """Negate."""
    part = _closure(node.part)
    return lambda values: negate(part(values))


def _comparison(node: Comparison) -> Closure:
    """Compare plain values or bounds."""
    left, right = _closure(node.left), _closure(node.right)
    if node.left.type in _PLAIN:
        return lambda values: _compare_plain(node.operator, left(values), right(values))
    money = node.left.type is FieldType.MONEY

    def compare(values: Values) -> Trilean:
        first, second = left(values), right(values)
        if money and not _same_currency(first, second):
            return UNKNOWN
        return compare_bounds(node.operator, first, second)

    return compare


def _same_currency(first: Reading, second: Reading) -> bool:
    """Tell whether two amounts are known to be in one currency."""
    return first.currency is not None and first.currency == second.currency


def _compare_plain(operator: str, first: Value, second: Value) -> Trilean:
    """Compare texts or conditions."""
    if first is UNKNOWN or second is UNKNOWN:
        return UNKNOWN
    same: bool = first == second
    return same is (operator == "==")


def _membership(node: Membership) -> Closure:
    """Look the value up among those written out."""
    item = _closure(node.item)
    if node.item.type in _PLAIN:
        texts = frozenset(value.value for value in node.values)
        return lambda values: UNKNOWN if (found := item(values)) is UNKNOWN else found in texts
    readings = [_reading(value.value) for value in node.values]
    return lambda values: any_of([compare_bounds("==", item(values), wanted) for wanted in readings])


def _arithmetic(node: Arithmetic) -> Closure:
    """Work with bounds; what two amounts of different currencies give is unknown."""
    left, right = _closure(node.left), _closure(node.right)
    both_money = node.left.type is FieldType.MONEY and node.right.type is FieldType.MONEY

    def work(values: Values) -> Reading:
        first, second = left(values), right(values)
        currency = first.currency if node.left.type is FieldType.MONEY else second.currency
        if first.blank or second.blank or (both_money and not _same_currency(first, second)):
            return NOTHING._replace(currency=currency)
        found = _apply(node.operator, first, second)
        return _settled(node, found)._replace(currency=currency)

    return work


def _apply(operator: str, a: Reading, b: Reading) -> Reading:
    """Add, subtract, multiply or divide bounds."""
    if operator == "+":
        return Reading(a.low + b.low, a.high + b.high)
    if operator == "-":
        return Reading(a.low - b.high, a.high - b.low)
    if operator == "*":
        return _times(a, b.exact) if b.exact is not UNKNOWN else _times(b, a.exact)
    divisor = b.exact
    if divisor is UNKNOWN or divisor == 0:
        return NOTHING
    return Reading(*sorted((a.low / divisor, a.high / divisor)))


def _times(a: Reading, factor: Any) -> Reading:
    """Multiply bounds by one known number; without one, or by zero without an end, nothing is known."""
    if factor is UNKNOWN or (factor == 0 and a.exact is UNKNOWN):
        return NOTHING
    return Reading(*sorted((a.low * factor, a.high * factor)))


def _settled(node: Arithmetic, found: Reading) -> Reading:
    """Round to whole units where the type has no fractions; beyond the greatest number nothing is known."""
    ends = found[:2]
    endless = any(abs(end) == inf for end in ends) and not is_range(node)
    if endless or any(isnan(end) or MAX_NUMBER < abs(end) < inf for end in ends):
        return NOTHING
    if node.type not in _WHOLE:
        return found
    low, high = (end if abs(end) == inf else round(end) for end in ends)
    return Reading(low, high)


def _call(node: Call) -> Closure:
    """Call a function of values."""
    return _FUNCTIONS[node.name](node, [_closure(argument) for argument in node.arguments])


def _since(node: Call, arguments: list[Closure]) -> Closure:
    """Measure from an instant to now."""
    unit_ms = SINCE[node.name]

    def since(values: Values) -> Reading:
        now, at = values.get("occurred_at"), arguments[0](values)
        if not isinstance(now, int) or at.blank:
            return NOTHING
        return Reading((now - at.high) / unit_ms, (now - at.low) / unit_ms)

    return since


def _calendar(node: Call, arguments: list[Closure]) -> Closure:
    """Read the calendar."""
    zone = calendar.zone_of(node.zone or "UTC")
    work: Callable[..., int | None] = getattr(calendar, node.name)

    def read(values: Values) -> Reading:
        found = [argument(values).exact for argument in arguments]
        return NOTHING if UNKNOWN in found else _reading(work(*found, zone))

    return read


def _text(node: Call, arguments: list[Closure]) -> Closure:
    """Look at a text."""
    part = node.arguments[-1]
    wanted = str(part.value) if isinstance(part, Constant) else ""
    tests: Mapping[str, Callable[[str], Value]] = {
        "lower": str.lower,
        "startswith": lambda text: text.startswith(wanted),
        "contains": lambda text: wanted in text,
        "like": lambda text: compiled(wanted).search(text) is not None,
    }
    test = tests[node.name]
    return lambda values: UNKNOWN if (text := arguments[0](values)) is UNKNOWN else test(text)


def _is_known(node: Node, found: Any) -> bool:
    """Tell whether a value is known exactly; an amount needs its currency too."""
    if not isinstance(found, Reading):
        return found is not UNKNOWN
    return found.exact is not UNKNOWN and (node.type is not FieldType.MONEY or found.currency is not None)


def _known(node: Call, arguments: list[Closure]) -> Closure:
    """Ask whether the value is known."""
    return lambda values: _is_known(node.arguments[0], arguments[0](values))


def _first_known(node: Call, arguments: list[Closure]) -> Closure:
    """Take the first known value."""

    def first(values: Values) -> Any:
        for part, argument in zip(node.arguments, arguments, strict=True):
            found = argument(values)
            if _is_known(part, found):
                return found
        return UNKNOWN if node.type in _PLAIN else NOTHING

    return first


def _probe(node: Probe) -> Closure:
    """Look the list's answer up."""
    return lambda values: values.get(node.probe.name)


def _window(node: Window) -> Closure:
    """Bound a statistic by what was seen and by how much of the past is complete."""
    spec, name = node.spec, node.spec.name

    def read(values: Values) -> Any:
        seen = values.get(name)
        if spec.statistic is Statistic.LATEST and node.type is FieldType.BOOL:
            return UNKNOWN if seen is UNKNOWN else bool(seen)
        if node.type is FieldType.BOOL:
            return bool(seen) if seen is not UNKNOWN and _complete(spec, values) else UNKNOWN
        if spec.statistic in (Statistic.FIRST, Statistic.LAST):
            has_key = all(any(values.get(name) is not UNKNOWN for name in names) for names in node.keys)
            return _instant(spec, values, seen) if has_key or seen is not UNKNOWN else NOTHING
        return _quantity(node, seen, values)._replace(currency=_code(values, node.currency))

    return read


def _quantity(node: Window, seen: Any, values: Values) -> Reading:
    """Bound a number or amount."""
    if seen is UNKNOWN:
        return NOTHING
    if _complete(node.spec, values) or node.spec.statistic is Statistic.LATEST:
        return Reading(seen, seen)
    if not is_range(node):
        return NOTHING
    return Reading(-inf, seen) if node.spec.statistic is Statistic.MIN else Reading(seen, inf)


def _since_when(spec: WindowSpec, values: Values) -> float:
    """Give the instant since which every source is complete; endless when one never was."""
    found = [values.get(completeness_name(source)) for source in spec.sources]
    return max((instant if isinstance(instant, int) else inf) for instant in found)


def _start(spec: WindowSpec, values: Values) -> float:
    """Give the window's first millisecond; all that is kept starts with the epoch."""
    now = values.get("occurred_at")
    if spec.over_ms is None:
        return 0
    return -inf if not isinstance(now, int) else now - spec.over_ms + (not spec.inclusive)


def _complete(spec: WindowSpec, values: Values) -> bool:
    """Tell whether the whole window lies inside the complete period."""
    return isinstance(values.get("occurred_at"), int) and _since_when(spec, values) <= _start(spec, values)


def _instant(spec: WindowSpec, values: Values, seen: Any) -> Reading:
    """Bound the instant of the first or last event; never is before all time for `last`, after it for `first`."""
    last = spec.statistic is Statistic.LAST
    if _complete(spec, values):
        never = -inf if last else inf
        return Reading(never, never) if seen is UNKNOWN else Reading(seen, seen)
    if not last:
        return NOTHING if seen is UNKNOWN else Reading(-inf, seen)
    now = values.get("occurred_at")
    newest_unseen = min(_since_when(spec, values) - 1, now if isinstance(now, int) else inf)
    low = -inf if seen is UNKNOWN else seen
    return Reading(low, max(low, newest_unseen))


_FUNCTIONS: Final[Mapping[str, Callable[[Call, list[Closure]], Closure]]] = {
    **dict.fromkeys(SINCE, _since),
    **dict.fromkeys(("months_before", "hour_of_day", "weekday"), _calendar),
    **dict.fromkeys(("lower", "startswith", "contains", "like"), _text),
    "known": _known,
    "first_known": _first_known,
}
_MAKERS: Final[Mapping[type[Node], Callable[[Any], Closure]]] = {
    Constant: _constant,
    FieldName: _field,
    PartyName: _party,
    Both: _both,
    Either: _either,
    Negation: _negation,
    Comparison: _comparison,
    Membership: _membership,
    Arithmetic: _arithmetic,
    Call: _call,
    Probe: _probe,
    Window: _window,
}
