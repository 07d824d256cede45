"""Sessions of identity verification read lately, at hand for the next step of the same session.

Whatever is written of a session, and the destruction of its key, lets go of it, so that what is at hand is what the log
would tell.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from holdfast.verification.standing import Standing
from holdfast.vocabulary.identity import Bound, IdentityAct

_REMEMBERED: Final = 1_024
Read = tuple[tuple[IdentityAct, ...], Standing, Bound | None]


@dataclass(slots=True)
class Stories:
    """What was read of the newest sessions, by their ids; the oldest goes first."""

    _read: OrderedDict[str, Read] = field(default_factory=OrderedDict)
    _barred: list[str] = field(default_factory=list)

    def get(self, session_id: str) -> Read | None:
        """Give the acts of a session, what they add up to and its personal part, if they are at hand."""
        return self._read.get(session_id)

    def note(self, session_id: str, read: Read) -> None:
        """Keep what was read at hand."""
        if session_id in self._barred:
            return
        if len(self._read) >= _REMEMBERED:
            self._read.popitem(last=False)
        self._read[session_id] = read

    def forget(self, session_id: str) -> None:
        """Let go of a session whose story goes on."""
        self._read.pop(session_id, None)

    @contextmanager
    def without(self, session_id: str) -> Iterator[None]:
        """Keep nothing of a session at hand while its key is destroyed."""
        self.forget(session_id)
        self._barred.append(session_id)
        try:
            yield
        finally:
            self._barred.remove(session_id)

    def clear(self) -> None:
        """Let go of all, before the memory is built again or when a record was not written."""
        self._read.clear()
