"""Keeps the garbage collector out of the way of answers.

What stands in memory at the start, and at every pause since, is not looked at again: a full collection would walk over
every account, and while a million accounts are read from disk again and again, for two thirds of the time. Under load
only what is young is collected, in about a millisecond; what outlives that waits for a pause. When no pause comes it is
left alone too: nearly all of it is history, and to walk over it later would stop everything.
"""

import asyncio
import gc
from typing import Final

from holdfast.operations.shard import Shard

_YOUNG: Final = 5_000
_NEVER: Final = 2**31 - 1
_PAUSE_SECONDS: Final = 1.0
_GATHERED_MOST: Final = 100  # times that the young were looked at: a tenth of a second to walk over the rest


def collect_young() -> None:
    """Let the collector look by itself only at what is young."""
    gc.set_threshold(_YOUNG, _NEVER, _NEVER)


def spare_what_stands() -> None:
    """Collect once, then leave all that is there alone."""
    collect_young()
    gc.collect()
    gc.freeze()


def spare_what_was_read() -> None:
    """Leave alone also what has come since, without a look at it."""
    gc.freeze()


async def collect_in_pauses(shard: Shard, *, seconds: float = _PAUSE_SECONDS) -> None:
    """Collect whenever nothing was written for a moment, for as long as the server runs.

    A memory that was built anew leaves the old one behind, which is then looked at too.
    """
    seq, fold = shard.seq, shard.memory.fold
    while True:
        await asyncio.sleep(seconds)
        paused = shard.seq == seq and not shard.flights
        seq = shard.seq
        _, middle, old = gc.get_count()
        if not paused:
            if middle > _GATHERED_MOST:
                gc.freeze()
        elif middle or old:
            if shard.memory.fold is not fold:
                fold = shard.memory.fold
                gc.unfreeze()
            gc.collect()
            gc.freeze()
