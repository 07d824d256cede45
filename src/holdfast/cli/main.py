"""The `holdfast` command: one file a job, errors as two lines, exit codes that scripts can trust."""

import sys
import tempfile
import traceback
from typing import Annotated

import typer
from rich.console import Console

from holdfast import __version__
from holdfast.cli import evidence, lists, switches
from holdfast.cli.backfill import backfill
from holdfast.cli.backup import backup, restore
from holdfast.cli.collecting import collect_young
from holdfast.cli.compact import compact
from holdfast.cli.decide import decide
from holdfast.cli.demo import demo
from holdfast.cli.docs import docs
from holdfast.cli.doctor import doctor
from holdfast.cli.erase import erase
from holdfast.cli.exposure import exposure
from holdfast.cli.keys import keys
from holdfast.cli.messages import messages
from holdfast.cli.models import models
from holdfast.cli.observing import write_log
from holdfast.cli.packs import packs
from holdfast.cli.photos import photos
from holdfast.cli.replay import replay
from holdfast.cli.rules import rules
from holdfast.cli.serve import serve
from holdfast.cli.stopped import stopped
from holdfast.cli.tune import tune
from holdfast.cli.verify import verify
from holdfast.vocabulary.errors import Bug, HoldfastError

EXIT_FAULT = 1
EXIT_INPUT = 2
app = typer.Typer(
    name="holdfast",
    help="Anti-fraud decisions with their legal reason, the hold with its legal clock, and the evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(serve)
for _command in (
    demo,
    decide,
    backfill,
    replay,
    doctor,
    tune,
    compact,
    docs,
    exposure,
    verify,
    backup,
    restore,
    erase,
    stopped,
    photos,
):
    app.command()(_command)
models.command()(messages)
_GROUPS = {
    "lists": lists.app,
    "switches": switches.app,
    "evidence": evidence.app,
    "packs": packs,
    "rules": rules,
    "models": models,
    "keys": keys,
}
for _name, _group in _GROUPS.items():
    app.add_typer(_group, name=_name)


@app.callback(invoke_without_command=True)
def version(
    context: typer.Context, *, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """Decide transfers and keep what follows from the answer."""
    if context.invoked_subcommand != "serve":  # what a command prints is its answer; its log goes beside it
        write_log("text", "stderr")
    if version:
        Console().print(f"holdfast {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command; an error of the caller ends it with 2, a fault of ours with 1."""
    collect_young()
    try:
        app()
    except HoldfastError as error:
        tell(error)
        sys.exit(EXIT_FAULT if error.code == "bug" else EXIT_INPUT)
    except Exception as error:  # noqa: BLE001 - the last net: a reader gets a message, and the trace lies in a file
        tell(Bug(f"{type(error).__name__}: {error}", hint=f"report it with the trace in `{keep_trace()}`"))
        sys.exit(EXIT_FAULT)


def tell(error: HoldfastError) -> None:
    """Print an error as two lines: what was wrong and where, and what to do."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    where = f" at {error.pointer}" if error.pointer else ""
    console.print(f"holdfast: {error.code}{where}: {error.message}", markup=False)
    console.print(f"  {error.advice}", markup=False)


def keep_trace() -> str:
    """Write the trace of the fault in hand to a new file that only its owner reads, and name it."""
    handle, name = tempfile.mkstemp(prefix="holdfast-", suffix=".txt")
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - the file is open already, by its number
        traceback.print_exc(file=file)
    return name
