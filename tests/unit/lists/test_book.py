"""The book of lists: hits by each kind, what is unknown, changes, versions of the past, snapshots."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.lists.book import ListBook
from holdfast.lists.differences import difference
from holdfast.lists.membership import Identifier
from holdfast.lists.versions import Stamp, as_of, next_name
from holdfast.vocabulary.errors import Bug, ConflictError, NotFoundError
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.lists import Document, ListChange, ListEntry, ListKind, ListMatch, ListVersion

KEYS = KeyMaker(secret=b"0123456789abcdef")
LIST = "ru.cbr.recipients"
NOON = 1_778_230_800_000
ACCOUNT = ListEntry(kind=ListKind.ACCOUNT, value="40817810000000000002")
NARROW = replace(ACCOUNT, bic="044525225")
PAPER = Document(number="12301450001000001", date="2026-02-03")


def book(*entries: ListEntry) -> ListBook:
    """Make a book with one list of these entries."""
    made = ListBook(KEYS)
    made.apply(made.edit(Stamp(list=LIST, loaded_ms=NOON, published_ms=NOON - 1), add=entries))
    return made


def ask(made: ListBook, *identifiers: Identifier, at_ms: int = NOON, **wanted: bool) -> ListMatch:
    """Ask the list about a subject."""
    return made.probe(LIST, identifiers, at_ms=at_ms, **wanted)


@pytest.mark.parametrize("kind", list(ListKind))
def test_each_kind_hits_itself_alone(kind: ListKind) -> None:
    """An entry is hit by its kind and value, not by the same value of another kind."""
    made = book(ListEntry(kind=kind, value="v"))
    for other in ListKind:
        match = ask(made, made.identifier(other, "v"))
        assert match.state is (other is kind)
    hit = ask(made, made.identifier(kind, "v"))
    assert (hit.kind, hit.version, hit.loaded_ms) == (kind, "1.20260508T090000Z", NOON)
    assert hit.published_ms == NOON - 1


def test_unknown_is_not_false() -> None:
    """A list that was never loaded, and a subject without identifiers, answer unknown."""
    assert ask(ListBook(KEYS), ListBook(KEYS).identifier("card", "1")).state is None
    assert ask(book()).state is None
    assert ask(book(), book().identifier("card", "1")).state is False


def test_an_empty_import_loads_a_list() -> None:
    """A first import without entries makes the list answer."""
    made = book()
    assert made.is_loaded(LIST)
    assert not made.is_loaded("kz.afc.persons")


def test_a_development_server_has_every_list() -> None:
    """With all lists counted as loaded an unseen list answers false, and still unknown for no identifier."""
    made = ListBook(KEYS, all_loaded=True)
    assert ask(made, made.identifier("card", "1")).state is False
    assert ask(made).state is None


@pytest.mark.parametrize(
    ("entry", "bic", "state"),
    [
        (ACCOUNT, None, True),
        (ACCOUNT, "044525225", True),
        (NARROW, "044525225", True),
        (NARROW, "044525974", False),
        (NARROW, None, None),
    ],
)
def test_an_account_and_its_bank_match_together(entry: ListEntry, bic: str | None, state: bool | None) -> None:
    """An entry with a BIC needs it; without the transfer's BIC the answer is unknown, which is never a ground."""
    made = book(entry)
    assert ask(made, made.identifier("account", entry.value, bic=bic)).state is state


def test_what_is_left_open_stays_unknown_beside_a_miss() -> None:
    """A phone that is not listed does not make an account of an unknown bank clean; a phone that is listed hits."""
    made = book(NARROW, ListEntry(kind=ListKind.PHONE, value="+79161234567"))
    account = made.identifier("account", NARROW.value)
    assert ask(made, account, made.identifier("phone", "+79990000000")).state is None
    assert ask(made, account, made.identifier("phone", "+79161234567")).kind == "phone"


def test_only_documented_or_marked_entries_count_when_asked_for() -> None:
    """A probe may ask for entries with a document or with the mark; the document comes with the answer."""
    made = book(
        ListEntry(kind=ListKind.INN, value="1", document=PAPER),
        ListEntry(kind=ListKind.CARD, value="2", police=True),
    )
    inn, card = made.identifier("inn", "1"), made.identifier("card", "2")
    assert ask(made, inn, documented=True).document == PAPER
    assert ask(made, inn, marked=True).state is False
    assert ask(made, card, marked=True).police
    assert ask(made, card, documented=True).state is False
    assert ask(made, inn, card).kind == "card", "the mark of the police is named first"


