"""The plain table of list entries: what a bank loads into its own lists, and what every list is exported as.

Columns, named in the first row in any order: `kind` and `value`, and where wanted `bic`, `police`, `reason`,
`document_number`, `document_date`, `expires_at`. A spreadsheet that opens the export must not run a cell as a
formula, so a cell that begins like one is written behind an apostrophe, which reading takes away again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from holdfast.vocabulary.errors import ListError
from holdfast.vocabulary.instants import rfc3339, to_ms
from holdfast.vocabulary.lists import Document, ListEntry, ListKind, RowFault
from holdfast.wire.feeds import Batch, FeedRow, Progress, Tally, cut_lines, gather

COLUMNS: Final = ("kind", "value", "bic", "police", "reason", "document_number", "document_date", "expires_at")
_NEEDED: Final = frozenset({"kind", "value"})
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")
_GUARD: Final = "'"
_RUSSIAN_DATE: Final = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)
_WORDS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("", "false", "0", "no", "нет", "жоқ"), False),
    **dict.fromkeys(("true", "1", "yes", "да", "иә"), True),
}
_UNREADABLE: Final = "\ufffd"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReader:
    """A reader of one plain table.

    A date without a time counts in `zone`, and as an expiry it means the end of that day. Separator and encoding are
    recognised as in a feed; a cell in quotes may hold line breaks. `source` is written into every entry.
    """

    zone: tzinfo = UTC
    source: str | None = None
    added_ms: int = 0
    tally: Tally = field(default_factory=Tally)

    def read(self, chunks: Iterable[bytes], *, progress: Progress | None = None) -> Iterator[Batch]:
        """Read the file's bytes; raises ListError, whose pointer is `/1`, when the first row does not name the columns.

        The entries are as written, not yet normalised; `progress` is called with the tally after every batch.
        """
        return gather(self._outcomes(chunks), self.tally, progress)

    def _outcomes(self, chunks: Iterable[bytes]) -> Iterator[FeedRow | RowFault]:
        """Read record by record; a fault names the line on which its record begins."""
        texts = (_text(line) for _, line in cut_lines(chunks, self.tally))
        first = next(texts, "")
        separator = max(",;\t", key=first.count)
        columns = _columns(next(csv.reader([first], delimiter=separator), []))
        self.tally.header, self.tally.width = True, len(columns)
        records = csv.reader(texts, delimiter=separator, strict=True)
        while True:
            line = 2 + records.line_num
            try:
                cells = next(records)
                if any(cell.strip() for cell in cells):
                    yield FeedRow(line, self._entry(self._named(columns, cells)))
            except StopIteration:
                return
            except csv.Error:
                yield RowFault(line=line, message="the row has a quote that is not closed or a cell that is too long")
            except ListError as error:
                yield RowFault(line=line, message=error.message, column=error.pointer or None)

    def _named(self, columns: list[str], cells: list[str]) -> dict[str, str]:
        """Put the cells under their columns."""
        if len(cells) != len(columns):
            self.tally.narrow += len(cells) < len(columns)
            raise ListError(f"the row has {len(cells)} cells, the first row names {len(columns)}")
        if any(_UNREADABLE in cell or "\x00" in cell for cell in cells):
            raise ListError("the row holds characters that cannot be read")
        return dict(zip(columns, map(unguarded, cells), strict=True))

    def _entry(self, row: Mapping[str, str]) -> ListEntry:
        """Read one entry."""
        value = row["value"].strip()
        if not value:
            raise ListError("the row has no value", pointer="value")
        return ListEntry(
            kind=_kind(row["kind"]),
            value=value,
            bic=row.get("bic", "").strip() or None,
            police=_truth(row.get("police", "")),
            reason=row.get("reason") or None,
            source=self.source,
            document=_document(row.get("document_number", "").strip(), row.get("document_date", "").strip()),
            added_ms=self.added_ms,
            expires_ms=self._expiry(row.get("expires_at", "").strip()),
        )

    def _expiry(self, text: str) -> int | None:
        """Read an expiry: an instant with its offset, or the day at whose end the entry expires."""
        if not text:
            return None
        try:
            day = _day(text)
            if day is None:
                instant = datetime.fromisoformat(text)
                return to_ms(instant if instant.tzinfo else instant.replace(tzinfo=self.zone))
            after = day + timedelta(days=1)
            return to_ms(datetime(after.year, after.month, after.day, tzinfo=self.zone))
        except (ValueError, OverflowError):
            raise ListError("the expiry is neither a date nor an instant of RFC 3339", pointer="expires_at") from None


def to_csv(entries: Iterable[ListEntry], *, separator: str = ",") -> Iterator[str]:
    """Write entries as a plain table, row by row with the header first; reading it gives them back.

    `;` as separator is what a spreadsheet in Russian expects. Source, instant of adding and a document's title have
    no column.
    """
    yield _line(COLUMNS, separator)
    for entry in entries:
        paper = entry.document
        yield _line(
            (
                entry.kind.value,
                entry.value,
                entry.bic or "",
                "true" if entry.police else "false",
                entry.reason or "",
                paper.number if paper else "",
                (paper.date or "") if paper else "",
                "" if entry.expires_ms is None else rfc3339(entry.expires_ms),
            ),
            separator,
        )


def guarded(cell: str) -> str:
    """Write a cell so that no spreadsheet runs it: an apostrophe before what begins like a formula, or like a guard."""
    return _GUARD + cell if cell.startswith((*_FORMULA, _GUARD)) else cell


def unguarded(cell: str) -> str:
    """Undo `guarded`; a cell that was never guarded stays as it is."""
    return cell[1:] if cell.startswith(_GUARD) and cell[1:].startswith((*_FORMULA, _GUARD)) else cell


def _line(cells: Iterable[str], separator: str) -> str:
    """Write one row."""
    page = io.StringIO()
    csv.writer(page, delimiter=separator).writerow([guarded(cell) for cell in cells])
    return page.getvalue()


def _text(line: bytes) -> str:
    """Decode one line and give its line break back, which a cell in quotes may need."""
    try:
        return line.decode("utf-8") + "\n"
    except UnicodeDecodeError:
        return line.decode("cp1251", errors="replace") + "\n"


def _columns(cells: list[str]) -> list[str]:
    """Read the first row."""
    names = [cell.strip().lower() for cell in cells]
    unknown = sorted(set(names) - set(COLUMNS))
    if unknown or not set(names) >= _NEEDED or len(set(names)) < len(names):
        fault = f"unknown column `{unknown[0]}`" if unknown else "`kind` and `value` must be there, each column once"
        raise ListError(f"the first row must name the columns: {fault}", pointer="/1", hint=f"use {', '.join(COLUMNS)}")
    return names


def _kind(text: str) -> ListKind:
    """Read the kind of an entry."""
    try:
        return ListKind(text.strip().lower())
    except ValueError:
        raise ListError(f"the kind is none of {', '.join(ListKind)}", pointer="kind") from None


def _truth(text: str) -> bool:
    """Read yes or no in one of the three languages."""
    truth = _WORDS.get(text.strip().lower())
    if truth is None:
        raise ListError("the mark is neither `true` nor `false`", pointer="police")
    return truth


def _document(number: str, written: str) -> Document | None:
    """Read the document behind an entry."""
    if not number:
        if written:
            raise ListError("the document has a date but no number", pointer="document_number")
        return None
    try:
        day = _day(written) if written else None
        if written and day is None:
            raise ValueError  # noqa: TRY301 - one place says what is wrong with the date
    except ValueError:
        raise ListError("the document's date is not a date", pointer="document_date") from None
    return Document(number=number, date=day.isoformat() if day else None)


def _day(text: str) -> date | None:
    """Read `yyyy-mm-dd` or `dd.mm.yyyy`; `None` for what is written otherwise, ValueError for no such day."""
    russian = _RUSSIAN_DATE.fullmatch(text)
    if russian:
        return date(int(russian[3]), int(russian[2]), int(russian[1]))
    return date.fromisoformat(text) if len(text) == 10 else None
