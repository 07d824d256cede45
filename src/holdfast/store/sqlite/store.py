"""The SQLite store: one directory, one owner, one writer thread."""

import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

from holdfast.store.cursors import NEWEST, Numbered, page_of, read_place
from holdfast.store.names import KEYED, NAMES, NAMES_KEY, Names
from holdfast.store.snapshots import SnapshotFolder
from holdfast.store.sqlite.appending import LogAppender
from holdfast.store.sqlite.chaining import ChainReader
from holdfast.store.sqlite.checkpoints import Checkpoints
from holdfast.store.sqlite.claims import Claims
from holdfast.store.sqlite.directory import DAMAGED, DirectoryLock, make_directory, make_file, refuse_lost_database
from holdfast.store.sqlite.holds import Holds
from holdfast.store.sqlite.indexing import RecordIndex
from holdfast.store.sqlite.lists import Lists
from holdfast.store.sqlite.no_writer import NoWriter
from holdfast.store.sqlite.outbox import Outbox
from holdfast.store.sqlite.parts import Handles
from holdfast.store.sqlite.queries import migrate, query, refuse_other_schema
from holdfast.store.sqlite.readers import Readers
from holdfast.store.sqlite.rows import RowMaker, RowReader
from holdfast.store.sqlite.sealing import RandomBytes, Vault, read_secret
from holdfast.store.sqlite.small import SmallTables
from holdfast.store.sqlite.tail import refuse_damaged_log
from holdfast.store.sqlite.verifications import Verifications
from holdfast.store.sqlite.writer import Done, Writer
from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.errors import InvalidError, StoreError
from holdfast.vocabulary.records import Record
from holdfast.vocabulary.stored import Found, Page, Snapshot

DATABASE_NAME: Final = "holdfast.db"
REPLAY_BATCH: Final = 256
_SNAPSHOTS: Final = "snapshots"
_UNREADABLE: Final = (sqlite3.Error, OSError, UnicodeDecodeError)  # the last: of the words of a damaged schema
Connect = Callable[[Path], sqlite3.Connection]


def _unopened(directory: Path, error: Exception) -> StoreError:
    """Say why a directory cannot be opened."""
    if directory.exists() and not directory.is_dir():
        return StoreError(f"`{directory}` is a file", hint="name a folder; one that is missing is made")
    why = error.strerror if isinstance(error, OSError) else error
    damaged = isinstance(error, (sqlite3.DatabaseError, UnicodeDecodeError)) and not isinstance(
        error, sqlite3.OperationalError
    )
    hint = DAMAGED if damaged else ""
    return StoreError(f"`{directory}` cannot be opened: {why}", hint=hint)


