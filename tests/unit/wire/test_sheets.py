"""Spreadsheets: what goes in comes out, and nothing that came from outside is a formula."""

import csv
import re
import zipfile
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.wire.sheets import plain, write_csv, write_xlsx

COLUMNS = ("id", "amount_minor", "note")
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n@x", "＠SUM(A1)"]


def read_csv(data: bytes) -> list[list[str]]:
    """Read a CSV back as Excel would."""
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))


def sheet(data: bytes) -> tuple[str, str]:
    """Give the sheet and the shared texts of a workbook as XML."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_is_a_formula(text: str) -> None:
    """A text that a spreadsheet would take for a formula bears an apostrophe in both forms."""
    row = {"id": text, "amount_minor": 5, "note": None}
    assert read_csv(write_csv([row], COLUMNS))[1][0] == f"'{text}"
    cells, texts = sheet(write_xlsx([row], COLUMNS, title="x"))
    assert "<f>" not in cells
    assert f"'{text.strip()[:1]}" in texts or "'" in texts


@given(st.text(max_size=30))
def test_every_text_is_harmless_and_kept(text: str) -> None:
    """Whatever the text, no cell begins like a formula, and nothing but an apostrophe is added."""
    found = str(plain(text))
    assert found in {text, f"'{text}"}
    assert found.lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n"}


def test_numbers_stay_numbers() -> None:
    """An amount is a number in both forms, also a negative one, and nothing is an empty cell."""
    row = {"id": "t-1", "amount_minor": -25_000_000, "note": None}
    assert read_csv(write_csv([row], COLUMNS)) == [list(COLUMNS), ["t-1", "-25000000", ""]]
    cells, texts = sheet(write_xlsx([row], COLUMNS, title="exposure"))
    assert "<v>-25000000</v>" in cells
    assert "t-1" in texts


def test_quotes_lines_and_other_scripts_survive() -> None:
    """Commas, quotes, line breaks and Cyrillic come back as they went in."""
    text = 'перевод, "срочно"\nбез возврата'
    assert read_csv(write_csv([{"id": text}], ("id",)))[1] == [text]
    _, texts = sheet(write_xlsx([{"id": text}], ("id",), title="x"))
    assert "перевод" in texts


def test_addresses_and_digits_are_no_links_and_no_numbers() -> None:
    """A text of digits and an address stay texts."""
    cells, texts = sheet(write_xlsx([{"id": "007"}, {"id": "https://example.org"}], ("id",), title="x"))
    assert "hyperlink" not in cells
    assert re.search(r">007<", texts)
