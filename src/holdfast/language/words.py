"""An expression as one readable part of a sentence."""

from typing import Final

from holdfast.language.canonical import canonical
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
)
from holdfast.language.speech.english import English
from holdfast.language.speech.lexicon import Noun
from holdfast.language.speech.russian import Russian
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.instants import DAY_MS, HOUR_MS, MINUTE_MS
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.windows import Statistic

Tongue = Russian | English
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_TONGUES: Final[dict[str, Tongue]] = {"ru": Russian(), "en": English()}
_UNIT: Final = {"minutes_since": "minute", "hours_since": "hour", "days_since": "day"}
_DAY_NUMBERS: Final = (1, 2, 3, 4, 5, 6, 7)
_PLAIN: Final = frozenset({FieldType.TEXT, FieldType.BOOL})


def to_words(expression: Expression, language: str) -> str:
    """Say an expression in Russian (`ru`) or English (`en`), without capital and full stop."""
    tongue = _TONGUES.get(language)
    if tongue is None:
        raise Bug(f"no sentences are written in `{language}`")
    if expression.type is FieldType.BOOL:
        return _say(tongue, expression.tree, holds=True)
    return _name(tongue, expression.tree)


def _say(tongue: Tongue, node: Node, *, holds: bool) -> str:  # noqa: C901, PLR0911 - one line for each kind of condition
    """Say a condition, or that it does not hold."""
    match node:
        case Both() | Either():
            text = _joined(tongue, node)
            return text if holds else tongue.negated(f"({text})")
        case Negation():
            return _say(tongue, node.part, holds=not holds)
        case Comparison():
            return _comparison(tongue, node, _OPPOSITE[node.operator] if not holds else node.operator)
        case Membership():
            return _membership(tongue, node, holds=holds)
        case Probe():
            return tongue.listed(node.probe, holds=holds)
        case FieldName():
            return tongue.claim(node.path, holds=holds)
        case Call():
            return _call(tongue, node, holds=holds)
        case Window() if node.value is not None:
            told = _say(tongue, node.value, holds=holds)
            return tongue.told(node.spec.statistic, node.spec.of, (_rest(tongue, node), told))
        case _:
            text = _name(tongue, node)
            return text if holds else tongue.negated(text)


def _joined(tongue: Tongue, node: Both | Either) -> str:
    """Join conditions; those joined in the other way stand in brackets."""
    word = tongue.and_word if isinstance(node, Both) else tongue.or_word
    parts = [_say(tongue, part, holds=True) for part in node.parts]
    shown = [
        f"({text})" if isinstance(part, Both | Either) else text for part, text in zip(node.parts, parts, strict=True)
    ]
    return f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def _comparison(tongue: Tongue, node: Comparison, operator: str) -> str:
    """Say a comparison with its subject in front."""
    left, right = node.left, node.right
    if isinstance(left, Constant) or (isinstance(right, FieldName) and not isinstance(left, FieldName)):
        left, right, operator = right, left, _FLIPPED[operator]
    if left.type in _PLAIN:
        return _plain(tongue, operator, (left, right))
    if isinstance(left, Window) and left.spec.statistic is Statistic.COUNT and isinstance(right, Constant):
        found = _presence(tongue, left, (operator, right.value))
        if found is not None:
            return found
    if isinstance(left, Call) and left.name in SINCE and isinstance(right, Constant) and right.value is not None:
        amount = tongue.span_of(float(str(right.value)), _UNIT[left.name])
        return tongue.passed(operator, _moment(tongue, left.arguments[0]), amount)
    if left.type is FieldType.INSTANT:
        return _instants(tongue, operator, (left, right))
    literal = isinstance(right, Constant) and right.value is not None
    if isinstance(left, Call) and left.name == "weekday" and operator in ("==", "!="):
        return tongue.equals(
            operator,
            _name(tongue, left),
            _literal(tongue, right, left) if isinstance(right, Constant) else _name(tongue, right),
        )
    return tongue.compared(operator, _name(tongue, left), _name(tongue, right, after_than=literal), literal=literal)


