"""What crosses between this process and the one that opens pictures."""

from typing import Final

import msgspec

from holdfast.vocabulary.capture import Flaw

LENGTH_BYTES: Final = 4
LOOK: Final = b"l"
COMPARE: Final = b"c"
"""Look, and also describe the face and have the operator's detectors look."""
READY: Final = "ready"
UNAVAILABLE: Final = "unavailable"
REFUSED: Final = "refused"


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """How a process that looks at faces started: with which versions, or why not."""

    state: str
    why: str = ""
    matcher: str = ""
    threshold: float = 0.0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one picture shows.

    `points` are dlib's five, `descriptor` is that of the face, `pad` and `iad` are chances of life.
    """

    width: int = 0
    height: int = 0
    flaw: Flaw | None = None
    points: tuple[tuple[float, float], ...] = ()
    descriptor: tuple[float, ...] = ()
    pad: float | None = None
    iad: float | None = None