def test_expiry_counts_at_the_asked_instant() -> None:
    """An entry past its expiry is a miss without anyone removing it."""
    made = book(replace(ACCOUNT, expires_ms=NOON))
    asked = made.identifier("account", ACCOUNT.value)
    assert [ask(made, asked, at_ms=at).state for at in (NOON - 1, NOON)] == [True, False]


def test_an_edit_counts_what_it_changes() -> None:
    """Adding what is there replaces it; removing what is not there does nothing; the counts say so."""
    made = book(ACCOUNT)
    card = ListEntry(kind=ListKind.CARD, value="1")
    change = made.edit(
        Stamp(list=LIST, loaded_ms=NOON), add=[replace(ACCOUNT, police=True), card], remove=[NARROW, card]
    )
    assert (change.version.entries, change.version.added, change.version.removed) == (2, 2, 0)
    made.apply(change)
    gone = made.edit(Stamp(list=LIST, loaded_ms=NOON), remove=[card, card])
    assert (gone.version.entries, gone.version.removed) == (1, 1)
    made.apply(gone)
    assert ask(made, made.identifier("card", "1")).state is False


def test_a_change_of_another_history_is_a_bug() -> None:
    """A change whose count does not come out was made from another version: it names itself."""
    version = ListVersion(list=LIST, version="9.x", loaded_ms=0, published_ms=None, entries=7, added=0, removed=0)
    with pytest.raises(Bug):
        book(ACCOUNT).apply(ListChange(version=version))


def test_versions_are_numbered_and_dated() -> None:
    """A version's name is its number and the instant of loading, nothing of the content."""
    assert next_name(None, NOON) == "1.20260508T090000Z"
    assert next_name("41.20260507T000000Z", NOON) == "42.20260508T090000Z"


values = st.integers(0, 15).map(str)
edits = st.lists(st.tuples(st.sets(values, max_size=6), st.sets(values, max_size=6)), min_size=1, max_size=8)


@settings(max_examples=40)
@given(edits, st.data())
def test_an_old_version_answers_as_it_did(script: list[tuple[set[str], set[str]]], data: st.DataObject) -> None:
    """Folding the kept changes up to a version gives the answers that the book gave then."""
    made, history, seen = ListBook(KEYS), [], []
    for add, remove in script:
        change = made.edit(Stamp(list=LIST, loaded_ms=NOON), add=map(entry_of, add), remove=map(entry_of, remove))
        made.apply(change)
        history.append(change)
        seen.append([ask(made, made.identifier("card", str(n))).state for n in range(16)])
    number = data.draw(st.integers(0, len(history) - 1))
    old = ListBook(KEYS)
    old.apply(as_of(history, history[number].version.version))
    assert [ask(old, old.identifier("card", str(n))).state for n in range(16)] == seen[number]
    assert old.version(LIST) == history[number].version


def entry_of(value: str) -> ListEntry:
    """Make a card's entry."""
    return ListEntry(kind=ListKind.CARD, value=value)


def test_an_unknown_version_is_not_found() -> None:
    """Asking for a version that no change made is an error, not the nearest one."""
    with pytest.raises(NotFoundError):
        as_of([], "1.x")


def test_a_staged_change_takes_force_in_an_instant() -> None:
    """Until the switch every question is answered from the old version, after it from the new."""
    made = book(*(entry_of(str(n)) for n in range(10)))
    stamp = Stamp(list=LIST, loaded_ms=NOON + 1, published_ms=NOON, kinds=(ListKind.CARD,))
    held = [entry_of(str(n)) for n in range(10)]
    change = difference(held, [entry_of(str(n)) for n in range(5, 20)], stamp=stamp, before=made.version(LIST))
    staging, steps = made.stage(change), 1
    while staging.step(4):
        steps += 1
    assert steps == 5
    first, last = made.identifier("card", "0"), made.identifier("card", "19")
    assert [ask(made, one).state for one in (first, last)] == [True, False]
    made.switch(staging)
    assert [ask(made, one).state for one in (first, last)] == [False, True]
    assert made.version(LIST) == change.version


