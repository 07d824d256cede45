"""What a camera's own words give away: a virtual camera asks no price, but seldom lies in every place at once.

The words are risk words for rules and people. None of them proves an attack, and their absence proves nothing.
"""

from typing import Final

from holdfast.vocabulary.capture import Step
from holdfast.wire.capture import CameraTold, Picture

TOO_SOON_MS: Final = 250
"""Nobody moves so soon after a command was shown: sight and muscle alone take about as long."""
_VIRTUAL: Final = (
    "obs",
    "virtual",
    "manycam",
    "xsplit",
    "snap camera",
    "droidcam",
    "iriun",
    "epoccam",
    "e2esoft",
    "vcam",
    "splitcam",
    "camtwist",
    "altercam",
    "webcamoid",
    "mmhmm",
    "ndi ",
    "screen capture",
    "dummy",
    "loopback",
    "fake",
    ".y4m",
    ".mjpeg",
)
_NEARLY: Final = 0.02


def camera_words(told: CameraTold, size: tuple[int, int], steps: tuple[Step, ...]) -> dict[str, str]:
    """Give the words of a capture: by what the page told, its pictures' width and height, and how the steps went."""
    return {
        "camera": _kind(told),
        "size": _compared(_area(told.asked), _area(told.given), "as_asked"),
        "rate": _compared(told.asked.rate, told.given.rate, "as_asked"),
        "video": _video(told.given, told.seen),
        "rate_seen": _compared(told.given.rate, told.seen.rate, "as_given", slack=0.5),
        "pictures": _pictures(told.seen, size),
        "reaction": _reaction(steps),
        "pace": "slow" if told.slow else "usual",
    }


def _kind(told: CameraTold) -> str:
    """Name the kind of a camera; the browser's word for it goes no further."""
    label = told.label.casefold()
    if any(word in label for word in _VIRTUAL):
        return "virtual"
    known = {"user": "front", "environment": "back"}
    return known.get(told.facing, "plain" if label else "unnamed")


def _area(picture: Picture) -> int:
    return picture.width * picture.height


def _compared(wanted: float, got: float, same: str, *, slack: float = _NEARLY) -> str:
    """Say how one figure stands to another."""
    if not wanted or not got:
        return "unknown"
    if abs(got - wanted) <= slack * wanted:
        return same
    return "higher" if got > wanted else "lower"


def _video(given: Picture, seen: Picture) -> str:
    """Compare the video's size with what the camera says; a phone that is turned swaps the sides."""
    sides, shown = {given.width, given.height}, {seen.width, seen.height}
    if 0 in sides or 0 in shown:
        return "unknown"
    return "as_given" if sides == shown else "other"


def _pictures(seen: Picture, size: tuple[int, int]) -> str:
    """Compare the shape of the pictures that came with that of the video: the page only makes them smaller."""
    width, height = size
    if not (width and height and seen.width and seen.height):
        return "unknown"
    shape, wanted = width / height, seen.width / seen.height
    return "as_seen" if abs(shape - wanted) <= _NEARLY * wanted else "other"


def _reaction(steps: tuple[Step, ...]) -> str:
    """Say whether a command was done sooner than a person can."""
    done = [step.ended_ms - step.asked_ms for step in steps if step.done]
    if not done:
        return "unknown"
    return "too_soon" if min(done) < TOO_SOON_MS else "usual"
