"""`holdfast photos`: fingerprints of photos, for a client that sends these instead of pictures."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.vocabulary.errors import HoldfastError, InvalidError
from holdfast.wire.canonical import canonical

_FAILED = 2


def photos(
    files: Annotated[list[Path], typer.Argument(help="Pictures: JPEG, PNG or WebP.", metavar="FILE...")],
) -> None:
    """Print what `POST /v1/photos` answers, a line for each picture; nothing is sent anywhere."""
    from holdfast.operations.look_at_photo import look_at_photo

    failed = False
    for file in files:
        try:
            looked = look_at_photo(_read(file))
            said: dict[str, object] = {"file": str(file), "photo": looked.photo, "quality": looked.quality}
        except HoldfastError as error:
            failed = True
            said = {"file": str(file), "error": {"code": error.code, "detail": error.message, "hint": error.advice}}
        print(canonical(said).decode())
    if failed:
        raise typer.Exit(_FAILED)


def _read(file: Path) -> bytes:
    """Read a file."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidError(f"`{file}` cannot be read: {error.strerror}", hint="check the path") from None
