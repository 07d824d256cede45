"""What a capture is worth: a verdict for each check, with its score, its limit and the version of what made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from holdfast.gateways.identity.face.seen import Ready
from holdfast.gateways.identity.face.sitting import Descriptor, Sitting, apart
from holdfast.vocabulary.capture import Captured
from holdfast.vocabulary.face_specs import FaceSpec, OnnxSpec
from holdfast.vocabulary.identity import Check, Checked, Verdict

SAME_PICTURE: Final = 0.05
"""No two shots of a camera lie so near: this is the reference itself, played back."""
LEAST: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The verdicts of a capture, and the signals that go with them."""

    checks: Mapping[Check, Checked]
    signals: Mapping[str, str]


def compared(sitting: Sitting, reference: Descriptor, captured: Captured, *, spec: FaceSpec, ready: Ready) -> Compared:
    """Judge a capture against a reference; an empty reference: there is none."""
    distances = [apart(reference, one) for one in sitting.descriptors] if reference else []
    replayed = bool(distances) and min(distances) < SAME_PICTURE
    whole = captured.passed and not sitting.changed
    checks = {
        Check.FACE_MATCH: _match(distances, ready, whole=whole and not replayed),
        Check.PAD: _detected(spec.pad, sitting.pad, whole=whole),
        Check.IAD: _detected(spec.iad, sitting.iad, whole=whole),
    }
    signals = dict(captured.signals) | {"liveness": "weak", "reference": "yes" if reference else "none"}
    if replayed:
        signals["replay"] = "reference_picture"
    if sitting.changed:
        signals["faces"] = "changed"
    return Compared(checks=checks, signals=signals)


def _match(distances: list[float], ready: Ready, *, whole: bool) -> Checked:
    """Judge the middle distance of all pictures that looked straight; without a reference nothing was compared."""
    if not distances:
        return Checked(verdict=Verdict.NOT_PERFORMED, model=ready.matcher)
    score = median(distances)
    if not score <= ready.threshold:  # what is no number is no match
        verdict = Verdict.FAIL
    else:
        verdict = Verdict.PASS if whole and len(distances) >= LEAST else Verdict.INCONCLUSIVE
    return Checked(verdict=verdict, score=round(score, 4), threshold=ready.threshold, model=ready.matcher)


def _detected(slot: OnnxSpec | None, chances: tuple[float, ...], *, whole: bool) -> Checked:
    """Judge the worst picture: an attack need not show in all of them."""
    if slot is None or not chances:
        return Checked(verdict=Verdict.NOT_PERFORMED)
    worst = min(chances)
    verdict = Verdict.PASS if whole else Verdict.INCONCLUSIVE
    if not worst >= slot.threshold:
        verdict = Verdict.FAIL
    return Checked(verdict=verdict, score=round(worst, 4), threshold=slot.threshold, model=slot.version)
