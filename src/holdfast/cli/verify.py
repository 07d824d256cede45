"""`holdfast verify`: the walk along the whole chain of a data directory, also beside a running server."""

import os
import sys
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from holdfast.app import open_store_beside
from holdfast.settings import TABLE, read_settings
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.stored import Verified

EXIT_FLAWED: Final = 3
_MEANING: Final = {setting.name: setting.meaning for setting in TABLE}
_HEX_DIGITS: Final = 64
_FAULTS: Final = {
    "missing": "is missing",
    "unreadable": "cannot be read",
    "link": "does not follow from the record before it",
    "head": "its link is not the head that was kept",
}


def verify(
    data: Annotated[str | None, typer.Option("--data", help=_MEANING["data"])] = None,
    head: Annotated[str | None, typer.Option("--head", help="Link that was kept elsewhere, in hex.")] = None,
    seq: Annotated[int | None, typer.Option("--seq", min=1, help="Number of the record of that link.")] = None,
) -> None:
    """Compute the chain of hashes again over every record; ends with 3 when a record is not as it was written."""
    store = open_store_beside(read_settings({"data": data}, os.environ).data)
    try:
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        hidden = not sys.stderr.isatty()
        with Progress(*columns, console=Console(stderr=True), transient=True, disable=hidden) as progress:
            task = progress.add_task("", total=store.last_seq())
            found = store.verify_chain(lambda seq: progress.update(task, completed=seq), head=_bytes(head), seq=seq)
    finally:
        store.close()
    _print(found)
    if found.fault is not None:
        raise typer.Exit(EXIT_FLAWED)


def _bytes(head: str | None) -> bytes | None:
    """Read a link."""
    if head is None:
        return None
    try:
        link = bytes.fromhex(head)
    except ValueError:
        link = b""
    if len(link) * 2 != _HEX_DIGITS:
        raise SettingError("`--head` is no link of the chain", hint="64 hex digits, as this command prints them")
    return link


def _print(found: Verified) -> None:
    """Say what was found."""
    out = Console(highlight=False, soft_wrap=True)
    if found.fault is not None:
        what = _FAULTS.get(found.fault.differs, f"its {found.fault.differs} is not as it was written")
        out.print(f"record {found.fault.seq}: {what}", markup=False)
    out.print(f"{found.records} records are as they were written, up to record {found.seq}", markup=False)
    if found.forgotten:
        out.print(f"{found.forgotten} of them have lost their personal data with their key", markup=False)
    if found.unlinked:
        out.print(f"{found.unlinked} before them are older than the chain", markup=False)
    out.print(f"head {found.head.hex()} at record {found.seq}; keep it elsewhere", markup=False)
