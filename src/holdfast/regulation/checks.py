"""What must hold between the values of one pack: dates that join, names that lead somewhere."""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Final, Protocol

from holdfast.regulation.nodes import Node, nearest
from holdfast.vocabulary.event import WITH_PAYEE
from holdfast.vocabulary.packs import Dated, Pack

Rows = Mapping[str, Sequence[Node]]
_KEYS: Final = {
    "signs": ("id",),
    "rails": ("rail",),
    "policies": ("id",),
    "duties": ("id",),
    "parameters": ("name",),
    "notices": ("id", "case"),
    "refunds": ("id",),
    "feeds": ("list",),
}
_POLICY_NAMES: Final = (
    ("rails", "policy"),
    ("rails", "repeat"),
    ("policies", "again"),
    ("signs", "policy"),
    ("duties", "policy"),
)
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


def check_dates(rows: Sequence[Node], values: Sequence[HasDates], keys: Sequence[str]) -> None:
    """Refuse a gap or an overlap between the values that bear one name."""
    last: dict[str, Dated] = {}
    for row, value in sorted(zip(rows, values, strict=True), key=lambda pair: pair[1].dated.from_ms):
        name, dated = " ".join(filter(None, (_word(row, key) for key in keys))), value.dated
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


def _named(rows: Sequence[Node], key: str, section: str) -> Iterator[tuple[Node, str]]:
    """Give the places at which the rows name, under one key, something of a section."""
    for row in rows:
        entry = row.entries().get(key)
        if entry is not None and entry.value is not None:
            yield entry, section


def _references(rows: Rows) -> Iterator[tuple[Node, str]]:
    """Give every place that names a duty, a policy or a notice, with the section in which the name must stand."""
    for row in (*rows["signs"], *rows["rules"]):
        measures = row.entries().get("measures")
        yield from ((item, "duties") for item in (measures.items() if measures else ()))
    for section, key in _POLICY_NAMES:
        yield from _named(rows[section], key, "policies")
    for row in rows["policies"]:
        told = row.entries().get("texts")
        yield from ((entry, "notices") for entry in (told.entries().values() if told else ()))
    for row in rows["duties"]:
        details = row.entries().get("details")
        for which in ("template", "restored_template"):
            yield from _named([details] if details else [], which, "notices")


def _check_references(rows: Rows) -> None:
    """Refuse a name that no duty, policy or notice of the pack bears."""
    for node, section in _references(rows):
        known = tuple({_word(row, "id") for row in rows[section]})
        if node.text() not in known:
            raise node.fault(f"`{node.text()}` is not among the `{section}` of this pack", nearest(node.text(), known))


def _check_repeats(rows: Rows, pack: Pack) -> None:
    """Tell policies for a repeat from policies for a hold: only the former list payees without a pause to follow."""
    for_repeat = {policy.id for policy in pack.policies if policy.again_lists and policy.again is None}
    for section, key in _POLICY_NAMES:
        for node, _ in _named(rows[section], key, "policies"):
            if key == "repeat" and node.text() not in for_repeat:
                hint = "it needs `again_lists`, the lists on which a payee closes the repeat, and no `again`"
                raise node.fault(f"`{node.text()}` is no policy for a repeat", hint)
            if key != "repeat" and node.text() in for_repeat:
                hint = "add `again`, the pause that a confirmation starts while the payee is on `again_lists`"
                raise node.fault(f"`{node.text()}` is no policy for a hold", hint)


def _end(dated: Dated) -> float:
    """Give the end of a span, infinite where it is open."""
    return inf if dated.to_ms is None else dated.to_ms


def _covers(values: Sequence[HasDates], dated: Dated) -> bool:
    """Tell whether the values of one name, which have no gaps, are in force all the time."""
    starts = min(value.dated.from_ms for value in values) <= dated.from_ms
    return starts and max(_end(value.dated) for value in values) >= _end(dated)


def _named_values(rows: Rows, pack: Pack) -> Iterator[tuple[Node, Dated, Sequence[HasDates]]]:
    """Give every place that names a policy or a notice, with its own dates and the values that bear the name.

    A suspended rail may outlive its policy: without one in force nothing is held.
    """
    for section, key in (name for name in _POLICY_NAMES if name != ("rails", "policy")):
        for row, value in zip(rows[section], getattr(pack, section), strict=True):
            for node, _ in _named([row], key, "policies"):
                yield node, value.dated, [policy for policy in pack.policies if policy.id == node.text()]
    for row, policy in zip(rows["policies"], pack.policies, strict=True):
        for act, notice_id in policy.texts.items():
            node = row.entries()["texts"].entries()[act]
            yield node, policy.dated, [notice for notice in pack.notices if notice.id == notice_id]
    for row, refund in zip(rows["refunds"], pack.refunds, strict=True):
        if refund.notice is not None:
            yield row.entries()["notice"], refund.dated, [one for one in pack.notices if one.id == refund.notice]


def _check_spans(rows: Rows, pack: Pack) -> None:
    """Refuse a name that leads nowhere on some day on which it is in force itself."""
    for node, dated, values in _named_values(rows, pack):
        if not _covers(values, dated):
            raise node.fault(f"`{node.text()}` is not in force as long as what names it", "let the dates fit")


def _check_parameters(rows: Rows) -> None:
    """Refuse `param("...")` of a name that no parameter of the pack bears."""
    known = tuple({_word(row, "name") for row in rows["parameters"]})
    for row in (*rows["signs"], *rows["rules"], *rows["duties"], *rows["refunds"]):
        for key in _EXPRESSIONS:
            for name in _PARAM.findall(_word(row, key)):
                if name not in known:
                    here = row.entries()[key]
                    raise here.fault(f"`{name}` is not among the `parameters` of this pack", nearest(name, known))


def check_quiet(rows: Rows) -> None:
    """Refuse quiet lists, which are about payees, on an event that has none: they would silently do nothing."""
    for row in (*rows["signs"], *rows["rules"]):
        entry = row.entries().get("quiet_by")
        without = [item for item in row.entries()["on"].items() if item.text() not in WITH_PAYEE]
        if entry is not None and entry.value and without:
            asked = f'`not first_known(matches(client, "{entry.words()[0]}"), False)`'
            hint = f"leave it out; to pass over somebody else, ask in `when`, for example {asked}"
            raise entry.fault(f"`{without[0].text()}` has no payee, whom `quiet_by` is about", hint)


def check_pack(rows: Rows, pack: Pack) -> None:
    """Check one pack as a whole; `rows` are the nodes that its values were read from, by section."""
    for section, keys in _KEYS.items():
        check_dates(rows[section], getattr(pack, section), keys)
    _check_unique(rows["rules"])
    _check_references(rows)
    _check_repeats(rows, pack)
    _check_spans(rows, pack)
    _check_parameters(rows)
