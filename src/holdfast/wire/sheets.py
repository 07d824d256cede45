"""Rows as a spreadsheet: CSV and XLSX, in which no cell that came from outside can be taken for a formula."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Final

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM: Final = "\ufeff"  # tells Excel that a CSV is UTF-8
Cell = object
Rows = Iterable[Mapping[str, Cell]]


def plain(value: Cell) -> str | int | float | None:
    """Give a cell's value; a text that a spreadsheet would take for a formula gets an apostrophe before it.

    Spaces before it are looked through, because some programs strip them. Source: OWASP, CSV Injection.
    """
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS) else text


def write_csv(rows: Rows, columns: Sequence[str]) -> bytes:
    """Write rows as CSV (RFC 4180), the columns' names first."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([plain(row.get(name)) for name in columns])
    return (_BOM + out.getvalue()).encode()


def write_xlsx(rows: Rows, columns: Sequence[str], *, title: str) -> bytes:
    """Write rows as one sheet of a workbook, the columns' names first; every text stays a text."""
    import xlsxwriter

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(title)
        sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, 1):
            for place, name in enumerate(columns):
                value = plain(row.get(name))
                if isinstance(value, str):
                    sheet.write_string(number, place, value)
                elif value is not None:
                    sheet.write_number(number, place, value)
        sheet.autofit()
    return out.getvalue()
