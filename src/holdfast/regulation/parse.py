"""From the bytes of one pack file to a `Pack`, or to the first fault with its place."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from holdfast.regulation.brands import read_brand
from holdfast.regulation.checks import check_pack, check_quiet
from holdfast.regulation.document import read_document
from holdfast.regulation.nodes import Node, root_of
from holdfast.regulation.remedies import read_feed, read_notice, read_refund
from holdfast.regulation.sections import (
    mode_of,
    read_all,
    read_calendar,
    read_cite,
    read_duty,
    read_example,
    read_outside,
    read_parameter,
    read_rule,
    read_sign,
    read_title,
)
from holdfast.regulation.stops import read_policy, read_rail
from holdfast.vocabulary.packs import Pack

SECTIONS: Final = (
    *("signs", "rails", "policies", "duties", "parameters", "rules", "examples"),
    *("notices", "refunds", "feeds", "brands"),
)


def _zone(node: Node) -> ZoneInfo:
    """Read the name of a time zone."""
    try:
        return ZoneInfo(node.text())
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise node.fault(f"`{node.text()}` is no time zone", "take a name such as `Europe/Moscow`") from error


def _version(data: bytes) -> str:
    """Give the short hash of the content; line endings do not count."""
    return sha256(data.replace(b"\r\n", b"\n")).hexdigest()[:12]


def _read_pack(fields: Mapping[str, Node], version: str, *, kept: bool) -> Pack:
    """Read all sections."""
    zone = _zone(fields["zone"])
    cite = read_cite(fields["cite"])  # first, because other citations borrow from it and would be blamed
    rows = {key: read_all(fields.get(key)) for key in SECTIONS}
    pack = Pack(
        id=fields["id"].text(),
        jurisdiction=fields["jurisdiction"].text(),
        title=read_title(fields["title"]),
        status=fields["status"].choice(("law", "proposal", "policy")),
        zone=fields["zone"].text(),
        version=version,
        applies={on: node.expression() for on, node in fields["applies"].entries().items()},
        mode=mode_of(fields),
        signs=tuple(read_sign(row, zone) for row in rows["signs"]),
        rails=tuple(read_rail(row, zone) for row in rows["rails"]),
        policies=tuple(read_policy(row, zone) for row in rows["policies"]),
        duties=tuple(read_duty(row, zone) for row in rows["duties"]),
        parameters=tuple(read_parameter(row, zone) for row in rows["parameters"]),
        examples=tuple(read_example(row) for row in rows["examples"]),
        rules=tuple(read_rule(row) for row in rows["rules"]),
        cite=cite,
        calendar=read_calendar(fields["calendar"]) if "calendar" in fields else None,
        notices=tuple(read_notice(row, zone) for row in rows["notices"]),
        refunds=tuple(read_refund(row, zone) for row in rows["refunds"]),
        feeds=tuple(read_feed(row, zone) for row in rows["feeds"]),
        brands=tuple(read_brand(row) for row in rows["brands"]),
        outside=read_outside(fields["outside"]) if "outside" in fields else {},
    )
    check_pack(rows, pack)
    if not kept:
        check_quiet(rows)
    return pack


def place_of(data: bytes) -> str:
    """Give the place that a pack file's id asks for, such as `policy/bank` for `policy.bank`."""
    ids = root_of(read_document(data)).entries().get("id")
    return "" if ids is None else ids.text().replace(".", "/", 1)


def parse_pack(data: bytes, *, name: str, kept: bool = False) -> Pack:
    """Read one pack file.

    `name` is its place without the suffix, such as `ru/od-2506`, which must fit its `id` (`ru.od-2506`) and its
    `jurisdiction`. Every fault is a `PackError` with a JSON pointer, a hint and the span of characters. A pack that the
    log has `kept` may have quiet lists that never applied: it judged so, and is read so.
    """
    root = root_of(read_document(data))
    required = ("id", "jurisdiction", "status", "zone", "title", "cite", "applies")
    fields = root.fields(required, ("mode", "calendar", "outside", *SECTIONS))
    if fields["id"].text() != name.replace("/", "."):
        raise fields["id"].fault(f"`{fields['id'].text()}` does not fit the file's place `{name}`")
    if fields["jurisdiction"].text() != name.partition("/")[0]:
        raise fields["jurisdiction"].fault(f"`{fields['jurisdiction'].text()}` does not fit the file's place `{name}`")
    return _read_pack(fields, _version(data), kept=kept)
