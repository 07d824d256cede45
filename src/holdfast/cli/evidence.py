"""`holdfast evidence`: fetch the evidence file of a decision or a hold, and check one without a server."""

import asyncio
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import typer
from rich.console import Console

from holdfast.cli.lists import Data, Key, Url, way_of
from holdfast.cli.reach import fetch, hand_over
from holdfast.operations.verify_evidence import Checked, verify_evidence
from holdfast.vocabulary.errors import SettingError

EXIT_FLAWED: Final = 3
_FORMATS: Final = ("json", "html")
app = typer.Typer(help="Fetch evidence files, and check them against their own hashes.", no_args_is_help=True)


@app.command()
def get(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Id of a decision or of a hold.")],
    format_: Annotated[str, typer.Option("--format", help=f"One of {', '.join(_FORMATS)}.")] = "json",
    lang: Annotated[str, typer.Option(help="Language of the page: ru, kk or en.")] = "en",
    *,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; else standard output.")] = None,
    url: Url = None,
    key: Key = None,
    data: Data = None,
) -> None:
    """Fetch an evidence file."""
    if format_ not in _FORMATS:
        raise SettingError(f"`--format` cannot be `{format_}`", hint=f"one of {', '.join(_FORMATS)}")
    kind = "holds" if id_.startswith("hold_") else "decisions"
    path = f"/v1/{kind}/{quote(id_, safe='')}/evidence"
    content = asyncio.run(fetch(way_of(url, key, data), path, {"format": format_, "lang": lang}))
    hand_over(content, out)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The evidence file (JSON).")],
    head: Annotated[str | None, typer.Option("--head", help="Link of the head that was kept elsewhere.")] = None,
) -> None:
    """Check an evidence file without a server or a data directory; ends with 3 when something was changed."""
    if not file.is_file():
        raise SettingError(f"there is no file `{file}`", hint="give the path of the evidence file")
    checked = verify_evidence(file.read_bytes(), head=head)
    _print(checked, asked=head is not None)
    if checked.flaws:
        raise typer.Exit(EXIT_FLAWED)


def _print(checked: Checked, *, asked: bool) -> None:
    """Say what was found."""
    out = Console(highlight=False, soft_wrap=True)
    for flaw in checked.flaws:
        out.print(f"{flaw.place}: {flaw.what}", markup=False)
    if checked.flaws:
        out.print(f"{len(checked.flaws)} flaws in {checked.records} records", markup=False)
        return
    erased = f", the personal data of {checked.erased} erased" if checked.erased else ""
    out.print(f"{checked.records} records are as they were written{erased}", markup=False)
    out.print(f"head {checked.head}", markup=False)
    if not asked:
        out.print("compare the head with one that the bank kept elsewhere: --head", markup=False)
    if not checked.connected:
        out.print("the file does not show the whole way to the head; `holdfast verify` walks it", markup=False)
