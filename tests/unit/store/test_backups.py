"""A backup is the directory at one instant, and what was done to it since is found."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from holdfast.store.backups import MANIFEST_NAME, Manifest, check_files, read_manifest, restoring, write_backup
from holdfast.vocabulary.errors import StoreError
from tests.unit.store.making import accept, record, sqlite_store

SECRET = b"k" * 32
FLIPS = 300


def backed_up(folder: Path, *, with_key: bool = False) -> Path:
    """Fill a directory, with a snapshot and a file in quarantine, and back it up."""
    store = sqlite_store(folder / "data")
    accept(store, *(record(seq) for seq in range(1, 41)))
    store.write_snapshot(40, {"a": b"x" * 5_000})
    (folder / "data" / "imports").mkdir()
    (folder / "data" / "imports" / "one.json").write_bytes(b"{}")
    (folder / "data" / "imports" / "two.part").write_bytes(b"half")
    write_backup(folder / "data", folder / "backup", version="1", made_at="now", with_key=with_key)
    store.close()
    return folder / "backup"


def secret_of(folder: Path) -> bytes:
    """Give the key of the directory that was backed up."""
    return (folder / "data" / "secret.key").read_bytes()


def restored(folder: Path, *, secret: bytes | None) -> Manifest:
    """Restore the backup into `again`."""
    with restoring(folder / "backup", folder / "again", secret=secret) as (_, manifest):
        return manifest


def test_what_was_on_disk_comes_back(tmp_path: Path) -> None:
    """Records, snapshots and quarantine are restored; the key and unfinished files are not in the backup."""
    backup = backed_up(tmp_path)
    manifest = restored(tmp_path, secret=secret_of(tmp_path))
    assert [file.name for file in manifest.files] == [
        "holdfast.db",
        "snapshots/00000000000000000040.snapshot",
        "imports/one.json",
    ]
    assert not (backup / "secret.key").exists()
    again = sqlite_store(tmp_path / "again", seed=2)
    assert list(again.replay()) == [record(seq) for seq in range(1, 41)]
    assert (again.verify_chain().head.hex(), again.verify_chain().seq) == (manifest.head, manifest.last_seq)
    assert again.latest_snapshot() is not None
    accept(again, record(41))
    again.close()


def test_a_backup_under_load_is_one_instant(tmp_path: Path) -> None:
    """While records come, each backup holds a whole beginning of the log, with all that was acknowledged before it."""
    store = sqlite_store(tmp_path / "data")
    accept(store, record(1))
    ended, count = threading.Event(), [1]

    def load() -> None:
        while not ended.is_set():
            accept(store, *(record(seq) for seq in range(count[0] + 1, count[0] + 21)))
            count[0] += 20

    loader = threading.Thread(target=load)
    loader.start()
    try:
        for number in range(5):
            before = count[0]
            into = tmp_path / f"backup{number}"
            manifest = write_backup(tmp_path / "data", into, version="1", made_at="now")
            assert manifest.last_seq >= before
            with restoring(into, tmp_path / f"again{number}", secret=secret_of(tmp_path)) as (aside, _):
                again = sqlite_store(aside, seed=100 + number)
                walked = again.verify_chain()
                assert (walked.fault, walked.records) == (None, manifest.last_seq)
                again.close()
    finally:
        ended.set()
        loader.join()
        store.close()


def test_every_flipped_byte_and_every_cut_is_found(tmp_path: Path) -> None:
    """Three hundred flipped bytes, a cut at any length, and a missing file are each found, with the file's name."""
    backup = backed_up(tmp_path, with_key=True)
    manifest = read_manifest(backup)
    check_files(backup, manifest)
    chance = Random(3)
    for number in range(FLIPS):
        file = manifest.files[number % len(manifest.files)]
        path = backup / file.name
        whole = path.read_bytes()
        place = chance.randrange(len(whole))
        for damaged in (
            whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :],
            whole[:place],
        ):
            path.write_bytes(damaged)
            with pytest.raises(StoreError, match=file.name):
                check_files(backup, manifest)
        path.write_bytes(whole)
    (backup / "imports" / "one.json").unlink()
    with pytest.raises(StoreError, match="is missing"):
        check_files(backup, manifest)


