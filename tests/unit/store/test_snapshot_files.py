"""Snapshot files are whole or do not count."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.store.snapshots import SnapshotFolder
from holdfast.vocabulary.errors import StoreError

ARRAYS = {"windows": bytes(range(256)), "": b"", "пары": b"x" * 40}


def folder_of(path: Path) -> SnapshotFolder:
    """Give a folder with the snapshots of records 10 and 20."""
    folder = SnapshotFolder(path / "snapshots")
    folder.write(10, ARRAYS)
    folder.write(20, {"windows": b"new"})
    return folder


def newest(path: Path) -> Path:
    """Give the newest snapshot's file."""
    return max((path / "snapshots").glob("*.snapshot"))


def test_only_the_newest_two_are_kept(tmp_path: Path) -> None:
    """A third snapshot drops the first, and what an earlier crash left half-written goes with it."""
    folder = folder_of(tmp_path)
    (tmp_path / "snapshots" / "00000000000000000015.part").write_bytes(b"half")
    folder.write(30, ARRAYS)
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == [
        "00000000000000000020.snapshot",
        "00000000000000000030.snapshot",
    ]
    found = folder.latest(100)
    assert found is not None
    assert (found.seq, found.arrays) == (30, ARRAYS)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_cut_or_changed_snapshot_is_passed_over(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever byte is changed or missing at the end, the one before is given instead."""
    path = tmp_path_factory.mktemp("snapshots")
    folder = folder_of(path)
    whole = newest(path).read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        newest(path).write_bytes(whole[:place])
    else:
        newest(path).write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
    found = folder.latest(100)
    assert found is not None
    assert (found.seq, found.arrays) == (10, ARRAYS)


def test_rubbish_under_a_snapshots_name_is_passed_over(tmp_path: Path) -> None:
    """Files that are no snapshots, and folders with such a name, are neither read nor in the way."""
    folder = folder_of(tmp_path)
    (tmp_path / "snapshots" / "00000000000000000090.snapshot").write_bytes(b"HFSNAP01" + bytes(100))
    (tmp_path / "snapshots" / "00000000000000000091.snapshot").mkdir()
    (tmp_path / "snapshots" / "readme.txt").write_text("hello")
    found = folder.latest(100)
    assert found is not None
    assert found.seq == 20
    assert SnapshotFolder(tmp_path / "none").latest(5) is None


def test_a_snapshot_that_cannot_be_written_leaves_the_last_one(tmp_path: Path) -> None:
    """A failing disk is an error, and the snapshot before still counts."""
    folder = folder_of(tmp_path)
    (tmp_path / "snapshots" / "00000000000000000030.part").mkdir()
    with pytest.raises(StoreError, match="snapshot of record 30"):
        folder.write(30, ARRAYS)
    found = folder.latest(100)
    assert found is not None
    assert found.seq == 20
