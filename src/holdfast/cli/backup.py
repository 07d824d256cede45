"""`holdfast backup` and `holdfast restore`: a copy of a running server's directory, and a directory out of a copy."""

import os
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from holdfast.app import back_up, judge_restored, open_store, restoring
from holdfast.operations.judge_sample import Sampled
from holdfast.settings import TABLE, read_settings
from holdfast.vocabulary.errors import SettingError, StoreError
from holdfast.vocabulary.stored import Verified

_SAMPLE: Final = 200
_MEANING: Final = {setting.name: setting.meaning for setting in TABLE}
_HINT: Final = "take another backup; this one was changed after it was made, or its source was"
Data = Annotated[str | None, typer.Option("--data", help=_MEANING["data"])]


def backup(
    into: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to write, missing or empty.")],
    *,
    data: Data = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Copy `secret.key` too: whoever has the folder can then read all of it.")
    ] = False,
) -> None:
    """Copy a data directory into a folder, also while its server runs."""
    manifest = back_up(read_settings({"data": data}, os.environ).data, into, with_key=with_key)
    out = _screen()
    size = sum(file.size_bytes for file in manifest.files)
    out.print(f"{manifest.last_seq} records in {len(manifest.files)} files, {size:,} bytes", markup=False)
    out.print(f"head {manifest.head or '-'} at record {manifest.last_seq}; keep it elsewhere", markup=False)
    if not with_key:
        out.print("without the key: keep `secret.key` in another place", markup=False)


def restore(
    source: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that `holdfast backup` wrote.")],
    *,
    data: Data = None,
    key: Annotated[Path | None, typer.Option("--key", help="File with the directory's key.")] = None,
    head: Annotated[str | None, typer.Option("--head", help="Link that `backup` printed, in hex.")] = None,
) -> None:
    """Make a data directory out of a backup, after its files, its chain and a sample of its decisions were checked."""
    target = read_settings({"data": data}, os.environ).data
    with restoring(source, target, secret=_read_key(key)) as (aside, manifest):
        if head is not None and head.lower() != manifest.head:
            raise StoreError("the backup's head is not the one given", hint=_HINT)
        store = open_store(aside)
        try:
            walked = store.verify_chain(head=bytes.fromhex(manifest.head) or None, seq=manifest.last_seq or None)
            if walked.fault is not None:
                raise StoreError(f"record {walked.fault.seq} is not as it was written", hint=_HINT)
            sampled = judge_restored(store, aside, _SAMPLE)
        finally:
            store.close()
        if sampled.different:
            raise StoreError(f"decision `{sampled.different[0]}` is judged otherwise than it was", hint=_HINT)
    _print(walked, sampled, target)


def _read_key(key: Path | None) -> bytes | None:
    try:
        return None if key is None else key.read_bytes()
    except OSError as error:
        raise SettingError(f"`{key}` cannot be read: {error.strerror}", hint="name the file `secret.key`") from None


def _screen() -> Console:
    return Console(highlight=False, soft_wrap=True)


def _print(walked: Verified, sampled: Sampled, target: Path) -> None:
    out = _screen()
    out.print(f"{walked.records} records are as they were written, up to record {walked.seq}", markup=False)
    out.print(f"{sampled.judged} decisions judged again come out the same", markup=False)
    out.print(f"restored into {target}", markup=False)
