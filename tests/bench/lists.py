"""What lists cost: a question, an entry's memory, building, reading a feed, comparing and restoring."""

import random
import tracemalloc
from collections.abc import Iterator
from time import perf_counter

from holdfast.lists.book import ListBook
from holdfast.lists.differences import difference
from holdfast.lists.membership import Membership
from holdfast.lists.versions import Stamp
from holdfast.matching.identifiers import normalise_entry
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.lists import ListEntry, ListKind
from holdfast.wire.feeds import FeedReader, FeedType

KEYS = KeyMaker(secret=b"0123456789abcdef")
LIST = "ru.cbr.recipients"
STAMP = Stamp(list=LIST, loaded_ms=1_000, published_ms=900, kinds=(ListKind.ACCOUNT,))
ASKED = 20_000


def feed(rows: int) -> Iterator[bytes]:
    """Write a feed of accounts in chunks of a thousand rows."""
    for start in range(0, rows, 1_000):
        numbers = range(start, min(start + 1_000, rows))
        yield "".join(f"40817810{n:012d};044525225;06.05.2026 13:14:15;1;RUS\r\n" for n in numbers).encode()


def imported(rows: int) -> list[ListEntry]:
    """Read and normalise one feed."""
    reader = FeedReader(type=FeedType.ACCOUNT, source="fincert")
    return [normalise_entry(row.entry) for batch in reader.read(feed(rows)) for row in batch.rows]


def reading_peak_mb(rows: int) -> float:
    """Give the most memory that reading a feed takes at one moment, its rows let go as they come."""
    tracemalloc.start()
    for _ in FeedReader(type=FeedType.ACCOUNT).read(feed(rows)):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def question_us(book: ListBook, rows: int) -> dict[str, float]:
    """Time questions about one identifier, half of them on the list: the look-up and the whole answer."""
    dice = random.Random(1)
    values = [f"40817810{dice.randrange(2 * rows):012d}" for _ in range(ASKED)]
    asked = [book.identifier("account", value, bic="044525225") for value in values]
    members = book._shelves[LIST].members
    start = perf_counter()
    for one in asked:
        members.find(one, at_ms=1)
    found = perf_counter()
    for one in asked:
        book.probe(LIST, (one,), at_ms=1)
    probed = perf_counter()
    return {"lookup_us": (found - start) / ASKED * 1e6, "probe_us": (probed - found) / ASKED * 1e6}


def measure(*, quick: bool = False) -> dict[str, float]:
    """Measure with a million entries, or 200 thousand when `quick`."""
    rows = 200_000 if quick else 1_000_000
    figures: dict[str, float] = {"entries": rows}
    start = perf_counter()
    entries = imported(rows)
    figures["import_rows_per_s"] = rows / (perf_counter() - start)
    start = perf_counter()
    book = ListBook(KEYS)
    book.apply(difference((), entries, stamp=STAMP))
    figures["first_load_s"] = perf_counter() - start
    start = perf_counter()
    members = Membership(KEYS)
    members.add(entries)
    figures["build_s"] = perf_counter() - start
    figures["bytes_per_entry"] = members.size_bytes / len(members)
    start = perf_counter()
    changed = difference(entries, entries[rows // 100 :], stamp=STAMP, before=book.version(LIST))
    figures["difference_s"] = perf_counter() - start
    start = perf_counter()
    book.apply(changed)
    figures["apply_one_percent_s"] = perf_counter() - start
    start = perf_counter()
    ListBook.restore(KEYS, book.arrays())
    figures["snapshot_and_restore_s"] = perf_counter() - start
    figures["reading_peak_mb"] = reading_peak_mb(rows // 10)
    return figures | question_us(book, rows)


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name:24} {figure:14,.3f}")
