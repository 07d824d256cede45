"""`holdfast doctor`: looks at the machine, the data directory and the law, and at which signs the data can fire."""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Annotated, NamedTuple

import typer

from holdfast.app import Assembled, assemble_around, assemble_in_memory, open_store
from holdfast.app.clocks import StandingClock, SystemClock
from holdfast.cli.options import Data, Json, Limit, MappingFile, Packs
from holdfast.cli.reading import event_file
from holdfast.cli.screen import one_line_table, screen
from holdfast.operations.coverage import Sightings, SignCoverage, coverage
from holdfast.operations.rebuild import load_lists
from holdfast.regulation import as_of, boundaries
from holdfast.settings import Settings, read_settings
from holdfast.vocabulary.errors import InUseError, StoreError
from holdfast.vocabulary.instants import DAY_MS, from_ms
from holdfast.wire.canonical import canonical
from holdfast.wire.mapping import Row

SOON_DAYS = 90
_FSYNCS = 20
_SLOW_MS = 20.0
_OLD_LIST_DAYS = 2
_EXIT_FAULT = 2
GOOD, WARN, BAD = "good", "look", "bad"


class Finding(NamedTuple):
    """One thing that was looked at: `good`, `look` (worth a look) or `bad`."""

    state: str
    what: str
    found: str


