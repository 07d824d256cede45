"""The folder in which snapshots are received, and in which those that failed a check wait for a second person.

A snapshot in quarantine is its file and, beside it, what was found; both survive a restart. The record is written
last and by renaming, so that a crash leaves either the whole quarantine or nothing; what is nobody's is cleared away
when the folder is opened.
"""

import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final

import msgspec

from holdfast.vocabulary.errors import NotFoundError, StoreError, TooLargeError
from holdfast.vocabulary.lists import RowFault

MOST_FAULTS: Final = 100
_RECORD: Final = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRequest:
    """What a caller says of a full snapshot; `by` is the person or key that loads it.

    `feed` is a type of FinCERT's feeds, `None` for the plain table of `wire.own_lists`; `marked` says that the file
    bears the mark of the police and nothing else. `declared_type` and `declared_rows` are the sender's own words.
    """

    list: str
    by: str
    feed: str | None = None
    marked: bool = False
    published_ms: int | None = None
    source: str | None = None
    declared_type: str | None = None
    declared_rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What reading and comparing a snapshot came to.

    `rows` and `faults` count rows; `entries` the distinct values of the snapshot, `standing` those in force of the
    kinds that it covers; `new` values come, `gone` go, `changed` stay with another reason, document, expiry or mark.
    `unmatched` are marked values that are not on the list.
    """

    rows: int = 0
    faults: int = 0
    narrow: int = 0
    ended: bool = True
    entries: int = 0
    standing: int = 0
    new: int = 0
    gone: int = 0
    changed: int = 0
    unmatched: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One finding as it is kept; `final` says that no second person can set it aside."""

    doubt: str
    message: str
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One snapshot in quarantine; `held_ms` is when it was held, in epoch milliseconds."""

    id: str
    request: SnapshotRequest
    held_ms: int
    counts: Counts
    findings: tuple[Reason, ...]
    faults: tuple[RowFault, ...] = ()


class ImportFolder:
    """The files of one data directory's imports; `limit_bytes` is the largest file that is taken."""

    def __init__(self, path: Path, *, limit_bytes: int) -> None:
        self._path = path
        self.limit_bytes = limit_bytes
        self._held = self._open()

    def _open(self) -> dict[str, Held]:
        """Read what is in quarantine and clear away what a crash left."""
        if not self._path.is_dir():
            return {}
        held = {}
        for record in sorted(self._path.glob("*" + _RECORD)):
            try:
                one = msgspec.json.decode(record.read_bytes(), type=Held)
            except msgspec.DecodeError as error:
                raise StoreError(
                    f"`{record}` cannot be read: {error}", hint="move the file away and start again"
                ) from None
            held[one.id] = one
        for file in self._path.iterdir():
            if file.name.partition(".")[0] not in held or file.suffix not in {_RECORD, ".csv"}:
                file.unlink()
        return held

    @property
    def held(self) -> Mapping[str, Held]:
        """Give everything in quarantine by its id, the oldest first."""
        return MappingProxyType(self._held)

    def of_list(self, list_id: str) -> list[Held]:
        """Give what is in quarantine for one list."""
        return [one for one in self._held.values() if one.request.list == list_id]

    def get(self, list_id: str, snapshot_id: str) -> Held:
        """Give one snapshot in quarantine."""
        one = self._held.get(snapshot_id)
        if one is None or one.request.list != list_id:
            raise NotFoundError(f"no snapshot `{snapshot_id}` of the list `{list_id}` is in quarantine")
        return one

    def file(self, snapshot_id: str, part: str = "csv") -> Path:
        """Name a file of one import."""
        return self._path / f"{snapshot_id}.{part}"

    async def receive(self, snapshot_id: str, body: AsyncIterator[bytes]) -> int:
        """Write a body to the import's file and give its length; a longer one than the limit is refused."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        length = 0
        try:
            with _new(self.file(snapshot_id)) as file:
                async for chunk in body:
                    length += len(chunk)
                    self._check_length(length)
                    file.write(chunk)
        except BaseException:
            self.clear(snapshot_id)
            raise
        return length

    def _check_length(self, length: int) -> None:
        if length > self.limit_bytes:
            hint = "raise the setting `import_limit_mb`"
            raise TooLargeError(f"the snapshot has more than {self.limit_bytes} bytes", hint=hint)

    def keep(self, held: Held) -> None:
        """Put a snapshot in quarantine, durably."""
        _sync(self.file(held.id))
        fresh = self.file(held.id, "new")
        with _new(fresh) as file:
            file.write(msgspec.json.encode(held))
        _sync(fresh)
        fresh.rename(self.file(held.id, "json"))
        _sync(self._path)
        self._held[held.id] = held

    def clear(self, snapshot_id: str, *, keep_file: bool = False) -> None:
        """Remove what an import wrote while it worked, and its file unless that is in quarantine."""
        for file in self._path.glob(f"{snapshot_id}.*"):
            if not keep_file or file.suffix not in {_RECORD, ".csv"}:
                file.unlink(missing_ok=True)

    def drop(self, snapshot_id: str) -> None:
        """Take a snapshot out of quarantine and remove it."""
        self._held.pop(snapshot_id, None)
        self.file(snapshot_id, "json").unlink(missing_ok=True)
        self.clear(snapshot_id)


def _new(path: Path) -> IO[bytes]:
    """Open a file that only its owner can read, since values are personal."""
    return open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600))


def _sync(path: Path) -> None:
    """Put a file or a folder on disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
