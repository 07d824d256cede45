"""Fire timers: what falls due by itself, oldest first, exactly once, however many workers look."""

import asyncio
from typing import Final

import structlog

from holdfast.operations.hold_acts import landed, write_acts
from holdfast.operations.hold_story import due_acts, hold_story
from holdfast.operations.shard import Flight, Shard
from holdfast.vocabulary.errors import HoldfastError

PAUSE_SECONDS: Final = 1.0
_PORTION: Final = 200
_log: Final = structlog.get_logger("holdfast.operations")


async def keep_firing(shard: Shard, *, pause_seconds: float = PAUSE_SECONDS) -> None:
    """Fire what is due once every `pause_seconds`, for as long as the server runs."""
    while True:
        try:
            await fire_due(shard)
        except HoldfastError as error:
            _log.warning("timers wait", error=error.message)
        await asyncio.sleep(pause_seconds)


async def fire_due(shard: Shard) -> int:
    """Write every lapse whose timer lies before now, and give how many.

    Each hold is read when its story is on disk and written without an await in between, so that two workers, or a
    worker and a client, never both act on one. Raises UnavailableError when the log cannot be written; what was not
    fired then stays due.
    """
    fired = 0
    while rows := shard.ports.store.holds_due(shard.ports.clock.now_ms(), _PORTION):
        written: list[Flight] = []
        for row in rows:
            written += await _fire(shard, row.id)
        await landed(written)
        fired += len(written)
    return fired


async def _fire(shard: Shard, hold_id: str) -> list[Flight]:
    """Write the lapse of one hold, unless another has."""
    story = await hold_story(shard, hold_id)
    return write_acts(shard, story, due_acts(story, shard.ports.clock.now_ms()))[1]
