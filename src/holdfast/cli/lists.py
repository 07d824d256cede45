"""`holdfast lists`: load full snapshots, release them from quarantine, and look at lists, versions and differences."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from holdfast.cli.reach import Reach, RefusedError, Reply, Row, Tell, Way, reach
from holdfast.vocabulary.errors import SettingError

EXIT_QUARANTINED: Final = 4
URL: Final = "http://127.0.0.1:8000"
STAGES: Final = ("sending", "reading", "staging")
app = typer.Typer(help="Load lists, release them from quarantine, and look at what changed.", no_args_is_help=True)

Url = Annotated[str | None, typer.Option("--url", help=f"Running server; by default {URL}.")]
Key = Annotated[str | None, typer.Option("--key", help="API key of that server.")]
Data = Annotated[str | None, typer.Option("--data", help="Data directory that no server has open.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=500, help="How many rows to show.")]
ListName = Annotated[str, typer.Argument(help="Id of the list, such as ru.cbr.recipients.")]


def way_of(url: str | None, key: str | None, data: str | None) -> Way:
    """Choose between a server and a data directory."""
    if url is not None and data is not None:
        raise SettingError("`--url` and `--data` exclude each other", hint="name the server or the directory")
    return Way(url=url or URL, key=key, data=data)


def _run(way: Way, work: Callable[[Reach], Awaitable[Any]]) -> Any:
    """Do work over a way."""

    async def carry() -> Any:
        async with reach(way) as opened:
            return await work(opened)

    return asyncio.run(carry())


@contextmanager
def _bars(*, shown: bool) -> Iterator[Tell]:
    """Show a bar for each step on the error stream, so that the answer can be piped on."""
    columns = (TextColumn("{task.description:9}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as progress:
        tasks = {}

        def tell(stage: str, done: int, size: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage)
            progress.update(tasks[stage], completed=done, total=size)

        yield tell


@app.command("import")
def import_file(
    file: Annotated[Path | None, typer.Argument(help="The snapshot; not needed with --approve.")] = None,
    name: Annotated[str, typer.Option("--list", help="Id of the list.")] = "",
    type_: Annotated[str | None, typer.Option("--type", help="FinCERT's type; without it a plain table.")] = None,
    published_at: Annotated[str | None, typer.Option(help="When the source published it (RFC 3339).")] = None,
    marked: Annotated[bool, typer.Option("--marked", help="The file bears the marks of the police.")] = False,
    source: Annotated[str | None, typer.Option(help="Who reported the entries.")] = None,
    rows: Annotated[int | None, typer.Option("--declared-rows", help="Rows that the sender declares.")] = None,
    approve: Annotated[str | None, typer.Option(help="Release this snapshot from quarantine.")] = None,
    drop: Annotated[str | None, typer.Option(help="Remove this snapshot from quarantine.")] = None,
    by: Annotated[str | None, typer.Option(help="Who acts; where the server has keys, the key says it.")] = None,
    url: Url = None,
    key: Key = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Load a full snapshot, or release one from quarantine; ends with 4 when it is held in quarantine."""
    if not name or sum(part is not None for part in (file, approve, drop)) != 1:
        hint = "for example `holdfast lists import FILE --list bank.recipients`"
        raise SettingError("name the list with `--list`, and one of FILE, `--approve` and `--drop`", hint=hint)
    if file is not None and not file.is_file():
        raise SettingError(f"there is no file `{file}`", hint="give the path of the snapshot")
    way = way_of(url, key, data)
    person = by or (getpass.getuser() if data is not None else None)
    path = f"/v1/lists/{quote(name, safe='')}/import"
    if drop is not None:
        _run(way, lambda opened: opened.delete(f"{path}/{quote(drop, safe='')}"))
        return
    asked = {
        "type": type_,
        "published_at": published_at,
        "marked": "true" if marked else None,
        "source": source,
        "declared_rows": rows,
        "by": person,
    }
    if approve is not None:
        path, asked = f"{path}/{quote(approve, safe='')}/approve", {"by": person}
    query = {field: value for field, value in asked.items() if value is not None}
    with _bars(shown=not as_json and sys.stderr.isatty()) as tell:
        reply: Reply = _run(way, lambda opened: opened.send(path, query, file=file, tell=tell))
    _finish(reply, as_json=as_json)


