"""What comparing faces costs on this machine, and its errors on rendered faces of nobody, with their intervals.

Rendered faces lie closer together than people do: one head was modelled and its measures drawn. So the rates say that
the way of a picture works and what the parts cost. They say nothing about people, which only an operator's own
pictures can.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import nan
from pathlib import Path
from time import perf_counter, process_time
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
from tests.faces.poses import DONE, beside_each_other, tilted_photo
from tests.pictures.faces import Pose, face, jpeg, person

SIZE: Final = (480, 360)
LIMITS: Final = (0.30, 0.40, 0.50, 0.55, 0.60)
SHOTS: Final = (
    Pose(left=4, up=2, light=(-0.3, -0.4, 1.0)),
    Pose(left=-6, up=-2, zoom=0.85, light=(0.6, -0.2, 0.8)),
    Pose(left=2, up=4, tilt_left=5, zoom=1.1),
)
_SURE: Final = 0.95
PEOPLE: Final = 24
Shots = Iterator[list[bytes]]
"""The pictures of each person."""


def interval(share: float, trials: int) -> tuple[float, float]:
    """Give the exact interval of a share at 95 % (Clopper and Pearson 1934); with no errors the upper end is near 3/n.

    With no errors at all the interval has one side, as the rule of three has.
    """
    if not trials:
        return nan, nan
    tail = (1 - _SURE) if share in {0.0, 1.0} else (1 - _SURE) / 2
    errors = share * trials
    low = float(beta.ppf(tail, errors, trials - errors + 1)) if share > 0 else 0.0
    high = float(beta.ppf(1 - tail, errors + 1, trials - errors)) if share < 1 else 1.0
    return low, high


def told(name: str, errors: int, of: int, *, independent: int | None = None) -> dict[str, float]:
    """Give a share with its interval, the number of trials, and how many of them do not hang together.

    Two comparisons of one person hang together, so the interval is as wide as that of so many `independent` ones.
    """
    share = errors / of if of else nan
    independent = of if independent is None else independent
    low, high = interval(share, independent)
    return {name: share, f"{name}_low": low, f"{name}_high": high, f"{name}_of": of, f"{name}_independent": independent}


def worsened(picture: Image.Image, seed: int) -> bytes:
    """Spoil a picture as a phone does: a little blur, noise, and a strong JPEG."""
    dice = np.random.default_rng(seed)
    blurred = picture.filter(ImageFilter.GaussianBlur(float(dice.uniform(0, 1.2))))
    noisy = np.asarray(blurred, dtype=np.float64) + dice.normal(0, 4, (picture.height, picture.width, 3))
    return jpeg(Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)), int(dice.integers(45, 90)))


def rates(genuine: list[float], impostor: list[float], *, people: int) -> dict[str, float]:
    """Give the errors at each limit: the same face refused (FNMR), another taken for it (FMR)."""
    found: dict[str, float] = {}
    for limit in LIMITS:
        name = f"{round(limit * 100):03}"
        found |= told(f"fnmr_at_{name}", sum(one > limit for one in genuine), len(genuine), independent=people)
        found |= told(f"fmr_at_{name}", sum(one <= limit for one in impostor), len(impostor), independent=people // 2)
    return found


def equal_error(genuine: list[float], impostor: list[float]) -> dict[str, float]:
    """Give the limit at which both errors are nearest to each other, and the larger of them there."""
    limits = np.unique([*genuine, *impostor])
    refused = np.mean(np.array(genuine)[None, :] > limits[:, None], axis=1)
    taken = np.mean(np.array(impostor)[None, :] <= limits[:, None], axis=1)
    at = int(np.argmin(np.abs(refused - taken)))
    return {"eer": float(max(refused[at], taken[at])), "eer_at": float(limits[at])}


def rendered(people: int) -> Shots:
    """Give shots of people who do not exist."""
    for who in range(people):
        yield [worsened(face(person(who), pose, SIZE), who * 10 + at) for at, pose in enumerate(SHOTS)]


def own(folder: Path) -> Shots:
    """Give the shots of an operator's own people: a folder of pictures for each of them."""
    for one in sorted(path for path in folder.iterdir() if path.is_dir()):
        yield [path.read_bytes() for path in sorted(one.iterdir()) if path.is_file()]


