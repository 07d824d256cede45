"""`holdfast docs`: the reference pages, written from the tables that the program itself reads."""

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from holdfast.api.openapi import openapi
from holdfast.app import pack_files
from holdfast.regulation import parse_pack
from holdfast.settings import TABLE
from holdfast.vocabulary import errors
from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.packs import Dated, Pack, Sign
from holdfast.vocabulary.schema import Field, FieldType
from holdfast.wire.events import EVENT_MESSAGES
from holdfast.wire.fields import event_schema, type_name

FOLDER = Path(__file__).parents[3] / "docs" / "reference"
_MARK = "<!-- written by `./dev docs`; change the source, not this page -->"


def docs(folder: Annotated[Path, typer.Option("--folder", help="where the pages go")] = FOLDER) -> None:
    """Write the generated reference pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
        Console().print(f"wrote {folder / name}")


def pages() -> dict[str, str]:
    """Give every generated page by its file name."""
    made = {
        "settings.md": _settings(),
        "events.md": _events(),
        "errors.md": _errors(),
        "signs.md": _signs(),
        "api.md": _api(),
    }
    return {name: "\n".join((_MARK, *lines)) + "\n" for name, lines in made.items()}


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Write a Markdown table."""
    yield f"| {' | '.join(head)} |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |"


def _settings() -> Iterator[str]:
    yield from ("# Settings", "", "The command line comes first, then the environment, then the default.", "")
    rows = [
        (f"`--{one.name}`", f"`{one.variable}`", f"`{one.default}`" if one.default != "" else "", one.meaning)
        for one in TABLE
    ]
    yield from _table(("option", "environment", "default", "meaning"), rows)


def _events() -> Iterator[str]:
    yield from ("# Events", "", "Every name as rules read it; on the wire money is `amount_minor` in minor units.", "")
    yield from ("Only what is marked as required must be there; what is absent or null is unknown.", "")
    for message in sorted(EVENT_MESSAGES, key=type_name):
        kind = type_name(message)
        required = {name for name in message.__struct_fields__ if name in _required(message)}
        yield from (f"## {kind}", "", inspect.cleandoc(message.__doc__ or ""), "")
        fields = event_schema().fields[kind].values()
        yield from _table(("name", "type", "notes"), [_field_row(field, required) for field in fields])
        yield ""


def _required(message: Any) -> set[str]:
    """Give the names that a message must have."""
    count = len(message.__struct_fields__) - len(message.__struct_defaults__)
    by_place = set(message.__struct_fields__[:count])
    return {name.removesuffix("_minor") for name in by_place} | by_place


def _field_row(field: Field, required: set[str]) -> tuple[str, str, str]:
    notes = ["required"] if field.path in required or f"{field.path}_minor" in required else []
    if field.words:
        notes.append("one of " + ", ".join(f"`{word}`" for word in field.words))
    if field.list_kind:
        notes.append(f"stands on lists as `{field.list_kind}`")
    if field.personal:
        notes.append("personal")
    kind = "object" if field.type is FieldType.PARTY else field.type.value
    return f"`{field.path}`", kind, "; ".join(notes)


def _errors() -> Iterator[str]:
    yield from ("# Errors", "", "Every refusal is `application/problem+json` with one of these codes.", "")
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.HoldfastError)]
    rows = [(f"`{kind.code}`", kind.http_status, " ".join((kind.__doc__ or "").split())) for kind in kinds]
    yield from _table(("code", "status", "what to do"), sorted(rows))


def _signs() -> Iterator[str]:
    yield from ("# Signs", "", "Every sign of every shipped pack, with its source and when it is in force.", "")
    for place, pack in sorted(_packs().items()):
        if pack.signs:
            yield from (f"## {pack.title['en']}", "", f"`{place}`, {pack.status}", "")
            rows = [
                (
                    f"`{sign.id}`",
                    sign.title["en"],
                    ", ".join(sign.on),
                    sign.proposes,
                    sign.cite.article,
                    _span(sign.dated),
                )
                for sign in pack.signs
            ]
            yield from _table(("sign", "title", "on", "proposes", "article", "in force"), rows)
            yield ""


def _sign_row(sign: Sign) -> tuple[str, ...]:
    on = ", ".join(sign.on)
    return f"`{sign.id}`", sign.title["en"], on, sign.proposes, sign.cite.article, _span(sign.dated)


def _packs() -> Mapping[str, Pack]:
    return {place: parse_pack(data, name=place) for place, data in pack_files().items()}


def _span(dated: Dated) -> str:
    """Write when something is in force, in the days whose midnights its pack means: half a day hits each zone's day."""
    noon_ms = 43_200_000
    start = from_ms(dated.from_ms + noon_ms).date().isoformat()
    return f"from {start}" if dated.to_ms is None else f"{start} to {from_ms(dated.to_ms + noon_ms).date().isoformat()}"


def _api() -> Iterator[str]:
    yield from ("# HTTP calls", "", "The machine-readable description is at `/openapi.json`.", "")
    paths: Any = openapi()["paths"]
    rows = [
        (f"`{method.upper()} {path}`", call["summary"], next(iter(call["responses"])))
        for path, calls in paths.items()
        for method, call in calls.items()
        if method != "parameters"
    ]
    yield from _table(("call", "what it does", "success"), rows)
