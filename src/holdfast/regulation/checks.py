"""What must hold between the values of one pack: dates that join, names that lead somewhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from holdfast.regulation.nodes import Node, nearest
from holdfast.vocabulary.packs import Dated, Pack

Rows = Mapping[str, Sequence[Node]]
_KEYS: Final = {"signs": "id", "rails": "rail", "policies": "id", "duties": "id", "parameters": "name"}
_EXPRESSIONS: Final = ("when", "limit_amount", "used_amount")
_PARAM: Final = re.compile(r"""param\(\s*["']([^"']*)["']\s*\)""")


class HasDates(Protocol):
    """Anything that is in force for a time."""

    @property
    def dated(self) -> Dated:
        """Tell when it is in force."""
        ...


def _word(row: Node, key: str) -> str:
    """Give a text of one row, empty where it is absent."""
    entry = row.entries().get(key)
    return str(entry.value) if entry is not None and entry.value is not None else ""


def check_dates(rows: Sequence[Node], values: Sequence[HasDates], key: str) -> None:
    """Refuse a gap or an overlap between the values that bear one name."""
    last: dict[str, Dated] = {}
    for row, value in sorted(zip(rows, values, strict=True), key=lambda pair: pair[1].dated.from_ms):
        name, dated = _word(row, key), value.dated
        before = last.get(name)
        if before is not None and before.to_ms != dated.from_ms:
            gap = before.to_ms is not None and before.to_ms < dated.from_ms
            here = row.entries()["effective_from"]
            fault = "a gap in" if gap else "an overlap of"
            raise here.fault(f"{fault} the dates of `{name}`", "let one end on the day on which the next begins")
        last[name] = dated


def _check_unique(rows: Sequence[Node]) -> None:
    """Refuse a rule's id that stands twice; rules bear no dates."""
    seen: set[str] = set()
    for row in rows:
        entry = row.entries()["id"]
        if entry.text() in seen:
            raise entry.fault(f"`{entry.text()}` stands twice", "give each rule its own id")
        seen.add(entry.text())


def _references(rows: Rows) -> Iterator[tuple[Node, str]]:
    """Give every place that names a duty or a policy, with the section in which the name must stand."""
    for row in (*rows["signs"], *rows["rules"]):
        measures = row.entries().get("measures")
        yield from ((item, "duties") for item in (measures.items() if measures else ()))
    for row, key in [*((row, "policy") for row in rows["rails"]), *((row, "again") for row in rows["policies"])]:
        entry = row.entries().get(key)
        if entry is not None and entry.value is not None:
            yield entry, "policies"


def _check_references(rows: Rows) -> None:
    """Refuse a name that no duty or policy of the pack bears."""
    for node, section in _references(rows):
        known = tuple({_word(row, "id") for row in rows[section]})
        if node.text() not in known:
            raise node.fault(f"`{node.text()}` is not among the `{section}` of this pack", nearest(node.text(), known))


def _check_parameters(rows: Rows) -> None:
    """Refuse `param("...")` of a name that no parameter of the pack bears."""
    known = tuple({_word(row, "name") for row in rows["parameters"]})
    for row in (*rows["signs"], *rows["rules"], *rows["duties"]):
        for key in _EXPRESSIONS:
            for name in _PARAM.findall(_word(row, key)):
                if name not in known:
                    here = row.entries()[key]
                    raise here.fault(f"`{name}` is not among the `parameters` of this pack", nearest(name, known))


def check_pack(rows: Rows, pack: Pack) -> None:
    """Check one pack as a whole; `rows` are the nodes that its values were read from, by section."""
    for section, key in _KEYS.items():
        check_dates(rows[section], getattr(pack, section), key)
    _check_unique(rows["rules"])
    _check_references(rows)
    _check_parameters(rows)