def test_a_cut_manifest_is_no_backup(tmp_path: Path) -> None:
    """A manifest cut anywhere, or missing, is refused in words; nothing is restored."""
    backup = backed_up(tmp_path)
    whole = (backup / MANIFEST_NAME).read_bytes()
    for size in range(0, len(whole) - 1, 7):
        (backup / MANIFEST_NAME).write_bytes(whole[:size])
        with pytest.raises(StoreError, match="damaged"):
            restored(tmp_path, secret=secret_of(tmp_path))
    (backup / MANIFEST_NAME).unlink()
    with pytest.raises(StoreError, match="no whole backup"):
        restored(tmp_path, secret=secret_of(tmp_path))
    assert not (tmp_path / "again").exists()


def changed(field: str, value: object) -> Callable[[Path], None]:
    """Give an edit of the manifest."""

    def edit(backup: Path) -> None:
        told = json.loads((backup / MANIFEST_NAME).read_text())
        (backup / MANIFEST_NAME).write_text(json.dumps(told | {field: value}))

    return edit


OUTSIDE = [{"name": "../../x", "size_bytes": 1, "sha256": "00"}]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (changed("format", 2), "newer than this program"),
        (changed("db_schema", 99), "newer than this program"),
        (changed("files", OUTSIDE), "outside the backup"),
        (changed("unheard", 1), "damaged"),
    ],
)
def test_a_strange_manifest_is_refused(tmp_path: Path, edit: Callable[[Path], None], said: str) -> None:
    """A backup of a newer program, or one that names places outside itself, is refused."""
    edit(backed_up(tmp_path))
    with pytest.raises(StoreError, match=said):
        restored(tmp_path, secret=secret_of(tmp_path))
    assert not (tmp_path / "again").exists()


def test_only_the_right_key_restores(tmp_path: Path) -> None:
    """Without the key, or with another, nothing is restored; a backup made with it needs none."""
    backed_up(tmp_path)
    with pytest.raises(StoreError, match="holds no key"):
        restored(tmp_path, secret=None)
    with pytest.raises(StoreError, match="not that of the directory"):
        restored(tmp_path, secret=b"z" * 32)
    shutil.rmtree(tmp_path / "backup")
    write_backup(tmp_path / "data", tmp_path / "backup", version="1", made_at="now", with_key=True)
    restored(tmp_path, secret=None)
    assert (tmp_path / "again" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder with anything in it is neither backed up into nor restored into."""
    backed_up(tmp_path)
    with pytest.raises(StoreError, match="not empty"):
        write_backup(tmp_path / "data", tmp_path / "backup", version="1", made_at="now")
    (tmp_path / "again").mkdir()
    restored(tmp_path, secret=secret_of(tmp_path))
    with pytest.raises(StoreError, match="not empty"):
        restored(tmp_path, secret=secret_of(tmp_path))


def test_a_restore_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """What the caller finds wrong inside the restore undoes it; the next try begins anew."""
    backed_up(tmp_path)

    def refuse() -> None:
        with restoring(tmp_path / "backup", tmp_path / "again", secret=secret_of(tmp_path)) as (aside, _):
            assert (aside / "holdfast.db").is_file()
            raise StoreError("no good")

    with pytest.raises(StoreError, match="no good"):
        refuse()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "data"]
    restored(tmp_path, secret=secret_of(tmp_path))


def test_a_directory_without_data_has_no_backup(tmp_path: Path) -> None:
    """A path that is no data directory is refused before anything is written."""
    with pytest.raises(StoreError, match="no data"):
        write_backup(tmp_path / "nothing", tmp_path / "backup", version="1", made_at="now")
    assert not (tmp_path / "backup").exists()


def test_a_backup_that_fails_has_no_manifest(tmp_path: Path) -> None:
    """A backup that does not come to its end, here for a broken source, is a clear error and bears no manifest."""
    backed_up(tmp_path)
    with closing(sqlite3.connect(tmp_path / "data" / "holdfast.db")) as connection:
        connection.execute("DROP TABLE meta")
    with pytest.raises(StoreError, match="cannot be written"):
        write_backup(tmp_path / "data", tmp_path / "other", version="1", made_at="now")
    assert not (tmp_path / "other" / MANIFEST_NAME).exists()


def test_a_damaged_source_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    """A database that is none is named as what is wrong, with what to do."""
    backed_up(tmp_path)
    (tmp_path / "data" / "holdfast.db").write_bytes(b"hello" * 4_096)
    with pytest.raises(StoreError, match=r"data` cannot be read: file is not a database") as refused:
        write_backup(tmp_path / "data", tmp_path / "other", version="1", made_at="now")
    assert "the database is damaged" in refused.value.advice
