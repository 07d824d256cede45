"""`holdfast switches`: let a sign or a rule act less for some hours, as two people, and look at what was switched."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
import typer
from rich.console import Console

from holdfast.cli.lists import AsJson, Data, Key, Limit, Url, way_of
from holdfast.cli.reach import Reach, Row, Way, reach

app = typer.Typer(
    help="Let a sign or a rule act less for some hours, as two people, and see what that let through.",
    no_args_is_help=True,
)
_PATH = "/v1/switches"
Sign = Annotated[str, typer.Argument(metavar="SIGN", help="Id of the sign or the rule, such as ru.od-2506.1.6.")]
Reason = Annotated[str, typer.Option(help="Why; it stays in the log, so nothing personal.")]
By = Annotated[str | None, typer.Option(help="Who asks, where no keys stand for people.")]
ApprovedBy = Annotated[str | None, typer.Option(help="Who approves, where no keys stand for people.")]


def _run(way: Way, work: Callable[[Reach], Awaitable[Row]]) -> Row:
    async def carry() -> Row:
        async with reach(way) as opened:
            return await work(opened)

    return asyncio.run(carry())


@app.command("list")
def list_(limit: Limit = 20, url: Url = None, *, key: Key = None, data: Data = None, as_json: AsJson = False) -> None:
    """Show what waits for a second person, what runs, and what ran, the newest first."""
    page = _run(way_of(url, key, data), lambda opened: opened.get(_PATH, {"limit": limit}))
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(page)).decode())
        return
    for row in page["items"]:
        _print(row)
    if not page["items"]:
        _say("nothing was ever switched")


@app.command()
def make(
    sign: Sign,
    mode: Annotated[str, typer.Option(help="`observe`: only watch. `advise`: ask a person.")],
    until: Annotated[str, typer.Option(help="When it acts again by itself: an instant with offset (RFC 3339).")],
    reason: Reason,
    *,
    by: By = None,
    approved_by: ApprovedBy = None,
    url: Url = None,
    key: Key = None,
    data: Data = None,
) -> None:
    """Let a sign or a rule act less; with keys a second person gives the same command with a key of their own."""
    body: Row = {"sign": sign, "mode": mode, "until": until, "reason": reason, "by": by, "approved_by": approved_by}
    _print(_run(way_of(url, key, data), lambda opened: opened.post(_PATH, body)))


@app.command()
def back(
    sign: Sign,
    reason: Reason,
    *,
    by: By = None,
    approved_by: ApprovedBy = None,
    url: Url = None,
    key: Key = None,
    data: Data = None,
) -> None:
    """Let a switched sign or rule act as before already now, as two people."""
    path = f"{_PATH}/{quote(sign, safe='')}/back"
    body: Row = {"reason": reason, "by": by, "approved_by": approved_by}
    _print(_run(way_of(url, key, data), lambda opened: opened.post(path, body)))


def _print(row: Row) -> None:
    """Print a switch in a few lines."""
    if row["state"] == "asked":
        wanted = f"to {row['mode']} until {row['until']}" if row["mode"] else "back"
        _say(f"{row['sign']} {wanted}: asked by {_names(row['by'])}, needs {row['needs']}")
    else:
        _say(f"{row['sign']} to {row['mode']} (was {row['was']}), {row['state']}: {row['at']} until {row['until']}")
        _say(f"  by {_names(row['by'])}: {row['reason']}")
    ended = row.get("ended")
    if ended:
        _say(f"  switched back at {ended['at']} by {_names(ended['by'])}: {ended['reason']}")
    for passed in row.get("let_through", ()):
        _say(f"  let through: {passed['count']}, {passed['amount_minor']:,} minor units of {passed['currency']}")


def _names(people: Any) -> str:
    return " and ".join(people)


def _say(text: str) -> None:
    Console(highlight=False, soft_wrap=True).print(text, markup=False)
