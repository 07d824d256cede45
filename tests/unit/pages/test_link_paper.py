"""The version of a book of pages, which is kept with what a client saw."""

import shutil
from pathlib import Path

import pytest

from holdfast.operations.shard import Bank
from holdfast.pages import capture_view, hold_view
from holdfast.pages.link_paper import Paper
from holdfast.pages.words import LANGUAGES
from tests.unit.operations.holding import World
from tests.unit.pages.books import ROOM, made_of

BOOKS = (hold_view.BOOK, capture_view.BOOK)


@pytest.mark.parametrize("book", BOOKS)
def test_whatever_a_page_is_made_of_changes_its_version(
    book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each template that a page extends or imports, wherever it lies, and each text counts."""
    shard = World().shard
    room = tmp_path / "pages"
    shutil.copytree(ROOM, room)
    monkeypatch.setattr("holdfast.pages.link_paper._HERE", room)
    versions = [Paper(shard, book).version]
    parts = [path.relative_to(ROOM) for path in made_of(book)]
    assert len({path.parent for path in parts}) == 2
    for part in (*parts, *(Path("texts") / book / f"{language}.yaml" for language in LANGUAGES)):
        with (room / part).open("a") as file:
            file.write("\n")
        versions.append(Paper(shard, book).version)
    assert len(set(versions)) == len(versions)


def test_who_asks_is_not_part_of_the_version() -> None:
    """The same page of another bank is the same page."""
    shard = World().shard
    before = Paper(shard, hold_view.BOOK)
    shard.bank = Bank(name="Another bank", phone="+7 800 000-00-01")
    after = Paper(shard, hold_view.BOOK)
    assert (before.asker, after.asker) == ("", "Another bank")
    assert before.version == after.version