def _plain(tongue: Tongue, operator: str, sides: tuple[Node, Node]) -> str:
    """Compare texts or conditions."""
    left, right = sides
    if isinstance(right, Constant) and isinstance(right.value, bool):
        return _say(tongue, left, holds=right.value is (operator == "=="))
    if isinstance(right, Constant):
        return tongue.equals(operator, _name(tongue, left), _literal(tongue, right, left))
    return tongue.same(operator, _name(tongue, left), _name(tongue, right))


def _presence(tongue: Tongue, node: Window, asked: tuple[str, Value]) -> str | None:
    """Say that there were events or none, where that is what a count asks."""
    some = asked in ((">=", 1), (">", 0), ("!=", 0))
    none = asked in (("==", 0), ("<", 1), ("<=", 0))
    if not some and not none:
        return None
    return tongue.some(node.spec.of, _rest(tongue, node), holds=some)


def _instants(tongue: Tongue, operator: str, sides: tuple[Node, Node]) -> str:
    """Compare instants; that the last event lies before another instant means that there was none since."""
    left, right = sides
    if isinstance(left, Window) and left.spec.statistic is Statistic.LAST and operator == "<":
        before = _before(tongue, right)
        if before is not None and isinstance(right, Call | Arithmetic):
            noun = tongue.event(left.spec.of)
            events = noun.ru_of_many if isinstance(tongue, Russian) else noun.en_many
            return tongue.none_since(f"{events}{_rest(tongue, left)}", before)
    literal = isinstance(right, Constant)
    return tongue.moment(operator, _moment(tongue, left), _name(tongue, right), literal=literal)


