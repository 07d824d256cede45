"""`holdfast decide`: decides a file of past events as they would have been decided live, and says what that gave."""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from holdfast.app import Assembled, assemble, assemble_in_memory
from holdfast.app.clocks import StandingClock
from holdfast.cli.options import (
    Data,
    File,
    Home,
    Json,
    Language,
    Limit,
    MappingFile,
    Mode,
    Model,
    Packs,
    Places,
    Rejects,
    SetParameters,
    Zone,
)
from holdfast.cli.progress import following
from holdfast.cli.reading import EventFile, event_file
from holdfast.cli.summary import Pace, print_json, print_summary
from holdfast.cli.writing import open_written
from holdfast.operations.decide_file import Decided, FileDecider
from holdfast.operations.declare_source import OWN, sources_of
from holdfast.operations.journal import Journal
from holdfast.operations.rebuild import rebuild
from holdfast.settings import Settings, read_settings
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.instants import to_ms
from holdfast.wire.files import Rejected
from holdfast.wire.replies import decision_line

EXIT_REJECTED = 3
EXIT_INTERRUPTED = 130
_START = "start"
Sinks = dict[type, Callable[[Any], None]]


def decide(
    file: File,
    *,
    mapping: MappingFile = None,
    data: Data = None,
    packs: Packs = None,
    home: Home = None,
    zone: Zone = None,
    language: Language = None,
    mode: Mode = None,
    set_: SetParameters = None,
    model: Model = None,
    places: Places = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write each decision as a JSON line.")] = None,
    rejects: Rejects = None,
    assume_complete: Annotated[
        str | None,
        typer.Option("--assume-complete", help="The file is complete since this instant, or from its `start`."),
    ] = None,
    lists_empty: Annotated[
        bool, typer.Option("--lists-empty", help="Count every list as loaded and empty instead of never loaded.")
    ] = False,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """Decide a file of past events on event time."""
    given = {
        "data": data,
        "packs": packs,
        "home": home,
        "zone": zone,
        "language": language,
        "mode": mode,
        "set": set_,
        "model": model,
        "places": places,
        "dev": lists_empty or None,
    }
    settings = read_settings(given, os.environ)
    source = event_file(file, mapping)
    with ExitStack() as stack:
        sinks: dict[type, Callable[[Any], None]] = {
            Decided: _decision_sink(open_written(out, stack, file, mapping), settings),
            Rejected: reject_sink(open_written(rejects, stack, file, mapping, out)),
        }
        assembled = open_for_file(settings, stack, durable=data is not None)
        decider = make_decider(assembled, source, assume_complete, durable=data is not None)
        decider.seals = data is not None or out is not None
        ended = run_file(source, decider, sinks, limit=limit, quiet=json)
    (print_json if json else print_summary)(decider.run, ended)
    raise typer.Exit(exit_code(decider, ended))


def open_for_file(settings: Settings, stack: ExitStack, *, durable: bool) -> Assembled:
    """Open the data directory and bring its memory up to date, or put everything together in memory."""
    if not durable:
        return assemble_in_memory(settings, StandingClock(0))
    assembled = assemble(settings)
    stack.callback(assembled.store.close)
    rebuild(assembled.shard)
    return assembled


def make_decider(assembled: Assembled, source: EventFile, assume: str | None, *, durable: bool) -> FileDecider:
    """Put a run together."""
    event = source.mapping.event if source.mapping else None
    return FileDecider(
        shard=assembled.shard,
        journal=Journal(assembled.store) if durable else None,
        sources=() if assume is None else sources_of(event) if event else OWN,
        complete_since_ms=None if assume in {None, _START} else instant_of("assume-complete", str(assume)),
        results=event in {None, "transfer_result"},
    )


def instant_of(option: str, text: str) -> int:
    """Read an instant with its offset from an option."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise SettingError(f"`{option}` cannot be `{text}`", hint="an RFC 3339 instant with offset")
    return to_ms(found)


def run_file(source: EventFile, decider: FileDecider, sinks: Sinks, *, limit: int | None, quiet: bool) -> Pace:
    """Run over the file, showing how far it is; an interrupt ends the run and leaves what was counted so far."""
    rows: Iterator[Any] = source.rows() if limit is None else islice(source.rows(), limit)
    total = min(limit, source.total) if limit and source.total else source.total or limit
    start, cpu = time.perf_counter(), time.process_time()
    interrupted = False
    try:
        for made in following(decider.decide(rows), decider.run, total=total, quiet=quiet):
            sinks[type(made)](made)
    except KeyboardInterrupt:
        interrupted = True
        if decider.journal is not None:
            decider.journal.flush()
    seconds = time.perf_counter() - start
    cpu_seconds = time.process_time() - cpu
    return Pace(seconds=seconds, cpu_seconds=cpu_seconds, peak_bytes=peak_bytes(), interrupted=interrupted)


def peak_bytes() -> int:
    """Give the most memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _decision_sink(file: BinaryIO | None, settings: Settings) -> Callable[[Decided], None]:
    """Write decisions to a file, or nowhere."""
    if file is None:
        return lambda _: None
    zone = settings.tzinfo()

    def write(made: Decided) -> None:
        line = decision_line(made.event.id, made.judgement, decided_ms=made.event.received_ms, zone=zone)
        file.write(line + b"\n")

    return write


def reject_sink(file: BinaryIO | None) -> Callable[[Rejected], None]:
    """Write why rows were rejected to a file; the first few are shown in any case."""
    shown = 0

    def write(made: Rejected) -> None:
        nonlocal shown
        if file is not None:
            file.write(msgspec.json.encode(made) + b"\n")
        if shown < 5:
            shown += 1
            where = f" at {made.pointer}" if made.pointer else ""
            sys.stderr.write(f"line {made.line}{where}: {made.message}\n  {made.hint}\n")

    return write


def exit_code(decider: FileDecider, ended: Pace) -> int:
    """Choose the exit code: interrupted, bad rows, or all well."""
    if ended.interrupted:
        return EXIT_INTERRUPTED
    return EXIT_REJECTED if decider.run.rejected else 0
