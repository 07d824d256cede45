"""Errors are shown with their place, what was expected and the nearest name."""

import pytest

from holdfast.language.faults import nearest, render
from holdfast.vocabulary.errors import ExpressionError, Span
from tests.unit.language import golden


def test_errors_are_as_agreed() -> None:
    """Every wrong expression gives the message, carets and hint of the golden file."""
    assert golden.errors() == golden.FOLDER.joinpath("errors.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("rial", "rail"), ("payer.custmer_id", "payer.customer_id"), ("customer_id", "payer.customer_id"), ("zzz", "")],
)
def test_nearest_name(word: str, expected: str) -> None:
    """A misspelt name finds its neighbour, a bare leaf its path, nonsense nothing."""
    assert nearest(word, ["rail", "payer.customer_id", "amount"]) == expected


def test_long_lines_are_cut() -> None:
    """An error deep in a long line is shown with the part of the line around it."""
    text = "a" * 500 + "b" + "c" * 500
    shown = render(text, ExpressionError("wrong", span=Span(start=500, end=501)))
    line, carets = shown.splitlines()[1:3]
    assert line[carets.index("^")] == "b"
    assert len(line) < 140