def _before(tongue: Tongue, node: Node) -> str | None:
    """Name an instant that lies some time before the event."""
    if isinstance(node, Call) and node.name == "months_before" and isinstance(node.arguments[1], Constant):
        return tongue.before(int(str(node.arguments[1].value)), "month")
    if isinstance(node, Arithmetic) and node.operator == "-" and isinstance(node.right, Constant):
        event = isinstance(node.left, FieldName) and node.left.path == "occurred_at"
        span_ms = node.right.value
        if event and isinstance(span_ms, int) and not isinstance(span_ms, bool):
            units = (("day", DAY_MS, 3 * DAY_MS), ("hour", HOUR_MS, HOUR_MS), ("minute", MINUTE_MS, 0))
            unit, size = next(
                (unit, size)
                for unit, size, least in units
                if size == MINUTE_MS or (span_ms % size == 0 and span_ms >= least)
            )
            return tongue.before(span_ms / size if span_ms % size else span_ms // size, unit)
    return None


def _membership(tongue: Tongue, node: Membership, *, holds: bool) -> str:
    """Say that a value is among others."""
    item = _name(tongue, node.item)
    values = [_literal(tongue, value, node.item) for value in node.values]
    if len(values) == 1:
        return tongue.equals("==" if holds else "!=", item, values[0])
    return tongue.one_of(item, values, holds=holds)


def _call(tongue: Tongue, node: Call, *, holds: bool) -> str:
    """Say a function that gives true or false."""
    if node.name == "known":
        return tongue.known(_name(tongue, node.arguments[0]), holds=holds)
    if node.name == "first_known":
        return _settled(tongue, node, holds=holds)
    last = node.arguments[-1]
    part = str(last.value) if isinstance(last, Constant) else ""
    return tongue.tested(node.name, _name(tongue, node.arguments[0]), part, holds=holds)


def _settled(tongue: Tongue, node: Call, *, holds: bool) -> str:
    """Say a condition that counts as false while it is unknown."""
    first, *others = node.arguments
    if [getattr(other, "value", None) for other in others] == [False]:
        text = f"{tongue.known_that} {_say(tongue, first, holds=True)}"
    else:
        text = tongue.first_known([_say(tongue, part, holds=True) for part in node.arguments])
    return text if holds else tongue.negated(text)


def _name(tongue: Tongue, node: Node, *, after_than: bool = False) -> str:
    """Name a value."""
    match node:
        case Constant():
            return _literal(tongue, node, None, after_than=after_than)
        case FieldName():
            return tongue.name(node.path)
        case Window():
            return _window(tongue, node)
        case Arithmetic():
            return _before(tongue, node) or _arithmetic(tongue, node)
        case Call() if node.type is not FieldType.BOOL:
            return _function(tongue, node)
        case _:
            return _say(tongue, node, holds=True)


def _literal(tongue: Tongue, node: Constant, beside: Node | None, *, after_than: bool = False) -> str:  # noqa: PLR0911 - one line for each kind
    """Write a constant; a text beside a closed field is one of its words."""
    value = node.value
    if value is None:
        return tongue.unset(node.parameter or "")
    if isinstance(value, str):
        return tongue.word(value, closed=isinstance(beside, FieldName) and value in beside.words)
    if node.type is FieldType.MONEY and isinstance(value, int):
        return tongue.money(value, node.currency or "")
    if node.type is FieldType.DURATION and isinstance(value, int):
        return tongue.duration(value, after_than=after_than)
    if node.type is FieldType.INSTANT and isinstance(value, int):
        return tongue.instant(value)
    if isinstance(beside, Call) and beside.name == "weekday" and value in _DAY_NUMBERS:
        return tongue.day(_DAY_NUMBERS.index(value) + 1)
    if isinstance(value, int | float) and node.type is not FieldType.BOOL:
        return tongue.number(value)
    return canonical(node)


def _arithmetic(tongue: Tongue, node: Arithmetic) -> str:
    """Write a sum or product; sums inside products stand in brackets."""
    signs = {"+": "+", "-": "−", "*": tongue.times, "/": "÷"}
    sides = [
        tongue.this_amount if isinstance(side, FieldName) and side.path == "amount" else _name(tongue, side)
        for side in (node.left, node.right)
    ]
    shown = [
        f"({text})" if isinstance(side, Arithmetic) and side.operator in "+-" and node.operator in "*/" else text
        for side, text in zip((node.left, node.right), sides, strict=True)
    ]
    return f"{shown[0]} {signs[node.operator]} {shown[1]}"


def _function(tongue: Tongue, node: Call) -> str:
    """Name what a function gives."""
    first = node.arguments[0]
    if node.name in SINCE:
        return tongue.elapsed(_moment(tongue, first), _UNIT[node.name])
    if node.name == "months_before":
        return _before(tongue, node) or ""
    if node.name == "lower":
        return tongue.lowered(_name(tongue, first))
    if node.name == "first_known":
        return tongue.first_known([_name(tongue, part) for part in node.arguments])
    return tongue.calendar(node.name, _name(tongue, first))


def _moment(tongue: Tongue, node: Node) -> Noun:
    """Name an instant as a thing that happened."""
    if isinstance(node, FieldName):
        return tongue.noun(node.path)
    if isinstance(node, Window) and node.spec.statistic in (Statistic.FIRST, Statistic.LAST):
        return tongue.extreme(node.spec.statistic, node.spec.of, _rest(tongue, node))
    text = _name(tongue, node)
    return Noun(f"«{text}»", f"«{text}»", "n", text)


def _window(tongue: Tongue, node: Window) -> str:
    """Name a statistic over the past."""
    spec = node.spec
    if spec.statistic in (Statistic.FIRST, Statistic.LAST):
        noun = _moment(tongue, node)
        return noun.ru if isinstance(tongue, Russian) else noun.en
    path = node.value.path if isinstance(node.value, FieldName) else None
    value = None if node.value is None else _name(tongue, node.value)
    return tongue.question(spec, value, path) + _rest(tongue, node)


def _rest(tongue: Tongue, node: Window) -> str:
    """Say whose events count, over what time, and which of them."""
    spec = node.spec
    words = [tongue.key(part, spec.of) for part in spec.by]
    if spec.over_ms is not None:
        words.append(tongue.within(tongue.duration(spec.over_ms)))
    where = _say(tongue, node.where, holds=True) if node.where is not None else None
    noted = tongue.filtered(where, tongue.marks(spec))
    return f" {' '.join(words)}" + (f" ({noted})" if noted else "")
