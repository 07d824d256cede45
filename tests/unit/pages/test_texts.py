"""The texts of every book of pages: the same in every language, and all that the templates name."""

import re

import pytest

from holdfast.pages import capture_view, hold_view
from holdfast.pages.words import LANGUAGES, texts
from tests.unit.pages.books import source

NAME = re.compile(r"{(\w+)}")
BOOKS = ("", hold_view.BOOK, capture_view.BOOK)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("book", BOOKS)
def test_every_language_has_every_text(book: str, language: str) -> None:
    """Each language has the same keys, none of them empty, with the same values to put in."""
    mine, russian = texts(language, book), texts("ru", book)
    assert mine.keys() == russian.keys()
    assert not [key for key, text in mine.items() if not text.strip()]
    assert not [key for key in mine if set(NAME.findall(mine[key])) != set(NAME.findall(russian[key]))]


@pytest.mark.parametrize("book", BOOKS)
def test_every_text_that_a_template_names_is_there(book: str) -> None:
    """A template names no text that is missing."""
    named = set(re.findall(r"""\bt\(["']([\w.]+)["'][,)]""", source(book)))
    assert len(named) > 20
    assert not named - texts("ru", book).keys()
