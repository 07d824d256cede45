"""The folder of imports: limits, quarantine that survives, and nothing left of what failed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.operations.import_folder import Counts, Held, ImportFolder, Reason, SnapshotRequest
from holdfast.vocabulary.errors import NotFoundError, StoreError, TooLargeError

HELD = Held(
    id="imp_1",
    request=SnapshotRequest(list="ru.x", by="anna", feed="inn"),
    held_ms=5,
    counts=Counts(rows=3),
    findings=(Reason(doubt="empty", message="it is empty", final=False),),
)


async def body(*chunks: bytes) -> AsyncIterator[bytes]:
    """Give a body in chunks."""
    for chunk in chunks:
        yield chunk


def names(folder: Path) -> list[str]:
    """Name the files of a folder."""
    return sorted(file.name for file in folder.iterdir())


def test_a_quarantine_is_found_again_and_everything_else_is_cleared_away(tmp_path: Path) -> None:
    """After a crash there is the whole quarantine, and nothing of imports that were under way."""
    folder = ImportFolder(tmp_path / "imports", limit_bytes=100)
    asyncio.run(folder.receive("imp_1", body(b"a", b"b")))
    asyncio.run(folder.receive("imp_2", body(b"c")))
    folder.keep(HELD)
    folder.file("imp_1", "part.main-come").write_bytes(b"x")
    again = ImportFolder(tmp_path / "imports", limit_bytes=100)
    assert names(tmp_path / "imports") == ["imp_1.csv", "imp_1.json"]
    assert again.get("ru.x", "imp_1") == HELD
    assert again.file("imp_1").read_bytes() == b"ab"
    assert [one.id for one in again.of_list("ru.x")] == ["imp_1"]
    with pytest.raises(NotFoundError):
        again.get("ru.y", "imp_1")
    again.drop("imp_1")
    assert (names(tmp_path / "imports"), dict(again.held)) == ([], {})


def test_a_body_beyond_the_limit_leaves_nothing(tmp_path: Path) -> None:
    """A body is refused as soon as it is too long, and its file is gone."""
    folder = ImportFolder(tmp_path, limit_bytes=3)
    with pytest.raises(TooLargeError):
        asyncio.run(folder.receive("imp_1", body(b"ab", b"cd")))
    assert names(tmp_path) == []
    assert asyncio.run(folder.receive("imp_1", body(b"ab", b"c"))) == 3
    assert folder.file("imp_1").stat().st_mode & 0o077 == 0


def test_a_damaged_record_is_said_and_not_swept_away(tmp_path: Path) -> None:
    """A quarantine that cannot be read stops the start: it may hold the only copy of a snapshot."""
    (tmp_path / "imp_1.json").write_text("{")
    with pytest.raises(StoreError, match="imp_1"):
        ImportFolder(tmp_path, limit_bytes=3)
    assert names(tmp_path) == ["imp_1.json"]
