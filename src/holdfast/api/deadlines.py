"""The header by which a caller says how long the answer may take."""

from collections.abc import Iterable
from typing import Final

from holdfast.vocabulary.clock import Tick
from holdfast.vocabulary.deadline import LONGEST_MS, Deadline
from holdfast.vocabulary.errors import InvalidError

HEADER: Final = "Holdfast-Deadline-Ms"
BATCH_MS: Final = 10_000
"""The time of a batch whose caller names none; one that is named counts for each of its lines from the same start."""

_NAME: Final = HEADER.lower().encode()
_DIGITS_MAX: Final = 5


def read_deadline(
    headers: Iterable[tuple[bytes, bytes]], tick: Tick, *, default_ms: int | None = None
) -> Deadline | None:
    """Give the deadline that a call's headers ask for, from now on; InvalidError where it is no number of them."""
    for name, value in headers:
        if name == _NAME:
            return Deadline(tick(), _milliseconds(value))
    return None if default_ms is None else Deadline(tick(), default_ms)


def _milliseconds(value: bytes) -> int:
    """Read whole milliseconds."""
    if value.isdigit() and len(value) <= _DIGITS_MAX and 1 <= int(value) <= LONGEST_MS:
        return int(value)
    shown = value[:20].decode("latin-1")
    raise InvalidError(
        f"the header `{HEADER}` cannot be `{shown}`", hint=f"whole milliseconds from 1 to {LONGEST_MS}, or leave it out"
    )
