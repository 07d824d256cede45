"""The course of a capture: which command comes when, and how long a person has for it.

A person looks straight into the camera, does what is asked, and looks straight again before the next command. The next
command is chosen only when it is shown, so that nobody knows it before.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from holdfast.vocabulary.capture import Command, Glance, Step
from holdfast.vocabulary.errors import Bug

COMMANDS: Final = 4
KINDS: Final = 6
"""From fewer kinds a recorded video has too good a chance."""
COMMAND_MS: Final = 8_000
STRAIGHT_MS: Final = 30_000
_SLOWER: Final = 3
Choose = Callable[[int, Command | None], Command]
"""Gives the command of a step, by its number and the command before it."""


class Ended(StrEnum):
    """How a capture ended."""

    DONE = "done"
    LATE = "late"  # a command was not done in its time
    UNSEEN = "unseen"  # no face looked straight into the camera in time
    LEFT = "left"  # no more pictures came


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where a capture stands: since when it is in this step, and what the person is asked, if anything.

    `slow` gives the person three times as long.
    """

    slow: bool = False
    since_ms: int = 0
    command: Command | None = None
    steps: tuple[Step, ...] = ()
    ended: Ended | None = None

    @property
    def is_spent(self) -> bool:
        """Tell whether a command was shown, so that leaving now costs an attempt."""
        return self.command is not None or bool(self.steps)

    @property
    def limit_ms(self) -> int:
        """Give how long this step may take."""
        usual = STRAIGHT_MS if self.command is None else COMMAND_MS
        return usual * (_SLOWER if self.slow else 1)

    def is_late(self, at_ms: int) -> bool:
        """Tell whether the time of this step is over."""
        return at_ms - self.since_ms > self.limit_ms


def follow(course: Course, glance: Glance, at_ms: int, *, choose: Choose) -> Course:
    """Give where a capture stands after a picture that came at an instant of it."""
    if course.ended is not None:
        return course
    if course.is_late(at_ms):
        return _late(course, at_ms)
    if not glance.done:
        return course
    if course.command is not None:
        return replace(course, command=None, since_ms=at_ms, steps=(*course.steps, _step(course, at_ms, done=True)))
    if len(course.steps) == COMMANDS:
        return replace(course, since_ms=at_ms, ended=Ended.DONE)
    last = course.steps[-1].command if course.steps else None
    return replace(course, command=choose(len(course.steps), last), since_ms=at_ms)


def leave(course: Course, at_ms: int) -> Course:
    """End a capture from which no more pictures come."""
    if course.ended is not None:
        return course
    ended = _late(course, at_ms) if course.command is not None else course
    return replace(ended, command=None, ended=Ended.LEFT)


def _late(course: Course, at_ms: int) -> Course:
    """End a capture whose step took too long."""
    if course.command is None:
        return replace(course, ended=Ended.UNSEEN)
    steps = (*course.steps, _step(course, at_ms, done=False))
    return replace(course, command=None, steps=steps, ended=Ended.LATE)


def _step(course: Course, at_ms: int, *, done: bool) -> Step:
    if course.command is None:
        raise Bug("a step without a command does not end")
    return Step(command=course.command, asked_ms=course.since_ms, ended_ms=at_ms, done=done)
