"""`holdfast exposure`: what the bank stands to pay, what was saved and what came back, as a table or a file."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from holdfast.cli.lists import Data, Key, Url, way_of
from holdfast.cli.reach import Row, fetch, hand_over
from holdfast.vocabulary.errors import SettingError

_FORMATS: Final = ("table", "json", "csv", "xlsx")
_PATH: Final = "/v1/exposure"


def exposure(
    start: Annotated[str | None, typer.Option("--from", help="First day or instant; by default 30 days ago.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Day or instant before which; by default now.")] = None,
    format_: Annotated[str, typer.Option("--format", help=f"One of {', '.join(_FORMATS)}.")] = "table",
    *,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; else standard output.")] = None,
    url: Url = None,
    key: Key = None,
    data: Data = None,
) -> None:
    """Show sums by currency; `csv` and `xlsx` give the single rows."""
    if format_ not in _FORMATS:
        raise SettingError(f"`--format` cannot be `{format_}`", hint=f"one of {', '.join(_FORMATS)}")
    if format_ == "xlsx" and out is None:
        raise SettingError("a workbook needs a file", hint="add `--out exposure.xlsx`")
    query = {name: text for name, text in (("from", start), ("to", end)) if text is not None}
    word = "json" if format_ == "table" else format_
    content = asyncio.run(fetch(way_of(url, key, data), _PATH, query | {"format": word}))
    if format_ == "table":
        _print_table(msgspec.json.decode(content))
    else:
        hand_over(content, out)


def _print_table(row: Row) -> None:
    """Print the sums of each currency as a line."""
    kinds = ("executed_in_breach", "late_feed", "let_through", "saved", "stolen", "returned")
    table = Table("currency", *kinds, "returned share", box=None, pad_edge=False)
    for sums in row["currencies"]:
        share = sums["returned_share"]
        shown = "unknown" if share is None else f"{share:.1%}"
        table.add_row(sums["currency"], *(_money(sums[kind]) for kind in kinds), shown)
    console = Console(highlight=False)
    console.print(f"{row['from']} to {row['to']}, in minor units", markup=False)
    console.print(table)


def _money(total: Any) -> str:
    return f"{total['amount_minor']:,} ({total['count']})"