def _finish(reply: Reply, *, as_json: bool) -> None:
    """Print how an import ended, and end with its exit code."""
    row = reply.row
    held = reply.status == 409 and row.get("code") == "quarantined" and "findings" in row
    if reply.status >= 400 and not held:
        raise RefusedError(reply)
    if as_json:
        _print_json(row)
    else:
        _print_outcome(row, held=held)
    if held:
        raise typer.Exit(EXIT_QUARANTINED)


def _print_outcome(row: Row, *, held: bool) -> None:
    """Say in a few lines what an import did, or why it waits."""
    out = Console(highlight=False, soft_wrap=True)
    if held:
        out.print(f"{row['list']}: snapshot {row['id']} is held in quarantine; the last good version stays in force")
        for finding in row["findings"]:
            out.print(f"  {finding['doubt']}: {finding['message']}", markup=False)
    else:
        out.print(f"{row['list']}: version {row['version']}, {row.get('entries', 0)} entries")
    out.print(f"  {row['rows']} rows: {row['added']} new, {row['removed']} gone, {row['changed']} changed")
    for fault in row["faults"]:
        where = f", {fault['column']}" if fault["column"] else ""
        out.print(f"  line {fault['line']}{where}: {fault['message']}", markup=False)
    if row["faulty_rows"] > len(row["faults"]):
        out.print(f"  and {row['faulty_rows'] - len(row['faults'])} more rows that cannot be used")


def _print_json(row: Row) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(row)).decode() + "\n")


def _print_table(rows: list[Row], columns: tuple[str, ...]) -> None:
    """Print every cell whole: a version's name is copied into the next command, and a value may look like markup."""
    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=name in {"version", "kind", "change"})
    for row in rows:
        table.add_row(*(Text("" if row.get(name) is None else str(row[name])) for name in columns))
    Console(highlight=False).print(table)


@app.command()
def show(
    name: ListName,
    limit: Limit = 20,
    url: Url = None,
    *,
    key: Key = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show a list: its version, its limits, what waits in quarantine, and its first entries."""
    path = f"/v1/lists/{quote(name, safe='')}"
    row: Row = _run(way_of(url, key, data), lambda opened: opened.get(path, {"limit": limit}))
    if as_json:
        _print_json(row)
        return
    out = Console(highlight=False, soft_wrap=True)
    out.print(f"{row['list']} ({row['purpose']}): version {row['version']}, {row['entries']} entries", markup=False)
    for held in row["quarantine"]:
        reasons = "; ".join(finding["message"] for finding in held["findings"])
        out.print(f"  in quarantine: {held['id']} by {held['by']}: {reasons}", markup=False)
    _print_table(row["items"], ("kind", "value", "bic", "police", "reason", "expires_at"))


@app.command()
def versions(
    name: ListName,
    limit: Limit = 20,
    url: Url = None,
    *,
    key: Key = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show a list's versions, the newest first."""
    path = f"/v1/lists/{quote(name, safe='')}/versions"
    row: Row = _run(way_of(url, key, data), lambda opened: opened.get(path, {"limit": limit}))
    if as_json:
        _print_json(row)
    else:
        columns = ("version", "entries", "added", "removed", "published_at", "loaded_at", "source", "by")
        _print_table(row["items"], columns)


@app.command()
def diff(
    name: ListName,
    version: Annotated[
        str | None, typer.Argument(help="A version, or a snapshot in quarantine; else the newest.")
    ] = None,
    limit: Limit = 100,
    *,
    url: Url = None,
    key: Key = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show what a version changed, or what a snapshot in quarantine would change."""
    row: Row = _run(way_of(url, key, data), lambda opened: _difference(opened, name, version, limit=limit))
    if as_json:
        _print_json(row)
    elif "findings" in row:
        _print_outcome(row, held=True)
    else:
        Console(highlight=False).print(f"{row['version']}: {row['added']} added, {row['removed']} removed")
        _print_table(row["items"], ("change", "kind", "value", "bic", "police", "reason"))


async def _difference(opened: Reach, name: str, version: str | None, *, limit: int) -> Row:
    path = f"/v1/lists/{quote(name, safe='')}"
    if version is not None and version.startswith("imp_"):
        return await opened.get(f"{path}/import/{version}")
    wanted = version or (await opened.get(path, {"limit": 1}))["version"]
    if wanted is None:
        raise SettingError(f"the list `{name}` was never loaded", hint="load it with `holdfast lists import`")
    return await opened.get(f"{path}/versions/{quote(wanted, safe='')}", {"limit": limit})
