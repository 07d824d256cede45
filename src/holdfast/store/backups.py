"""Backups of a data directory: a folder of files with a manifest that says what each must be.

The database is copied in one reading transaction beside its server, so that the copy is the directory at one instant
and no decision waits for it. The manifest is written last: a folder without one is no backup. Restoring builds a
directory aside, and gives it its name when everything in it was found right.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from holdfast.store.sqlite.directory import DAMAGED, DIRECTORY_MODE, FILE_MODE, sync_directory, write_new
from holdfast.store.sqlite.queries import migrations, query
from holdfast.store.sqlite.sealing import SECRET_NAME, Vault
from holdfast.store.sqlite.store import DATABASE_NAME
from holdfast.vocabulary.errors import StoreError

MANIFEST_NAME: Final = "manifest.json"
FORMAT: Final = 1
_UNFINISHED: Final = ".part"
_CHUNK_BYTES: Final = 1 << 20


class BackupFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a backup: its place in the folder, its size, its SHA-256 in hex."""

    name: str
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a backup holds: `head` is the link of the hash chain at record `last_seq`, in hex, empty without one."""

    format: int
    version: str
    made_at: str
    db_schema: int
    key_fingerprint: str
    last_seq: int
    head: str
    with_key: bool
    files: list[BackupFile]


def write_backup(data: Path, into: Path, *, version: str, made_at: str, with_key: bool = False) -> Manifest:
    """Copy a directory, used by a server or not, into a folder that is missing or empty; gives the manifest.

    The directory's key is copied only `with_key`. What an import has just received may be missing; what waits in
    quarantine is there. A failure is a `StoreError` and leaves a folder without a manifest.
    """
    if not (data / DATABASE_NAME).is_file():
        raise StoreError(f"`{data}` holds no data yet", hint="name the data directory of a server")
    _make_empty(into)
    try:
        return _write(data, into, version=version, made_at=made_at, with_key=with_key)
    except (OSError, sqlite3.Error) as error:
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            raise StoreError(f"`{data}` cannot be read: {error}", hint=DAMAGED) from error
        raise StoreError(f"the backup cannot be written to `{into}`: {error}") from error


def read_manifest(backup: Path) -> Manifest:
    """Read what a backup says of itself; one that is no manifest, or of a newer program, is a `StoreError`."""
    try:
        manifest = msgspec.json.decode((backup / MANIFEST_NAME).read_bytes(), type=Manifest)
    except OSError as error:
        hint = "name the folder that `holdfast backup` wrote; one that was cut short has no manifest"
        raise StoreError(f"`{backup}` is no whole backup: `{MANIFEST_NAME}` cannot be read", hint=hint) from error
    except msgspec.DecodeError as error:
        raise StoreError(f"`{MANIFEST_NAME}` of `{backup}` is damaged: {error}", hint="take another backup") from error
    if manifest.format > FORMAT or manifest.db_schema > len(migrations()):
        hint = f"restore with holdfast {manifest.version} or a newer version"
        raise StoreError(f"the backup has schema {manifest.db_schema}, newer than this program", hint=hint)
    return manifest


def check_files(backup: Path, manifest: Manifest) -> None:
    """Compare every file with the manifest; the first that is missing, cut short or changed is a `StoreError`."""
    for file in manifest.files:
        place = PurePosixPath(file.name)
        if place.is_absolute() or ".." in place.parts:
            raise StoreError(f"the manifest names `{file.name}`, which lies outside the backup")
        differs = _differs(backup / place, file)
        if differs:
            raise StoreError(f"`{file.name}` of the backup {differs}", hint="take another backup")


@contextmanager
def restoring(backup: Path, target: Path, *, secret: bytes | None = None) -> Iterator[tuple[Path, Manifest]]:
    """Give a directory aside that holds a backup's files, and its manifest; at the end it gets the name `target`.

    `secret` is the directory's key where the backup lacks it. When anything fails, inside the `with` too, nothing is
    left. A target that is not empty, a damaged backup, no key or another one are each a `StoreError`.
    """
    _refuse_used(target)
    manifest = read_manifest(backup)
    check_files(backup, manifest)
    key = _right_key(backup, manifest, secret)
    aside = target.absolute().with_name(f".{target.absolute().name}{_UNFINISHED}")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        _unpack(backup, manifest, aside)
        write_new(aside / SECRET_NAME, key)
        yield aside, manifest
        with suppress(FileNotFoundError):
            target.rmdir()
        aside.rename(target)
        sync_directory(target.absolute().parent)
    except OSError as error:
        raise StoreError(f"the backup cannot be restored into `{target}`: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write(data: Path, into: Path, *, version: str, made_at: str, with_key: bool) -> Manifest:
    files = [*_copy_folder(data, into, "snapshots"), *_copy_folder(data, into, "imports")]
    _copy_database(data / DATABASE_NAME, into / DATABASE_NAME)
    if with_key:
        write_new(into / SECRET_NAME, (data / SECRET_NAME).read_bytes())
    names = [DATABASE_NAME, *([SECRET_NAME] if with_key else []), *files]
    with closing(_opened(into / DATABASE_NAME)) as connection:
        manifest = Manifest(
            format=FORMAT,
            version=version,
            made_at=made_at,
            db_schema=int(connection.execute("PRAGMA user_version").fetchone()[0]),
            key_fingerprint=str(connection.execute(query("get_meta"), ("key_fingerprint",)).fetchone()[0]),
            last_seq=int(connection.execute(query("last_seq")).fetchone()[0]),
            head=_head(connection),
            with_key=with_key,
            files=[_described(into, name) for name in names],
        )
    write_new(into / MANIFEST_NAME, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    return manifest


def _opened(path: Path) -> sqlite3.Connection:
    """Open a copy that nobody else uses, without leaving files beside it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)