def matched(eye: Any, shots: Shots) -> dict[str, float]:
    """Compare every person's shots with each other, and one shot of each person with one of everybody else."""
    taken: list[list[tuple[float, ...]]] = []
    spent: list[float] = []
    people = tried = 0
    for row in shots:
        seen = [_timed(eye, data, spent, compare=True).descriptor for data in row]
        people, tried = people + 1, tried + len(row)
        taken.append([one for one in seen if one])
    fit = [row for row in taken if row]
    genuine = [_apart(one, other) for row in fit for one, other in combinations(row, 2)]
    impostor = [_apart(one[0], other[-1]) for one, other in combinations(fit, 2)]
    if not genuine or not impostor:
        raise SystemExit("faces: at least two people with two usable pictures each are needed")
    gate = told("gate.good_refused", tried - sum(map(len, fit)), tried, independent=people)
    found = gate | rates(genuine, impostor, people=len(fit)) | equal_error(genuine, impostor)
    near = {"genuine_median": float(np.median(genuine)), "impostor_median": float(np.median(impostor))}
    return {"people": people, **found, **near, **_times("compare", spent)}


def spoilt(who: int) -> Mapping[str, bytes]:
    """Spoil a picture in every way that the gate is there for."""
    good, small = face(person(who), None, SIZE), face(person(who), Pose(zoom=0.33), SIZE)
    aside = Image.new("RGB", SIZE, "gray")
    aside.paste(good, (SIZE[0] * 2 // 5, 0))
    return {
        "dark": jpeg(good.point([value // 5 for value in range(256)] * 3)),
        "bright": jpeg(good.point([min(255, value * 4) for value in range(256)] * 3)),
        "blurred": jpeg(good.filter(ImageFilter.GaussianBlur(5))),
        "small": jpeg(small),
        "aside": jpeg(aside),
        "two_faces": jpeg(beside_each_other(good, face(person(who + 1_000), None, SIZE))),
        "on_its_side": jpeg(good.transpose(Image.Transpose.ROTATE_90)),
        "cut_off": jpeg(good)[:900],
    }


def gated(eye: Any, *, people: int) -> dict[str, float]:
    """Show the gate pictures that must not be compared, and those whose camera noted that it lay on its side."""
    refused: dict[str, int] = {}
    turned = 0
    for who in range(people):
        for name, data in spoilt(who).items():
            refused[name] = refused.get(name, 0) + (not eye.look(data, compare=True).descriptor)
        side = face(person(who), None, SIZE).transpose(Image.Transpose.ROTATE_90)
        turned += not eye.look(jpeg(side, orientation=6), compare=True).descriptor
    found: dict[str, float] = {}
    for name, count in refused.items():
        found |= told(f"gate.{name}_refused", count, people)
    return found | told("gate.orientation_6_refused", turned, people)


def _timed(eye: Any, data: bytes, spent: list[float], *, compare: bool) -> Seen:
    """Look at a picture, and note what that cost."""
    begun = process_time()
    seen: Seen = eye.look(data, compare=compare)
    spent.append((process_time() - begun) * 1e3)
    return seen


def _times(name: str, spent: list[float]) -> dict[str, float]:
    return {f"{name}_cpu_ms_p{part}": float(np.percentile(spent, part)) for part in (50, 95)}


def _apart(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return float(np.linalg.norm(np.array(one) - np.array(other)))


def commanded(eye: Any, *, people: int) -> dict[str, float]:
    """Ask for every command: done by a head, done by nobody, and by photos that are turned before the camera."""
    done = dict.fromkeys(DONE, 0)
    still = asked = 0
    fooled = {"upright": 0, "slanting": 0}
    angles = {"upright": (25.0, 0.0), "slanting": (30.0, 20.0)}
    spent: list[float] = []
    for who in range(people):
        photo = face(person(who), None, SIZE)
        before = held(eye.look(jpeg(photo), compare=False).points)
        if before is None:
            continue
        asked += 1
        again = held(eye.look(worsened(photo, who), compare=False).points)
        still += again is not None and any(shows(one, before, again) for one in DONE)
        for command, pose in DONE.items():
            now = held(_timed(eye, jpeg(face(person(who), pose, SIZE)), spent, compare=False).points)
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
    return {**found, **told("still_head_passes", still, asked), **_times("look", spent)}


def measure(*, quick: bool = False, pictures: str = "") -> dict[str, float]:
    """Measure everything, or with `pictures` the errors on the operator's own: a folder with one folder a person.

    dlib and its models are installed beside the environment first, once.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(beside())
        from holdfast.gateways.identity.face.eye import Eye

        begun = perf_counter()
        eye = Eye(FaceSpec(models=str(models())))
        found = {"start_s": perf_counter() - begun}
        if pictures:
            return {f"faces.own.{name}": figure for name, figure in (found | matched(eye, own(Path(pictures)))).items()}
        many, few = (8, 3) if quick else (PEOPLE, PEOPLE // 2)
        found |= matched(eye, rendered(many)) | gated(eye, people=few) | commanded(eye, people=few)
    return {f"faces.{name}": figure for name, figure in found.items()}
