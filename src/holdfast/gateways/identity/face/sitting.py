"""One capture before the camera, picture by picture: the face that it began with, and whether each command was shown.

Only measures and descriptors are kept, no picture, and only while the capture runs.
"""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from holdfast.gateways.identity.face.held import Held, held, shows
from holdfast.gateways.identity.face.seen import Seen
from holdfast.vocabulary.capture import Command, Flaw, Frame, Glance

IN_A_ROW: Final = 2
"""How many pictures in a row must show the same before it counts; the five points tremble."""
MOST: Final = 24
Descriptor = tuple[float, ...]
_IN_COMMAND: Final = frozenset(
    {Flaw.TOO_NEAR, Flaw.AT_LEFT, Flaw.AT_RIGHT, Flaw.TOO_HIGH, Flaw.TOO_LOW, Flaw.TOO_SMALL, Flaw.BLURRED}
)
"""What is no flaw while a head moves, or comes nearer or goes away, as it was asked to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """What the pictures so far showed: how the head is held when straight, the descriptors taken then, the last run."""

    before: Held | None = None
    descriptors: tuple[Descriptor, ...] = ()
    pad: tuple[float, ...] = ()
    iad: tuple[float, ...] = ()
    changed: bool = False
    """Whether another face was seen meanwhile."""
    command: Command | None = None
    step: int = -1
    run: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What follows from a picture: the sitting after it, and what is told of it."""

    sitting: Sitting
    glance: Glance = field(default_factory=lambda: Glance(done=False))


def after(sitting: Sitting, frame: Frame, seen: Seen, *, limit: float) -> Look:
    """Take the next picture in; `limit` is the largest distance between two descriptors of one person."""
    if (frame.step, frame.command) != (sitting.step, sitting.command):
        sitting = replace(sitting, step=frame.step, command=frame.command, run=0)
    now = held(seen.points)
    if now is None or (seen.flaw is not None and not (frame.command and seen.flaw in _IN_COMMAND)):
        return _told(replace(sitting, run=0), seen, flaw=seen.flaw or Flaw.NO_FACE)
    if frame.command is None:
        return _straight(sitting, seen, now, limit=limit)
    shown = sitting.before is not None and shows(frame.command, sitting.before, now)
    return _told(replace(sitting, run=sitting.run + 1 if shown else 0), seen)


def _straight(sitting: Sitting, seen: Seen, now: Held, *, limit: float) -> Look:
    """Take in a picture of somebody who was asked to look straight into the camera."""
    if not now.is_straight or not seen.descriptor:
        return _told(replace(sitting, run=0), seen)
    if sitting.descriptors and not apart(sitting.descriptors[0], seen.descriptor) <= limit:
        return _told(replace(sitting, run=0, changed=True), seen, flaw=Flaw.OTHER_FACE)
    kept = replace(
        sitting,
        before=now,
        run=sitting.run + 1,
        descriptors=(*sitting.descriptors, seen.descriptor)[:MOST],
        pad=sitting.pad if seen.pad is None else (*sitting.pad, seen.pad),
        iad=sitting.iad if seen.iad is None else (*sitting.iad, seen.iad),
    )
    return _told(kept, seen)


def _told(sitting: Sitting, seen: Seen, *, flaw: Flaw | None = None) -> Look:
    done = flaw is None and sitting.run >= IN_A_ROW
    return Look(sitting=sitting, glance=Glance(done=done, flaw=flaw, width=seen.width, height=seen.height))


def apart(one: Descriptor, other: Descriptor) -> float:
    """Give the distance of two descriptors."""
    return float(np.linalg.norm(np.array(one) - np.array(other)))
