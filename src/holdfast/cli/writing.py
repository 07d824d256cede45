"""Opens the files that a command writes: never one that it reads, and a fault is told before the work is done."""

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from holdfast.vocabulary.errors import SettingError


def open_written(path: Path | None, stack: ExitStack, *read: Path | None) -> BinaryIO | None:
    """Open a file to write, where one was named; `read` are the files that must stay as they are.

    Raises SettingError where the file is one of these, or cannot be written.
    """
    if path is None:
        return None
    if any(one is not None and path.exists() and one.exists() and path.samefile(one) for one in read):
        raise SettingError(f"`{path}` is named twice, and writing would destroy it", hint="name another file to write")
    try:
        return stack.enter_context(path.open("wb"))
    except OSError as error:
        raise unwritable(path, error) from None


def write_whole(path: Path, content: bytes) -> None:
    """Write a whole file."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> SettingError:
    """Say why a file cannot be written."""
    return SettingError(
        f"`{path}` cannot be written: {error.strerror}", hint="name a file in a folder that is there and may be written"
    )
