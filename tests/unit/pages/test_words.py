"""The pages' texts: the same in every language, all of them used, all of them there."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from holdfast.pages import words
from holdfast.pages.words import LANGUAGES, Words, texts
from holdfast.vocabulary.errors import Bug

TEMPLATES = Path(words.__file__).parent / "templates"
SOURCE = "\n".join(path.read_text() for path in sorted(TEMPLATES.glob("*.html")))
LOOKED_UP = (
    "outcome",
    "rail",
    "state",
    "scene",
    "segment",
    "measure",
    "confidence",
    "why",
    "months",
    "form",
    "finding",
    "intent",
    "trick",
    "sight",
    "kind",
    "group",
    "country",
    "act",
    "verdict",
)
NAME = re.compile(r"{(\w+)}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text(language: str) -> None:
    """Each language has the same keys, none of them empty, with the same values to put in."""
    mine, russian = texts(language), texts("ru")
    assert mine.keys() == russian.keys()
    assert not [key for key, text in mine.items() if not text.strip()]
    different = [key for key in mine if set(NAME.findall(mine[key])) != set(NAME.findall(russian[key]))]
    assert not different


def test_every_text_that_a_template_names_is_there() -> None:
    """A template names no text that is missing."""
    named = set(re.findall(r"""\bt\(["']([\w.]+)["'][,)]""", SOURCE))
    assert named
    assert not named - texts("ru").keys()


def test_every_text_is_used() -> None:
    """No text waits for a page that is gone; texts that are looked up by a value are exempt."""
    parts = re.findall(r"""["']([\w.]+\.?)["']""", SOURCE)
    whole = {part for part in parts if not part.endswith(".")}
    begun = tuple(part for part in parts if part.endswith("."))
    code = "\n".join(path.read_text() for path in TEMPLATES.parent.glob("*.py"))
    unused = [
        key
        for key in texts("ru")
        if key.split(".")[0] not in LOOKED_UP
        and key not in whole
        and not key.startswith(begun)
        and f'"{key}"' not in code
    ]
    assert not unused


def test_a_missing_text_is_a_fault_of_ours() -> None:
    """A text that is not there is never shown as its key."""
    with pytest.raises(Bug, match=r"no text `nothing\.here`"):
        Words("ru")("nothing.here")


@pytest.mark.parametrize(
    ("language", "money", "moment"),
    [
        ("ru", "300\u00a0000\u00a0₽", "9 мая 2026, 20:59"),
        ("kk", "300\u00a0000\u00a0₽", "2026 жылғы 9 мамыр, 20:59"),
        ("en", "300,000\u00a0₽", "9 May 2026, 20:59"),
    ],
)
def test_money_and_moments_read_as_the_language_writes_them(language: str, money: str, moment: str) -> None:
    """Each language groups numbers and names months in its own way."""
    voice = Words(language)
    assert voice.money(30_000_000, "RUB") == money
    assert voice.moment(datetime(2026, 5, 9, 20, 59, tzinfo=UTC)) == moment


def test_kopecks_are_written_where_there_are_any() -> None:
    """A whole amount has no kopecks, another one has both digits."""
    assert Words("ru").money(1_050, "RUB") == "10,50\u00a0₽"
    assert Words("ru").per_cent(1, 0) == "–"
