"""The declared table of functions, the compiler and the analyst's page say the same."""

import re
from pathlib import Path

import pytest

from holdfast.language import FUNCTIONS, function_table
from holdfast.language.calls import CALLS
from holdfast.language.history import WINDOWS
from tests.unit.language.world import DESIGN, build, build_condition

PAGE = (Path(__file__).parents[3] / "docs/rule-language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```rule (\w+)\n(.*?)```", PAGE, flags=re.DOTALL)


def test_table_names_every_function() -> None:
    """A function is declared exactly when the compiler knows it."""
    assert set(FUNCTIONS) == {*CALLS, *WINDOWS, "matches"}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_example_compiles(name: str) -> None:
    """Every function's example is a condition over a transfer and uses the function."""
    example = FUNCTIONS[name].example
    build_condition(example)
    assert f"{name}(" in example


@pytest.mark.parametrize(("event_type", "text"), EXAMPLES)
def test_page_example_compiles(event_type: str, text: str) -> None:
    """Every example on the page is a condition."""
    build_condition(text, event_type)


def test_page_holds_the_table() -> None:
    """The page shows the declared table, and more than a few examples."""
    assert function_table().rstrip() in PAGE
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize(("text", "event_type"), list(DESIGN.items()))
def test_design_example_compiles(text: str, event_type: str) -> None:
    """Every example of the design is an expression of the language."""
    build(text, event_type)
