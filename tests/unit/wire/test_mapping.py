"""A mapping file turns rows into events exactly, and every fault in it is pointed at."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.vocabulary.errors import HoldfastError, InvalidError, MappingError
from holdfast.vocabulary.instants import to_ms
from holdfast.wire.flat import flattener
from holdfast.wire.mapping import Row, RowReader, parse_mapping

GOLDEN = Path(__file__).parents[2] / "golden" / "files"
EXAMPLES = Path(__file__).parents[3] / "examples"
GOOD = """
event: transfer
columns:
  id: {column: N, prefix: "t-"}
  occurred_at: {column: WHEN, zone: Europe/Moscow}
  amount_minor: {column: SUM, decimals: 2}
  payer.customer_id: {column: FROM, prefix: "c-"}
  payee.account: TO
  payee.own: {column: OWN, words: {"Y": true, "N": false}}
constants: {rail: sbp, currency: RUB, payee.kind: individual}
label: {column: BAD, bad: [1, "fraud"]}
empty: ["-"]
"""
COLUMNS = ("N", "WHEN", "SUM", "FROM", "TO", "OWN", "BAD")


def reader(text: str = GOOD) -> RowReader:
    """Bind a mapping to the columns of the tests."""
    return parse_mapping(text.encode()).bind(COLUMNS)


def read(*cells: object) -> Row:
    """Read one row through the good mapping."""
    return reader().read(1, cells)


def test_a_row_becomes_an_event() -> None:
    """Numbers become ids with their prefix, local time an instant, roubles kopecks, the label stays outside."""
    row = read(7, datetime(2026, 5, 8, 12), 10.5, 3, "40817", "Y", 1)  # noqa: DTZ001 - a file's local time
    assert row.event.id == "t-7"
    assert row.event.occurred_ms == to_ms(datetime(2026, 5, 8, 9, tzinfo=UTC))
    assert row.event.values["amount"] == 1050
    assert row.event.values["payer.customer_id"] == "c-3"
    assert row.event.values["payee.own"] is True
    assert row.label is True
    assert "BAD" not in row.event.values


def test_a_label_is_bad_honest_or_unknown() -> None:
    """Cells that the mapping lists are bad, empty ones unknown, all others honest."""
    cells = (1, "fraud", 1.0, 0, "", None)
    labels = [read(7, "2026-05-08T12:00:00", "1", 3, "4", "N", cell).label for cell in cells]
    assert labels == [True, True, True, False, None, None]


def test_an_empty_cell_is_unknown() -> None:
    """Empty cells, and those that the mapping calls empty, leave the field out."""
    row = read(7, "2026-05-08T12:00:00", "1", 3, "-", None, 0)
    assert "payee.account" not in row.event.values
    assert "payee.own" not in row.event.values


@settings(deadline=None)
@given(kopecks=st.integers(1, 10**12), kind=st.sampled_from([float, str, Decimal]))
def test_amounts_are_exact(kopecks: int, kind: type) -> None:
    """Every amount with two decimals comes out to the kopeck, whether it was a float, a text or a decimal."""
    row = read(7, "2026-05-08T12:00:00", kind(Decimal(kopecks) / 100), 3, "4", "N", 0)
    assert row.event.values["amount"] == kopecks


def test_more_decimals_are_refused_unless_rounding_was_asked() -> None:
    """An amount is never rounded silently."""
    with pytest.raises(InvalidError, match="more than 2 decimals") as caught:
        read(7, "2026-05-08T12:00:00", 10.555, 3, "4", "N", 0)
    assert caught.value.pointer == "/amount_minor"
    rounded = reader(GOOD.replace("decimals: 2", "decimals: 2, rounded: true"))
    assert rounded.read(1, (7, "2026-05-08T12:00:00", 10.555, 3, "4", "N", 0)).event.values["amount"] == 1056


def test_a_comma_can_be_the_decimal_sign() -> None:
    """`1 234,50` is read where the mapping says so."""
    comma = reader(GOOD.replace("decimals: 2", 'decimals: 2, decimal: ","'))
    row = comma.read(1, (7, "2026-05-08T12:00:00", "1\u00a0234,50", 3, "4", "N", 0))
    assert row.event.values["amount"] == 123450


def test_times_keep_their_own_offset_and_skipped_hours_are_refused() -> None:
    """An offset in the cell wins over the zone; a local time that never was is a bad row."""
    row = read(7, "2026-05-08T12:00:00+05:00", "1", 3, "4", "N", 0)
    assert row.event.occurred_ms == to_ms(datetime(2026, 5, 8, 7, tzinfo=UTC))
    berlin = reader(GOOD.replace("Europe/Moscow", "Europe/Berlin"))
    with pytest.raises(InvalidError, match="skipped"):
        berlin.read(1, (7, "2026-03-29T02:30:00", "1", 3, "4", "N", 0))


def test_instants_can_be_moved_and_counted_from_1970() -> None:
    """`shift_days` moves a file into another year; `epoch` reads seconds."""
    moved = reader(GOOD.replace("zone: Europe/Moscow", "epoch: s, shift_days: 7"))
    assert moved.read(1, (7, 0, "1", 3, "4", "N", 0)).event.occurred_ms == 7 * 86_400_000


def test_values_are_those_that_the_wire_would_give() -> None:
    """The flat values of a row equal those of its message, so that a file is judged as HTTP would be."""
    row = read(7, datetime(2026, 5, 8, 12), 10.5, 3, "40817", "Y", 1)  # noqa: DTZ001 - a file's local time
    assert dict(row.event.values) == flattener(type(row.message))(row.message)


def test_a_cell_is_held_to_the_limits_of_the_wire() -> None:
    """What HTTP refuses, a file's row is refused for too, with the same pointer."""
    with pytest.raises(InvalidError) as caught:
        read(7, "2026-05-08T12:00:00", "0", 3, "4", "N", 0)
    assert caught.value.pointer == "/amount_minor"


