"""`holdfast replay`: shows that stored decisions come out again to the byte, and their facts out of the log."""

import dataclasses
import os
from contextlib import closing
from typing import Annotated

import typer

from holdfast.app import assemble_around, fresh_memory, open_store
from holdfast.cli.options import Data, Json, Model, Packs
from holdfast.cli.progress import walk
from holdfast.cli.screen import screen
from holdfast.engine.prepare import Memory
from holdfast.engine.tenant import Tenant
from holdfast.operations.law import Law
from holdfast.operations.replay_log import ReplayRun, fold_again, judge_again
from holdfast.settings import read_settings
from holdfast.wire.canonical import canonical

_EXIT_DIFFERENT = 1


def replay(
    *,
    data: Data = None,
    packs: Packs = None,
    model: Model = None,
    decisions: Annotated[int | None, typer.Option("--decisions", help="Replay only so many.", min=1)] = None,
    dev: Annotated[
        bool, typer.Option("--dev", help="The directory was filled under --dev: lists start empty.")
    ] = False,
    json: Json = False,
) -> None:
    """Judge stored decisions again, and fold the log again; exit code 1 when anything differs."""
    settings = read_settings({"data": data, "packs": packs, "model": model, "dev": dev or None}, os.environ)
    run = ReplayRun()
    with closing(open_store(settings.data)) as store:
        shard = assemble_around(settings, store).shard

        def empty(tenant: Tenant, law: Law) -> Memory:
            return fresh_memory(dataclasses.replace(settings, home=tenant.home), law, shard.ports.keys)

        for work in (judge_again(shard, run, decisions), fold_again(shard, run, empty, limit=decisions)):
            walk(work, total=None, quiet=json)
    if json:
        print(canonical(dataclasses.asdict(run) | {"all_equal": run.all_equal}).decode())
    else:
        _print(run, dev=dev)
    raise typer.Exit(0 if run.all_equal else _EXIT_DIFFERENT)


def _print(run: ReplayRun, *, dev: bool) -> None:
    console = screen()
    console.print(f"judged again from stored facts: {run.judged_equal:,} equal, {run.judged_different:,} different")
    console.print(f"folded again from the log:      {run.refolded_equal:,} equal, {run.refolded_different:,} different")
    if run.forgotten:
        console.print(f"erased and not readable:        {run.forgotten:,}")
    for name in run.different:
        console.print(f"  differs: {name}")
    if run.refolded_different and run.forgotten:
        console.print("what was erased cannot be folded again, so decisions that counted it have other facts now")
    elif run.refolded_different and not dev:
        console.print("if the directory was filled under `serve --dev`, its lists began empty: say `--dev` here, too")
