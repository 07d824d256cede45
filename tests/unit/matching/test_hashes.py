"""A document's number is hashed as the setting says, and the setting can be found from one known pair."""

from hashlib import sha256

import pytest

from holdfast.matching.domains import domain_and_parents
from holdfast.matching.hashes import HashWriting, agreeing, document_hash, written
from holdfast.vocabulary.errors import InvalidError


@pytest.mark.parametrize(
    ("number", "writing", "form"),
    [
        ("45 10 123456", HashWriting(), "4510123456"),
        ("45 10 № 123456", HashWriting(), "4510123456"),
        ("112-233-445 95", HashWriting(), "11223344595"),
        ("112‑233‑445 95", HashWriting(), "11223344595"),
        ("112-233-445 95", HashWriting(dashes=False), "112-233-44595"),
        ("112-233-445 95", HashWriting(spaces=False), "112233445 95"),
        ("n 1234567", HashWriting(), "N1234567"),
        ("IV-АБ 123456", HashWriting(case="lower"), "ivаб123456"),
        ("n 1234567", HashWriting(case="keep"), "n1234567"),
    ],
)
def test_a_number_is_written_as_the_setting_says(number: str, writing: HashWriting, form: str) -> None:
    """The setting alone decides which characters are hashed."""
    assert written(number, writing) == form
    assert document_hash(number, writing) == sha256(form.encode()).hexdigest()


def test_letters_are_hashed_in_the_encoding_of_the_setting() -> None:
    """Cyrillic series differ between encodings, digits do not."""
    assert document_hash("АБ 1", HashWriting(encoding="cp1251")) == sha256("АБ1".encode("cp1251")).hexdigest()
    assert document_hash("41", HashWriting(encoding="cp1251")) == document_hash("41")
    with pytest.raises(InvalidError):
        document_hash("日1", HashWriting(encoding="cp1251"))


def test_the_setting_is_found_from_one_known_pair() -> None:
    """Every writing that gives the known hash is named; a wrong hash names none."""
    digest = sha256(b"112-233-445 95").hexdigest().upper()
    found = agreeing("112-233-445 95", digest)
    assert HashWriting(spaces=False, dashes=False) in found
    assert HashWriting() not in found
    assert agreeing("112-233-445 95", "0" * 64) == ()


def test_nothing_is_not_hashed() -> None:
    """An empty number has no hash, since every client without a document would share it."""
    for number in ("", " - ", "№"):
        with pytest.raises(InvalidError):
            document_hash(number)


def test_a_domain_is_asked_for_with_its_parents() -> None:
    """A page under a listed domain is on the list; the public ending alone never is."""
    assert domain_and_parents("a.b.example.kz") == ("a.b.example.kz", "b.example.kz", "example.kz")
