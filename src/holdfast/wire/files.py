"""Files of events, row by row: JSON lines, CSV and tables, as a stream in which a bad row is a value, not an end.

Nothing here opens a file: lines and cells come in, rows and faults go out, so that memory stays the same however
long the file is.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, NamedTuple

import msgspec

from holdfast.vocabulary.errors import HoldfastError, InvalidError, MappingError, UndecodableError
from holdfast.wire.codec import decode_message, to_event
from holdfast.wire.mapping import Row, RowMapping, RowReader

SAMPLE_LINES: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One row that could not become an event: its line, the field to blame, and what to do; never the row itself."""

    line: int
    code: str
    pointer: str
    message: str
    hint: str


class Cells(NamedTuple):
    """One row as it stands in the file; `fault` says why it could not even be cut into cells."""

    line: int
    cells: Sequence[Any]
    fault: str = ""


class Table(NamedTuple):
    """The names of a file's columns and its rows, whose cells stand in that order."""

    columns: tuple[str, ...]
    rows: Iterator[Cells]


Outcome = Row | Rejected


def rejected(line: int, error: HoldfastError) -> Rejected:
    """Note why a row was not taken."""
    return Rejected(line=line, code=error.code, pointer=error.pointer, message=error.message, hint=error.advice)


def event_lines(lines: Iterable[bytes]) -> Iterator[Outcome]:
    """Read JSON lines that are events as they are sent over HTTP; empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        body = line.strip()
        if body:
            yield _event_line(number, body)


def _event_line(number: int, body: bytes) -> Outcome:
    try:
        message = decode_message(body)
        received_ms = _occurred_ms(message)
        return Row(number, message, to_event(message, received_ms), None)
    except HoldfastError as error:
        return rejected(number, error)


def _occurred_ms(message: Any) -> int:
    """Give the instant of a message, at which a file's event counts as received."""
    return int(message.occurred_at.timestamp() * 1000)


def mapped_rows(table: Table, mapping: RowMapping) -> Iterator[Outcome]:
    """Read the rows of a table through a mapping; MappingError when the table lacks a column."""
    return _mapped(table.rows, mapping.bind(table.columns), width=len(table.columns))


def _mapped(rows: Iterator[Cells], reader: RowReader, *, width: int) -> Iterator[Outcome]:
    read = reader.read
    for line, cells, fault in rows:
        try:
            if fault or len(cells) != width:
                raise UndecodableError(
                    fault or f"the row has {len(cells)} cells, the first row names {width}",
                    hint="check quotes and separators on this line",
                )
            yield read(line, cells)
        except HoldfastError as error:
            yield rejected(line, error)


def csv_table(lines: Iterable[str], *, separator: str = ",") -> Table:
    """Cut CSV into cells; the first row names the columns, and a cell in quotes may hold line breaks."""
    records = csv.reader(lines, delimiter=separator, strict=True)
    columns = tuple(name.strip() for name in next(records, []))
    if len(set(columns)) < len(columns):
        raise InvalidError("the first row names a column twice", hint="give every column its own name")
    return Table(columns, _csv_rows(records))


def _csv_rows(records: Any) -> Iterator[Cells]:
    """Give the records; a line number is that on which a record begins."""
    while True:
        line = records.line_num + 1
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            yield Cells(line, (), f"the row cannot be read: {error}")
            continue
        if cells:
            yield Cells(line, cells)


def json_table(lines: Iterable[bytes], wanted: Sequence[str]) -> Table:
    """Cut JSON objects, one a line, into the `wanted` cells; a name that no early line has is left out.

    The columns are those that occur among the first lines, so that a misspelt one is told from one that is
    sometimes absent.
    """
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    early = [(number, _object(line)) for number, line in _first(numbered, SAMPLE_LINES)]
    present = dict.fromkeys(name for _, found in early if isinstance(found, dict) for name in found)
    rest = ((number, _object(line)) for number, line in numbered)
    columns = tuple(present)
    missing = [name for name in wanted if name not in present]
    if missing or not columns:
        return Table(columns, iter(()))
    places = tuple(dict.fromkeys(wanted))
    return Table(places, _json_rows(chain(early, rest), places))


def _first(rows: Iterator[tuple[int, bytes]], count: int) -> Iterator[tuple[int, bytes]]:
    for _, row in zip(range(count), rows, strict=False):
        yield row


def _object(line: bytes) -> Mapping[str, Any] | str:
    """Decode one line to an object, or say why not."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"the line is no JSON: {error}"
    return found if isinstance(found, dict) else "the line is no JSON object"


def _json_rows(objects: Iterable[tuple[int, Mapping[str, Any] | str]], names: Sequence[str]) -> Iterator[Cells]:
    for number, found in objects:
        if isinstance(found, str):
            yield Cells(number, (), found)
        else:
            yield Cells(number, [found.get(name) for name in names])


__all__ = [
    "Cells",
    "MappingError",
    "Rejected",
    "Row",
    "Table",
    "csv_table",
    "event_lines",
    "json_table",
    "mapped_rows",
    "rejected",
]