def doctor(
    *,
    data: Data = None,
    packs: Packs = None,
    file: Annotated[
        Path | None, typer.Option("--coverage", help="Tell which signs the events of this file could ever fire.")
    ] = None,
    mapping: MappingFile = None,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """Check the machine, the data directory and the law in force."""
    settings = read_settings({"data": data, "packs": packs}, os.environ)
    findings = list(_machine(settings.data))
    covered: list[SignCoverage] = []
    sightings = Sightings()
    with closing(_Opened(settings, findings)) as opened:
        findings += _law(opened.assembled)
        if file is not None:
            sightings, at_ms = _look(opened, file, mapping, limit=limit)
            shard = opened.assembled.shard
            covered = list(coverage(shard.law, sightings, shard.memory.schema, at_ms=at_ms))
    if json:
        _print_json(findings, covered)
    else:
        _print(findings, covered, sightings)
    raise typer.Exit(_EXIT_FAULT if any(finding.state == BAD for finding in findings) else 0)


class _Opened:
    """The data directory where there is one, else everything put together in memory."""

    def __init__(self, settings: Settings, findings: list[Finding]) -> None:
        self._store = None
        if (settings.data / "holdfast.db").is_file():
            try:
                self._store = open_store(settings.data)
            except StoreError as error:
                state = WARN if isinstance(error, InUseError) else BAD
                findings.append(Finding(state, "data directory", f"{error.message}; {error.advice}"))
        elif settings.data.exists() and not settings.data.is_dir():
            findings.append(Finding(BAD, "data directory", f"{settings.data} is a file; name a folder"))
        else:
            findings.append(Finding(WARN, "data directory", f"{settings.data} holds no data yet"))
        if self._store is None:
            self.assembled = assemble_in_memory(settings, StandingClock(SystemClock().now_ms()))
        else:
            self.assembled = assemble_around(settings, self._store)
            load_lists(self.assembled.shard, ())
            findings += _directory(self.assembled)

    def close(self) -> None:
        """Release the directory."""
        if self._store is not None:
            self._store.close()


def _machine(data: Path) -> Iterator[Finding]:
    """Look at what the server would run on."""
    yield Finding(GOOD, "python", f"{platform.python_version()} on {platform.machine()}")
    cpus = os.cpu_count() or 1
    yield Finding(GOOD if cpus > 1 else WARN, "processors", f"{cpus}")
    place = data if data.is_dir() else Path(tempfile.gettempdir())
    try:
        cost = _fsync_ms(place)
    except OSError as error:
        yield Finding(BAD, "disk", f"cannot write in {place}: {error.strerror}")
        return
    yield Finding(WARN if cost > _SLOW_MS else GOOD, "disk", f"{cost:.2f} ms to make 4 KB durable in {place}")


def _fsync_ms(directory: Path) -> float:
    """Measure the median cost of a durable write of 4 KB."""
    spent = []
    with tempfile.TemporaryFile(dir=directory) as file:
        for _ in range(_FSYNCS):
            start = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            spent.append((time.perf_counter() - start) * 1000)
    return median(spent)


def _directory(assembled: Assembled) -> Iterator[Finding]:
    """Look at the log, the lists and the sources of a data directory."""
    store, now_ms = assembled.store, assembled.clock.now_ms()
    yield Finding(GOOD, "log", f"{store.last_seq():,} records")
    yield _names(keyed=store.keeps_keyed_names)
    for source, since in store.sources().items():
        yield Finding(GOOD, f"source {source}", f"complete since {from_ms(since):%Y-%m-%d %H:%M} UTC")
    lists = assembled.shard.memory.lists
    for name in assembled.shard.law.lists():
        version = lists.version(name)
        if version is None:
            yield Finding(WARN, f"list {name}", "never loaded: its signs are unknown")
            continue
        days = (now_ms - version.loaded_ms) / DAY_MS
        state = WARN if days > _OLD_LIST_DAYS else GOOD
        yield Finding(state, f"list {name}", f"{version.entries:,} entries, loaded {days:.1f} days ago")


def _names(*, keyed: bool) -> Finding:
    """Say how the directory names people."""
    if keyed:
        return Finding(GOOD, "names of people", "hashes with this directory's key")
    return Finding(WARN, "names of people", "hashes without a key, for the directory was made before schema 5")


def _law(assembled: Assembled) -> Iterator[Finding]:
    """Look at what is in force, and what changes soon."""
    law, now_ms = assembled.shard.law, assembled.clock.now_ms()
    for pack in as_of(law.packs, now_ms).packs:
        yield Finding(
            GOOD, f"pack {pack.id}", f"{len(pack.signs)} signs, {len(pack.duties)} duties, {len(pack.rules)} rules"
        )
    if law.model is not None:
        on = ", ".join(law.model.on)
        yield Finding(GOOD, f"model {law.model.version}", f"{len(law.model.features)} features on {on}")
    for edge in boundaries(law.packs):
        if now_ms < edge <= now_ms + SOON_DAYS * DAY_MS:
            day = from_ms(edge, assembled.shard.tenant.zone).date()
            yield Finding(WARN, "law", f"something changes on {day}: `holdfast packs as-of {day}`")


def _look(opened: _Opened, file: Path, mapping: Path | None, *, limit: int | None) -> tuple[Sightings, int]:
    """Read a file and note what it ever has; the law is that of its last event."""
    shard = opened.assembled.shard
    lists = frozenset(name for name in shard.law.lists() if shard.memory.lists.is_loaded(name))
    sightings = Sightings(lists=lists, sources=frozenset(shard.ports.store.sources()))
    at_ms = 0
    for row in islice(event_file(file, mapping).rows(), limit):
        if isinstance(row, Row):
            sightings.see(row.event)
            at_ms = max(at_ms, row.event.occurred_ms)
    return sightings, at_ms or opened.assembled.clock.now_ms()


def _print_json(findings: list[Finding], covered: list[SignCoverage]) -> None:
    told = {
        "findings": [finding._asdict() for finding in findings],
        "coverage": [
            {"id": one.id, "on": one.event_type, "can_fire": not one.missing, "missing": one.missing} for one in covered
        ],
    }
    sys.stdout.write(canonical(told).decode() + "\n")


def _print(findings: list[Finding], covered: list[SignCoverage], sightings: Sightings) -> None:
    console = screen()
    for finding in findings:
        console.print(f"{finding.state:5} {finding.what}: {finding.found}", markup=False, soft_wrap=True)
    if not covered:
        return
    console.print(", ".join(f"{count:,} {kind}" for kind, count in sightings.events.items()) or "no events")
    table = one_line_table("sign", "on", "can fire", "missing")
    for one in covered:
        table.add_row(one.id, one.event_type, "never" if one.missing else "yes", ", ".join(one.missing))
    console.print(table)
