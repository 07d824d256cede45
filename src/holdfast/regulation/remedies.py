"""What a pack owes people: the notices that tell them, the refunds, and how soon a list must be loaded."""

from collections.abc import Mapping
from datetime import tzinfo
from string import Template
from typing import Final

from holdfast.regulation.nodes import Node, nearest
from holdfast.regulation.sections import DATED, LANGUAGES, integer_of, read_cite, read_dated, read_title, texts
from holdfast.vocabulary.packs import Feed, Notice, Refund

NAMES: Final = (
    *("bank", "amount", "payee", "rail", "placed_at", "until", "confirm_by", "until_date", "allowed_from"),
    *("zone", "provision", "list", "limit", "phone", "sign", "how", "listing"),
)
CASES: Final = ("hold", "refuse", "closed")  # closed: a repeat that was refused too
BREACHES: Final = ("procedure", "paid", "notice")


def _names(node: Node) -> frozenset[str]:
    """Give the `$names` of one text, each of which must be known."""
    template = Template(node.text())
    if not template.is_valid():
        raise node.fault("a `$` must begin a name", "write `$$` for the sign itself")
    for name in template.get_identifiers():
        if name not in NAMES:
            raise node.fault(f"`${name}` is not known in a notice", nearest(name, NAMES))
    return frozenset(template.get_identifiers())


def _texts(node: Node) -> dict[str, str]:
    """Read a text in all three languages, which must fill in the same `$names`."""
    fields = node.fields(LANGUAGES)
    first = _names(fields[LANGUAGES[0]])
    for language, entry in fields.items():
        odd = sorted(f"`${name}`" for name in _names(entry) ^ first)
        if odd:
            hint = "all three languages tell the same"
            raise entry.fault(f"{odd[0]} stands in `{language}` or in `{LANGUAGES[0]}`, but not in both", hint)
    return {language: entry.text() for language, entry in fields.items()}


def read_notice(node: Node, zone: tzinfo) -> Notice:
    """Read what a client must be told."""
    fields = node.fields(("id", "subject", "body", *DATED), ("case", "effective_to"))
    return Notice(
        id=fields["id"].text(),
        case=fields["case"].choice(CASES) if "case" in fields else "",
        subject=_texts(fields["subject"]),
        body=_texts(fields["body"]),
        cite=read_cite(fields["cite"]),
        dated=read_dated(fields, zone),
    )


def _check_refund(node: Node, fields: Mapping[str, Node]) -> None:
    """Refuse a refund whose breach nobody could establish, and one with half a clock."""
    if fields["breach"].choice(BREACHES) != "notice" and "known_on" not in fields:
        raise node.fault("`known_on` is missing", "name the lists whose record about the payee makes the bank owe")
    if "days_cross_border" in fields and "days" not in fields:
        raise fields["days_cross_border"].fault("`days_cross_border` needs the `days` that it differs from")


def read_refund(node: Node, zone: tzinfo) -> Refund:
    """Read when the bank owes a client what a transfer took."""
    fields = node.fields(
        ("id", "breach", "when", "title", *DATED), ("known_on", "days", "days_cross_border", "effective_to", "notice")
    )
    _check_refund(node, fields)
    return Refund(
        id=fields["id"].text(),
        breach=fields["breach"].text(),
        when=fields["when"].expression(),
        known_on=texts(fields, "known_on"),
        days=integer_of(fields, "days"),
        days_cross_border=integer_of(fields, "days_cross_border"),
        notice=fields["notice"].text() if "notice" in fields else None,
        title=read_title(fields["title"]),
        cite=read_cite(fields["cite"]),
        dated=read_dated(fields, zone),
    )


def read_feed(node: Node, zone: tzinfo) -> Feed:
    """Read how soon a list must be loaded."""
    fields = node.fields(("list", "deadline_hours", *DATED), ("effective_to",))
    return Feed(
        list=fields["list"].text(),
        deadline_hours=fields["deadline_hours"].integer(),
        cite=read_cite(fields["cite"]),
        dated=read_dated(fields, zone),
    )