def test_a_word_outside_the_table_is_refused_without_being_repeated() -> None:
    """The message names column and hint, never the cell."""
    with pytest.raises(InvalidError) as caught:
        read(7, "2026-05-08T12:00:00", "1", 3, "4", "secret", 0)
    assert "secret" not in caught.value.message + caught.value.hint


FAULTS = {
    "/event": GOOD.replace("event: transfer", "event: transfr"),
    "/columns/payer.custmer_id": GOOD.replace("payer.customer_id", "payer.custmer_id"),
    "/columns/amount_minor/decimals": GOOD.replace("{column: SUM, decimals: 2}", "SUM"),
    "/columns/amount_minor/zone": GOOD.replace("decimals: 2", "decimals: 2, zone: UTC"),
    "/columns/occurred_at/zone": GOOD.replace("Europe/Moscow", "Moscow"),
    "/columns/id/prefx": GOOD.replace('prefix: "t-"', 'prefx: "t-"'),
    "/constants/rail": GOOD.replace("rail: sbp", "rail: pigeon"),
    "/constants/id": GOOD.replace("rail: sbp", "rail: sbp, id: x"),
    "/columns": GOOD.replace("  payer.customer_id", "  payee.inn"),
    "/label/good": GOOD.replace("bad: [1", "good: [1"),
    "/separator": GOOD + "separator: tab\n",
    "/columnz": GOOD.replace("columns:", "columnz: {}\ncolumns:"),
    "/columns/id": GOOD.replace("  payee.account: TO", "  id: TO"),
}


@pytest.mark.parametrize("pointer", FAULTS)
def test_every_fault_of_a_mapping_is_pointed_at(pointer: str) -> None:
    """A mapping that is wrong is refused whole, with the pointer of the place."""
    with pytest.raises(MappingError) as caught:
        parse_mapping(FAULTS[pointer].encode())
    assert caught.value.pointer == pointer
    assert caught.value.advice


def shown(error: HoldfastError) -> str:
    """Write an error as the command line does."""
    return f"holdfast: {error.code} at {error.pointer}: {error.message}\n  {error.advice}\n"


def test_an_unknown_column_gets_the_nearest_name() -> None:
    """A column that the file lacks is named with the one that was probably meant."""
    with pytest.raises(MappingError) as caught:
        parse_mapping(GOOD.encode()).bind(("N", "WHEN", "SUMM", "FROM", "TO", "OWN", "BAD"))
    assert shown(caught.value) == (GOLDEN / "unknown_column.txt").read_text()


def test_an_unknown_field_gets_the_nearest_name() -> None:
    """A field that the event lacks is named with the one that was probably meant."""
    with pytest.raises(MappingError) as caught:
        parse_mapping(FAULTS["/columns/payer.custmer_id"].encode())
    assert shown(caught.value) == (GOLDEN / "unknown_field.txt").read_text()


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_mappings_are_good(path: Path) -> None:
    """Every example is a mapping that can be read."""
    assert parse_mapping(path.read_bytes()).names()
