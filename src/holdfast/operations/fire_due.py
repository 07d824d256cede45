"""Fire timers: what falls due by itself, oldest first, exactly once, however many workers look."""

import asyncio
from typing import Final

import structlog

from holdfast.operations.hold_acts import landed, write_acts
from holdfast.operations.hold_story import due_acts, hold_story
from holdfast.operations.shard import Flight, Shard
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.records import HoldRow

_PORTION: Final = 200
_log: Final = structlog.get_logger("holdfast.operations")


async def fire_due(shard: Shard) -> int:
    """Write every lapse whose timer lies before now, and give how many.

    Each hold is read when its story is on disk and written without an await in between, so that two workers, or a
    worker and a client, never both act on one. A hold that cannot be read is logged and stands in nobody's way. Raises
    UnavailableError when the log cannot be written; what was not fired then stays due.
    """
    fired, seen = 0, set[str]()
    while rows := _due(shard, seen):
        written: list[Flight] = []
        for row in rows:
            seen.add(row.id)
            await asyncio.sleep(0)  # decisions go on between two timers
            written += await _fire(shard, row.id)
        await landed(written)
        fired += len(written)
    return fired


def _due(shard: Shard, seen: set[str]) -> list[HoldRow]:
    """Give the next holds that are due, those left out that this pass has seen."""
    rows = shard.ports.store.holds_due(shard.ports.clock.now_ms(), _PORTION + len(seen))
    return [row for row in rows if row.id not in seen]


async def _fire(shard: Shard, hold_id: str) -> list[Flight]:
    """Write the lapse of one hold, unless another has."""
    try:
        story = await hold_story(shard, hold_id)
        return write_acts(shard, story, due_acts(story, shard.ports.clock.now_ms()))[1]
    except Bug as error:
        _log.error("a timer cannot be fired", hold=hold_id, error=error.message)
        return []
