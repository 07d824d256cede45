"""`holdfast stopped`: how many people each rule and sign stopped, and how many of them were honest."""

import os
from contextlib import closing
from datetime import datetime
from typing import Annotated, Final

import typer
from rich.table import Table

from holdfast.app import open_store_beside
from holdfast.cli.options import Data, Json
from holdfast.cli.screen import screen
from holdfast.operations.people_stopped import PeopleStopped, Span, people_stopped, stopped_view
from holdfast.settings import read_settings
from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.instants import to_ms
from holdfast.wire.canonical import canonical

_END_OF_TIME: Final = 2**62


def stopped(
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Only this rule or sign; may be repeated.")] = None,
    *,
    start: Annotated[str | None, typer.Option("--from", help="First instant, RFC 3339; by default the first.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Instant before which; by default all.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Count people, not events: whom a rule stopped, what was learnt of them, and whom it would stop if enforced."""
    span = Span(from_ms=_instant("--from", start, 0), to_ms=_instant("--to", end, _END_OF_TIME))
    with closing(open_store_beside(read_settings({"data": data}, os.environ).data)) as store:
        rows = people_stopped(store.replay, span)
    wanted = frozenset(rule or ())
    shown = [row for row in rows if not wanted or row.source in wanted]
    if json:
        print(canonical(stopped_view(shown)).decode())
    else:
        _print(shown)


def _instant(option: str, text: str | None, otherwise: int) -> int:
    """Read an instant with its offset."""
    if text is None:
        return otherwise
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise SettingError(
            f"`{option}` cannot be `{text[:40]}`", hint="an RFC 3339 instant, such as `2026-05-08T09:00:00+03:00`"
        )
    return to_ms(instant)


def _print(rows: list[PeopleStopped]) -> None:
    """Print one line a source."""
    columns = ("rule or sign", "people", "fraud", "honest", "nothing known", "nameless", "would stop")
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        counts = (row.people, row.fraud, row.honest, row.unknown, row.nameless, row.would)
        table.add_row(row.source, *(f"{count:,}" for count in counts))
    console = screen()
    console.print(table)
    console.print("honest: labelled genuine, or identity proved; at most all but the fraud are", markup=False)