def _head(connection: sqlite3.Connection) -> str:
    """Give the newest link; a log of a schema before the chain has none."""
    if int(connection.execute("PRAGMA user_version").fetchone()[0]) < len(migrations()):
        return ""
    row = connection.execute(query("last_link")).fetchone()
    return "" if row is None or row[0] is None else bytes(row[0]).hex()


def _copy_database(source: Path, target: Path) -> None:
    """Copy the database as it is at one instant, and put it on disk."""
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.execute("PRAGMA query_only = ON")
        have = int(live.execute("PRAGMA user_version").fetchone()[0])
        if have > len(migrations()):
            hint = "back up with the version of holdfast that runs on this directory"
            raise StoreError(f"the schema of this directory is {have}, newer than this program", hint=hint)
        live.execute("PRAGMA wal_autocheckpoint = 0")
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()  # one file; the store turns it back
    _sync(target)


def _copy_folder(data: Path, into: Path, folder: str) -> list[str]:
    """Copy the files of a folder; what its owner takes away meanwhile is not there, and what is unfinished no file."""
    copied = []
    for path in sorted((data / folder).glob("*")) if (data / folder).is_dir() else []:
        if path.is_file() and path.suffix != _UNFINISHED:
            (into / folder).mkdir(mode=DIRECTORY_MODE, exist_ok=True)
            with suppress(FileNotFoundError):
                _copy(path, into / folder / path.name)
                copied.append(f"{folder}/{path.name}")
    return copied


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as reading:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(handle, "wb") as writing:
            shutil.copyfileobj(reading, writing, _CHUNK_BYTES)
            writing.flush()
            os.fsync(writing.fileno())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _described(folder: Path, name: str) -> BackupFile:
    path = folder / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return BackupFile(name=name, size_bytes=path.stat().st_size, sha256=digest)


def _differs(path: Path, file: BackupFile) -> str:
    """Say how a file differs from the manifest, nothing when it does not."""
    if not path.is_file():
        return "is missing"
    if path.stat().st_size != file.size_bytes:
        return f"has {path.stat().st_size} bytes instead of {file.size_bytes}"
    with path.open("rb") as stream:
        same = hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
    return "" if same else "was changed"


def _refuse_used(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(f"`{folder}` is not empty", hint="name a folder that is missing or empty")


def _make_empty(folder: Path) -> None:
    _refuse_used(folder)
    try:
        folder.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"`{folder}` cannot be made: {error.strerror}") from error


def _right_key(backup: Path, manifest: Manifest, secret: bytes | None) -> bytes:
    """Give the key of the directory that was backed up, out of the backup or as it was brought."""
    if secret is None:
        if not manifest.with_key:
            raise StoreError("the backup holds no key", hint="bring the directory's `secret.key` with `--key`")
        secret = (backup / SECRET_NAME).read_bytes()
    if Vault(secret, os.urandom).fingerprint() != manifest.key_fingerprint:
        raise StoreError("the key is not that of the directory that was backed up", hint="bring its own `secret.key`")
    return secret


def _unpack(backup: Path, manifest: Manifest, aside: Path) -> None:
    aside.mkdir(mode=DIRECTORY_MODE, parents=True)
    for file in manifest.files:
        if file.name != SECRET_NAME:
            (aside / file.name).parent.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
            _copy(backup / file.name, aside / file.name)
