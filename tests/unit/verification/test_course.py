"""The course of a capture: straight, command, straight again, each in its time."""

from itertools import count

from holdfast.verification.course import COMMAND_MS, COMMANDS, STRAIGHT_MS, Course, Ended, follow, leave
from holdfast.vocabulary.capture import Command, Glance

DONE, NOT_YET = Glance(done=True), Glance(done=False)


def choose(step: int, last: Command | None) -> Command:
    """Choose by the step, so that a test knows."""
    del last
    return list(Command)[step]


def followed(*glances: tuple[int, Glance], course: Course | None = None) -> Course:
    """Follow some pictures by their instants."""
    now = course or Course()
    for at_ms, glance in glances:
        now = follow(now, glance, at_ms, choose=choose)
    return now


def test_nothing_is_asked_before_a_face_looks_straight() -> None:
    """The first command comes with the first fit picture, not before."""
    assert followed((100, NOT_YET)).command is None
    assert not followed((100, NOT_YET)).is_spent
    assert followed((100, NOT_YET), (200, DONE)).command is Command.TURN_LEFT
    assert followed((100, NOT_YET), (200, DONE)).is_spent


def test_between_commands_the_person_looks_straight() -> None:
    """A command that was done is followed by no command until a picture is straight again."""
    now = followed((100, DONE), (900, DONE))
    assert (now.command, len(now.steps)) == (None, 1)
    assert (now.steps[0].asked_ms, now.steps[0].ended_ms, now.steps[0].done) == (100, 900, True)
    assert followed((1_000, NOT_YET), course=now).command is None
    assert followed((1_000, DONE), course=now).command is Command.TURN_RIGHT


def test_it_is_done_after_every_command_and_a_last_look() -> None:
    """At least three commands are asked; the end comes with a straight picture after the last."""
    assert COMMANDS >= 3
    now, instants = Course(), count(100, 100)
    for _ in range(2 * COMMANDS):
        now = followed((next(instants), DONE), course=now)
        assert now.ended is None
    now = followed((next(instants), DONE), course=now)
    assert now.ended is Ended.DONE
    assert [step.done for step in now.steps] == [True] * COMMANDS
    assert followed((next(instants), NOT_YET), course=now) is now


def test_a_command_has_its_time() -> None:
    """A picture that shows it in the last moment counts, one that comes a moment later does not."""
    asked = followed((100, DONE))
    assert followed((100 + COMMAND_MS, DONE), course=asked).ended is None
    late = followed((101 + COMMAND_MS, DONE), course=asked)
    assert (late.ended, late.command, late.steps[-1].done) == (Ended.LATE, None, False)


def test_a_slow_person_has_more_time() -> None:
    """Who asked for more time has three times as long, before the camera and for a command."""
    asked = followed((STRAIGHT_MS * 3, DONE), course=Course(slow=True))
    assert asked.ended is None
    assert followed((STRAIGHT_MS * 3 + COMMAND_MS * 3, DONE), course=asked).ended is None
    assert followed((STRAIGHT_MS * 3 + COMMAND_MS * 3 + 1, DONE), course=asked).ended is Ended.LATE


def test_without_a_face_it_ends_and_costs_nothing() -> None:
    """When nobody looked straight in time, no command was shown."""
    now = followed((STRAIGHT_MS + 1, DONE))
    assert (now.ended, now.is_spent) == (Ended.UNSEEN, False)


def test_who_leaves_in_the_middle_has_not_done_the_command() -> None:
    """The open step counts as not done; one that had ended before stays as it ended."""
    left = leave(followed((100, DONE)), 500)
    assert (left.ended, left.command, [step.done for step in left.steps]) == (Ended.LEFT, None, [False])
    assert leave(Course(), 500).steps == ()
    done = Course(ended=Ended.DONE)
    assert leave(done, 500) is done
