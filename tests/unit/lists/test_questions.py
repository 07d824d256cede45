"""All questions of an event at once answer as each of them would alone, whatever happened to the lists between."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.lists.book import ListBook
from holdfast.lists.questions import Asked, Questions
from holdfast.lists.versions import Stamp
from holdfast.vocabulary.keys import KeyMaker
from holdfast.vocabulary.lists import Document, ListEntry, ListKind
from holdfast.vocabulary.windows import ListProbe

KEYS = KeyMaker(secret=b"0123456789abcdef")
LISTS = ("a", "b")
BANKS = (None, "044525225", "044525974")
QUESTIONS = Questions(
    [
        ListProbe(subject="payee", list="a"),
        ListProbe(subject="payee", list="b", documented=True),
        ListProbe(subject="payer", list="a", marked=True),
        ListProbe(subject="payer", list="b"),
        ListProbe(subject="device", list="c"),
    ]
)
ENTRIES = st.builds(
    ListEntry,
    kind=st.just(ListKind.ACCOUNT),
    value=st.sampled_from("12345"),
    bic=st.sampled_from(BANKS),
    police=st.booleans(),
    document=st.sampled_from([None, Document(number="1")]),
    expires_ms=st.sampled_from([None, 0, 5, 50]),
)


def test_subjects_stand_once_in_their_order() -> None:
    """Whom the questions are about is named once, in the order of the questions."""
    assert QUESTIONS.subjects == ("payee", "payer", "device")


@given(data=st.data(), all_loaded=st.booleans())
@settings(max_examples=120, deadline=None)
def test_answers_are_those_of_each_question(data: st.DataObject, all_loaded: bool) -> None:
    """Remembered identifiers and shared answers never differ from asking list by list, after any change."""
    book = ListBook(KEYS, all_loaded=all_loaded)
    made = {(value, bic): Asked((book.identifier("account", value, bic=bic),)) for value in "12345" for bic in BANKS}
    people = [*made.values(), Asked(())]
    for step in range(data.draw(st.integers(1, 5))):
        if data.draw(st.booleans()):
            adding = data.draw(st.lists(ENTRIES, max_size=3))
            gone = data.draw(st.lists(ENTRIES, max_size=2))
            stamp = Stamp(list=data.draw(st.sampled_from(LISTS)), loaded_ms=step)
            book.apply(book.edit(stamp, add=adding, remove=[replace(one, document=None) for one in gone]))
        at_ms = data.draw(st.sampled_from([0, 4, 5, 60]))
        for payee, payer in zip(people, [people[-1], *people], strict=False):
            _compare(book, (payee, payer, payer), at_ms)


def _compare(book: ListBook, subjects: tuple[Asked, Asked, Asked], at_ms: int) -> None:
    """Compare all answers at once with each alone."""
    found = book.answer(QUESTIONS, subjects, at_ms=at_ms)
    whom = dict(zip(QUESTIONS.subjects, subjects, strict=True))
    for one in QUESTIONS.probes:
        asked = whom[one.subject].identifiers
        alone = book.probe(one.list, asked, at_ms=at_ms, documented=one.documented, marked=one.marked)
        assert found.matches[one.name] == alone
        assert found.known.get(one.name) is alone.state


def test_what_is_on_no_list_shares_its_answers() -> None:
    """Events about whom the lists know nothing are answered by the same objects until a list changes."""
    book = ListBook(KEYS, all_loaded=True)
    subjects = [Asked((book.identifier("account", "1"),)) for _ in QUESTIONS.subjects]
    first = book.answer(QUESTIONS, subjects, at_ms=1)
    assert book.answer(QUESTIONS, subjects, at_ms=2) is first
    change = book.edit(Stamp(list="a", loaded_ms=1), add=[ListEntry(kind=ListKind.ACCOUNT, value="2")])
    book.apply(change)
    assert book.answer(QUESTIONS, subjects, at_ms=2).matches["matches(payee, a)"].version == change.version.version


def test_what_was_restored_or_staged_is_found_too() -> None:
    """A book that comes out of a snapshot, and a list that took force in one step, know which entries they hold."""
    book = ListBook(KEYS, all_loaded=True)
    for kind in (ListKind.ACCOUNT, ListKind.CARD):
        staging = book.stage(book.edit(Stamp(list="a", loaded_ms=1), add=[ListEntry(kind=kind, value="1")]))
        while staging.step():
            pass
        book.switch(staging)
    for one in (book, ListBook.restore(KEYS, book.arrays(), all_loaded=True)):
        for value in ("2", "1"):
            subjects = [Asked((one.identifier("account", value),)) for _ in QUESTIONS.subjects]
            assert one.answer(QUESTIONS, subjects, at_ms=1).known["matches(payee, a)"] is (value == "1")


def test_identifiers_are_kept() -> None:
    """What was given before is known, as the same object; anything else is not."""
    book = ListBook(KEYS)
    kept = book.keep("given", ((book.identifier("account", "1"),),))
    assert book.known("given") is kept
    assert book.known("other") is None
