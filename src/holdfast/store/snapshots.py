"""Snapshots of memory: files that are whole or do not count.

A file is a magic word, the length of a JSON heading, the heading (number, names, lengths), the arrays, and a
BLAKE2b over all before it. It is written beside, synchronised, renamed, and the directory synchronised; the two
newest are kept, so that a damaged one costs a longer replay and nothing else.
"""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from typing import Final

import msgspec
import structlog

from holdfast.vocabulary.errors import StoreError
from holdfast.vocabulary.stored import Snapshot

KEPT: Final = 2
_MAGIC: Final = b"HFSNAP01"
_LENGTH: Final = Struct("<Q")
_DIGEST_BYTES: Final = 32
_log: Final = structlog.get_logger(__name__)
_NAME: Final = re.compile(r"^(\d{20})\.snapshot$")


class _Heading(msgspec.Struct, frozen=True, kw_only=True):
    seq: int
    arrays: list[tuple[str, int]]


class SnapshotFolder:
    """The snapshots of one data directory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)

    def write(self, seq: int, arrays: Mapping[str, bytes | memoryview]) -> None:
        """Write the state after record `seq`, then drop all but the newest two; a full disk is a `StoreError`."""
        heading = msgspec.json.encode(_Heading(seq=seq, arrays=[(name, len(data)) for name, data in arrays.items()]))
        parts: list[bytes | memoryview] = [_MAGIC, _LENGTH.pack(len(heading)), heading, *arrays.values()]
        beside = self._folder / f"{seq:020d}.part"
        try:
            _write_parts(beside, parts)
            beside.replace(self._folder / f"{seq:020d}.snapshot")
            _sync(self._folder)
        except OSError as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise StoreError(f"the snapshot of record {seq} cannot be written: {error.strerror}") from error
        self._drop_old()

    def latest(self, last_seq: int) -> Snapshot | None:
        """Give the newest whole snapshot that is not ahead of the log, whose last record is `last_seq`."""
        for path in reversed(self._paths()):
            found = _read(path)
            if found is None:
                _log.warning("snapshot passed over", file=path.name, why="it is damaged")
            elif found.seq <= last_seq:
                return found
        return None

    def _paths(self) -> list[Path]:
        return sorted(path for path in self._folder.iterdir() if _NAME.match(path.name))

    def _drop_old(self) -> None:
        for path in self._paths()[:-KEPT]:
            path.unlink(missing_ok=True)
        for path in self._folder.glob("*.part"):
            path.unlink(missing_ok=True)


def _write_parts(path: Path, parts: list[bytes | memoryview]) -> None:
    digest = blake2b(digest_size=_DIGEST_BYTES)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        for part in parts:
            digest.update(part)
            file.write(part)
        file.write(digest.digest())
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> Snapshot | None:
    """Read one file; anything but a whole snapshot is `None`."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    view = memoryview(data)
    body, digest = view[:-_DIGEST_BYTES], view[-_DIGEST_BYTES:]
    if len(data) < len(_MAGIC) + _LENGTH.size + _DIGEST_BYTES or bytes(view[: len(_MAGIC)]) != _MAGIC:
        return None
    if blake2b(body, digest_size=_DIGEST_BYTES).digest() != digest:
        return None
    place = len(_MAGIC) + _LENGTH.size
    length = int(_LENGTH.unpack_from(data, len(_MAGIC))[0])
    heading = msgspec.json.decode(body[place : place + length], type=_Heading)
    return Snapshot(heading.seq, dict(_arrays(body[place + length :], heading.arrays)))


def _arrays(body: memoryview, lengths: list[tuple[str, int]]) -> list[tuple[str, bytes]]:
    arrays = []
    place = 0
    for name, length in lengths:
        arrays.append((name, bytes(body[place : place + length])))
        place += length
    return arrays
