"""`holdfast rules`: checks an expression or a rules file, says it in words, and runs a file's worked cases."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from holdfast.app import assemble_in_memory
from holdfast.app.clocks import StandingClock
from holdfast.cli.examples import ExampleRunner
from holdfast.cli.options import Packs
from holdfast.cli.packs import expression_faults, read_pack_file
from holdfast.engine.schema import full_schema
from holdfast.language import Expression, Scope, compile_expression, plan, render, to_words
from holdfast.scoring.names import with_score
from holdfast.settings import read_settings
from holdfast.vocabulary.errors import ExpressionError, SettingError

rules = typer.Typer(help="The bank's own rules, and the language they are written in.", no_args_is_help=True)
_FAILED = 2
On = Annotated[str, typer.Option("--on", help="The event type that the expression speaks about.")]
Text = Annotated[str, typer.Argument(help="An expression, or a pack file (.yaml).")]


@rules.command()
def check(text: Text, on: On = "transfer", packs: Packs = None) -> None:
    """Check an expression or every expression of a file; faults are shown with their place."""
    console = Console(highlight=False, soft_wrap=True)
    if text.endswith((".yaml", ".yml")):
        place, data, pack = read_pack_file(Path(text))
        faults = expression_faults(place, data, pack)
        for fault in faults:
            console.print(fault, markup=False)
        console.print(f"{pack.id}: {len(faults)} fault{'' if len(faults) == 1 else 's'}")
        raise typer.Exit(_FAILED if faults else 0)
    expression = _compiled(text, _scope(on, packs))
    needs = plan(expression)
    console.print(f"good: {expression.type.value}", markup=False)
    for name, items in (
        ("reads", needs.fields),
        ("asks the past", tuple(window.name for window in needs.windows)),
        ("asks lists", tuple(probe.name for probe in needs.probes)),
        ("needs complete", needs.sources),
    ):
        if items:
            console.print(f"{name}: {', '.join(items)}", markup=False)


@rules.command()
def words(
    text: Annotated[str, typer.Argument(help="An expression.")],
    *,
    language: Annotated[str, typer.Option("--language", help="ru or en.")] = "ru",
    on: On = "transfer",
    packs: Packs = None,
) -> None:
    """Say an expression as a sentence."""
    if language not in {"ru", "en"}:
        raise SettingError(f"no sentences are written in `{language}`", hint="ru or en")
    Console(highlight=False, soft_wrap=True).print(to_words(_compiled(text, _scope(on, packs)), language), markup=False)


@rules.command()
def test(file: Annotated[Path, typer.Argument(help="A pack file with `examples`.")]) -> None:
    """Run the worked cases of a file through the engine."""
    console = Console(highlight=False, soft_wrap=True)
    place, data, pack = read_pack_file(file)
    failed = 0
    for ran in ExampleRunner({place: data}).run(pack):
        failed += bool(ran.disagreements)
        console.print(f"{'FAIL' if ran.disagreements else 'ok  '} {ran.title}", markup=False)
        for disagreement in ran.disagreements:
            console.print(f"     {disagreement}", markup=False)
    console.print(f"{len(pack.examples) - failed} of {len(pack.examples)} hold")
    raise typer.Exit(_FAILED if failed else 0)


def _scope(on: str, packs: str | None) -> Scope:
    """Give the names that an expression may use; parameters are those of all loaded packs."""
    schema = full_schema()
    if on not in schema.fields:
        raise SettingError(f"there is no event type `{on}`", hint=f"one of {', '.join(schema.event_types())}")
    settings = read_settings({"packs": packs}, {})
    law = assemble_in_memory(settings, StandingClock(0)).shard.law
    scopes = [law.scope(pack, on) for pack in law.packs]
    whole = Scope(
        schema=schema,
        event_type=on,
        computed=scopes[0].computed,
        parameters={name: value for scope in scopes for name, value in scope.parameters.items()},
        zone=settings.zone,
    )
    return with_score(whole)


def _compiled(text: str, scope: Scope) -> Expression:
    """Compile, or show the fault and end."""
    try:
        return compile_expression(text, scope)
    except ExpressionError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(render(text, error), markup=False)
        raise typer.Exit(_FAILED) from None
