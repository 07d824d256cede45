"""Hostile text is refused when it is saved, and what is legal stays bounded when it runs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from holdfast.language import compile_program, render
from holdfast.vocabulary.errors import ExpressionError
from holdfast.vocabulary.schema import FieldType
from tests.unit.language.world import NOW, build, build_condition

if TYPE_CHECKING:  # only the name of a type
    from holdfast.vocabulary.event import Value

CORPUS = json.loads((Path(__file__).parents[2] / "golden/language/hostile.json").read_text())


def _text(case: dict[str, str | int]) -> str:
    """Spell one case; long ones are stored as a repetition."""
    if "text" in case:
        return str(case["text"])
    return f"{case['before']}{str(case['repeat']) * int(case['times'])}{case['after']}"


REFUSED = [_text(case) for case in CORPUS["refused"]]
LEGAL = [_text(case) for case in CORPUS["legal"]]


def test_corpus_is_wide() -> None:
    """The corpus holds at least two hundred different hostile expressions."""
    assert len(set(REFUSED)) >= 200


@pytest.mark.parametrize("text", REFUSED, ids=[f"{number:03}" for number in range(len(REFUSED))])
def test_hostile_text_is_refused(text: str) -> None:
    """A hostile text is an expression error with a span inside the text, and the error can be shown."""
    with pytest.raises(ExpressionError) as caught:
        build_condition(text)
    error = caught.value
    assert error.span is not None
    assert 0 <= error.span.start <= error.span.end <= max(len(text), 1)
    assert len(render(text, error)) < 2_000


@pytest.mark.parametrize("text", LEGAL, ids=[f"{number:02}" for number in range(len(LEGAL))])
def test_costly_text_is_bounded(text: str) -> None:
    """A legal expression that looks costly answers over the worst facts, with a value or unknown."""
    program = compile_program([build(text)])
    city = "a" * 20_000
    values: dict[str, Value] = {
        "occurred_at": NOW,
        "place.city": city,
        "scheme.apdu_ms": 1e15,
        "scheme.risk_level": 2**62,
    }
    values |= {"amount": 2**62, "currency": "RUB", "cross_border": False, "payee.own": True}
    assert program(values)[0] in (True, False, None)


def test_line_breaks_and_comments() -> None:
    """A text may run over lines and carry comments; what follows a comment's line still counts."""
    expression = build("cross_border  # проверено юристами\n  or payee.own")
    assert expression.type is FieldType.BOOL
    assert compile_program([expression])({"cross_border": False, "payee.own": True}) == (True,)


def test_span_counts_characters() -> None:
    """Spans count characters, not bytes, and find the right line."""
    text = 'place.city == "Алматы"\n  and rial == "sbp"'
    with pytest.raises(ExpressionError) as caught:
        build(text)
    span = caught.value.span
    assert span is not None
    assert text[span.start : span.end] == "rial"