def connect(path: Path) -> sqlite3.Connection:
    """Open a database for explicit transactions, from any one thread at a time."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)


class SqliteStore(SmallTables, Holds, Claims, Verifications, Outbox, Lists, ChainReader):
    """The embedded store of one data directory.

    Every method but `submit` blocks: those that write wait until their change is on disk, those that read see every
    record whose `done` was called. All of them may be called from any thread, except from inside a `done` where
    they write. After a failed commit everything that writes raises or answers `StoreError` until the directory is
    opened again; reading goes on.
    """

    def __init__(self, directory: Path, *, vault: Vault, handles: Handles, maker: RowMaker, index: RecordIndex) -> None:
        self._names = _names(handles.readers, vault)
        self._handles = handles
        self._vault = vault
        self._maker = maker
        self._index = index
        self._rows = RowReader(handles.readers.ask, vault)
        self._snapshots = SnapshotFolder(directory / _SNAPSHOTS)
        self._at_close = ExitStack()
        self._lock: DirectoryLock | None = None

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        clock: Clock,
        random_bytes: RandomBytes,
        secret: bytes | None = None,
        connect: Connect = connect,
    ) -> Self:
        """Lock a directory, made with mode 0700 if missing, bring its schema up to date, and start the writer.

        `secret` is the directory's key, 32 bytes; without it the key stands in `secret.key` beside the data, made at
        the first opening. What an aborted import left staged is thrown away. A directory in use, a damaged one,
        another key, or a newer schema is a `StoreError`.
        """
        with ExitStack() as undo:
            try:
                return cls._open(
                    undo, directory, clock=clock, random_bytes=random_bytes, secret=secret, connect=connect
                )
            except _UNREADABLE as error:
                raise _unopened(directory, error) from error

    @classmethod
    def open_beside(
        cls, directory: Path, *, clock: Clock, random_bytes: RandomBytes, secret: bytes | None = None
    ) -> Self:
        """Open a used directory beside its server: everything reads, snapshots are written, nothing else is.

        One process at a time does so. Records that come after the opening are not found by their event's id. A
        directory that was never used, or that a newer server must bring up to date first, is a `StoreError`.
        """
        with ExitStack() as undo:
            try:
                return cls._open_beside(undo, directory, clock=clock, random_bytes=random_bytes, secret=secret)
            except _UNREADABLE as error:
                raise _unopened(directory, error) from error

    @classmethod
    def _open_beside(
        cls, undo: ExitStack, directory: Path, *, clock: Clock, random_bytes: RandomBytes, secret: bytes | None
    ) -> Self:
        path = directory / DATABASE_NAME
        if not path.is_file():
            raise StoreError(f"`{directory}` holds no data yet", hint="name the data directory of a server")
        lock = DirectoryLock(directory, "compact.lock")
        undo.callback(lock.release)
        vault = Vault(secret or read_secret(directory, fresh=False, random_bytes=random_bytes), random_bytes)
        connection = _reader(path)
        undo.callback(connection.close)
        refuse_other_schema(connection)
        _check_key(connection, vault)
        index = RecordIndex(connection, with_keys=False)
        maker = RowMaker(connection, vault, random_bytes)
        readers = Readers(partial(_reader, path))
        undo.callback(readers.close)
        store = cls(directory, vault=vault, handles=Handles(NoWriter(), readers, clock, path), maker=maker, index=index)
        store._lock, store._at_close = lock, undo.pop_all()
        return store

    @classmethod
    def _open(
        cls,
        undo: ExitStack,
        directory: Path,
        *,
        clock: Clock,
        random_bytes: RandomBytes,
        secret: bytes | None,
        connect: Connect,
    ) -> Self:
        make_directory(directory)
        lock = DirectoryLock(directory)
        undo.callback(lock.release)
        path = directory / DATABASE_NAME
        refuse_lost_database(path, directory / _SNAPSHOTS)
        fresh = not path.exists()
        if secret is None:
            secret = read_secret(directory, fresh=fresh, random_bytes=random_bytes)
        vault = Vault(secret, random_bytes)
        make_file(path)
        wal = path.with_name(path.name + "-wal")
        refuse_damaged_log(wal)
        connection = connect(path)
        undo.callback(connection.close)
        _prepare(connection)
        _check_key(connection, vault)
        index = RecordIndex(connection)
        maker = RowMaker(connection, vault, random_bytes)
        checkpoints = Checkpoints(connection, connect(path), wal)
        undo.callback(checkpoints.close)
        writer = Writer(connection, LogAppender(connection, maker, index), checkpoints)
        undo.callback(writer.close)
        readers = Readers(partial(_reader, path))
        undo.callback(readers.close)
        store = cls(directory, vault=vault, handles=Handles(writer, readers, clock, path), maker=maker, index=index)
        store.drop_all_staged()
        store._lock, store._at_close = lock, undo.pop_all()
        return store

    def submit(self, record: Record, done: Done) -> None:
        """Queue the next record, which must have the number after the one before; returns at once.

        `done` is called exactly once, on the writer's thread: with `None` after the record's group is on disk, else
        with the error. It must be short; what it raises is logged. A wrong number or a repeated key fails the
        group with `Bug`; any failure stops the store.
        """
        self._handles.writer.submit(record, done)

    def expect(self, *, more: bool) -> None:
        """Say whether more records follow at once, for which a group may wait a little longer."""
        self._handles.writer.expect(more=more)

    def waiting(self) -> int:
        """Give how many submitted records wait for their group, for admission control."""
        return self._handles.writer.waiting()

    @property
    def failure(self) -> BaseException | None:
        """What stopped the store, if something did."""
        return self._handles.writer.failure

    def find(self, key: bytes) -> Found | None:
        """Give the first answer to an idempotency key of the last 30 days."""
        seq = self._index.find_key(key, self._ask_day)
        rows = [] if seq is None else self._ask("answer", seq)
        return self._rows.found(rows[0]) if rows else None

    def decision(self, decision_id: str) -> Record | None:
        """Give the record of a decision."""
        rows = self._ask("record_by_decision", decision_id)
        return self._rows.record(rows[0]) if rows else None

    def by_event(self, event_id: str) -> Record | None:
        """Give the first record of an event."""
        for seq in self._index.find_event(event_id, self._handles.readers.run):
            for row in self._ask("record", seq):
                record = self._rows.record(row)
                if record.event_id == event_id:
                    return record
        return None

    def decisions(self, limit: int, cursor: str | None = None) -> Page[Record]:
        """Give decisions, newest first, a page at a time; a cursor is the caller's to hand back, not to read."""
        before = NEWEST if cursor is None else read_place(cursor, Numbered, parts=1).seq
        page = page_of(self._ask("decisions_before", before, limit + 1), limit, lambda row: row[:1])
        return Page(items=tuple(map(self._rows.record, page.items)), next=page.next)

    def thread(self, thread_id: str) -> tuple[Record, ...]:
        """Give the story of a hold, a decision or a claim in log order; a decision's begins with its own record."""
        return tuple(map(self._rows.record, self._ask("records_of_thread", thread_id)))

    def newest_of_thread(self, thread_id: str, limit: int) -> tuple[Record, ...]:
        """Give the last few records of a story that is no decision's, in log order."""
        return tuple(map(self._rows.record, self._ask("newest_of_thread", thread_id, limit)))

    def seq_at(self, received_ms: int) -> int:
        """Give the number of the last record received before an instant, 0 when there is none.

        Records are taken to have been received in log order. Where a clock was set back the log crosses the instant
        more than once, and the answer is one of the crossings.
        """
        return bisect_left(range(1, self.last_seq() + 1), received_ms, key=self._received_ms)

    def replay(self, after_seq: int = 0, upto: int | None = None) -> Iterator[Record]:
        """Give the records after one number up to and with another, in log order, holding one batch at a time."""
        last = self.last_seq() if upto is None else upto
        while rows := self._ask("records_after", after_seq, last, REPLAY_BATCH):
            for row in rows:
                yield self._rows.record(row)
            after_seq = rows[-1][0]

    def last_seq(self) -> int:
        """Give the number of the newest record on disk, 0 in an empty log."""
        return int(self._ask("last_seq")[0][0])

    def expire_keys(self, now_ms: int) -> int:
        """Drop idempotency keys whose record came more than 30 days before, whole days at once; give their number."""
        return self._call(lambda connection: self._index.expire(connection, now_ms))

    def forget(self, subject: bytes) -> bool:
        """Destroy a subject's key, and tell whether there was one; its records stay, without event and facts.

        When this returns, neither the database nor its write-ahead log holds the key. A later record of the subject
        gets a new key. The empty subject is the tenant's own and an `InvalidError`.
        """
        if not subject:
            raise InvalidError("the empty subject stands for the tenant itself and cannot be forgotten")
        now_ms = self._handles.clock.now_ms()
        return self._call(lambda connection: self._forget(connection, subject, now_ms=now_ms))

    def keyed_hash(self, data: bytes) -> bytes:
        """Hash to 16 bytes what may name a person, by a key where the directory was made since schema 5."""
        return self._names.hash(data)

    @property
    def keeps_keyed_names(self) -> bool:
        """Tell whether the directory names people by a hash with a key; one made before schema 5 never does."""
        return self._names.keyed

    def derive(self, purpose: str) -> bytes:
        """Give 32 secret bytes for one purpose, always the same in this directory (for example `windows`)."""
        return self._vault.derive(purpose)

    def write_snapshot(self, seq: int, arrays: Mapping[str, bytes | memoryview]) -> None:
        """Write the memory state after record `seq`, whole or not at all; the newest two are kept."""
        self._snapshots.write(seq, arrays)

    def latest_snapshot(self) -> Snapshot | None:
        """Give the newest whole snapshot that is not ahead of the log."""
        return self._snapshots.latest(self.last_seq())

    def stop(self) -> None:
        """Write what waits and release the directory, so that it can be opened anew; reading goes on until `close`."""
        self._handles.writer.close()
        if self._lock is not None:
            self._lock.release()

    def close(self) -> None:
        """Write what waits, release the directory; a second call does nothing."""
        self._at_close.close()

    def _received_ms(self, seq: int) -> int:
        return int(self._ask("received", seq)[0][0])

    def _ask_day(self, sql: str, key: Any) -> list[tuple[Any, ...]]:
        """Look a key up in one day's table; a table that is not committed yet, or dropped meanwhile, is empty."""
        try:
            return self._handles.readers.run(sql, key)
        except StoreError as error:
            if "no such table" in error.message:
                return []
            raise

    def _forget(self, connection: sqlite3.Connection, subject: bytes, *, now_ms: int) -> bool:
        rows = connection.execute(query("forget_subject"), (now_ms, subject)).fetchall()
        self._maker.forget(subject)
        for row in rows:
            self._rows.forget(row[0])
        self._handles.writer.truncate_soon()
        return bool(rows)


