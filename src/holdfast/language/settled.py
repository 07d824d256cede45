"""What is settled of a condition before all facts are known.

Some facts cost money or time to get. Where the others decide a condition already, whatever those may be, nobody need
ask for them: `amount > rub(50_000) and outside.sim.swapped` is settled by a small amount.
"""

from collections.abc import Callable, Mapping

from holdfast.language.evaluate import value_of
from holdfast.language.nodes import Both, Either, Expression, Negation, Node, Probe, Window, walk
from holdfast.language.plan import names_of
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.trilean import UNKNOWN, Trilean, all_of, any_of, negate

IsFinal = Callable[[str], bool]


def settled(condition: Expression, values: Mapping[str, Value], is_final: IsFinal) -> Trilean:
    """Give the value that a condition has for certain, unknown while it may still become another.

    `is_final` tells of a name whether its value, or that it has none, will stay as it is. The past and the lists are
    never asked: what depends on them is not settled.
    """
    return _settled(condition.tree, values, is_final)


def _settled(node: Node, values: Mapping[str, Value], is_final: IsFinal) -> Trilean:
    match node:
        case Both():
            return all_of(_settled(part, values, is_final) for part in node.parts)
        case Either():
            return any_of(_settled(part, values, is_final) for part in node.parts)
        case Negation():
            return negate(_settled(node.part, values, is_final))
        case _:
            if not _is_final(node, is_final):
                return UNKNOWN
            found = value_of(node, values)
            return found if isinstance(found, bool) else UNKNOWN


def _is_final(node: Node, is_final: IsFinal) -> bool:
    """Tell whether all that a part reads will stay as it is."""
    return all(not isinstance(one, Window | Probe) and all(map(is_final, names_of(one))) for one in walk(node))
