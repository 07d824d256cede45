"""The regulator's feeds are read row by row; a bad row is reported with its line and stops nothing."""

from collections.abc import Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.vocabulary.lists import ListKind
from holdfast.wire.feeds import KINDS, LONGEST_LINE_BYTES, Batch, FeedReader, FeedRow, FeedType

MOSCOW = ZoneInfo("Europe/Moscow")
WHEN = "06.05.2026 13:14:15"
WHEN_MS = 1_778_062_455_000
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PLAIN = {
    FeedType.HASH_PASSPORT: SHA,
    FeedType.HASH_SNILS: SHA,
    FeedType.INN: "500100732259",
    FeedType.PHONE: "79161234567",
    FeedType.CARD: "4111111111111111",
    FeedType.FAST_PAY: "79161234567",
    FeedType.ATM: "ATM-17",
}
WIDE = {
    FeedType.ACCOUNT: ("40817810000000000002", "044525225"),
    FeedType.SWIFT: ("DE89370400440532013000", "DEUTDEFF"),
    FeedType.EWALLET: ("410012345678", "ЮMoney"),
}


def reader(kind: FeedType = FeedType.INN, *, marked: bool = False) -> FeedReader:
    """Make a reader that counts in Moscow's time."""
    return FeedReader(type=kind, zone=MOSCOW, source="fincert", marked=marked)


def taken(batches: Iterator[Batch]) -> tuple[list[FeedRow], list[tuple[int, str | None]]]:
    """Gather rows, and faults as line and column."""
    rows, faults = list[FeedRow](), list[tuple[int, str | None]]()
    for batch in batches:
        rows += batch.rows
        faults += [(fault.line, fault.column) for fault in batch.faults]
    return rows, faults


def read(text: str | bytes, kind: FeedType = FeedType.INN) -> tuple[list[FeedRow], list[tuple[int, str | None]]]:
    """Read one whole file."""
    return taken(reader(kind).read([text.encode() if isinstance(text, str) else text]))


def test_every_type_has_its_kind() -> None:
    """The ten types of feed bring ten different kinds of entry."""
    assert set(KINDS) == set(FeedType)
    assert len(set(KINDS.values())) == len(FeedType) == 10
    assert set(PLAIN) | set(WIDE) == set(FeedType)


@pytest.mark.parametrize(("kind", "value"), PLAIN.items())
def test_a_plain_row_has_value_date_count_and_country(kind: FeedType, value: str) -> None:
    """Seven types share one shape of row."""
    rows, faults = read(f"{value};{WHEN};3;RUS\r\n", kind)
    assert not faults
    row = rows[0]
    assert (row.line, row.incidents, row.country, row.system) == (1, 3, "RUS", None)
    entry = row.entry
    assert (entry.kind, entry.value, entry.added_ms, entry.source) == (KINDS[kind], value, WHEN_MS, "fincert")
    assert not entry.police


@pytest.mark.parametrize("layout", ["{value};{extra};{when};2;RUS\n", "{value};{when};2;RUS;{extra}\n"])
@pytest.mark.parametrize(("kind", "cells"), WIDE.items())
def test_a_wide_row_carries_its_bank_or_system(kind: FeedType, cells: tuple[str, str], layout: str) -> None:
    """Accounts carry a BIC, SWIFT rows a SWIFT BIC, wallets a system, behind the value or at the row's end."""
    value, extra = cells
    rows, faults = read(layout.format(value=value, extra=extra, when=WHEN), kind)
    assert not faults
    assert (rows[0].entry.value, rows[0].entry.added_ms, rows[0].incidents) == (value, WHEN_MS, 2)
    assert rows[0].entry.bic == (None if kind is FeedType.EWALLET else extra)
    assert rows[0].system == (extra if kind is FeedType.EWALLET else None)


def test_an_account_may_come_without_its_bank() -> None:
    """An empty cell of the BIC is an account alone."""
    rows, _ = read(f"40817810000000000002;;{WHEN};1;RUS\n", FeedType.ACCOUNT)
    assert rows[0].entry.bic is None


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "start", ["", "\ufeff", "Номер{s}Дата{s}Количество{s}Страна{e}", "\ufeffvalue{s}date{s}count{s}country{e}"]
)
def test_separators_endings_and_headers_are_recognised(separator: str, ending: str, start: str) -> None:
    """The same rows come out of every writing of the file."""
    body = "".join(separator.join((value, WHEN, "1", "RUS")) + ending for value in ("500100732259", "7707083893"))
    rows, faults = read(start.format(s=separator, e=ending) + body)
    assert not faults
    assert [row.entry.value for row in rows] == ["500100732259", "7707083893"]


def test_a_header_with_digits_is_a_header() -> None:
    """A column called after its hash is no bad row; a second header is."""
    rows, faults = read(f"Хеш SHA256;Дата\nХеш SHA256;Дата\n{SHA};{WHEN};1;RUS\n", FeedType.HASH_PASSPORT)
    assert ([row.line for row in rows], faults) == ([3], [(2, None)])


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_both_encodings_are_read(encoding: str) -> None:
    """Cyrillic words are read from UTF-8 and from Windows-1251."""
    rows, _ = read(f'410012345678;"Кошелёк; Плюс";{WHEN};1;РОССИЯ\n'.encode(encoding), FeedType.EWALLET)
    assert (rows[0].system, rows[0].country) == ("Кошелёк; Плюс", "РОССИЯ")


