"""Messages as lines of a file: for demonstrations and development, where nobody runs an endpoint."""

import asyncio
import os
import threading
from pathlib import Path
from typing import Final

from holdfast.vocabulary.clock import Clock
from holdfast.vocabulary.deliveries import Outgoing, Receipt
from holdfast.vocabulary.errors import DeliveryError

NAME: Final = "file"
_ONLY_OURS: Final = 0o600


class FileGateway:
    """Appends each message as one line of JSON, on disk before it counts as sent; readable by its owner alone."""

    def __init__(self, path: Path, *, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._turn = threading.Lock()  # whoever saw half of another's line would take it for one that was interrupted

    @property
    def name(self) -> str:
        """Name the file."""
        return NAME

    async def send(self, message: Outgoing) -> Receipt:
        """Append one message; DeliveryError when the disk does not take it."""
        try:
            await asyncio.to_thread(self._append, message.body)
        except OSError as error:
            raise DeliveryError(f"`{self._path}` cannot be written: {error.strerror}") from error
        return Receipt(gateway=NAME, sent_ms=self._clock.now_ms(), channel=NAME)

    def _append(self, line: bytes) -> None:
        with self._turn:
            _append(self._path, line)

    async def close(self) -> None:
        """Do nothing: the file is closed after each line."""


def _append(path: Path, line: bytes) -> None:
    """Write one line; what an interrupted write left stays a line of its own."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _ONLY_OURS)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, (b"\n" if torn else b"") + line + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
