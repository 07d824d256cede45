"""How fast the past is read: a log folded again, decisions judged again, and a server started over many accounts."""

import gc
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from holdfast.app import Assembled, assemble_beside
from holdfast.operations.compact import compact
from holdfast.operations.journal import Journal
from holdfast.operations.rebuild import refold, start_from_snapshot
from holdfast.operations.record import idempotency_key, subject_of
from holdfast.operations.replay_log import ReplayRun, judge_again
from holdfast.vocabulary.records import Record, RecordKind
from holdfast.wire.codec import decode
from tests.bench.fb1.bank import bank_on_disk
from tests.bench.fb1.gate import GateError
from tests.bench.fb1.server import running
from tests.bench.fb1.told import Told
from tests.bench.fb1.workload import START_MS, Sent, every_account
from tests.bench.fb1.world import World

TAIL: Final = 0.05  # of the records, after the snapshot
_MONTH_S: Final = 30 * 86_400
_EVERY: Final = 2_000


def again(data: Path, told: Told) -> dict[str, float]:
    """Fold the log of a measured server again and judge all its decisions again; events a second of CPU time.

    Raises GateError when a judgement comes out different.
    """
    shard = assemble_beside(data)
    try:
        told(0, 2)
        start_from_snapshot(shard)
        fold_s, folded = _timed(lambda: refold(shard, shard.ports.store.last_seq()))
        told(1, 2)
        run = ReplayRun()
        judge_s, _ = _timed(lambda: sum(1 for _ in judge_again(shard, run)))
    finally:
        shard.ports.store.close()
    if run.judged_different:
        raise GateError(f"judged again, decisions came out different: {', '.join(run.different)}")
    return {
        "replay_events_per_s": round(run.judged_equal / judge_s, 1),
        "rebuild_events_per_s": round(folded / fold_s, 1),
        "replay.decisions": run.judged_equal,
    }


def _timed(act: Callable[[], int]) -> tuple[float, int]:
    gc.collect()
    start = time.process_time()
    answer = act()
    return time.process_time() - start, answer


def cold(accounts: int, model: Path, told: Told) -> dict[str, float]:
    """Start the server over a log with one transfer by each of so many accounts: a snapshot, and a tail behind it.

    `cold_start_s` is the time by the clock from the start of the process to its first answer.
    """
    world = World(accounts=accounts, listed=1_000)
    stream = every_account(51, world, rate=accounts / _MONTH_S, start_ms=START_MS - _MONTH_S * 1_000)
    with TemporaryDirectory(prefix="fb1-") as folder:
        data, tail = Path(folder) / "data", int(accounts * TAIL)
        with bank_on_disk(data, world, now_ms=START_MS, model=model) as bank:
            events = iter(stream)
            _load(bank, (next(events) for _ in range(accounts - tail)), lambda done: told(done, accounts))
            seconds = _compacted(data)
            _load(bank, events, lambda done: told(accounts - tail + done, accounts))
        size = max((data / "snapshots").glob("*.snapshot")).stat().st_size
        begun = time.perf_counter()
        with running(data, now_ms=START_MS, more=("--model", str(model))) as server:
            started_s, cpu_s = time.perf_counter() - begun, server.cpu_s()
            resident = server.resident_bytes()
    return {
        "cold_start_s": round(started_s, 2),
        "cold_start_cpu_s": round(cpu_s, 2),
        "cold_start.accounts": accounts,
        "cold_start.tail_records": tail,
        "snapshot_s": round(seconds, 2),
        "snapshot_bytes_per_account": round(size / accounts, 1),
        "resident_bytes_per_account": round(resident / accounts, 1),
    }


def _load(bank: Assembled, events: Iterable[Sent], told: Callable[[int], None]) -> None:
    """Write events into the log as `backfill` does, which decides nothing."""
    store = bank.shard.ports.store
    journal, seq = Journal(store), store.last_seq()
    for number, sent in enumerate(events, start=1):
        decoded = decode(sent.body, sent.at_ms, hashed=store.keyed_hash)
        event = decoded.event
        journal.write(
            Record(
                seq=seq + number,
                kind=RecordKind.EVENT,
                occurred_ms=event.occurred_ms,
                received_ms=event.occurred_ms,
                key=idempotency_key(event.id),
                body_hash=decoded.body_hash,
                event_id=event.id,
                subject=subject_of(store, event),
                event=decoded.body,
            )
        )
        if number % _EVERY == 0:
            told(number)
    journal.flush()


def _compacted(data: Path) -> float:
    """Make a snapshot as the compactor does; CPU seconds."""
    shard = assemble_beside(data)
    try:
        return _timed(lambda: compact(shard).seq)[0]
    finally:
        shard.ports.store.close()
