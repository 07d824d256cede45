"""What a camera's own words give away."""

import pytest

from holdfast.verification.camera import TOO_SOON_MS, camera_words
from holdfast.vocabulary.capture import Command, Step
from holdfast.wire.capture import CameraTold, Picture

ASKED = Picture(width=1280, height=720, rate=30)
SEEN = Picture(width=1280, height=720, rate=29)
HONEST = CameraTold(asked=ASKED, given=ASKED, seen=SEEN, label="FaceTime HD Camera", facing="user")


def steps(*lasted_ms: int, done: bool = True) -> tuple[Step, ...]:
    """Make steps that lasted so long."""
    return tuple(Step(command=Command.BLINK, asked_ms=0, ended_ms=one, done=done) for one in lasted_ms)


def test_an_honest_camera_is_as_it_was_asked() -> None:
    """Nothing is said against a camera that gives what it says."""
    assert camera_words(HONEST, (640, 360), steps(900)) == {
        "camera": "front",
        "size": "as_asked",
        "rate": "as_asked",
        "video": "as_given",
        "rate_seen": "as_given",
        "pictures": "as_seen",
        "reaction": "usual",
        "pace": "usual",
    }


@pytest.mark.parametrize(
    ("label", "facing", "kind"),
    [
        ("OBS Virtual Camera", "", "virtual"),
        ("fake_device_0", "user", "virtual"),
        ("v4l2loopback", "", "virtual"),
        ("/tmp/film.y4m", "", "virtual"),  # noqa: S108 - how a browser names a film in a camera's place
        ("camera2 1, facing front", "user", "front"),
        ("Back Camera", "environment", "back"),
        ("HD Pro Webcam C920", "", "plain"),
        ("", "", "unnamed"),
    ],
)
def test_the_kind_of_a_camera_is_a_word(label: str, facing: str, kind: str) -> None:
    """A label says whether the camera is a program; the label itself goes no further."""
    told = CameraTold(asked=ASKED, given=ASKED, seen=SEEN, label=label, facing=facing)
    words = camera_words(told, (640, 360), ())
    assert words["camera"] == kind
    assert not label or label not in words.values()


def test_what_is_not_told_is_unknown() -> None:
    """A browser that says nothing of its camera is not one that says what was asked."""
    words = camera_words(CameraTold(asked=ASKED, given=Picture(), seen=Picture()), (0, 0), ())
    assert {words[name] for name in ("size", "rate", "video", "rate_seen", "pictures", "reaction")} == {"unknown"}


def test_other_pictures_than_the_video_are_seen() -> None:
    """The shape of what came is compared with the video's, and the video's size with the camera's word."""
    other = CameraTold(asked=ASKED, given=Picture(width=640, height=480, rate=15), seen=SEEN, label="x")
    words = camera_words(other, (640, 480), ())
    assert (words["size"], words["rate"], words["video"], words["pictures"]) == ("lower", "lower", "other", "other")


def test_a_phone_that_is_turned_is_no_other_video() -> None:
    """Width and height may change places."""
    turned = CameraTold(asked=ASKED, given=ASKED, seen=Picture(width=720, height=1280), label="x")
    assert camera_words(turned, (360, 640), ())["video"] == "as_given"


def test_nobody_moves_before_reading() -> None:
    """A command that was done sooner than a person can is named; one that was not done says nothing."""
    assert camera_words(HONEST, (640, 360), steps(900, TOO_SOON_MS - 1))["reaction"] == "too_soon"
    assert camera_words(HONEST, (640, 360), steps(900, TOO_SOON_MS))["reaction"] == "usual"
    assert camera_words(HONEST, (640, 360), steps(10, done=False))["reaction"] == "unknown"
