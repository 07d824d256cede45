"""The capture before a camera: what a person is asked to do, what one picture shows of it, and how it all ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Command(StrEnum):
    """What a person is asked to do; left and right are the person's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    LOOK_UP = "look_up"
    LOOK_DOWN = "look_down"
    TILT_LEFT = "tilt_left"
    TILT_RIGHT = "tilt_right"
    NEARER = "nearer"
    FARTHER = "farther"
    BLINK = "blink"
    OPEN_MOUTH = "open_mouth"


class Flaw(StrEnum):
    """Why a picture cannot be judged; the page tells the person what to change."""

    UNREADABLE = "unreadable"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_SMALL = "too_small"
    TOO_NEAR = "too_near"
    AT_LEFT = "at_left"  # of the person, as the page shows it: mirrored
    AT_RIGHT = "at_right"
    TOO_HIGH = "too_high"
    TOO_LOW = "too_low"
    DARK = "dark"
    BRIGHT = "bright"
    BLURRED = "blurred"
    OTHER_FACE = "other_face"  # not the person with whom this capture began


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture of a capture: a JPEG as the browser sent it, and when it came, in milliseconds of the capture.

    `command` is what the person was asked at that moment, the `step`-th of the capture; `None` while the person only
    has to look straight into the camera, which is so before the first command and between any two.
    """

    data: bytes
    at_ms: int
    step: int
    command: Command | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What a picture shows: `done` when the pictures of this step, taken together, show what was asked.

    Without a command `done` means that one face looks straight into the camera and is fit to be judged. `width` and
    `height` are the picture's own, in pixels; 0 where it could not be read.
    """

    done: bool
    flaw: Flaw | None = None
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command as it went: when it was shown and when it ended, in milliseconds of the capture."""

    command: Command
    asked_ms: int
    ended_ms: int
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A capture that ended: whether every command was done in time, and what was noticed on the way.

    `signals` are words that go into `IdentityResult.capture` as they are, such as `camera: virtual`.
    """

    passed: bool
    steps: tuple[Step, ...] = ()
    signals: Mapping[str, str] = field(default_factory=dict)
