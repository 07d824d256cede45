"""The data directory: one owner at a time, readable by nobody else."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from holdfast.vocabulary.errors import InUseError, StoreError

DIRECTORY_MODE: Final = 0o700
FILE_MODE: Final = 0o600
LOCK_NAME: Final = "lock"
DAMAGED: Final = "the database is damaged: keep it as it is, and restore a backup into a new folder"


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_directory(directory: Path) -> None:
    """Create a directory with mode 0700 where it is missing, and make its name durable."""
    if not directory.is_dir():
        directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        sync_directory(directory.parent)


def make_file(path: Path) -> None:
    """Create an empty file with mode 0600 where it is missing."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))


def write_new(path: Path, data: bytes) -> None:
    """Write a new file with mode 0600 whole or not at all, durably."""
    beside = path.with_name(path.name + ".part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_directory(path.parent)


def refuse_lost_database(path: Path, snapshots: Path) -> None:
    """Refuse to begin anew where snapshots say that there was a log: its records would be forgotten in silence."""
    if (path.exists() and path.stat().st_size) or not any(snapshots.glob("*.snapshot")):
        return
    state = "empty" if path.exists() else "missing"
    hint = "bring the database back or restore a backup into a new folder; to begin anew, name another directory"
    raise StoreError(f"`{path}` is {state}, but beside it lie snapshots of its records", hint=hint)


class DirectoryLock:
    """The right to use a directory, kept until `release` or the end of the process.

    A second owner, in this process or another, gets an `InUseError` that names the first one's process id.
    """

    def __init__(self, directory: Path, name: str = LOCK_NAME) -> None:
        self._handle = os.open(directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(self._handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._handle)
            raise InUseError(f"`{directory}` is in use by process {owner}") from error
        os.ftruncate(self._handle, 0)
        with suppress(OSError):  # on a full disk the number is missing from a message, no more
            os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the directory up; a second call does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
