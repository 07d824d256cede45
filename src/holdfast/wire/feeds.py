"""Files of list entries: the feeds of the Bank of Russia's FinCERT, and a plain table for a bank's own lists.

Both are read as a stream, a chunk of bytes in and a batch of rows out, so that a file of a million rows takes no
more memory than one of a thousand. A row that cannot be used is reported with its line number and never stops the
file: how many may fail is decided by whoever loads it.
"""

import csv
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from string import hexdigits
from typing import Final, NamedTuple

from holdfast.vocabulary.errors import ListError
from holdfast.vocabulary.instants import DAY_MS, MINUTE_MS, SECOND_MS, to_ms
from holdfast.vocabulary.lists import ListEntry, ListKind, RowFault

LONGEST_LINE_BYTES: Final = 65_536
_BATCH: Final = 10_000
_DATE: Final = re.compile(r"(\d\d\.\d\d\.\d{4})(?: (\d\d):(\d\d)(?::(\d\d))?)?", re.ASCII)
_BAD_DATE: Final = "the date is not `dd.mm.yyyy HH:MM:SS`"
_SEPARATORS: Final = ";,\t"
Progress = Callable[["Tally"], None]


class FeedType(StrEnum):
    """The types of feed, as FinCERT names them."""

    HASH_PASSPORT = "hashPassport"
    HASH_SNILS = "hashSnils"
    INN = "inn"
    PHONE = "phoneNumber"
    CARD = "cardNumber"
    ACCOUNT = "accountNumber"
    EWALLET = "ewalletNumber"
    SWIFT = "swift"
    FAST_PAY = "fastPayNumber"
    ATM = "retailAtm"


KINDS: Final[Mapping[FeedType, ListKind]] = {
    FeedType.HASH_PASSPORT: ListKind.PASSPORT_HASH,
    FeedType.HASH_SNILS: ListKind.SNILS_HASH,
    FeedType.INN: ListKind.INN,
    FeedType.PHONE: ListKind.PHONE,
    FeedType.CARD: ListKind.CARD,
    FeedType.ACCOUNT: ListKind.ACCOUNT,
    FeedType.EWALLET: ListKind.EWALLET,
    FeedType.SWIFT: ListKind.SWIFT,
    FeedType.FAST_PAY: ListKind.SBP_PHONE,
    FeedType.ATM: ListKind.ATM,
}
"""The kind of entry that each type of feed brings."""

_NARROWED: Final = frozenset({FeedType.ACCOUNT, FeedType.SWIFT})
_WORDED: Final = frozenset({FeedType.EWALLET, FeedType.SWIFT, FeedType.ATM})
_WIDER: Final = _NARROWED | {FeedType.EWALLET}


@dataclass(slots=True, kw_only=True)
class Tally:
    """What has been read so far; complete when the reader is exhausted.

    `rows` counts data rows, good and bad; `narrow` those shorter than the file's first; `ended` tells that the
    last row ended with a line break.
    """

    rows: int = 0
    faults: int = 0
    narrow: int = 0
    bytes: int = 0
    lines: int = 0
    width: int = 0
    ended: bool = True
    header: bool = False


class FeedRow(NamedTuple):
    """One usable row: its line, its entry as written (not yet normalised), and what the entry has no place for.

    `incidents` counts the reports behind it, `country` is as written (`RUS`), `system` a wallet's payment system.
    """

    line: int
    entry: ListEntry
    incidents: int | None = None
    country: str | None = None
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Up to ten thousand rows and the faults among them, in the order of the file."""

    rows: tuple[FeedRow, ...]
    faults: tuple[RowFault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReader:
    """A reader of one file of one type.

    A row is: value; date `dd.mm.yyyy HH:MM:SS` in `zone`; count of incidents; country. Accounts carry a BIC, SWIFT
    rows a SWIFT BIC and wallets a payment system, right after the value or at the end of the row. With `marked` the
    file is one of the ministry's marks: the value alone, an account with its BIC. Separator (`;`, `,`, tab), header,
    byte order mark and encoding (UTF-8, else Windows-1251) are recognised.
    """

    type: FeedType
    zone: tzinfo = UTC
    source: str | None = None
    marked: bool = False
    tally: Tally = field(default_factory=Tally)

    def read(self, chunks: Iterable[bytes], *, progress: Progress | None = None) -> Iterator[Batch]:
        """Read the file's bytes; `progress` is called with the tally after every batch."""
        return gather(self._outcomes(chunks), self.tally, progress)

    def _outcomes(self, chunks: Iterable[bytes]) -> Iterator[FeedRow | RowFault]:
        """Read line by line; a feed has no line breaks inside cells."""
        separator = ""
        for number, line in cut_lines(chunks, self.tally):
            if not line.strip():
                continue
            try:
                text = decode(line)
                separator = separator or _separator(text)
                cells = _cells(text, separator)
                if self._is_header(cells):
                    self.tally.header = True
                    continue
                yield self._row(number, cells)
            except ListError as error:
                yield RowFault(line=number, message=error.message, column=error.pointer or None)

    def _is_header(self, cells: list[str]) -> bool:
        """Tell a header: a first row without a date that has no digit, or a word where a number or hash belongs."""
        if self.tally.width or self.tally.header or any(map(_DATE.fullmatch, cells)):
            return False
        word = self.type not in _WORDED and any(c.isalpha() and c not in hexdigits for c in cells[0])
        return word or not any(c.isdigit() for cell in cells for c in cell)

    def _row(self, number: int, cells: list[str]) -> FeedRow:
        """Read one data row."""
        _measure(cells, self.tally)
        value = cells[0]
        if not value:
            raise ListError("the row has no value", pointer="value")
        extra, rest = self._split(cells)
        known = extra if self.type in _NARROWED else None
        entry = ListEntry(
            kind=KINDS[self.type],
            value=value,
            bic=known or None,
            police=self.marked,
            source=self.source,
            added_ms=_instant(rest[0], self.zone) if rest and rest[0] else 0,
        )
        incidents = _count(rest[1]) if len(rest) > 1 else None
        country = rest[2] or None if len(rest) > 2 else None
        return FeedRow(number, entry, incidents, country, extra or None if self.type is FeedType.EWALLET else None)

    def _split(self, cells: list[str]) -> tuple[str, list[str]]:
        """Part a row behind its value into the type's own cell and the cells that all types share."""
        rest = cells[1:]
        if self.type not in _WIDER:
            _need(rest, 0 if self.marked else 3)
            return "", rest
        if self.marked:
            _need(rest, 1)
            return rest[0], rest[1:]
        _need(rest, 4)
        return (rest[3], rest[:3]) if _DATE.fullmatch(rest[0]) else (rest[0], rest[1:])


