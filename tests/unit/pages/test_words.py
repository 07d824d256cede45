"""The demonstration's texts, all of them used, and how each language writes money and moments."""

import re
from datetime import UTC, datetime

import pytest

from holdfast.pages.words import Words, texts
from holdfast.vocabulary.errors import Bug
from tests.unit.pages.books import ROOM, source

SOURCE = source("")
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


def test_every_text_is_used() -> None:
    """No text waits for a page that is gone; texts that are looked up by a value are exempt."""
    parts = re.findall(r"""["']([\w.]+\.?)["']""", SOURCE)
    whole = {part for part in parts if not part.endswith(".")}
    begun = tuple(part for part in parts if part.endswith("."))
    code = "\n".join(path.read_text() for path in ROOM.glob("*.py"))
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
