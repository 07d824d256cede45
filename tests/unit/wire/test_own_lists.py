"""A bank's own table is read with its columns in any order, and an export cannot run as a formula."""

import csv
from datetime import UTC, tzinfo
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.vocabulary.errors import ListError
from holdfast.vocabulary.lists import Document, ListEntry, ListKind
from holdfast.wire.feeds import Batch
from holdfast.wire.own_lists import COLUMNS, TableReader, guarded, to_csv, unguarded

ALMATY = ZoneInfo("Asia/Almaty")


def read(content: str | bytes, *, zone: tzinfo = UTC) -> Batch:
    """Read one table as one batch."""
    table = TableReader(zone=zone, source="bank", added_ms=7)
    batches = list(table.read([content.encode() if isinstance(content, str) else content]))
    return batches[0] if batches else Batch((), ())


def test_all_columns_are_read() -> None:
    """Every column reaches its attribute."""
    batch = read(
        "kind;value;bic;police;reason;document_number;document_date;expires_at\r\n"
        "account;40817810000000000002;044525225;да;Жалоба клиента;12-7;03.02.2026;2026-06-01T00:00:00+05:00\r\n"
    )
    assert batch.faults == ()
    assert batch.rows[0].entry == ListEntry(
        kind=ListKind.ACCOUNT,
        value="40817810000000000002",
        bic="044525225",
        police=True,
        reason="Жалоба клиента",
        source="bank",
        document=Document(number="12-7", date="2026-02-03"),
        added_ms=7,
        expires_ms=1_780_254_000_000,
    )


def test_two_columns_are_enough_in_any_order() -> None:
    """Kind and value are all that is needed; case and a byte order mark do not matter."""
    batch = read("\ufeffValue,Kind\n+79161234567,PHONE\n")
    assert batch.rows[0].entry == ListEntry(kind=ListKind.PHONE, value="+79161234567", source="bank", added_ms=7)


@pytest.mark.parametrize("first", ["", "value\n1\n", "kind,value,colour\n", "kind,value,value\n", "4111111111111111\n"])
def test_a_table_without_its_columns_is_refused_whole(first: str) -> None:
    """The first row must name the columns, else nothing can be known of the rest."""
    with pytest.raises(ListError) as caught:
        read(first)
    assert caught.value.pointer == "/1"


def test_an_expiry_by_day_ends_with_the_day() -> None:
    """A date means that the entry holds through that day in the bank's zone."""
    rows = read(
        "kind,value,expires_at\ncard,1,2026-05-31\ncard,2,31.05.2026\ncard,3,2026-06-01T00:00\n", zone=ALMATY
    ).rows
    assert {row.entry.expires_ms for row in rows} == {1_780_254_000_000}


def test_bad_rows_are_named_by_the_line_on_which_they_begin() -> None:
    """A cell with a line break is one row; each fault has its line and column."""
    batch = read(
        "kind,value,police,reason,document_number,document_date,expires_at\n"
        'card,1,,"two\nlines",,,\n'
        "cart,1,,,,,\n"
        "card,,,,,,\n"
        "card,1,maybe,,,,\n"
        "card,1,,,,2026-02-03,\n"
        "card,1,,,7,2026-02-30,\n"
        "card,1,,,,,soon\n"
        "card,1\n"
        "\n"
        "card,2,,,,,\n"
    )
    assert [(row.line, row.entry.reason) for row in batch.rows] == [(2, "two\nlines"), (12, None)]
    assert [(fault.line, fault.column) for fault in batch.faults] == [
        (4, "kind"),
        (5, "value"),
        (6, "police"),
        (7, "document_number"),
        (8, "document_date"),
        (9, "expires_at"),
        (10, None),
    ]


def test_unreadable_characters_and_open_quotes_are_faults() -> None:
    """Bytes of no encoding, a zero byte and a quote that never closes are reported."""
    batch = read(b'kind,value\ncard,\x98\xff\ncard,1\x00\ncard,"2\n')
    assert [fault.line for fault in batch.faults] == [2, 3, 4]


@pytest.mark.parametrize("cell", ["=1+1", "+7916", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "'=1", "'"])
def test_no_exported_cell_begins_like_a_formula(cell: str) -> None:
    """A spreadsheet shows the text; reading gives it back."""
    assert guarded(cell).startswith("'")
    assert unguarded(guarded(cell)) == cell


words = st.text(st.characters(blacklist_characters="\r\x00\ufffd", codec="utf-8"), max_size=12)
entries = st.builds(
    ListEntry,
    kind=st.sampled_from(list(ListKind)),
    value=words.map(lambda text: "+" + text.strip() + "1"),
    bic=st.sampled_from([None, "044525225"]),
    police=st.booleans(),
    reason=words.map(lambda text: text or None),
    source=st.just("bank"),
    document=st.one_of(
        st.none(), st.builds(Document, number=st.just("=1"), date=st.sampled_from([None, "2026-02-03"]))
    ),
    added_ms=st.just(7),
    expires_ms=st.one_of(st.none(), st.integers(0, 4_000_000_000_000)),
)


@given(st.lists(entries, max_size=5), st.sampled_from([",", ";", "\t"]))
def test_an_export_reads_back_as_it_was(written: list[ListEntry], separator: str) -> None:
    """Writing and reading lose nothing that has a column, and no cell begins like a formula."""
    content = "".join(to_csv(written, separator=separator))
    assert [row.entry for row in read(content).rows] == written
    for row in list(csv.reader(StringIO(content, newline=""), delimiter=separator))[1:]:
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_an_empty_export_has_its_header() -> None:
    """An export of nothing is still a table that can be loaded."""
    assert list(to_csv([])) == [",".join(COLUMNS) + "\r\n"]
    assert read("".join(to_csv([]))).rows == ()
