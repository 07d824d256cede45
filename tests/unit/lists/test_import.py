"""A feed's whole way: from the bytes of a file, through its checks, to the answer about a transfer's payee."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from holdfast.lists.book import ListBook
from holdfast.lists.differences import difference, marking
from holdfast.lists.inspection import Doubt, Snapshot, SnapshotLimits, Standing, inspect
from holdfast.lists.versions import Stamp, as_of, name_of
from holdfast.matching.identifiers import alike, identify, normalise_entry
from holdfast.vocabulary.errors import ListError
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.lists import ListChange, ListEntry, ListKind, ListMatch, RowFault
from holdfast.wire.feeds import KINDS, FeedReader, FeedType

LIST = "ru.cbr.recipients"
MOSCOW = ZoneInfo("Europe/Moscow")
ROWS = tuple(f"40817810{n:012d};044525225;06.05.2026 13:14:15;1;RUS\r\n" for n in range(300))


def loaded(reader: FeedReader, text: str) -> tuple[list[ListEntry], list[RowFault]]:
    """Read and normalise a file, with the faults of both steps."""
    entries, faults = list[ListEntry](), list[RowFault]()
    for batch in reader.read([text.encode()]):
        faults += batch.faults
        for row in batch.rows:
            try:
                entries.append(normalise_entry(row.entry))
            except ListError as error:
                faults.append(RowFault(line=row.line, message=error.message, column=error.pointer.strip("/")))
    return entries, faults


def compared(
    book: ListBook, held: Iterable[ListEntry], text: str, *, day: int
) -> tuple[ListChange, set[Doubt], list[RowFault]]:
    """Compare one day's file of accounts with what is held, and check it."""
    reader = FeedReader(type=FeedType.ACCOUNT, zone=MOSCOW, source="fincert")
    entries, faults = loaded(reader, text)
    standing = list(held)
    stamp = Stamp(list=LIST, loaded_ms=day + 1, published_ms=day, kinds=(KINDS[reader.type],))
    change = difference(standing, entries, stamp=stamp, before=book.version(LIST))
    snapshot = Snapshot(
        type=reader.type,
        published_ms=day,
        rows=reader.tally.rows,
        entries=len(entries),
        faults=len(faults),
        narrow=reader.tally.narrow,
        ended=reader.tally.ended,
        gone=change.version.removed,
        new=change.version.added,
    )
    last = book.published(LIST, ListKind.ACCOUNT)
    current = None if last is None else Standing(entries=len(standing), published_ms=last)
    return change, {finding.doubt for finding in inspect(snapshot, current, SnapshotLimits())}, faults


def ask(book: ListBook, account: str, bic: str | None) -> ListMatch:
    """Ask about a payee's account as a transfer names it."""
    known = identify(ListKind.ACCOUNT, account, bic=bic)
    asked = [book.identifier(kind, known.value, bic=known.bic) for kind in alike(ListKind.ACCOUNT)]
    return book.probe(LIST, asked, at_ms=10)


def test_a_feed_from_file_to_answer_and_back() -> None:
    """Load, lose a value by absence, refuse a cut file, mark, and answer as of the first version."""
    book = ListBook(KeyMaker(secret=b"0123456789abcdef"))
    first, doubts, faults = compared(book, (), "".join(ROWS) + "4081;1;06.05.2026;1;RUS\r\n", day=1)
    assert (doubts, [(fault.line, fault.column) for fault in faults]) == (set(), [(301, "bic")])
    book.apply(first)
    listed = "40817 810 0000 0000 0007"
    assert ask(book, listed, "044525225").state is True
    assert ask(book, listed, None).state is None

    cut, doubts, _ = compared(book, first.added, "".join(ROWS[:100]) + ROWS[100][:30], day=2)
    assert doubts == {Doubt.SHRINKS, Doubt.TRUNCATED}
    assert cut.version.removed == 200

    second, doubts, _ = compared(book, first.added, "".join(ROWS[:7] + ROWS[8:]), day=2)
    assert doubts == set()
    book.apply(second)
    assert ask(book, listed, "044525225").state is False

    reader = FeedReader(type=FeedType.ACCOUNT, source="mvd", marked=True)
    marks, _ = loaded(reader, "40817810000000000008;044525225\n40817810000000000007;044525225\n")
    held = as_of([first, second], second.version.version).added
    found = marking(held, marks, stamp=Stamp(list=LIST, loaded_ms=4, kinds=(ListKind.ACCOUNT,)), before=second.version)
    book.apply(found.change)
    assert ask(book, "40817810000000000008", "044525225").police
    assert [entry.value for entry in found.unmatched] == ["40817810000000000007"]

    back = difference(
        as_of([first, second, found.change], found.change.version.version).added,
        first.added,
        stamp=Stamp(list=LIST, loaded_ms=5, published_ms=3, kinds=(ListKind.ACCOUNT,)),
        before=found.change.version,
        marked={name_of(entry) for entry in marks},
    )
    book.apply(back)
    assert ask(book, listed, "044525225").police, "marked the moment it comes back"

    old = ListBook(KeyMaker(secret=b"0123456789abcdef"))
    old.apply(as_of([first, second], first.version.version))
    assert ask(old, listed, "044525225").state is True
    assert ask(old, listed, "044525225").version == first.version.version
