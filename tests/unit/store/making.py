"""Records and stores for the tests of the store room."""

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, Protocol

from holdfast.store import MemoryStore, SqliteStore
from holdfast.store.sqlite.queries import migrations
from holdfast.store.sqlite.sealing import Vault
from holdfast.vocabulary.records import Record, RecordKind

NOW_MS = 1_778_230_800_000
DAY_MS = 86_400_000
SECRET = b"k" * 32
Store = MemoryStore | SqliteStore


class StillClock:
    """A clock that a test moves by hand."""

    def __init__(self, now_ms: int = NOW_MS) -> None:
        """Start at an instant."""
        self.instant_ms = now_ms

    def now_ms(self) -> int:
        """Give the instant."""
        return self.instant_ms


class Submits(Protocol):
    """What takes records."""

    def submit(self, record: Record, done: Callable[[BaseException | None], None]) -> None:
        """Take one."""


def random_bytes(seed: int = 1) -> Callable[[int], bytes]:
    """Give a repeatable source of bytes that are as good as random for a test."""
    return Random(seed).randbytes


def sqlite_store(directory: Path, *, seed: int = 1, **more: Any) -> SqliteStore:
    """Open a store in a directory; another opening of it takes another seed, so that no nonce repeats."""
    return SqliteStore.open(directory, clock=StillClock(), random_bytes=random_bytes(seed), **more)


def key_of(event_id: str) -> bytes:
    """Give the idempotency key of an event id."""
    return hashlib.blake2b(event_id.encode(), digest_size=16).digest()


def record(seq: int, **more: Any) -> Record:
    """Give a decision's record with this number; any field can be given."""
    event_id = f"tr-{seq}"
    fields: dict[str, Any] = {
        "kind": RecordKind.DECISION,
        "occurred_ms": NOW_MS - 5,
        "received_ms": NOW_MS,
        "key": key_of(event_id),
        "body_hash": key_of(f"body {seq}"),
        "event_id": event_id,
        "decision_id": f"dec_{seq:032x}",
        "subject": f"subject-{seq % 3}".encode(),
        "event": f'{{"id":"{event_id}","amount":{seq}}}'.encode(),
        "facts": b'{"count":%d}' % seq,
        "judgement": b'{"outcome":"allow"}',
        "envelope": b'{"decided_ms":1}',
        "reply": b'{"id":"dec_%d"}' % seq,
    }
    return Record(seq=seq, **(fields | more))


def submit_all(store: Submits, records: Iterable[Record]) -> list[BaseException | None]:
    """Submit records and wait for every answer, in the order of submission."""
    waiting = []
    for one in records:
        answer: list[BaseException | None] = []
        ready = threading.Event()

        def done(error: BaseException | None, answer: list[Any] = answer, ready: threading.Event = ready) -> None:
            answer.append(error)
            ready.set()

        store.submit(one, done)
        waiting.append((ready, answer))
    for ready, _ in waiting:
        assert ready.wait(20), "a submitted record was never answered"
    return [answer[0] for _, answer in waiting]


def accept(store: Submits, *records: Record) -> None:
    """Submit records of which every one must be taken."""
    assert submit_all(store, records) == [None] * len(records)


def made_before_keys(directory: Path) -> Path:
    """Make a directory as the first start of a program of schema 4 left it, which named people without a key."""
    directory.mkdir(mode=0o700)
    (directory / "secret.key").write_bytes(SECRET)
    with closing(sqlite3.connect(directory / "holdfast.db")) as connection:
        connection.executescript("\n".join((*migrations()[:4], "PRAGMA user_version = 4;")))
        fingerprint = Vault(SECRET, random_bytes()).fingerprint()
        connection.execute("INSERT INTO meta VALUES ('key_fingerprint', ?)", (fingerprint,))
        connection.commit()
    return directory
