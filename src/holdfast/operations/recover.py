"""Come back by itself after a record could not be written: open the store again, and rebuild the memory from the log.

What was on its way when the store failed is answered 503, and so is every later call, until the memory is again what
the log says. A failed write is never tried again as if it had not happened: the store is opened anew, which reads
what is really on the disk.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import structlog

from holdfast.operations.challenge import open_last
from holdfast.operations.decide_again import revise_last
from holdfast.operations.ports import Store
from holdfast.operations.rebuild import rebuild
from holdfast.operations.shard import Shard, beginning, land_all

PAUSE_SECONDS = 1.0
_PROBE = "last_recovery"
_FOLDED = ("memory", "changed", "undecided", "revisions", "clients", "covering", "switches", "snapshot_seq", "seq")
_log = structlog.get_logger("holdfast.operations")
Reopen = Callable[[], Store]


async def keep_recovering(shard: Shard, reopen: Reopen, *, pause_seconds: float = PAUSE_SECONDS) -> None:
    """Recover after every failure of the store, for as long as the server runs.

    `reopen` takes the directory from the store that failed and opens it again; while that fails, it is tried once
    every `pause_seconds`, and what is on disk is read from the store that failed.
    """
    while True:
        await shard.broken.wait()
        try:
            records = await recover(shard, reopen)
        except Exception as error:  # noqa: BLE001 - whatever stands in the way now may be gone at the next try
            _log.error("recovery failed", error=str(error), cause=str(shard.failed))
            await asyncio.sleep(pause_seconds)
        else:
            _log.warning("recovered", records=records)


async def recover(shard: Shard, reopen: Reopen) -> int:
    """Open the store again and bring the memory to the log's last record; gives how many records were read.

    The lists and the log stay readable meanwhile; everything else in memory is dropped first, so that it is never there
    twice, and what is read from it is refused until it is whole.
    Raises StoreError when the directory cannot be opened or written; the shard then stays unavailable.
    """
    async with AsyncExitStack() as held:
        for name in sorted({*shard.list_locks, *shard.memory.lists.versions()}):
            await held.enter_async_context(shard.list_lock(name))
        failed, store = shard.ports.store, await asyncio.to_thread(_reopened, shard, reopen)
        land_all(shard)  # the store that failed has reported every record
        shard.ports = replace(shard.ports, store=store)
        if failed is not store:
            failed.close()
        shard.rebuilding = True
        lists, shard.memory = shard.memory.lists, shard.fresh_memory()
        shard.memory = replace(shard.memory, lists=lists)
        anew = beginning(shard)
        count = await asyncio.to_thread(rebuild, anew)
        for name in _FOLDED:
            setattr(shard, name, getattr(anew, name))
        shard.broken.clear()
        shard.failed, shard.rebuilding = None, False
    await revise_last(shard)
    await open_last(shard)
    return count


def _reopened(shard: Shard, reopen: Reopen) -> Store:
    """Open the store, and prove by one small write that it takes records again before the whole log is read."""
    store = reopen()
    try:
        store.set_meta(_PROBE, str(shard.ports.clock.now_ms()))
    except BaseException:
        if store is not shard.ports.store:
            store.close()
        raise
    return store
