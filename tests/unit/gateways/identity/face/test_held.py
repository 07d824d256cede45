"""How a head is held, from five points alone."""

import pytest

from holdfast.gateways.identity.face.held import COMMANDS, Held, held, shows
from holdfast.vocabulary.capture import Command

STRAIGHT = ((140.0, 100.0), (115.0, 100.0), (60.0, 100.0), (85.0, 100.0), (100.0, 145.0))
BEFORE = Held(turn=0.0, sides=1.0, tilt=0.0, apart=55.0)


def test_who_looks_straight_is_straight() -> None:
    """Even eyes, a nose in the middle and no tilt are a straight look."""
    now = held(STRAIGHT)
    assert now is not None
    assert now.is_straight
    assert (now.turn, now.sides, now.tilt, now.apart) == (0.0, 1.0, 0.0, 55.0)


@pytest.mark.parametrize("points", [(), STRAIGHT[:4], ((1.0, 1.0),) * 5], ids=["none", "four", "one place"])
def test_points_that_make_no_face_are_not_held(points: tuple[tuple[float, float], ...]) -> None:
    """Too few points, or all on one place, say nothing."""
    assert held(points) is None


@pytest.mark.parametrize(
    ("command", "now"),
    [
        (Command.TURN_LEFT, Held(turn=0.2, sides=1.3, tilt=0, apart=50)),
        (Command.TURN_RIGHT, Held(turn=-0.2, sides=0.77, tilt=0, apart=50)),
        (Command.TILT_LEFT, Held(turn=0, sides=1, tilt=18, apart=55)),
        (Command.TILT_RIGHT, Held(turn=0, sides=1, tilt=-18, apart=55)),
        (Command.NEARER, Held(turn=0, sides=1, tilt=0, apart=75)),
        (Command.FARTHER, Held(turn=0, sides=1, tilt=0, apart=40)),
    ],
)
def test_each_movement_shows_its_own_command_and_no_other(command: Command, now: Held) -> None:
    """What was done answers the command that was given and none of the other five."""
    assert [one for one in sorted(COMMANDS) if shows(one, BEFORE, now)] == [command]


def test_a_head_that_does_not_move_shows_nothing() -> None:
    """A still face obeys no command."""
    assert not [one for one in Command if shows(one, BEFORE, BEFORE)]


def test_what_five_points_cannot_tell_is_never_shown() -> None:
    """Blinks, mouths and nods are no commands here, whatever the points say."""
    wild = Held(turn=0.5, sides=2, tilt=40, apart=200)
    asked = [Command.BLINK, Command.OPEN_MOUTH, Command.LOOK_UP, Command.LOOK_DOWN]
    assert not [one for one in asked if shows(one, BEFORE, wild)]
    assert not COMMANDS & set(asked)


def test_a_nose_in_the_middle_is_no_turn_however_narrow_the_eyes_come() -> None:
    """A flat picture turned about its upright comes narrower, but its nose stays in the middle."""
    assert not shows(Command.TURN_LEFT, BEFORE, Held(turn=0.03, sides=1.1, tilt=0, apart=40))
    assert not shows(Command.TURN_LEFT, BEFORE, Held(turn=0.2, sides=1.0, tilt=0, apart=50))
