"""The cheap first look of a ruleset: the values of some expressions, and which of the others are true.

Most events are usual: no rule is true, and the signs are clear or unknown for the same reasons as before. This look
tells just that. What is asked of the others is certainty alone, so each is left as soon as one of its parts fails.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Final, NamedTuple

from holdfast.language.certain import certain, conjuncts
from holdfast.language.generate import EMITTERS, shared
from holdfast.language.nodes import SINCE, Both, Call, Either, Expression, FieldName, Node, Probe, Window
from holdfast.language.plan import plan
from holdfast.language.windowed import covers, has_key
from holdfast.language.writer import Piece, Writer, built
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.trilean import Trilean
from holdfast.vocabulary.windows import Statistic, completeness_name

Why = tuple[bool, ...] | None
_COMMON: Final = 3  # a test in so many expressions is made once, ahead of all
_DEEPEST: Final = 20  # Python bounds how deep statements may stand; what goes on below is one test


class Glance(NamedTuple):
    """What one look tells.

    `acts` are the places of those other expressions that are true. `told` are the values of the expressions that are
    told; `whys` stand beside them: equal ones of an unknown expression mean that `missing` names the same inputs.
    """

    acts: tuple[int, ...]
    told: tuple[Trilean, ...]
    whys: tuple[Why, ...]


Look = Callable[[Mapping[str, Value]], tuple[tuple[int, ...], tuple[Trilean, ...], tuple[Why, ...]]]


def compile_glance(told: Sequence[Expression], others: Sequence[Expression]) -> Look:
    """Make one function that takes facts by name and gives the parts of a `Glance` as a plain tuple."""
    writer = Writer(EMITTERS, apart=_seldom(told, others))
    trees = [expression.tree for expression in told]
    for node in shared(trees):
        writer.emit(node)
    results = [writer.exact(tree).code for tree in trees]
    whys = [_why(writer, tree, code) for tree, code in zip(trees, results, strict=True)]
    acts = _acts(writer, [conjuncts(expression.tree) for expression in others])
    return built(writer, f"({acts}, ({_listed(results)}), ({_listed(whys)}))")


def _listed(codes: Iterable[str]) -> str:
    """Write the items of a tuple."""
    return "".join(f"{code}, " for code in codes)


def _seldom(told: Sequence[Expression], others: Sequence[Expression]) -> set[str]:
    """Name the facts that few expressions read, and only after another test."""
    always = {name for expression in told for name in _names(expression)}
    counts = Counter(name for expression in others for name in _names(expression))
    return {name for name, count in counts.items() if count < _COMMON and name not in always}


def _names(expression: Expression) -> set[str]:
    """Name the facts that an expression reads."""
    needs = plan(expression)
    asked = (*(one.name for one in needs.windows), *(one.name for one in needs.probes))
    return {*needs.fields, *asked, *map(completeness_name, needs.sources)}


def _acts(writer: Writer, rules: Sequence[Sequence[Node]]) -> str:
    """Write the numbers of the rules of which all parts are true."""
    acts = writer.assign("()")
    writer.mark()
    counts = Counter(part for parts in rules for part in parts)
    common = dict.fromkeys(part for part, count in counts.items() if count >= _COMMON)
    for part in common:
        test = certain(writer, part, True)
        writer.once(("certain", part, True), lambda test=test: Piece(code=writer.assign(test)))  # type: ignore[misc] # bound now
    for number, parts in enumerate(rules):
        ordered = sorted(parts, key=lambda part: part not in common)
        with ExitStack() as depth:
            for part in ordered[:_DEEPEST]:
                depth.enter_context(writer.block(certain(writer, part, True)))
            if len(ordered) > _DEEPEST:
                rest = [certain(writer, part, True) for part in ordered[_DEEPEST:]]
                depth.enter_context(writer.block(" and ".join(rest)))
            writer.line(f"{acts} += {writer.constant((number,))}")
    return acts


def _why(writer: Writer, tree: Node, code: str) -> str:
    """Write the state on which it depends which inputs an unknown expression lacks; one that is always so is none."""
    if writer.emit(tree).sure or (isinstance(tree, FieldName | Probe) and tree.type is FieldType.BOOL):
        return "None"
    name = writer.assign("None")
    with writer.block(f"{code} is None"):
        writer.line(f"{name} = ({_listed(dict.fromkeys(_states(writer, tree)))})")
    return name


def _states(writer: Writer, node: Node) -> Iterator[str]:
    """Write what `missing` looks at: which parts, fields, keys and sources are unknown."""
    match node:
        case FieldName() | Probe():
            piece = writer.emit(node)
            yield from (f"{one.code} is None" for one in (piece, piece.currency) if one is not None and not one.sure)
        case Window():
            yield from _window_states(writer, node)
        case Both() | Either():
            for part in node.parts:
                yield f"{writer.emit(part).code} is None"
                yield from _states(writer, part)
        case Call(name="known"):
            return
        case _:
            if isinstance(node, Call) and node.name in SINCE:
                yield f"{writer.load('occurred_at').code} is None"
            for child in node.children():
                yield from _states(writer, child)


def _window_states(writer: Writer, node: Window) -> Iterator[str]:
    """Write whether a window is known exactly, and what it may lack otherwise."""
    piece = writer.exact(node)
    yield from (f"{one.code} is None" for one in (piece, piece.currency) if one is not None)
    yield from (has_key(writer, names) for names in node.keys)
    if node.spec.statistic is not Statistic.LATEST:
        yield from covers(writer, node.spec)
