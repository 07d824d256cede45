"""The numbers that a model reads, as one generated function."""

from collections.abc import Sequence
from typing import Final

from holdfast.language.generate import EMITTERS, Program, shared
from holdfast.language.nodes import Expression, Node, Window, is_range
from holdfast.language.windowed import complete
from holdfast.language.writer import Writer, built
from holdfast.vocabulary.windows import Statistic

_INSTANTS: Final = frozenset({Statistic.FIRST, Statistic.LAST})


def compile_row(expressions: Sequence[Expression]) -> Program:
    """Make one function that gives every expression's value as a number for a model, where unknown is NaN."""
    writer = Writer(EMITTERS)
    trees = [expression.tree for expression in expressions]
    for node in shared(trees):
        writer.emit(node)
    return built(writer, f"({''.join(f'{_number(writer, tree)}, ' for tree in trees)})")


def _number(writer: Writer, tree: Node) -> str:
    """Write a value of which only an exact one counts; a statistic is exact where its period is complete."""
    if isinstance(tree, Window) and is_range(tree) and tree.spec.statistic not in _INSTANTS:
        seen = writer.load(tree.spec.name).code
        return f"({seen} if {complete(writer, tree.spec)} and {seen} is not None else nan)"
    code = writer.exact(tree).code
    return f"(nan if {code} is None else {code})"
