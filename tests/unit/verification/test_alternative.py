"""The way without a camera ends by named people's words; two where money is released."""

import pytest

from holdfast.verification.alternative import Attested, attested, is_new_word, people_needed
from holdfast.vocabulary.errors import ConflictError, InvalidError
from holdfast.vocabulary.identity import Purpose, Verdict


def word(by: str, verdict: Verdict = Verdict.PASS) -> Attested:
    """Make a word."""
    return Attested(by=by, verdict=verdict, at_ms=0)


@pytest.mark.parametrize("purpose", [Purpose.RECEIVE, Purpose.TRANSFER, Purpose.WITHDRAW])
def test_money_needs_two_people(purpose: Purpose) -> None:
    """One person alone releases nothing, however often and however the name is written."""
    assert attested(purpose, [word("Anna"), word(" anna ")]) is None
    assert attested(purpose, [word("Anna"), word("Boris")]) is Verdict.PASS


@pytest.mark.parametrize("purpose", [one for one in Purpose if people_needed(one) == 1])
def test_what_releases_no_money_needs_one(purpose: Purpose) -> None:
    """A named person is enough, nobody is not."""
    assert attested(purpose, []) is None
    assert attested(purpose, [word("Anna")]) is Verdict.PASS


def test_one_word_is_enough_to_fail() -> None:
    """Whoever finds that it is somebody else ends it, whatever the other found."""
    assert attested(Purpose.WITHDRAW, [word("Anna", Verdict.FAIL)]) is Verdict.FAIL
    assert attested(Purpose.WITHDRAW, [word("Anna"), word("Boris", Verdict.FAIL)]) is Verdict.FAIL


def test_a_word_is_given_once_and_stands() -> None:
    """The same word again changes nothing; another by the same person is refused, and so is one that says nothing."""
    words = [word("Anna")]
    assert not is_new_word(words, "anna", Verdict.PASS)
    assert is_new_word(words, "Boris", Verdict.PASS)
    with pytest.raises(ConflictError, match="found `pass` already"):
        is_new_word(words, "Anna", Verdict.FAIL)
    with pytest.raises(InvalidError, match="not `inconclusive`"):
        is_new_word(words, "Boris", Verdict.INCONCLUSIVE)
