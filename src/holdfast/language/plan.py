"""What an expression needs: windows, questions to lists, fields, and the sources behind them."""

from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.language.nodes import SINCE, Call, Expression, FieldName, Node, Probe, Window, walk
from holdfast.vocabulary.windows import ListProbe, WindowSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that must stand in the facts; each item once, in the order of first use.

    `fields` are names of the event and computed names, also those behind the keys of windows and the subjects
    of lists; `sources` are the streams of events whose completeness is asked.
    """

    windows: tuple[WindowSpec, ...]
    probes: tuple[ListProbe, ...]
    fields: tuple[str, ...]
    sources: tuple[str, ...]


def plan(expression: Expression) -> Plan:
    """Collect what one expression needs."""
    nodes = list(walk(expression.tree))
    windows = dict.fromkeys(node.spec for node in nodes if isinstance(node, Window))
    return Plan(
        windows=tuple(windows),
        probes=tuple(dict.fromkeys(node.probe for node in nodes if isinstance(node, Probe))),
        fields=tuple(dict.fromkeys(name for node in nodes for name in names_of(node))),
        sources=tuple(dict.fromkeys(source for spec in windows for source in spec.sources)),
    )


def names_of(node: Node) -> Iterator[str]:
    """Name the fields that one node reads."""
    match node:
        case FieldName():
            yield node.path
            yield from (node.currency,) if node.currency else ()
        case Window():
            yield "occurred_at"
            yield from (name for names in node.keys for name in names)
            yield from (node.currency,) if node.currency else ()
        case Call() if node.name in SINCE:
            yield "occurred_at"
        case Probe():
            yield node.probe.subject
        case _:
            return
