"""`holdfast compact`: the next snapshot, made beside a running server so that it never pauses."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer

from holdfast.app import assemble_beside
from holdfast.cli.warming import warm
from holdfast.operations.compact import compact as fold_log
from holdfast.operations.shard import Shard
from holdfast.settings import TABLE, Settings, read_settings

_LOWEST_PRIORITY: Final = 19
_POLL_SECONDS: Final = 5.0
_MEANING: Final = {setting.name: setting.meaning for setting in TABLE}
_log: Final = structlog.get_logger("holdfast.compact")


def compact(data: Annotated[str | None, typer.Option("--data", help=_MEANING["data"])] = None) -> None:
    """Fold the log into a snapshot, so that the next start is quick; safe while the server runs."""
    os.nice(_LOWEST_PRIORITY)
    warm()
    shard = assemble_beside(read_settings({"data": data}, os.environ).data)
    try:
        made = fold_log(shard)
    finally:
        shard.ports.store.close()
    _log.info("compacted", snapshot=made.seq, before=made.before, records=made.records)


async def compact_now_and_then(shard: Shard, settings: Settings) -> None:
    """Start a compactor whenever so many records have come since the last snapshot, until cancelled."""
    done = shard.snapshot_seq
    while settings.compact_records > 0:
        await asyncio.sleep(_POLL_SECONDS)
        if shard.failed is None and shard.seq - done >= settings.compact_records:
            done = shard.seq
            await _run_compactor(settings.data)


async def _run_compactor(data: Path) -> None:
    """Run one compactor to its end; it has a session of its own, so that Ctrl-C reaches the server alone."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "holdfast", "compact", "--data", str(data), start_new_session=True
    )
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        process.terminate()  # an unfinished snapshot does not count
        await process.wait()
        raise
    if code:
        _log.warning("compactor failed, the next one tries again", exit_code=code)
