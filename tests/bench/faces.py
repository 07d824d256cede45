"""What comparing faces costs on this machine, and its errors on rendered faces of nobody, with their intervals.

Rendered faces lie closer together than people do: one head was modelled and its measures drawn. So the rates say that
the way of a picture works and what the parts cost. They say nothing about people, which only an operator's own
pictures can.
"""

import os
from itertools import combinations
from math import nan
from time import perf_counter
from typing import Any, Final

import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy.stats import beta

from holdfast.gateways.identity.face.held import held, shows
from holdfast.gateways.identity.face.seen import Seen
from holdfast.vocabulary.capture import Command
from holdfast.vocabulary.face_specs import FaceSpec
from tests.faces.beside import beside, models
from tests.faces.poses import DONE, tilted_photo
from tests.pictures.faces import Pose, face, jpeg, person

SIZE: Final = (480, 360)
LIMITS: Final = (0.30, 0.40, 0.50, 0.55, 0.60)
SHOTS: Final = (
    Pose(left=4, up=2, light=(-0.3, -0.4, 1.0)),
    Pose(left=-6, up=-2, zoom=0.85, light=(0.6, -0.2, 0.8)),
    Pose(left=2, up=4, tilt_left=5, zoom=1.1),
)
_SURE: Final = 0.95


def interval(errors: int, of: int) -> tuple[float, float]:
    """Give the exact interval of a share at 95 % (Clopper and Pearson 1934); with no errors the upper end is near 3/n.

    With no errors at all the interval has one side, as the rule of three has.
    """
    if not of:
        return nan, nan
    tail = (1 - _SURE) if errors in {0, of} else (1 - _SURE) / 2
    low = float(beta.ppf(tail, errors, of - errors + 1)) if errors else 0.0
    high = float(beta.ppf(1 - tail, errors + 1, of - errors)) if errors < of else 1.0
    return low, high


def told(name: str, errors: int, of: int) -> dict[str, float]:
    """Give a share with its interval and the number of trials."""
    low, high = interval(errors, of)
    return {name: errors / of if of else nan, f"{name}_low": low, f"{name}_high": high, f"{name}_of": of}


def worsened(picture: Image.Image, seed: int) -> bytes:
    """Spoil a picture as a phone does: a little blur, noise, and a strong JPEG."""
    dice = np.random.default_rng(seed)
    blurred = picture.filter(ImageFilter.GaussianBlur(float(dice.uniform(0, 1.2))))
    noisy = np.asarray(blurred, dtype=np.float64) + dice.normal(0, 4, (picture.height, picture.width, 3))
    return jpeg(Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)), int(dice.integers(45, 90)))


def rates(genuine: list[float], impostor: list[float]) -> dict[str, float]:
    """Give the errors at each limit: the same face refused (FNMR), another taken for it (FMR)."""
    found: dict[str, float] = {}
    for limit in LIMITS:
        name = f"{round(limit * 100):03}"
        found |= told(f"fnmr_at_{name}", sum(one > limit for one in genuine), len(genuine))
        found |= told(f"fmr_at_{name}", sum(one <= limit for one in impostor), len(impostor))
    return found


def matched(eye: Any, *, people: int) -> dict[str, float]:
    """Compare every person's shots with each other, and one shot of each person with one of everybody else."""
    taken: dict[int, list[tuple[float, ...]]] = {}
    spent, missed, shots = [], 0, 0
    for who in range(people):
        for at, pose in enumerate(SHOTS):
            data = worsened(face(person(who), pose, SIZE), who * 10 + at)
            begun = perf_counter()
            seen: Seen = eye.look(data, compare=True)
            spent.append((perf_counter() - begun) * 1e3)
            shots, missed = shots + 1, missed + (not seen.descriptor)
            if seen.descriptor:
                taken.setdefault(who, []).append(seen.descriptor)
    genuine = [_apart(one, other) for row in taken.values() for one, other in combinations(row, 2)]
    impostor = [_apart(taken[one][0], taken[other][-1]) for one, other in combinations(sorted(taken), 2)]
    times = {f"compare_ms_p{part}": float(np.percentile(spent, part)) for part in (50, 95)}
    nearest = {"genuine_median": float(np.median(genuine)), "impostor_median": float(np.median(impostor))}
    return {"people": people, **told("fta", missed, shots), **rates(genuine, impostor), **nearest, **times}


def _apart(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return float(np.linalg.norm(np.array(one) - np.array(other)))


def commanded(eye: Any, *, people: int) -> dict[str, float]:
    """Ask for every command: done by a head, done by nobody, and by photos that are turned before the camera."""
    done = dict.fromkeys(DONE, 0)
    still = asked = 0
    fooled = {"upright": 0, "slanting": 0}
    angles = {"upright": (25.0, 0.0), "slanting": (30.0, 20.0)}
    spent = []
    for who in range(people):
        photo = face(person(who), None, SIZE)
        before = held(eye.look(jpeg(photo), compare=False).points)
        if before is None:
            continue
        asked += 1
        again = held(eye.look(worsened(photo, who), compare=False).points)
        still += again is not None and any(shows(one, before, again) for one in DONE)
        for command, pose in DONE.items():
            data = jpeg(face(person(who), pose, SIZE))
            begun = perf_counter()
            now = held(eye.look(data, compare=False).points)
            spent.append((perf_counter() - begun) * 1e3)
            done[command] += now is not None and shows(command, before, now)
        for name, (left, up) in angles.items():
            flat = held(eye.look(jpeg(tilted_photo(photo, left=left, up=up)), compare=False).points)
            turns = (Command.TURN_LEFT, Command.TURN_RIGHT)
            fooled[name] += flat is not None and any(shows(one, before, flat) for one in turns)
    found: dict[str, float] = {}
    for command, count in done.items():
        found |= told(f"done_{command}", count, asked)
    for name, count in fooled.items():
        found |= told(f"photo_turned_{name}_passes", count, asked)
    times = {f"look_ms_p{part}": float(np.percentile(spent, part)) for part in (50, 95)}
    return {**found, **told("still_head_passes", still, asked), **times}


def measure(*, quick: bool = False) -> dict[str, float]:
    """Measure everything; dlib and its models are installed beside the environment first, once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(beside())
        from holdfast.gateways.identity.face.eye import Eye  # noqa: PLC0415 - `dlib` is beside the environment

        begun = perf_counter()
        eye = Eye(FaceSpec(models=str(models())))
        start_s = perf_counter() - begun
        found = matched(eye, people=8 if quick else 60) | commanded(eye, people=4 if quick else 30)
    return {f"faces.{name}": figure for name, figure in ({"start_s": start_s} | found).items()}


if __name__ == "__main__":
    for name, number in measure(quick="QUICK" in os.environ).items():
        print(f"{name:44} {number:14,.4f}")  # noqa: T201 - it speaks to a person in a terminal
