"""The generated reference pages say what the program does now, and what the routes answer is described."""

import pytest

from holdfast.api.openapi import openapi
from holdfast.cli.docs import FOLDER, pages
from holdfast.settings import TABLE

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_no_generated_page_is_stale(name: str) -> None:
    """A page equals what its source gives today; `./dev docs` writes it again."""
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name]


def test_there_is_no_page_that_nothing_writes() -> None:
    """The folder of generated pages holds no page that was left behind."""
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def test_every_setting_is_described() -> None:
    """Each row of the table stands on its page with its meaning."""
    assert all(f"`--{row.name}`" in PAGES["settings.md"] and row.meaning in PAGES["settings.md"] for row in TABLE)


def test_every_described_call_has_an_answer() -> None:
    """The description names no call without a summary and a success."""
    paths = openapi()["paths"]
    assert isinstance(paths, dict)
    calls = [call for calls in paths.values() for name, call in calls.items() if name != "parameters"]
    assert all(call["summary"] and call["responses"] for call in calls)
