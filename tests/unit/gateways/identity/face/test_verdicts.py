"""What a capture is worth, from distances alone."""

import pytest

from holdfast.gateways.identity.face.seen import READY, Ready
from holdfast.gateways.identity.face.sitting import Sitting
from holdfast.gateways.identity.face.verdicts import compared
from holdfast.vocabulary.capture import Captured
from holdfast.vocabulary.face_specs import Channels, FaceSpec, OnnxSpec
from holdfast.vocabulary.identity import Check, Verdict

READY_ = Ready(state=READY, matcher="m-1", threshold=0.55)
REFERENCE = (0.0, 0.0)
PASSED = Captured(passed=True, signals={"camera": "front"})
PAD = OnnxSpec(
    file="p", sha256="", version="p-1", width=8, height=8, channels=Channels.BGR, threshold=0.9, golden=("a", "b")
)


def at(*distances: float, pad: tuple[float, ...] = (), changed: bool = False) -> Sitting:
    """Make a capture whose pictures lie so far from the reference."""
    return Sitting(descriptors=tuple((one, 0.0) for one in distances), pad=pad, changed=changed)


@pytest.mark.parametrize(
    ("distances", "verdict", "score"),
    [
        ((0.3, 0.31, 0.7), Verdict.PASS, 0.31),
        ((0.55, 0.55), Verdict.PASS, 0.55),
        ((0.5, 0.56, 0.57), Verdict.FAIL, 0.56),
        ((0.3,), Verdict.INCONCLUSIVE, 0.3),
        ((), Verdict.NOT_PERFORMED, None),
    ],
)
def test_a_face_matches_by_its_middle_distance(
    distances: tuple[float, ...], verdict: Verdict, score: float | None
) -> None:
    """The middle of at least two pictures counts, with score, limit and version beside the verdict."""
    face = compared(at(*distances), REFERENCE, PASSED, spec=FaceSpec(), ready=READY_).checks[Check.FACE_MATCH]
    assert (face.verdict, face.score) == (verdict, score)
    assert face.model == "m-1"
    assert face.threshold == (None if score is None else 0.55)


def test_without_a_reference_nothing_was_compared() -> None:
    """A face alone is nobody's: the check was not performed, which satisfies nothing."""
    judged = compared(at(0.3, 0.3), (), PASSED, spec=FaceSpec(), ready=READY_)
    assert judged.checks[Check.FACE_MATCH].verdict is Verdict.NOT_PERFORMED
    assert judged.signals["reference"] == "none"


def test_the_reference_played_back_does_not_pass() -> None:
    """A picture that is the reference itself is named as a replay and never passes."""
    judged = compared(at(0.02, 0.2, 0.2), REFERENCE, PASSED, spec=FaceSpec(), ready=READY_)
    assert judged.checks[Check.FACE_MATCH].verdict is Verdict.INCONCLUSIVE
    assert judged.signals["replay"] == "reference_picture"


@pytest.mark.parametrize(
    ("sitting", "captured"),
    [(at(0.3, 0.3, pad=(0.99,)), Captured(passed=False)), (at(0.3, 0.3, pad=(0.99,), changed=True), PASSED)],
    ids=["not done", "another face"],
)
def test_a_capture_that_was_not_whole_passes_no_check(sitting: Sitting, captured: Captured) -> None:
    """Commands that were not done, or another face on the way, leave no check with `pass`."""
    checks = compared(sitting, REFERENCE, captured, spec=FaceSpec(pad=PAD), ready=READY_).checks
    assert Verdict.PASS not in {one.verdict for one in checks.values()}


def test_doing_commands_is_no_check_of_life() -> None:
    """Without a detector of the operator's `pad` and `iad` were not performed, and the capture is marked as weak."""
    judged = compared(at(0.3, 0.3), REFERENCE, PASSED, spec=FaceSpec(), ready=READY_)
    assert {judged.checks[one].verdict for one in (Check.PAD, Check.IAD)} == {Verdict.NOT_PERFORMED}
    assert judged.signals == {"camera": "front", "liveness": "weak", "reference": "yes"}


@pytest.mark.parametrize(("chances", "verdict"), [((0.99, 0.95), Verdict.PASS), ((0.99, 0.5), Verdict.FAIL)])
def test_a_detector_is_judged_by_its_worst_picture(chances: tuple[float, ...], verdict: Verdict) -> None:
    """An attack need not show in every picture."""
    judged = compared(at(0.3, 0.3, pad=chances), REFERENCE, PASSED, spec=FaceSpec(pad=PAD), ready=READY_)
    pad = judged.checks[Check.PAD]
    assert (pad.verdict, pad.score, pad.model) == (verdict, min(chances), "p-1")
