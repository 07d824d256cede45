"""How a head is held, read from five points, and whether that is what was asked.

The points are the corners of both eyes and the foot of the nose. A nose stands out of the face, so it moves against
the eyes when the head turns and stays between them when a flat photo is turned about its upright. It moves, too, when
a photo is turned about a slanting line, and whether a photo is tilted, brought nearer or taken away nobody can tell
from five points. That is why doing what was asked is a weak sign of life and never a check of its own.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from holdfast.vocabulary.capture import Command

COMMANDS: Final = frozenset(
    {
        Command.TURN_LEFT,
        Command.TURN_RIGHT,
        Command.TILT_LEFT,
        Command.TILT_RIGHT,
        Command.NEARER,
        Command.FARTHER,
    }
)
_STRAIGHT_TURN: Final = 0.085
_STRAIGHT_SIDES: Final = 1.22
_STRAIGHT_TILT: Final = 9.0
_TURN: Final = 0.12
_SIDES: Final = 1.12
_TILT: Final = 14.0
_NEARER: Final = 1.25
_FARTHER: Final = 0.8
_FIVE: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How a head is held. `turn` is how far the nose stands off the middle between the eyes, in distances of the eyes.

    `sides` is the width of the person's right eye by that of the left one; both grow with a turn to the person's left.
    `tilt` is in degrees, to the person's left; `apart` is the distance of the eyes in pixels.
    """

    turn: float
    sides: float
    tilt: float
    apart: float

    @property
    def is_straight(self) -> bool:
        """Tell whether the person looks straight into the camera."""
        even = max(self.sides, 1 / self.sides) <= _STRAIGHT_SIDES
        return even and abs(self.turn) <= _STRAIGHT_TURN and abs(self.tilt) <= _STRAIGHT_TILT


def held(points: tuple[tuple[float, float], ...]) -> Held | None:
    """Read how a head is held.

    The order is dlib's: outer and inner corner of the eye on the picture's right, those of the other eye, the nose.
    """
    if len(points) != _FIVE:
        return None
    places = np.array(points, dtype=np.float64)
    right, left, nose = (places[0] + places[1]) / 2, (places[2] + places[3]) / 2, places[4]
    across = right - left
    apart = float(np.hypot(*across))
    wide = (float(np.hypot(*(places[0] - places[1]))), float(np.hypot(*(places[2] - places[3]))))
    if min(apart, *wide) <= 0:
        return None
    turn = float((nose - (right + left) / 2) @ across) / apart**2
    tilt = float(np.degrees(np.arctan2(across[1], across[0])))
    return Held(turn=turn, sides=wide[1] / wide[0], tilt=tilt, apart=apart)


def shows(command: Command, before: Held, now: Held) -> bool:
    """Tell whether a head shows a command, against how it was held when it looked straight."""
    turn, sides, tilt, apart = (
        now.turn - before.turn,
        now.sides / before.sides,
        now.tilt - before.tilt,
        now.apart / before.apart,
    )
    found = {
        Command.TURN_LEFT: turn >= _TURN and sides >= _SIDES,
        Command.TURN_RIGHT: turn <= -_TURN and sides <= 1 / _SIDES,
        Command.TILT_LEFT: tilt >= _TILT,
        Command.TILT_RIGHT: tilt <= -_TILT,
        Command.NEARER: apart >= _NEARER,
        Command.FARTHER: apart <= _FARTHER,
    }
    return found.get(command, False)
