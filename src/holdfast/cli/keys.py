"""`holdfast keys`: makes, lists and revokes the API keys of a data directory."""

import os
from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console

from holdfast.app import clock_left, open_store
from holdfast.app.clocks import IdSource
from holdfast.cli.decide import instant_of
from holdfast.cli.options import Data, Json
from holdfast.cli.screen import one_line_table, screen
from holdfast.operations.api_keys import SCOPES, create_key
from holdfast.settings import read_settings
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.stored import ApiKeyRow
from holdfast.wire.canonical import canonical

keys = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)


@keys.command()
def create(
    *,
    scopes: Annotated[str, typer.Option("--scopes", help=f"Separated by commas: {', '.join(SCOPES)}.")],
    data: Data = None,
    expires: Annotated[str | None, typer.Option("--expires", help="An RFC 3339 instant with offset.")] = None,
    json: Json = False,
) -> None:
    """Make a key; it is shown now and never again."""
    words = [word.strip() for word in scopes.split(",") if word.strip()]
    with closing(open_store(read_settings({"data": data}, os.environ).data, make=True)) as store:
        row, token = create_key(
            store,
            words,
            now_ms=clock_left(store).now_ms(),
            expires_ms=instant_of("expires", expires) if expires else None,
            new_id=IdSource(),
            random_bytes=os.urandom,
        )
    if json:
        print(canonical({**_told(row), "key": token}).decode())
        return
    console = screen()
    console.print(f"{row.id}  {' '.join(row.scopes)}")
    console.print(token, soft_wrap=True)
    Console(stderr=True, highlight=False).print("keep it now: only its hash is stored")


@keys.command("list")
def list_keys(*, data: Data = None, json: Json = False) -> None:
    """List every key ever made."""
    with closing(open_store(read_settings({"data": data}, os.environ).data)) as store:
        rows = [_told(row) for row in store.keys()]  # noqa: SIM118 - a store, not a mapping
    if json:
        print(canonical(rows).decode())
        return
    table = one_line_table("id", "scopes", "created", "expires", "revoked")
    for row in rows:
        table.add_row(*(str(row[name] or "-") for name in ("id", "scopes", "created_at", "expires_at", "revoked_at")))
    screen().print(table)


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")], data: Data = None
) -> None:
    """End a key at once."""
    with closing(open_store(read_settings({"data": data}, os.environ).data)) as store:
        store.revoke_key(key_id, clock_left(store).now_ms())
    screen().print(f"{key_id} has ended")


def _told(row: ApiKeyRow) -> dict[str, str | None]:
    """Describe a key without its hash."""

    def written(at_ms: int | None) -> str | None:
        return None if at_ms is None else rfc3339(at_ms)

    return {
        "id": row.id,
        "scopes": " ".join(row.scopes),
        "created_at": written(row.created_ms),
        "expires_at": written(row.expires_ms),
        "revoked_at": written(row.revoked_ms),
    }
