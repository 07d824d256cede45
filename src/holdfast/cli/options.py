"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.vocabulary.errors import SettingError
from holdfast.vocabulary.writing import LANGUAGES


def _written(language: str | None) -> str | None:
    """Refuse a language in which no titles are written."""
    if language is not None and language not in LANGUAGES:
        raise SettingError(f"there is no language `{language}`", hint="ru, kk or en")
    return language


File = Annotated[Path, typer.Argument(help="JSON lines, CSV or Parquet; .gz may stand behind the first two.")]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="YAML that says which column fills which field.")]
Data = Annotated[Path | None, typer.Option("--data", help="The data directory.")]
Packs = Annotated[str | None, typer.Option("--packs", help="Regulation packs, by folder or name.")]
Home = Annotated[str | None, typer.Option("--home", help="Home country (ISO 3166).")]
Zone = Annotated[str | None, typer.Option("--zone", help="Time zone of legal clocks.")]
Language = Annotated[
    str | None, typer.Option("--language", help="Language of titles: ru, kk or en.", callback=_written)
]
Mode = Annotated[str | None, typer.Option("--mode", help="Modes by id, such as `ru.od-2506.1.6=observe`.")]
SetParameters = Annotated[str | None, typer.Option("--set", help="Values of pack parameters.")]
Model = Annotated[str | None, typer.Option("--model", help="Folder of the model that scores.")]
Places = Annotated[str | None, typer.Option("--places", help="Tables of network addresses, separated by commas.")]
Rejects = Annotated[Path | None, typer.Option("--rejects", help="Write why each bad row was not taken, as JSON lines.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
Limit = Annotated[int | None, typer.Option("--limit", help="Stop after so many rows.", min=1)]
