"""Expressions read as sentences, in Russian and English."""

import pytest

from holdfast.language import to_words
from holdfast.vocabulary.errors import Bug
from tests.unit.language import golden
from tests.unit.language.world import build


def test_sentences_are_as_agreed() -> None:
    """Examples of the design, typical signs and every function read as the golden file says (`~`: no-break space)."""
    assert golden.sentences() == golden.FOLDER.joinpath("sentences.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("hours", "ru", "of"),
    [(1, "1 час", "1 часа"), (2, "2 часа", "2 часов"), (5, "5 часов", "5 часов"), (21, "21 час", "21 часа")],
)
def test_units_agree_with_numbers(hours: int, ru: str, of: str) -> None:
    """A Russian unit takes the form that its number and its place ask for."""
    window = build(f"count(by=device.id, over=hours({hours})) > 5")
    assert f"за {ru} " in to_words(window, "ru")
    since = build(f"hours_since(device.sim_changed_at) <= {hours}")
    assert to_words(since, "ru").endswith(f"не больше {of}")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_values_have_names_too(language: str) -> None:
    """What is no condition is named."""
    assert to_words(build("sum(amount, by=payer, over=days(30)) + amount"), language)
    assert to_words(build('param("ru.limit")'), language)


def test_unknown_language_is_a_fault() -> None:
    """Only languages that have been written are asked for."""
    with pytest.raises(Bug):
        to_words(build("cross_border"), "xx")
