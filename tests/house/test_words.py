"""Every test says what must hold, every error carries its advice, the glossary keeps step with the words."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from holdfast.vocabulary import errors

ROOT = Path(__file__).parents[2]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
ERRORS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.HoldfastError)]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_says_what_must_hold(path: Path) -> None:
    """A test function has a docstring."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    assert not [node.name for node in nodes if node.name.startswith("test_") and not ast.get_docstring(node)]


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_has_advice_and_a_code(kind: type[errors.HoldfastError]) -> None:
    """An error's class docstring is the advice that a user reads, and its code is stable and its own."""
    assert kind.__doc__
    assert re.fullmatch(r"[a-z_]+", kind.code)
    assert [other for other in ERRORS if other.code == kind.code] == [kind]


def test_the_glossary_has_every_word_of_the_vocabulary() -> None:
    """Every public class of `vocabulary` that is a word of the field stands in the glossary."""
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    words = ("Event", "Facts", "Outcome", "Judgement", "Envelope", "Measure", "Pack", "Sign", "Rule", "Record")
    assert not [word for word in words if f"**{word.lower()}**" not in glossary.lower()]