def test_bad_rows_are_named_by_line_and_column() -> None:
    """Rubbish between good rows is reported and the good rows are kept."""
    lines = [
        f"7707083893;{WHEN};1;RUS",
        "",
        f";{WHEN};1;RUS",
        "7707083893;06.13.2026 13:14:15;1;RUS",
        "7707083893;yesterday;1;RUS",
        f"7707083893;{WHEN};many;RUS",
        "7707083893",
        f'"7707083893;{WHEN};1;RUS',
        f"77\x0007083893;{WHEN};1;RUS",
        "7" * (LONGEST_LINE_BYTES + 1),
        f"500100732259;{WHEN};;",
    ]
    rows, faults = read("\n".join(lines) + "\n")
    assert [row.line for row in rows] == [1, 11]
    assert (rows[1].incidents, rows[1].country) == (None, None)
    assert faults == [(3, "value"), (4, "date"), (5, "date"), (6, "count"), (7, None), (8, None), (9, None), (10, None)]


def test_the_clock_of_the_zone_counts_on_the_day_it_jumps() -> None:
    """On the day Moscow left its winter time for good, 26.10.2014, morning and evening lie an hour further apart."""
    rows, _ = read("1;26.10.2014 00:30:00;1;RUS\n2;26.10.2014 12:30:00;1;RUS\n3;26.10.2014;1;RUS\n")
    assert [row.entry.added_ms for row in rows] == [1_414_269_000_000, 1_414_315_800_000, 1_414_267_200_000]


@pytest.mark.parametrize("when", ["29.02.2026 00:00:00", "01.01.0000", "01.01.2026 24:00:00", "31.12.9999 23:59:59"])
def test_a_day_that_never_was_is_a_fault(when: str) -> None:
    """A date that no calendar has is reported, not moved to the next day."""
    assert read(f"7707083893;{when};1;RUS\n")[1] == [(1, "date")]


def test_bytes_of_no_encoding_are_a_fault() -> None:
    """A row that is neither UTF-8 nor Windows-1251 is reported."""
    assert read(b"\x98\xff;1;2;3\n7707083893;06.05.2026 13:14:15;1;RUS\n")[1] == [(1, None)]


def test_the_message_of_a_fault_never_repeats_the_value() -> None:
    """Faults are shown and logged, values are personal."""
    batches = reader().read([b"7707083893;secret;1;RUS\n7707083893;06.05.2026;secret;RUS\n"])
    assert not [fault for batch in batches for fault in batch.faults if "secret" in fault.message]


def test_the_tally_tells_what_a_check_needs() -> None:
    """Rows, faults, narrow rows, bytes and whether the file ended with a line break are counted."""
    feed = reader()
    content = f"Имя;Дата;Число;Страна\n7707083893;{WHEN};1;RUS\n7707083893;{WHEN}\n7707083893;06.0".encode()
    taken(feed.read([content]))
    tally = feed.tally
    assert (tally.rows, tally.faults, tally.narrow, tally.header) == (3, 2, 2, True)
    assert (tally.bytes, tally.lines, tally.ended) == (len(content), 4, False)


def test_a_feed_of_marks_has_values_alone() -> None:
    """The ministry's files name values, accounts with their BIC; every entry is marked."""
    rows, faults = taken(reader(FeedType.CARD, marked=True).read([b"4111111111111111\n"]))
    assert not faults
    assert rows[0].entry.police
    rows, faults = taken(reader(FeedType.ACCOUNT, marked=True).read([b"40817810000000000002;044525225\n4081\n"]))
    assert (rows[0].entry.bic, faults) == ("044525225", [(2, None)])


def test_progress_is_told_after_every_batch() -> None:
    """A long file is read in batches, with the tally told after each and at the end."""
    told = list[int]()
    line = f"7707083893;{WHEN};1;RUS\n".encode()
    batches = list(reader().read((line * 1_000 for _ in range(25)), progress=lambda tally: told.append(tally.rows)))
    assert [len(batch.rows) for batch in batches] == [10_000, 10_000, 5_000]
    assert told == [10_000, 20_000, 25_000]


def test_an_empty_file_has_no_rows() -> None:
    """Nothing, a byte order mark alone and blank lines alone give nothing."""
    for content in ("", "\ufeff", "\n\n"):
        assert read(content) == ([], [])


@given(st.binary(max_size=300), st.sampled_from(list(FeedType)), st.booleans())
def test_rubbish_gives_faults_and_never_an_error(content: bytes, kind: FeedType, marked: bool) -> None:
    """No bytes make the reader raise, and every row is counted once."""
    feed = reader(kind, marked=marked)
    rows, faults = taken(feed.read([content]))
    assert feed.tally.rows == len(rows) + len(faults)


@given(st.lists(st.integers(0, 120)))
def test_chunks_do_not_matter(cuts: list[int]) -> None:
    """The same rows come out wherever the stream of bytes is cut."""
    content = f"\ufeff7707083893;{WHEN};1;RUS\r\n500100732259;{WHEN};2;Россия\r\nx".encode()
    places = [0, *sorted(cuts), len(content)]
    chunks = [content[start:end] for start, end in pairwise(places) if start < end]
    assert taken(reader().read(chunks)) == read(content)


def test_kinds_are_those_of_the_vocabulary() -> None:
    """The names on the wire of lists are those of the entries."""
    assert KINDS[FeedType.FAST_PAY] is ListKind.SBP_PHONE
