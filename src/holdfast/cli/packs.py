"""`holdfast packs`: shows the law that is shipped, checks a pack file, and tells what was in force on a day."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from holdfast.app import load_packs, make_law, pack_files, tenant_of
from holdfast.cli.examples import ExampleRunner
from holdfast.cli.options import Json, Language, Packs
from holdfast.cli.screen import one_line_table, screen
from holdfast.language import render
from holdfast.operations.check_pack import check_expressions
from holdfast.regulation import as_of, parse_pack, place_of
from holdfast.settings import read_settings
from holdfast.vocabulary.errors import InvalidError, NotFoundError, PackError
from holdfast.vocabulary.instants import from_ms, to_ms
from holdfast.vocabulary.packs import Dated, Pack
from holdfast.wire.canonical import canonical

packs = typer.Typer(help="The law and the rules as dated, cited data.", no_args_is_help=True)
_WIDE = 200
_FAILED = 2


def _all() -> dict[str, Pack]:
    return {place: parse_pack(data, name=place) for place, data in pack_files().items()}


def _tell(rows: Sequence[dict[str, Any]], columns: Sequence[str], *, json: bool) -> None:
    """Print rows as a table, or all they hold as JSON."""
    if json:
        print(canonical(list(rows)).decode())
        return
    table = one_line_table(*columns)
    for row in rows:
        table.add_row(*("-" if row[name] is None else str(row[name]) for name in columns))
    screen().print(table)


def _title(titles: Any, language: str | None) -> str:
    return str(titles.get(language or "ru") or titles["en"])


def _dates(dated: Dated, zone: str) -> dict[str, str | None]:
    end = None if dated.to_ms is None else from_ms(dated.to_ms, ZoneInfo(zone)).date().isoformat()
    return {"from": from_ms(dated.from_ms, ZoneInfo(zone)).date().isoformat(), "to": end}


@packs.command("list")
def list_packs(*, language: Language = None, json: Json = False) -> None:
    """List every shipped pack."""
    rows = [
        {
            "place": place,
            "status": pack.status,
            "mode": pack.mode.value,
            "signs": len(pack.signs),
            "rules": len(pack.rules),
            "duties": len(pack.duties),
            "examples": len(pack.examples),
            "version": pack.version,
            "title": _title(pack.title, language),
        }
        for place, pack in _all().items()
    ]
    _tell(rows, ("place", "status", "mode", "signs", "rules", "duties", "examples", "title"), json=json)


@packs.command()
def show(
    pack_id: Annotated[str, typer.Argument(help="A pack, such as `ru.od-2506` or `ru/od-2506`.")],
    *,
    language: Language = None,
    json: Json = False,
) -> None:
    """Show one pack's signs, duties, policies and rules with their dates and citations."""
    found = {pack.id: pack for pack in _all().values()}
    pack = found.get(pack_id.replace("/", "."))
    if pack is None:
        raise NotFoundError(f"there is no pack `{pack_id}`", hint=f"one of {', '.join(sorted(found))}")
    if not json:
        screen().print(f"{pack.id}  {_title(pack.title, language)}  version {pack.version}")
    _tell(_rows(pack, language), ("kind", "id", "from", "to", "mode", "cite", "confidence", "title"), json=json)


def _rows(pack: Pack, language: str | None) -> list[dict[str, Any]]:
    """Describe everything of a pack that bears a date, and its rules."""
    dated: list[tuple[str, Any]] = [("sign", one) for one in pack.signs]
    dated += [("policy", one) for one in pack.policies] + [("duty", one) for one in pack.duties]
    dated += [("refund", one) for one in pack.refunds]
    rows = [
        {
            "kind": kind,
            "id": one.id,
            **_dates(one.dated, pack.zone),
            "mode": getattr(one, "mode", pack.mode).value,
            "cite": f"{one.cite.act}, {one.cite.article}",
            "url": one.cite.url,
            "confidence": one.cite.confidence,
            "when": getattr(one, "when", None),
            "title": _title(one.title, language) if one.title else None,
        }
        for kind, one in dated
    ]
    return rows + [
        {
            "kind": "rule",
            "id": rule.id,
            "from": None,
            "to": None,
            "mode": rule.mode.value,
            "cite": ", ".join(rule.realises) or None,
            "confidence": None,
            "when": rule.when,
            "title": _title(rule.title, language),
        }
        for rule in pack.rules
    ]


