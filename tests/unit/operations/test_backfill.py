"""History that is loaded from files says no more of its completeness than what was loaded."""

from collections.abc import Iterator

from holdfast.app.clocks import StandingClock
from holdfast.operations.backfill import Backfill
from holdfast.store import MemoryStore
from holdfast.wire.codec import decode_message, to_event
from holdfast.wire.files import Rejected
from holdfast.wire.mapping import Row
from tests.unit.operations.shards import NOON_MS, transfer


def rows(*minutes: int) -> Iterator[Row]:
    """Give a file of transfers at some minutes of a morning."""
    for line, minute in enumerate(minutes, 1):
        message = decode_message(transfer(f"t-{minute}", occurred_at=f"2026-05-01T09:{minute:02}:00+00:00"))
        event = to_event(message, NOON_MS)
        yield Row(line=line, message=message, event=event, label=None)


def load(store: MemoryStore, file: list[Row | Rejected]) -> int | None:
    """Load a file, and give the minute since when transfers count as complete."""
    for _ in Backfill(store=store, now_ms=NOON_MS, sources=("transfer",)).load(file):
        pass
    since_ms = store.sources().get("transfer")
    return None if since_ms is None else since_ms // 60_000 % 60


def test_a_run_that_was_cut_short_is_finished_with_the_start_of_the_file() -> None:
    """What an earlier run loaded is in the file all the same, so the source is complete from the file's first event."""
    store, file = MemoryStore(clock=StandingClock(NOON_MS)), list(rows(1, 2, 3))
    for _ in Backfill(store=store, now_ms=NOON_MS).load(file):  # as far as it came, before it could declare
        pass
    assert load(store, [*file, *rows(4)]) == 1


def test_a_file_with_rows_that_could_not_be_read_declares_nothing() -> None:
    """A row that is missing is unknown, never clean; the mended file declares."""
    store, file = MemoryStore(clock=StandingClock(NOON_MS)), list(rows(1, 3))
    bad = Rejected(line=2, code="invalid", pointer="", message="", hint="")
    assert load(store, [file[0], bad, file[1]]) is None
    assert load(store, [file[0], *rows(2), file[1]]) == 1
