"""What the SQLite store costs: time for each record, bytes on disk, and the disk itself beside it."""

import json
import os
import threading
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from holdfast.store import SqliteStore
from holdfast.vocabulary.records import Record, RecordKind

NOW_MS = 1_778_230_800_000
GROUP = 64
_SIGNS = [
    {
        "id": f"ru.od-2506.1.{number}",
        "title": f"Получатель денег или устройство есть в базе Банка России, знак {number}",
        "cite": f"Приказ Банка России ОД-2506 от 05.11.2025, пункт 1.{number}",
        "evidence": {},
    }
    for number in range(1, 15)
]


class _Clock:
    """The wall."""

    def now_ms(self) -> int:
        """Give the present instant."""
        return time.time_ns() // 1_000_000


def measure(*, quick: bool = False) -> dict[str, float]:
    """Measure on a directory of the disk that holds temporary files; `_us` are microseconds of CPU unless said."""
    count = 6_400 if quick else 64_000
    figures: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        figures |= _disk(Path(folder), 200 if quick else 1_000)
        records = _records(2 * count)
        figures["payload_bytes"] = sum(map(_size, records)) / len(records)
        store = _open(Path(folder))
        figures |= _groups(store, records[:count])
        figures |= _flood(store, records[count:])
        figures |= _reads(store, records)
        store.close()
        figures["disk_bytes"] = (Path(folder) / "data" / "holdfast.db").stat().st_size / len(records)
        started = time.perf_counter()
        _open(Path(folder)).close()
        figures["open_ms"] = (time.perf_counter() - started) * 1e3
    return figures


def _open(folder: Path) -> SqliteStore:
    return SqliteStore.open(folder / "data", clock=_Clock(), random_bytes=os.urandom)


def _size(record: Record) -> int:
    return sum(map(len, (record.event, record.facts, record.judgement, record.envelope, record.reply)))


def _records(count: int) -> list[Record]:
    """Give transfers of 5,000 customers, of the size that the design's example has."""
    chance = Random(11)
    return [_record(seq, chance) for seq in range(1, count + 1)]


def _record(seq: int, chance: Random) -> Record:
    customer = chance.randrange(5_000)
    event = {
        "id": f"tr-{chance.getrandbits(48):012x}",
        "type": "transfer",
        "occurred_at": "2026-05-08T12:00:00+03:00",
        "amount": chance.randrange(10**8),
        "currency": "RUB",
        "rail": "order",
        "payer.customer_id": f"c-{customer}",
        "payer.account": f"40817810{customer:012d}",
        "payee.account": f"408178{chance.randrange(10**14):014d}",
        "payee.bic": "044525225",
        "device.id": f"d-{chance.getrandbits(64):016x}",
        "session.ip": f"198.51.100.{chance.randrange(255)}",
    }
    windows = {
        f"count(of=transfer; by=payer.customer_id<payer.customer_id; over={hours * 3_600_000})": chance.randrange(10**6)
        for hours in range(1, 26)
    }
    judgement = {
        "outcome": "allow",
        "signs": [{**sign, "state": chance.choice(("clear", "clear", "unknown"))} for sign in _SIGNS],
        "rules": [],
        "versions": {"engine": "0.1.0", "packs": {"ru.od-2506": "2026-01-01"}, "ruleset": "rs-1"},
        "facts_hash": f"{chance.getrandbits(256):064x}",
    }
    decision_id = f"dec_{seq:012x}{chance.getrandbits(80):020x}"
    return Record(
        seq=seq,
        kind=RecordKind.DECISION,
        occurred_ms=NOW_MS,
        received_ms=NOW_MS + seq,
        key=chance.randbytes(16),
        body_hash=chance.randbytes(16),
        event_id=str(event["id"]),
        decision_id=decision_id,
        subject=b"%d" % customer,
        event=json.dumps(event).encode(),
        facts=json.dumps({**event, **windows}).encode(),
        judgement=json.dumps(judgement, ensure_ascii=False).encode(),
        envelope=json.dumps(
            {"decision_id": decision_id, "decided_ms": NOW_MS, "timings_us": {"features": 14}}
        ).encode(),
        reply=json.dumps({"id": decision_id, "event_id": event["id"], **judgement}, ensure_ascii=False).encode(),
    )


def _disk(folder: Path, count: int) -> dict[str, float]:
    """Append the bytes of a group and wait for the disk, as a commit does."""
    spent = []
    block = os.urandom(GROUP * 1_000)
    with (folder / "raw").open("wb", buffering=0) as file:
        for _ in range(count):
            started = time.perf_counter()
            file.write(block)
            os.fdatasync(file.fileno())
            spent.append(time.perf_counter() - started)
    return _quantiles("fsync", spent)


def _quantiles(name: str, spent: list[float]) -> dict[str, float]:
    ordered = sorted(spent)
    return {
        f"{name}_p50_ms": ordered[len(ordered) // 2] * 1e3,
        f"{name}_p99_ms": ordered[len(ordered) * 99 // 100] * 1e3,
    }


def _groups(store: SqliteStore, records: list[Record]) -> dict[str, float]:
    """Submit groups of 64, each when the one before is on disk."""
    spent = []
    submitting = 0
    process, wall = time.process_time_ns(), time.perf_counter()
    for start in range(0, len(records), GROUP):
        started = time.perf_counter()
        before = time.thread_time_ns()
        ready = threading.Semaphore(0)
        for record in records[start : start + GROUP]:
            store.submit(record, lambda _error, ready=ready: ready.release())  # type: ignore[misc]  # a bound default
        submitting += time.thread_time_ns() - before
        for _ in range(GROUP):
            ready.acquire()
        spent.append(time.perf_counter() - started)
    count = len(records)
    return {
        "cpu_us": (time.process_time_ns() - process) / count / 1e3,
        "submit_us": submitting / count / 1e3,
        "groups_records_s": count / (time.perf_counter() - wall),
        **_quantiles("group", spent),
    }


def _flood(store: SqliteStore, records: list[Record]) -> dict[str, float]:
    """Submit everything at once and wait for the last."""
    ready = threading.Event()
    process, wall = time.process_time_ns(), time.perf_counter()
    for record in records[:-1]:
        store.submit(record, _ignore)
    store.submit(records[-1], lambda _error: ready.set())
    ready.wait()
    return {
        "flood_cpu_us": (time.process_time_ns() - process) / len(records) / 1e3,
        "flood_records_s": len(records) / (time.perf_counter() - wall),
    }


def _ignore(_error: BaseException | None) -> None:
    """Take an answer and do nothing."""


def _reads(store: SqliteStore, records: list[Record]) -> dict[str, float]:
    """Look new keys and old keys up, and read the log."""
    figures = {}
    started = time.perf_counter()
    for record in records:
        store.find(record.body_hash)
    figures["find_new_us"] = (time.perf_counter() - started) / len(records) * 1e6
    some = records[:: max(1, len(records) // 5_000)]
    started = time.perf_counter()
    for record in some:
        store.find(record.key)
    figures["find_old_us"] = (time.perf_counter() - started) / len(some) * 1e6
    started = time.perf_counter()
    read = sum(1 for _ in store.replay())
    figures["replay_us"] = (time.perf_counter() - started) / read * 1e6
    return figures


if __name__ == "__main__":
    for name, figure in measure(quick=False).items():
        print(f"{name:20} {figure:12.2f}")
