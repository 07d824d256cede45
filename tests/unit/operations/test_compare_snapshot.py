"""Reading a snapshot and comparing it: what is written for staging, what is counted, in a thread and in a child."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from holdfast.operations.compare_snapshot import Compared, Task, compare, compare_apart, portions
from holdfast.operations.import_folder import SnapshotRequest
from holdfast.vocabulary.errors import ListError
from holdfast.vocabulary.lists import ListEntry, ListKind, ListVersion

LIST = "ru.cbr.recipients"
Entries = tuple[ListEntry, ...]


@dataclass(frozen=True)
class Shelf:
    """A reader of entries that another process can be given."""

    entries: Entries

    def __call__(self, kinds: Sequence[ListKind]) -> Iterator[ListEntry]:
        """Read the entries of some kinds."""
        return (entry for entry in self.entries if entry.kind in kinds)


def inn(number: int, **more: Any) -> ListEntry:
    """Give a taxpayer number as it is kept."""
    return replace(ListEntry(kind=ListKind.INN, value=f"{number:012d}"), **more)


def feed(*numbers: int) -> str:
    """Write a feed of taxpayer numbers."""
    return "".join(f"{number:012d};06.05.2026 13:14:15;1;RUS\n" for number in numbers)


def task(folder: Path, text: str, *, current: Entries = (), marks: Entries | None = None, marked: bool = False) -> Task:
    """Make a task over a file in a folder."""
    file = folder / "imp_1.csv"
    file.write_text(text)
    version = ListVersion(
        list=LIST, version="1.x", loaded_ms=1, published_ms=1, entries=len(current), added=0, removed=0
    )
    return Task(
        request=SnapshotRequest(list=LIST, by="anna", feed="inn", marked=marked),
        file=file,
        parts=str(folder / "imp_1.part"),
        zone="Europe/Moscow",
        home="RU",
        loaded_ms=2,
        before=version if current else None,
        current=Shelf(current),
        marks=None if marks is None else Shelf(marks),
    )


def written(one: Task, name: str = "main") -> tuple[set[str], dict[str, bool]]:
    """Give the values that go, and those that come with their marks."""
    gone = {entry.value for portion in portions(one.part(f"{name}-gone")) for entry in portion}
    come = {entry.value: entry.police for portion in portions(one.part(f"{name}-come")) for entry in portion}
    return gone, come


def quiet(_stage: str, _done: int, _size: int) -> None:
    """Hear of progress and do nothing."""


def test_what_comes_and_what_goes_is_written_and_counted(tmp_path: Path) -> None:
    """Absent values go, new ones come, and what only changed comes alone, so that staging never undoes it."""
    phone = ListEntry(kind=ListKind.PHONE, value="+79161234567")
    one = task(tmp_path, feed(2, 3), current=(inn(1), inn(2, reason="old"), phone))
    counts = compare(one, quiet).counts
    assert written(one) == ({inn(1).value}, {inn(2).value: False, inn(3).value: False})
    assert (counts.new, counts.gone, counts.changed, counts.standing, counts.entries) == (1, 1, 1, 2, 2)


def test_faults_of_reading_and_of_normalising_come_in_the_order_of_lines(tmp_path: Path) -> None:
    """Both kinds of fault are counted, and reported in the order in which a person looks for them."""
    text = feed(1) + "12;06.05.2026;1;RUS\n" + "x\n" + "500100732259;33.05.2026;1;RUS\n" + feed(2)
    found = compare(task(tmp_path, text), quiet)
    assert [(fault.line, fault.column) for fault in found.faults] == [(2, "value"), (3, None), (4, "date")]
    assert (found.counts.faults, found.counts.rows, found.counts.new) == (3, 5, 2)


def test_no_more_than_a_hundred_faults_are_reported_and_all_are_counted(tmp_path: Path) -> None:
    """A file of nothing but faults does not make an answer of its own size."""
    found = compare(task(tmp_path, "1;1\n" * 250), quiet)
    assert (len(found.faults), found.counts.faults) == (100, 250)


def test_marks_go_with_what_comes_and_are_compared_apart(tmp_path: Path) -> None:
    """A snapshot takes the marks last loaded; a file of marks changes marks and nothing else."""
    one = task(tmp_path, feed(1, 2), current=(inn(1),), marks=(inn(2, police=True),))
    compare(one, quiet)
    assert written(one) == (set(), {inn(2).value: True})
    two = task(
        tmp_path,
        f"{1:012d}\n{9:012d}\n",
        current=(inn(1), inn(2, police=True)),
        marks=(inn(2, police=True),),
        marked=True,
    )
    found = compare(two, quiet)
    assert written(two) == (set(), {inn(1).value: True, inn(2).value: False})
    assert written(two, "marks") == ({inn(2).value}, {inn(1).value: True, inn(9).value: True})
    assert (found.main.changed, found.counts.new, found.counts.gone, found.counts.unmatched) == (2, 2, 1, 1)


def test_a_child_process_finds_the_same_and_tells_of_progress(tmp_path: Path) -> None:
    """A large file is compared in a process of its own with the same outcome as in this one."""
    one = task(tmp_path, feed(*range(12_000)), current=tuple(inn(number) for number in range(11_000)))
    heard: list[tuple[str, int, int]] = []
    apart: Compared = compare_apart(one, lambda *said: heard.append(said))
    first = written(one)
    assert apart == compare(one, quiet)
    assert first == written(one)
    assert heard
    assert heard[-1][1] == heard[-1][2]


def test_a_file_that_is_no_table_is_the_callers_error_in_a_child_too(tmp_path: Path) -> None:
    """An error of the caller crosses the border between processes as it is."""
    one = task(tmp_path, "a,b\n" + "1,2\n" * 100_000)
    one = replace(one, request=replace(one.request, feed=None))
    with pytest.raises(ListError, match="the first row"):
        compare_apart(one, quiet)
