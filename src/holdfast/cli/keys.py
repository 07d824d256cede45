"""`holdfast keys`: makes, lists and revokes the API keys of a data directory."""

import asyncio
import os
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import typer
from rich.console import Console

from holdfast.app import clock_left, open_store
from holdfast.app.clocks import IdSource
from holdfast.cli.decide import instant_of
from holdfast.cli.lists import Key, Url, way_of
from holdfast.cli.options import Data, Json
from holdfast.cli.reach import Row, Way, reach
from holdfast.cli.screen import one_line_table, screen
from holdfast.operations.api_keys import SCOPES, create_key, end_key, key_row, read_scopes
from holdfast.settings import read_settings
from holdfast.wire.canonical import canonical

keys = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)
_PATH: Final = "/v1/keys"


@keys.command()
def create(
    *,
    scopes: Annotated[str, typer.Option("--scopes", help=f"Separated by commas: {', '.join(SCOPES)}.")],
    data: Data = None,
    expires: Annotated[str | None, typer.Option("--expires", help="An RFC 3339 instant with offset.")] = None,
    json: Json = False,
) -> None:
    """Make a key; it is shown now and never again."""
    words = read_scopes(word.strip() for word in scopes.split(",") if word.strip())
    expires_ms = instant_of("expires", expires) if expires else None
    with closing(open_store(read_settings({"data": data}, os.environ).data, make=True)) as store:
        row, token = create_key(
            store,
            words,
            now_ms=clock_left(store).now_ms(),
            expires_ms=expires_ms,
            new_id=IdSource(),
            random_bytes=os.urandom,
        )
    if json:
        print(canonical({**key_row(row), "key": token}).decode())
        return
    console = screen()
    console.print(f"{row.id}  {' '.join(row.scopes)}")
    console.print(token, soft_wrap=True)
    Console(stderr=True, highlight=False).print("keep it now: only its hash is stored")


@keys.command("list")
def list_keys(*, url: Url = None, key: Key = None, data: Data = None, json: Json = False) -> None:
    """List every key ever made: of a running server with `--url` and `--key`, else of a data directory."""
    if url is not None or key is not None:
        rows = asyncio.run(_items(_way(url, key, data)))
    else:
        with closing(open_store(read_settings({"data": data}, os.environ).data)) as store:
            rows = [key_row(row) for row in store.keys()]  # noqa: SIM118 - a store, not a mapping
    if json:
        print(canonical(rows).decode())
        return
    table = one_line_table("id", "scopes", "created", "expires", "revoked")
    for row in rows:
        table.add_row(*(str(row[name] or "-") for name in ("id", "scopes", "created_at", "expires_at", "revoked_at")))
    screen().print(table)


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")],
    *,
    url: Url = None,
    key: Key = None,
    data: Data = None,
) -> None:
    """End a key at once: at a running server with `--url` and `--key`, else in a data directory."""
    if url is not None or key is not None:
        row = asyncio.run(_end(_way(url, key, data), key_id))
    else:
        with closing(open_store(read_settings({"data": data}, os.environ).data)) as store:
            row = key_row(end_key(store, key_id, now_ms=clock_left(store).now_ms()))
    screen().print(f"{row['id']} has ended at {row['revoked_at']}")


def _way(url: str | None, key: str | None, data: Path | None) -> Way:
    return way_of(url, key, None if data is None else str(data))


async def _items(way: Way) -> list[Row]:
    async with reach(way) as opened:
        rows: list[Row] = (await opened.get(_PATH))["items"]
        return rows


async def _end(way: Way, key_id: str) -> Row:
    async with reach(way) as opened:
        return await opened.post(f"{_PATH}/{quote(key_id, safe='')}/revoke", {})
