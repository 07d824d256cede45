"""`holdfast backfill`: loads history into a data directory, durably and only once."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import islice
from typing import Annotated, Any

import typer

from holdfast.app import clock_left, open_store
from holdfast.cli.decide import EXIT_INTERRUPTED, EXIT_REJECTED, instant_of, peak_bytes, reject_sink
from holdfast.cli.options import Data, File, Json, Limit, MappingFile, Rejects
from holdfast.cli.progress import following
from holdfast.cli.reading import event_file
from holdfast.cli.summary import Pace, print_loaded
from holdfast.cli.writing import open_written
from holdfast.operations.backfill import Backfill
from holdfast.operations.declare_source import OWN, sources_of
from holdfast.settings import read_settings
from holdfast.wire.files import Rejected
from holdfast.wire.mapping import Row


def backfill(
    file: File,
    *,
    mapping: MappingFile = None,
    data: Data = None,
    complete_since: Annotated[
        str | None, typer.Option("--complete-since", help="The sources are complete since this instant.")
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="The file has gaps: declare nothing complete.")] = False,
    rejects: Rejects = None,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """Load past events into a data directory that no server has open."""
    settings = read_settings({"data": data}, os.environ)
    source = event_file(file, mapping)
    event = source.mapping.event if source.mapping else None
    cut = limit is not None and complete_since is None
    with ExitStack() as stack:
        faults = open_written(rejects, stack, file, mapping)
        store = stack.enter_context(closing(open_store(settings.data, make=True)))
        loading = Backfill(
            store=store,
            now_ms=clock_left(store).now_ms(),
            sources=() if partial or cut else sources_of(event) if event else OWN,
            complete_since_ms=instant_of("complete-since", complete_since) if complete_since else None,
        )
        sinks: dict[type, Callable[[Any], None]] = {Rejected: reject_sink(faults), Row: lambda _: None}
        rows: Iterator[Any] = source.rows() if limit is None else islice(source.rows(), limit)
        pace = _load(loading, rows, sinks, total=limit or source.total, quiet=json)
    print_loaded(loading.run, pace, as_json=json)
    if loading.run.rejected and loading.sources and complete_since is None:
        sys.stderr.write(
            "nothing was declared complete, for some rows could not be read: mend them and load the file again, "
            "or say `--complete-since`\n"
        )
    raise typer.Exit(EXIT_INTERRUPTED if pace.interrupted else EXIT_REJECTED if loading.run.rejected else 0)


def _load(
    loading: Backfill, rows: Iterator[Any], sinks: dict[type, Callable[[Any], None]], *, total: int | None, quiet: bool
) -> Pace:
    start, cpu, interrupted = time.perf_counter(), time.process_time(), False
    try:
        for made in following(loading.load(rows), loading.run, total=total, quiet=quiet):
            sinks[type(made)](made)
    except KeyboardInterrupt:
        interrupted = True
    return Pace(
        seconds=time.perf_counter() - start,
        cpu_seconds=time.process_time() - cpu,
        peak_bytes=peak_bytes(),
        interrupted=interrupted,
    )
