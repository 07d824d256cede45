"""`holdfast erase`: make a person's data unreadable for ever."""

import asyncio
from typing import Annotated, Final
from urllib.parse import quote

import typer
from rich.console import Console

from holdfast.cli.lists import Data, Key, Url, way_of
from holdfast.cli.reach import Row, Way, reach
from holdfast.vocabulary.errors import SettingError

_KINDS: Final = ("customer_id", "seller_id")


def erase(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Your own id of the client or the seller.")],
    reason: Annotated[str, typer.Option(help="Why; it stays in the log, so nothing personal.")],
    kind: Annotated[str, typer.Option(help=f"What the id is: {' or '.join(_KINDS)}.")] = "customer_id",
    *,
    document: Annotated[str | None, typer.Option(help="Number of the person's demand.")] = None,
    by: Annotated[str | None, typer.Option(help="Who asks, where no keys stand for people.")] = None,
    approved_by: Annotated[str | None, typer.Option(help="Who approves, where no keys stand for people.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False,
    url: Url = None,
    key: Key = None,
    data: Data = None,
) -> None:
    """Destroy the key under which a person's events lie. There is no way back, except from a backup made before."""
    if kind not in _KINDS:
        raise SettingError(f"`--kind` cannot be `{kind}`", hint=f"one of {', '.join(_KINDS)}")
    if not yes:
        typer.confirm(f"Erase everything under the key of {kind} {id_}? This cannot be undone.", abort=True)
    body: Row = {"kind": kind, "reason": reason, "document": document, "by": by, "approved_by": approved_by}
    row = asyncio.run(_erase(way_of(url, key, data), id_, body))
    if row["state"] == "asked":
        told = f"nothing is erased yet: asked by {' and '.join(row['by'])}, needs {row['needs']}"
    else:
        told = f"erased at {row['at']}, record {row['record']}"
    Console(highlight=False, soft_wrap=True).print(told, markup=False)


async def _erase(way: Way, id_: str, body: Row) -> Row:
    async with reach(way) as opened:
        return await opened.post(f"/v1/clients/{quote(id_, safe='')}/erase", body)