@packs.command("as-of")
def packs_as_of(
    day: Annotated[str, typer.Argument(help="A day, such as 2025-12-31.")],
    *,
    packs: Packs = None,
    language: Language = None,
    json: Json = False,
) -> None:
    """Tell which signs and duties were in force on a day."""
    settings = read_settings({"packs": packs}, {})
    loaded = [pack for _, pack in load_packs(settings.packs).values()]
    in_force = as_of(loaded, _noon(day, settings.zone))
    rows = [row for pack in in_force.packs for row in _rows(pack, language)]
    _tell(rows, ("kind", "id", "from", "to", "mode", "cite", "confidence", "title"), json=json)


def _noon(day: str, zone: str) -> int:
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise InvalidError(f"`{day}` is no day", hint="write it as 2025-12-31") from None
    return to_ms(datetime(found.year, found.month, found.day, 12, tzinfo=ZoneInfo(zone)))


@packs.command()
def check(
    file: Annotated[Path, typer.Argument(help="A pack file; its place follows from its `id`.")],
    *,
    json: Json = False,
) -> None:
    """Check a pack file: its form, its expressions, and its worked cases run through the engine."""
    place, data, pack = read_pack_file(file)
    failures = run_checks(place, data, pack)
    if json:
        print(canonical({"id": pack.id, "examples": len(pack.examples), "failures": failures}).decode())
    else:
        console = screen()
        for failure in failures:
            console.print(failure, markup=False, soft_wrap=True)
        held = len(pack.examples) - sum("example" in failure for failure in failures)
        console.print(
            f"{pack.id}: {len(pack.signs)} signs, {len(pack.rules)} rules, {held} of {len(pack.examples)} examples hold"
        )
    raise typer.Exit(_FAILED if failures else 0)


def read_pack_file(file: Path) -> tuple[str, bytes, Pack]:
    """Read a pack file from anywhere; its place follows from its id, such as `policy/bank` from `policy.bank`."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidError(f"`{file}` cannot be read: {error.strerror}", hint="check the path") from None
    place = _place(data, file)
    try:
        return place, data, parse_pack(data, name=place)
    except PackError as error:
        line = data.decode("utf-8", "replace")[: error.span.start].count("\n") + 1 if error.span else None
        where = f"{file.name}, line {line}" if line else file.name
        raise PackError(f"{where}: {error.message}", pointer=error.pointer, hint=error.hint, span=error.span) from None


def _place(data: bytes, file: Path) -> str:
    """Find the place that a file's id asks for; a file that cannot be read is told so when it is parsed."""
    try:
        return place_of(data) or file.stem
    except PackError:
        return file.stem


def run_checks(place: str, data: bytes, pack: Pack) -> list[str]:
    """Compile every expression of a pack and run its examples; gives what failed, in words."""
    failures = expression_faults(place, data, pack)
    if failures:
        return failures
    runner = ExampleRunner({place: data})
    return [f"example {ran.title}: {'; '.join(ran.disagreements)}" for ran in runner.run(pack) if ran.disagreements]


def expression_faults(place: str, data: bytes, pack: Pack) -> list[str]:
    """Compile every expression of a pack; gives the faults as a terminal shows them."""
    settings = read_settings({"packs": place}, {})
    chosen = load_packs(settings.packs, {place: data})
    law = make_law(settings, chosen, tenant_of(settings))
    return [f"{where}\n{render(text, error)}" for where, text, error in check_expressions(law, pack)]
