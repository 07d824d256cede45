"""Fire timers: what falls due by itself, oldest first, exactly once, however many workers look."""

from typing import Final

import structlog

from holdfast.operations.hold_acts import landed, write_acts
from holdfast.operations.hold_story import due_acts, hold_story
from holdfast.operations.shard import Flight, Shard
from holdfast.vocabulary.errors import HoldfastError, UnavailableError

_PORTION: Final = 200
_log: Final = structlog.get_logger("holdfast.operations")


async def fire_due(shard: Shard) -> int:
    """Write every lapse whose timer lies before now, and give how many.

    Each hold is read when its story is on disk and written without an await in between, so that two workers, or a
    worker and a client, never both act on one. A hold whose story cannot be read is logged and holds up no other.
    Raises UnavailableError when the log cannot be written; what was not fired then stays due.
    """
    fired = 0
    while rows := shard.ports.store.holds_due(shard.ports.clock.now_ms(), _PORTION):
        written: list[Flight] = []
        for row in rows:
            written += await _fire(shard, row.id)
        if not written:
            break
        await landed(written)
        fired += len(written)
    return fired


async def _fire(shard: Shard, hold_id: str) -> list[Flight]:
    """Write the lapse of one hold, unless another has."""
    try:
        story = await hold_story(shard, hold_id)
        return write_acts(shard, story, due_acts(story, shard.ports.clock.now_ms()))[1]
    except UnavailableError:
        raise
    except HoldfastError as error:
        _log.error("a timer cannot be fired", hold=hold_id, error=error.message)
        return []