def _prepare(connection: sqlite3.Connection) -> None:
    """Set a writing connection up; the checkpoint puts on disk what a writer before may only have believed safe."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "wal_autocheckpoint = 0"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    for pragma in ("cache_size = -65536", "wal_checkpoint(TRUNCATE)"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    migrate(connection)


def _reader(path: Path) -> sqlite3.Connection:
    """Open a connection that cannot write and never copies the write-ahead log."""
    connection = connect(path)
    for pragma in ("query_only = ON", "wal_autocheckpoint = 0", "cache_size = -16384"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def _check_key(connection: sqlite3.Connection, vault: Vault) -> None:
    """Refuse a key that is not the directory's own; a directory's first key also names the people in it."""
    found = connection.execute(query("get_meta"), ("key_fingerprint",)).fetchone()
    if found is None:
        connection.execute(query("set_meta"), (NAMES, KEYED))
        connection.execute(query("set_meta"), ("key_fingerprint", vault.fingerprint()))
    elif found[0] != vault.fingerprint():
        hint = "bring the key with which this directory was made"
        raise StoreError("the key given is not the key of this directory", hint=hint)


def _names(readers: Readers, vault: Vault) -> Names:
    """Read how the directory names people; one that does not say is as old as the names without a key."""
    found = readers.ask("get_meta", NAMES)
    return Names(vault.derive(NAMES_KEY) if found and found[0][0] == KEYED else b"")
