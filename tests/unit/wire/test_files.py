"""Files are read row by row; a bad row is a value with its line, never the end of the file."""

import json

from holdfast.wire.files import Rejected, csv_table, event_lines, json_table, mapped_rows
from holdfast.wire.mapping import Row, parse_mapping

MAPPING = parse_mapping(
    b"""
event: login
columns: {id: id, occurred_at: at, client.customer_id: client}
constants: {where: bank}
"""
)
AT = "2026-05-08T12:00:00+03:00"


def taken(rows: object) -> list[object]:
    """Show rows as ids, and faults as line and pointer."""
    return [row.event.id if isinstance(row, Row) else (row.line, row.pointer) for row in rows]  # type: ignore[attr-defined]  # rows of either kind


def test_events_as_on_the_wire_are_read_line_by_line() -> None:
    """Empty lines are passed over; a bad line is reported with its number and pointer."""
    good = {"id": "e-1", "type": "login", "occurred_at": AT, "where": "bank", "client": {"customer_id": "c-1"}}
    bad = {**good, "where": "moon"}
    lines = [json.dumps(good).encode() + b"\n", b"\n", json.dumps(bad).encode(), b"{", json.dumps(good).encode()]
    assert taken(event_lines(lines)) == ["e-1", (3, "/where"), (4, ""), "e-1"]


def test_csv_is_cut_by_its_separator_and_lines_are_those_of_the_file() -> None:
    """A cell in quotes may hold a line break, which shifts the line of what follows."""
    text = f'id;at;note;client\na;{AT};"two\nlines";c-1\nb;{AT}\nc;yesterday;;c-2\n'
    table = csv_table(text.splitlines(keepends=True), separator=";")
    assert taken(mapped_rows(table, MAPPING)) == ["a", (4, ""), (5, "/occurred_at")]


def test_columns_that_nobody_maps_are_left_alone() -> None:
    """A file may have more columns than the mapping reads, in any order."""
    table = csv_table(["x,client,at,id\n", f"1,c-1,{AT},a\n"])
    assert taken(mapped_rows(table, MAPPING)) == ["a"]


def test_json_objects_may_lack_a_column_now_and_then() -> None:
    """A name that some line has is known; where it is absent, the value is unknown."""
    lines = [json.dumps(row).encode() for row in ({"id": "a", "at": AT}, {"id": "b", "at": AT, "client": "c-1"})]
    found = list(mapped_rows(json_table([*lines, b"[]"], MAPPING.names()), MAPPING))
    assert taken(found) == ["a", "b", (3, "")]
    assert isinstance(found[2], Rejected)


def test_a_fault_never_repeats_the_row() -> None:
    """Rows are personal; the report of a bad one says where, not what."""
    table = csv_table(["id,at,client\n", "a,4111111111111111,c\n"])
    (fault,) = mapped_rows(table, MAPPING)
    assert isinstance(fault, Rejected)
    assert "4111" not in f"{fault.message}{fault.hint}"
