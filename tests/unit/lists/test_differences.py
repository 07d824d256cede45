"""A full snapshot removes by absence within its kinds; marks come and go without entries."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.lists.book import ListBook
from holdfast.lists.differences import difference, marking
from holdfast.lists.versions import Stamp, name_of
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.lists import ListEntry, ListKind, ListVersion

CARDS = Stamp(list="l", loaded_ms=1_000, published_ms=900, kinds=(ListKind.CARD,))
BEFORE = ListVersion(list="l", version="3.x", loaded_ms=0, published_ms=None, entries=0, added=0, removed=0)


def card(value: str, *, police: bool = False, reason: str | None = None, added_ms: int = 0) -> ListEntry:
    """Make a card's entry."""
    return ListEntry(kind=ListKind.CARD, value=value, police=police, reason=reason, added_ms=added_ms)


def test_absence_removes_and_presence_adds() -> None:
    """What the snapshot lacks goes, what the list lacks comes, the rest is not touched."""
    change = difference([card("1"), card("2")], [card("2", added_ms=5), card("3")], stamp=CARDS, before=BEFORE)
    assert change.removed == (card("1"),)
    assert change.added == (card("3"),)
    version = change.version
    assert (version.version, version.entries, version.added, version.removed) == ("4.19700101T000001Z", 2, 1, 1)
    assert change.kinds == (ListKind.CARD,)


def test_other_kinds_are_left_alone() -> None:
    """Each type of feed is a snapshot of its own: cards say nothing about phones."""
    phone = ListEntry(kind=ListKind.PHONE, value="+79161234567")
    change = difference([card("1"), phone], [], stamp=CARDS)
    assert change.removed == (card("1"),)
    assert change.version.entries == 1


def test_a_changed_entry_stands_in_both_forms() -> None:
    """A change of attributes can be read, and undone, from the change alone."""
    change = difference([card("1", reason="a")], [card("1", reason="b")], stamp=CARDS)
    assert (change.removed, change.added) == ((card("1", reason="a"),), (card("1", reason="b"),))
    assert change.version.entries == 1


def test_a_repeated_value_counts_once() -> None:
    """The last of equal values in a snapshot counts."""
    change = difference([card("2")], [card("1"), card("1", reason="b"), card("2", reason="x"), card("2")], stamp=CARDS)
    assert change.added == (card("1", reason="b"),)
    assert change.version.entries == 2


def test_marks_survive_a_snapshot_that_has_none() -> None:
    """The main feed carries no marks, so it keeps those that are there."""
    assert difference([card("1", police=True)], [card("1")], stamp=CARDS).added == ()


def test_marks_are_set_from_the_last_feed_of_marks() -> None:
    """A marked value that comes back is marked at once; one that is no longer marked loses the mark."""
    marked = {name_of(card("2"))}
    change = difference([card("1", police=True)], [card("1"), card("2")], stamp=CARDS, marked=marked)
    assert set(change.added) == {card("1"), card("2", police=True)}


def test_a_wrong_kind_or_none_is_a_bug() -> None:
    """A snapshot says which kinds it covers, and holds nothing else."""
    with pytest.raises(Bug):
        difference([], [ListEntry(kind=ListKind.PHONE, value="1")], stamp=CARDS)
    with pytest.raises(Bug):
        difference([], [], stamp=Stamp(list="l", loaded_ms=0))


def test_marking_sets_and_clears_and_removes_nothing() -> None:
    """The feed of marks changes marks only and names what it could not place."""
    found = marking([card("1", police=True), card("2")], [card("2"), card("9")], stamp=CARDS, before=BEFORE)
    assert set(found.change.added) == {card("1"), card("2", police=True)}
    assert found.change.version.entries == 2
    assert found.unmatched == (card("9"),)


def test_a_marked_account_without_bank_marks_all_its_entries() -> None:
    """An account's mark without BIC covers its entries at every bank; one with BIC only that bank's."""
    stamp = replace(CARDS, kinds=(ListKind.ACCOUNT,))
    account = ListEntry(kind=ListKind.ACCOUNT, value="1")
    current = [replace(account, bic="044525225"), replace(account, bic="044525974")]
    assert len(marking(current, [account], stamp=stamp, before=BEFORE).change.added) == 2
    assert len(marking(current, [current[0]], stamp=stamp, before=BEFORE).change.added) == 1


values = st.frozensets(st.integers(0, 40).map(str), max_size=25)


@settings(max_examples=50)
@given(values, values, values)
def test_applying_a_difference_gives_the_snapshot(
    first: frozenset[str], second: frozenset[str], third: frozenset[str]
) -> None:
    """Whatever went before, after the change the list holds the snapshot and nothing else."""
    book, held = ListBook(KeyMaker(secret=b"0123456789abcdef")), list[ListEntry]()
    for snapshot in (first, second, third):
        fresh = [card(value) for value in sorted(snapshot)]
        book.apply(difference(held, fresh, stamp=CARDS, before=book.version("l")))
        held = fresh
        asked = [book.probe("l", [book.identifier("card", str(n))], at_ms=0).state for n in range(41)]
        assert asked == [str(n) in snapshot for n in range(41)]