def test_a_staged_change_of_a_list_that_moved_is_refused() -> None:
    """An edit between staging and switching is not lost: the snapshot is compared again."""
    made = book(ACCOUNT)
    staging = made.stage(made.edit(Stamp(list=LIST, loaded_ms=NOON), add=[entry_of("1")]))
    with pytest.raises(Bug):
        made.switch(staging)
    while staging.step():
        pass
    made.apply(made.edit(Stamp(list=LIST, loaded_ms=NOON), add=[entry_of("2")]))
    with pytest.raises(ConflictError):
        made.switch(staging)
    assert ask(made, made.identifier("card", "2")).state is True


def test_a_first_load_can_be_staged() -> None:
    """A list that was never loaded answers unknown until the switch."""
    made = ListBook(KEYS)
    staging = made.stage(made.edit(Stamp(list=LIST, loaded_ms=NOON), add=[replace(ACCOUNT, document=PAPER)]))
    while staging.step():
        pass
    asked = made.identifier("account", ACCOUNT.value)
    assert ask(made, asked).state is None
    made.switch(staging)
    assert ask(made, asked).document == PAPER


def test_a_restored_book_answers_the_same() -> None:
    """A snapshot's arrays hold lists, versions, documents and the instants of publication."""
    made = book(replace(NARROW, document=PAPER, police=True))
    made.apply(made.edit(Stamp(list="bank.recipients", loaded_ms=NOON), add=[entry_of("1")]))
    again = ListBook.restore(KEYS, made.arrays())
    asked = made.identifier("account", NARROW.value, bic=NARROW.bic)
    assert ask(again, asked) == ask(made, asked)
    assert again.versions() == made.versions()
    assert again.published(LIST, ListKind.ACCOUNT) == made.published(LIST, ListKind.ACCOUNT)
    assert ListBook.restore(KEYS, ListBook(KEYS).arrays()).versions() == {}


def test_a_staged_change_may_come_in_portions() -> None:
    """Entries read from elsewhere are taken portion by portion, unseen until the switch; what goes goes first."""
    made = book(ACCOUNT, NARROW)
    coming = ListEntry(kind=ListKind.INN, value="500100732259")
    version = replace(book(ACCOUNT, coming).versions()[LIST], version=next_name("1.x", NOON))
    staging = made.stage(ListChange(version=version))
    staging.take(removed=[NARROW])
    staging.take(added=[coming])
    assert made.holds(LIST, NARROW)
    made.switch(staging)
    assert (made.holds(LIST, NARROW), made.holds(LIST, coming), made.versions()[LIST]) == (False, True, version)


def test_what_a_snapshot_covered_is_remembered_with_its_date() -> None:
    """A kind is covered by a full snapshot alone; an undated one keeps the date of the one before."""
    made = book(ACCOUNT)
    assert not made.covers(LIST, ListKind.ACCOUNT)
    version = made.versions()[LIST]
    made.note_published(replace(version, kinds=(ListKind.ACCOUNT,), published_ms=7))
    made.note_published(replace(version, kinds=(ListKind.ACCOUNT,), published_ms=None))
    restored = ListBook.restore(KEYS, made.arrays())
    for one in (made, restored):
        assert (one.covers(LIST, ListKind.ACCOUNT), one.published(LIST, ListKind.ACCOUNT)) == (True, 7)
        assert not one.covers(LIST, ListKind.CARD)


def test_the_entry_behind_a_hit_is_found() -> None:
    """Of several entries the one with the mark of the police is told, with when it came and when it ends."""
    plain = replace(ACCOUNT, added_ms=3)
    marked = ListEntry(kind=ListKind.INN, value="1", police=True, added_ms=5, expires_ms=NOON + 1)
    made = book(plain, marked)
    asked = [made.identifier("account", ACCOUNT.value), made.identifier("inn", "1")]
    hit = made.hit(LIST, asked, at_ms=NOON)
    later = made.hit(LIST, asked, at_ms=NOON + 1)
    assert hit is not None
    assert later is not None
    assert (hit.added_ms, hit.expires_ms, later.added_ms) == (5, NOON + 1, 3)
    assert made.hit(LIST, [], at_ms=NOON) is None
    assert made.hit("never.loaded", asked, at_ms=NOON) is None
