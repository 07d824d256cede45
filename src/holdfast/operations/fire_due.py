"""Fire timers: what falls due by itself, oldest first, exactly once, however many workers look."""

from typing import Final

from holdfast.operations.hold_acts import landed, write_acts
from holdfast.operations.hold_story import due_acts, hold_story
from holdfast.operations.shard import Flight, Shard

_PORTION: Final = 200


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
