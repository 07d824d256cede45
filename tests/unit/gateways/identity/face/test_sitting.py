"""A capture picture by picture, from measures alone."""

import numpy as np
import pytest

from holdfast.gateways.identity.face.seen import Seen
from holdfast.gateways.identity.face.sitting import MOST, Look, Sitting, after
from holdfast.vocabulary.capture import Command, Flaw, Frame

STRAIGHT = ((140.0, 100.0), (115.0, 100.0), (60.0, 100.0), (85.0, 100.0), (100.0, 145.0))
TILTED = tuple((x, y + 0.4 * (x - 100)) for x, y in STRAIGHT)
ME = tuple(np.eye(128)[0].tolist())
OTHER = tuple(np.eye(128)[1].tolist())


def frame(command: Command | None = None, step: int = 0) -> Frame:
    """Make a picture's place in a capture."""
    return Frame(data=b"", at_ms=0, step=step, command=command)


def straight(descriptor: tuple[float, ...] = ME) -> Seen:
    """Say what a straight picture shows."""
    return Seen(width=640, height=480, points=STRAIGHT, descriptor=descriptor)


def taken(pictures: list[tuple[Frame, Seen]]) -> Look:
    """Take pictures in one after another."""
    look = Look(sitting=Sitting())
    for place, seen in pictures:
        look = after(look.sitting, place, seen, limit=0.6)
    return look


def test_one_straight_picture_is_not_enough() -> None:
    """The five points tremble, so the same must be seen twice in a row."""
    assert not taken([(frame(), straight())]).glance.done
    assert taken([(frame(), straight())] * 2).glance.done


def test_a_command_counts_when_it_is_seen_twice() -> None:
    """A tilt is shown by two tilted pictures after a straight look."""
    begun = [(frame(), straight())] * 2
    tilted = (frame(Command.TILT_LEFT), Seen(points=TILTED))
    assert not taken([*begun, tilted]).glance.done
    assert taken([*begun, tilted, tilted]).glance.done
    assert not taken([*begun, *[(frame(Command.TILT_RIGHT), Seen(points=TILTED))] * 2]).glance.done


def test_what_was_shown_for_one_step_does_not_count_for_the_next() -> None:
    """A head that is still tilted when the next step asks for the same begins at nothing."""
    begun = [(frame(), straight())] * 2
    first = [(frame(Command.TILT_LEFT, 0), Seen(points=TILTED))] * 2
    assert not taken([*begun, *first, (frame(Command.TILT_LEFT, 1), Seen(points=TILTED))]).glance.done


def test_no_command_counts_before_a_straight_look() -> None:
    """Without a straight look there is nothing to hold a movement against."""
    assert not taken([(frame(Command.TILT_LEFT), Seen(points=TILTED))] * 3).glance.done


def test_another_face_is_told_and_remembered() -> None:
    """Whoever sits down halfway is another face, and the capture does not forget it when the first one comes back."""
    swapped = taken([*[(frame(), straight())] * 2, (frame(), straight(OTHER))])
    assert swapped.glance.flaw is Flaw.OTHER_FACE
    assert swapped.sitting.changed
    back = after(swapped.sitting, frame(), straight(), limit=0.6)
    assert back.sitting.changed


@pytest.mark.parametrize("flaw", [Flaw.SEVERAL_FACES, Flaw.NO_FACE, Flaw.DARK, Flaw.UNREADABLE])
def test_a_picture_of_no_use_breaks_the_row(flaw: Flaw) -> None:
    """A flaw is told and what was seen before it no longer counts."""
    look = taken([(frame(), straight()), (frame(), Seen(flaw=flaw))])
    assert look.glance.flaw is flaw
    assert not after(look.sitting, frame(), straight(), limit=0.6).glance.done


def test_a_face_that_comes_nearer_may_fill_the_picture() -> None:
    """What a command asks for is no flaw: near, at the edge, or blurred by the movement."""
    near = tuple((x * 1.5, y * 1.5) for x, y in STRAIGHT)
    begun = [(frame(), straight())] * 2
    look = taken([*begun, *[(frame(Command.NEARER), Seen(points=near, flaw=Flaw.TOO_NEAR))] * 2])
    assert look.glance.done
    assert look.glance.flaw is None


def test_a_long_capture_keeps_only_so_many_descriptors() -> None:
    """Memory is bounded however many pictures come."""
    assert len(taken([(frame(), straight())] * (MOST + 5)).sitting.descriptors) == MOST