def decode(line: bytes) -> str:
    """Decode one line as UTF-8, else as Windows-1251; raises ListError for what is neither.

    The choice is made line by line, since a feed is ASCII but for a word here and there.
    """
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return line.decode("cp1251")
    except UnicodeDecodeError:
        raise ListError("the row is neither UTF-8 nor Windows-1251") from None


def cut_lines(chunks: Iterable[bytes], tally: Tally) -> Iterator[tuple[int, bytes]]:
    """Cut a stream into lines, numbered from 1, without their line breaks; an over-long line comes cut."""
    rest = b""
    first = True
    for chunk in chunks:
        tally.bytes += len(chunk)
        whole = rest + chunk
        if first and len(whole) >= len(BOM_UTF8):
            whole, first = whole.removeprefix(BOM_UTF8), False
        *lines, rest = whole.split(b"\n")
        for line in lines:
            tally.lines += 1
            yield tally.lines, line.removesuffix(b"\r")
        rest = rest[: LONGEST_LINE_BYTES + 1]
    if rest:
        tally.lines += 1
        tally.ended = False
        yield tally.lines, rest.removesuffix(b"\r")


def _separator(text: str) -> str:
    """Choose the separator that stands in the first row most often."""
    return max(_SEPARATORS, key=text.count)


def _cells(text: str, separator: str) -> list[str]:
    """Part one line into trimmed cells."""
    if len(text) > LONGEST_LINE_BYTES:
        raise ListError("the row is too long")
    if "\x00" in text:
        raise ListError("the row holds a zero byte")
    if '"' not in text:
        return [cell.strip() for cell in text.split(separator)]
    try:
        return [cell.strip() for cell in next(csv.reader([text], delimiter=separator, strict=True))]
    except csv.Error:
        raise ListError("the row has a quote that is not closed") from None


def _measure(cells: list[str], tally: Tally) -> None:
    """Remember the first row's width and count the rows that are shorter."""
    tally.width = tally.width or len(cells)
    tally.narrow += len(cells) < tally.width


def _need(rest: list[str], cells: int) -> None:
    """Refuse a row with too few cells."""
    if len(rest) < cells:
        raise ListError(f"the row has {len(rest) + 1} cells, {cells + 1} are needed")


def _instant(text: str, zone: tzinfo) -> int:
    """Read `dd.mm.yyyy HH:MM:SS` as epoch milliseconds; hours and minutes may be left out."""
    parts = _DATE.fullmatch(text)
    if parts is not None:
        day, hour, minute, second = parts.groups("0")
        clock_ms = (int(hour) * 60 + int(minute)) * MINUTE_MS + int(second) * SECOND_MS
        if int(hour) < 24 and int(minute) < 60 and int(second) < 60:
            return _on(day, clock_ms, zone)
    raise ListError(_BAD_DATE, pointer="date")


def _on(day: str, clock_ms: int, zone: tzinfo) -> int:
    """Give the instant at which the wall clock of a day shows a time."""
    midnight, start_ms, even = _midnight(day, zone)
    if even:
        return start_ms + clock_ms
    return to_ms((midnight + timedelta(milliseconds=clock_ms)).replace(tzinfo=zone))


@lru_cache(maxsize=4_096)
def _midnight(day: str, zone: tzinfo) -> tuple[datetime, int, bool]:
    """Read a day once for all its rows: its midnight, and whether its wall clock runs without a jump."""
    try:
        midnight = datetime(int(day[6:]), int(day[3:5]), int(day[:2]), tzinfo=zone)
        start_ms, end_ms = to_ms(midnight), to_ms(midnight + timedelta(days=1))
    except (ValueError, OverflowError):
        raise ListError(_BAD_DATE, pointer="date") from None
    return midnight, start_ms, end_ms - start_ms == DAY_MS


def _count(text: str) -> int | None:
    """Read a count of incidents; an empty cell is unknown."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ListError("the count is not a whole number", pointer="count")
    return int(text)


def gather(outcomes: Iterable[FeedRow | RowFault], tally: Tally, progress: Progress | None) -> Iterator[Batch]:
    """Gather rows and faults into batches and keep the tally."""
    rows: list[FeedRow] = []
    faults: list[RowFault] = []
    for outcome in outcomes:
        tally.rows += 1
        if isinstance(outcome, RowFault):
            tally.faults += 1
            faults.append(outcome)
        else:
            rows.append(outcome)
        if len(rows) + len(faults) == _BATCH:
            yield Batch(tuple(rows), tuple(faults))
            rows, faults = [], []
            if progress:
                progress(tally)
    if rows or faults:
        yield Batch(tuple(rows), tuple(faults))
    if progress:
        progress(tally)
