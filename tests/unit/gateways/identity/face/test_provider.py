"""The provider of faces with dlib and its models, in its own processes, on rendered faces of nobody."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec
import pytest
from PIL import Image, ImageOps

from holdfast.gateways.identity.face.held import held, shows
from holdfast.gateways.identity.face.lookers import Lookers, tried
from holdfast.gateways.identity.face.models import DESCRIPTOR, POINTS, VERSION
from holdfast.gateways.identity.face.provider import FaceProvider, face_provider
from holdfast.gateways.identity.face.seen import READY, UNAVAILABLE, Ready, Seen
from holdfast.operations.ports import FrameJudge
from holdfast.verification.judge import judge
from holdfast.vocabulary.capture import Captured, Command, Flaw, Frame, Glance
from holdfast.vocabulary.errors import CallbackError, ProviderError, SettingError
from holdfast.vocabulary.face_specs import FaceSpec, ReferencesAt
from holdfast.vocabulary.identity import (
    Asked,
    Bound,
    Check,
    IdentityResult,
    Operation,
    Purpose,
    SessionState,
    Subject,
    Terms,
    Verdict,
)
from tests.faces.beside import beside, models
from tests.faces.poses import DONE, beside_each_other, on_screen, tilted_photo
from tests.pictures.faces import Person, Pose, face, jpeg, person

NOW_MS = 1_780_000_000_000
ME, OTHER = person(11), person(16)
SIZE = (400, 300)
PASSED = Captured(passed=True, signals={"camera": "front"})


class Standing:
    """A clock that stands still."""

    def now_ms(self) -> int:
        """Give the instant."""
        return NOW_MS


@pytest.fixture(autouse=True, scope="module")
def extra() -> Iterator[None]:
    """Let the processes find what the extra brings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(beside()), os.environ.get("PYTHONPATH", "")]))
        yield


@pytest.fixture(scope="module")
def runner(extra: None) -> Iterator[asyncio.Runner]:  # noqa: ARG001 - what it sets is needed first
    """Run everything on one loop, so that one process serves all tests."""
    with asyncio.Runner() as one:
        yield one


@pytest.fixture(scope="module")
def lookers(runner: asyncio.Runner) -> Iterator[Lookers]:
    """Start what looks at pictures."""
    made = Lookers(FaceSpec(), size=1, look_s=60)
    yield made
    runner.run(made.close())


def asked(ref: str = "me") -> Asked:
    """Ask for a session."""
    return Asked(
        session_id="ver_1",
        purpose=Purpose.WITHDRAW,
        checks=(Check.FACE_MATCH,),
        acr="",
        locale="kk",
        return_url="",
        subject=Subject(ref=ref, iin_hash="owner-of-me"),
        operation=Operation(id="p-1", type="payout"),
        operation_hash="0" * 64,
        expires_ms=NOW_MS + 600_000,
        auth_age_s=300,
    )


@pytest.fixture
def spec(tmp_path: Path) -> FaceSpec:
    """Declare a provider that knows one person's picture."""
    (tmp_path / "me.jpg").write_bytes(shot(ME, Pose(left=4, up=2, light=(-0.3, -0.4, 1.0))))
    return FaceSpec(references=ReferencesAt(folder=str(tmp_path)), acr="face")


@cache
def shown(who: Person, pose: Pose | None = None) -> Image.Image:
    """Render somebody, once."""
    return face(who, pose, SIZE)


def shot(who: Person, pose: Pose | None = None) -> bytes:
    """Take a picture of somebody."""
    return jpeg(shown(who, pose))


def provider_of(spec: FaceSpec, lookers: Lookers) -> FaceProvider:
    """Make a provider over the process that runs already."""
    ready = Ready(state=READY, matcher=VERSION, threshold=spec.threshold)
    return FaceProvider("faces", spec, clock=Standing(), lookers=lookers, ready=ready)


async def captured(provider: FaceProvider, pictures: Sequence[bytes], *, ended: Captured = PASSED) -> IdentityResult:
    """Run a capture of straight pictures and fetch its result."""
    await provider.start(asked())
    await provider.begin("ver_1", attempt=1)
    for at, data in enumerate(pictures):
        await provider.look("ver_1", Frame(data=data, at_ms=at * 200, step=0, command=None))
    await provider.end("ver_1", ended)
    return await provider.fetch("ver_1")


def test_the_person_of_the_picture_passes(spec: FaceSpec, runner: asyncio.Runner, lookers: Lookers) -> None:
    """Two straight pictures of the person in the operator's picture pass, and say by what, when and whose."""
    result = runner.run(captured(provider_of(spec, lookers), [shot(ME), shot(ME, Pose(left=2, zoom=0.97))]))
    match = result.checks[Check.FACE_MATCH]
    assert (result.done, match.verdict, match.threshold, match.model) == (True, Verdict.PASS, 0.55, VERSION)
    assert match.score is not None
    assert match.score < 0.4
    assert (result.acr, result.auth_ms, result.owner) == ("face", NOW_MS, "owner-of-me")
    assert (result.reference_source, result.transaction_id) == ("provider_db", "ver_1.1")
    assert result.capture == {"camera": "front", "liveness": "weak", "reference": "yes"}


def test_a_result_holds_no_picture_and_no_descriptor(
    spec: FaceSpec, runner: asyncio.Runner, lookers: Lookers, caplog: pytest.LogCaptureFixture
) -> None:
    """What leaves the provider are words and a few numbers, and nothing of a face is logged or remembered."""
    provider = provider_of(spec, lookers)
    result = runner.run(captured(provider, [shot(ME), shot(ME)]))
    assert len(msgspec.json.encode(result)) < 1_000
    assert "0." not in caplog.text
    side = provider._sides["ver_1"]
    assert (side.sitting, side.reference) == (None, ())


def test_another_person_fails(spec: FaceSpec, runner: asyncio.Runner, lookers: Lookers) -> None:
    """Somebody else's face fails, and nobody's ownership is told."""
    result = runner.run(captured(provider_of(spec, lookers), [shot(OTHER), shot(OTHER, Pose(left=2))]))
    assert result.checks[Check.FACE_MATCH].verdict is Verdict.FAIL
    assert (result.acr, result.owner) == ("", "")


@pytest.mark.parametrize("ref", ["nobody", "../me"])
def test_who_has_no_picture_is_not_compared(spec: FaceSpec, runner: asyncio.Runner, lookers: Lookers, ref: str) -> None:
    """A subject without a picture is not compared, which satisfies nothing; one that climbs folders has none."""

    async def run() -> IdentityResult:
        provider = provider_of(spec, lookers)
        await provider.start(asked(ref))
        await provider.begin("ver_1", attempt=1)
        for at in range(2):
            await provider.look("ver_1", Frame(data=shot(ME), at_ms=at, step=0, command=None))
        await provider.end("ver_1", PASSED)
        return await provider.fetch("ver_1")

    result = runner.run(run())
    assert result.checks[Check.FACE_MATCH].verdict is Verdict.NOT_PERFORMED
    assert (result.reference_source, result.owner) == ("", "")


def test_the_reference_picture_played_back_is_named(spec: FaceSpec, runner: asyncio.Runner, lookers: Lookers) -> None:
    """Injecting the enrolled picture itself does not pass and is told as a replay."""
    assert spec.references is not None
    enrolled = Path(spec.references.folder, "me.jpg").read_bytes()
    result = runner.run(captured(provider_of(spec, lookers), [enrolled, enrolled]))
    assert result.checks[Check.FACE_MATCH].verdict is Verdict.INCONCLUSIVE
    assert result.capture["replay"] == "reference_picture"


def for_money(result: IdentityResult, *checks: Check) -> tuple[SessionState, tuple[str, ...]]:
    """Judge a result for a payout that requires so many checks."""
    terms = Terms(
        purpose=Purpose.WITHDRAW,
        checks=checks,
        auth_age_s=300,
        max_attempts=3,
        expires_ms=NOW_MS + 1,
        subject="",
        operation_id="p-1",
    )
    of = asked()
    bound = Bound(subject=of.subject, operation=of.operation, operation_hash=of.operation_hash)
    judged = judge(result, terms, bound, opened_ms=NOW_MS, now_ms=NOW_MS)
    return judged.state, judged.reasons


@pytest.mark.parametrize("again", [ImageOps.mirror, on_screen])
def test_what_is_mirrored_or_shown_on_a_screen_is_never_a_living_person(
    spec: FaceSpec, runner: asyncio.Runner, lookers: Lookers, again: Callable[[Image.Image], Image.Image]
) -> None:
    """A mirror and a screen keep the face, so it compares as before: nothing here can tell them from a person (C22).

    So nothing is said of life but `weak`, also where every command was done, and whoever requires it passes nobody.
    Somebody else's face stays somebody else's.
    """
    assert spec.references is not None
    with Image.open(Path(spec.references.folder, "me.jpg")) as enrolled:
        stills = [jpeg(again(enrolled))] * 2
    for pictures in (stills, [jpeg(again(shown(ME))), jpeg(again(shown(ME, Pose(left=2, zoom=0.97))))]):
        result = runner.run(captured(provider_of(spec, lookers), pictures))
        assert result.checks[Check.FACE_MATCH].verdict is Verdict.PASS
        assert result.capture["liveness"] == "weak"
        assert {result.checks[one].verdict for one in (Check.PAD, Check.IAD)} == {Verdict.NOT_PERFORMED}
        assert for_money(result, Check.FACE_MATCH) == (SessionState.PASSED, ())
        assert for_money(result, Check.FACE_MATCH, Check.PAD) == (SessionState.INCONCLUSIVE, ("pad_not_performed",))
    others = [jpeg(again(shown(OTHER)))] * 2
    assert runner.run(captured(provider_of(spec, lookers), others)).checks[Check.FACE_MATCH].verdict is Verdict.FAIL


def test_a_mirrored_film_does_the_opposite_of_what_is_asked(runner: asyncio.Runner, lookers: Lookers) -> None:
    """Who turns or tilts to one side is seen to do so, and in a mirror to the other; a screen changes neither."""
    sides = {Command.TURN_LEFT: Command.TURN_RIGHT, Command.TILT_LEFT: Command.TILT_RIGHT}
    for command, opposite in sides.items():
        straight, done = shown(ME), shown(ME, DONE[command])
        for again, seen_as in ((on_screen, command), (ImageOps.mirror, opposite)):
            before, now = (
                held(one.points) for one in looks(runner, lookers, [jpeg(again(straight)), jpeg(again(done))])
            )
            assert before is not None
            assert now is not None
            assert [one for pair in sides.items() for one in pair if shows(one, before, now)] == [seen_as]


def test_every_command_is_seen_when_it_is_done_and_only_then(
    spec: FaceSpec, runner: asyncio.Runner, lookers: Lookers
) -> None:
    """A head that does what was asked is told as done; one that stays straight, or does the opposite, is not."""

    async def run(pose: Pose, command: Command) -> Glance:
        await provider.begin("ver_1", attempt=1)
        for at in range(2):
            await provider.look("ver_1", Frame(data=shot(ME), at_ms=at, step=0, command=None))
        for at in range(2):
            glance = await provider.look("ver_1", Frame(data=shot(ME, pose), at_ms=at, step=0, command=command))
        return glance

    async def all_of_them() -> None:
        await provider.start(asked())
        for command, pose in DONE.items():
            opposite = Pose(left=-pose.left, tilt_left=-pose.tilt_left, zoom=1 / pose.zoom)
            assert (await run(pose, command)).done, command
            assert not (await run(Pose(), command)).done, command
            assert not (await run(opposite, command)).done, command

    provider = provider_of(spec, lookers)
    assert provider.commands == frozenset(DONE)
    runner.run(all_of_them())


def looks(runner: asyncio.Runner, lookers: Lookers, pictures: Sequence[bytes]) -> list[Seen]:
    """Look at pictures without a capture."""

    async def run() -> list[Seen]:
        return [await lookers.look(data, compare=True) for data in pictures]

    return runner.run(run())


def test_a_photo_turned_about_its_upright_is_no_turned_head(runner: asyncio.Runner, lookers: Lookers) -> None:
    """A still photo turned to either side keeps its nose between its eyes, at any angle that still shows a face."""
    photo = shown(ME)
    flat = [jpeg(tilted_photo(photo, left=angle)) for angle in (-40, -25, 25, 40)]
    before, *turned = (held(one.points) for one in looks(runner, lookers, [jpeg(photo), *flat]))
    assert before is not None
    for now in turned:
        assert now is None or not any(shows(one, before, now) for one in (Command.TURN_LEFT, Command.TURN_RIGHT))


def test_pictures_of_no_use_are_told_why(runner: asyncio.Runner, lookers: Lookers) -> None:
    """No face, two faces, little light, a small face: each has its word, and none is described."""
    pictures = [
        jpeg(Image.new("RGB", SIZE, "white")),
        jpeg(beside_each_other(shown(ME), shown(OTHER))),
        jpeg(shown(ME).point([value // 4 for value in range(256)] * 3)),
        shot(ME, Pose(zoom=0.4)),
        b"no picture",
    ]
    seen = looks(runner, lookers, pictures)
    assert [one.flaw for one in seen[:3]] == [Flaw.NO_FACE, Flaw.SEVERAL_FACES, Flaw.DARK]
    assert seen[3].flaw in {Flaw.TOO_SMALL, Flaw.NO_FACE}
    assert seen[4].flaw is Flaw.UNREADABLE
    assert not any(one.descriptor for one in seen)


def test_a_picture_from_a_camera_on_its_side_is_compared(runner: asyncio.Runner, lookers: Lookers) -> None:
    """The orientation that a camera notes is applied; without it there is no face to be found."""
    side = shown(ME).transpose(Image.Transpose.ROTATE_90)
    noted, bare = looks(runner, lookers, [jpeg(side, orientation=6), jpeg(side)])
    assert noted.flaw is None
    assert noted.descriptor
    assert bare.flaw is Flaw.NO_FACE


def test_a_picture_that_kills_its_process_costs_no_more_than_itself(runner: asyncio.Runner, lookers: Lookers) -> None:
    """A process that ends in the middle is an error of the provider, and the next picture gets a new process."""

    async def run() -> Seen:
        await lookers.look(shot(ME), compare=False)
        lookers._idle[0].kill()
        await lookers._idle[0].wait()
        with pytest.raises(ProviderError, match="ended the process"):
            await lookers.look(shot(ME), compare=False)
        return await lookers.look(shot(ME), compare=False)

    assert runner.run(run()).flaw is None


def test_nothing_can_be_asked_before_it_began_or_after_it_was_forgotten(
    spec: FaceSpec, runner: asyncio.Runner, lookers: Lookers
) -> None:
    """An unknown session, one without a capture, and a redacted one raise; nobody calls back."""

    async def run() -> None:
        frame = Frame(data=b"", at_ms=0, step=0, command=None)
        with pytest.raises(ProviderError, match="not known here"):
            await provider.begin("ver_1", attempt=1)
        started = await provider.start(asked())
        assert (started.reference, started.redirect_url, started.sdk_token) == ("ver_1", "", "")
        assert not (await provider.fetch("ver_1")).done
        with pytest.raises(ProviderError, match="no capture"):
            await provider.look("ver_1", frame)
        await provider.begin("ver_1", attempt=1)
        await provider.drop("ver_1")
        with pytest.raises(ProviderError, match="no capture"):
            await provider.look("ver_1", frame)
        await provider.redact("ver_1")
        with pytest.raises(ProviderError, match="not known here"):
            await provider.look("ver_1", frame)
        with pytest.raises(CallbackError):
            provider.told({}, b"")

    provider = provider_of(spec, lookers)
    assert isinstance(provider, FrameJudge)
    assert provider.checks == {Check.FACE_MATCH}
    assert provider_of(FaceSpec(), lookers).checks == set()
    runner.run(run())


def test_what_a_restart_lost_is_inconclusive(spec: FaceSpec, runner: asyncio.Runner, lookers: Lookers) -> None:
    """An attempt of which nothing is known any more has ended, without a verdict that satisfies anything."""
    result = runner.run(provider_of(spec, lookers).fetch("ver_before_the_restart"))
    assert (result.done, result.error, result.owner, result.acr) == (True, "lost", "", "")
    assert [(check, one.verdict) for check, one in result.checks.items()] == [(Check.FACE_MATCH, Verdict.INCONCLUSIVE)]


def test_who_holds_pictures_leaves_no_core_file(runner: asyncio.Runner, lookers: Lookers) -> None:
    """A process that dies on a picture writes no core file, in which that picture would lie."""
    runner.run(lookers.look(shot(ME), compare=False))
    limits = Path(f"/proc/{lookers._idle[0].pid}/limits").read_text().splitlines()
    said = next(line.split() for line in limits if line.startswith("Max core file size"))
    assert said[4:6] in (["1", "1"], ["0", "0"])


def test_without_models_the_provider_is_there_but_cannot_be_asked(tmp_path: Path, runner: asyncio.Runner) -> None:
    """A missing model is no crash: the provider says why it cannot be asked."""
    provider = face_provider("faces", FaceSpec(models=str(tmp_path)), clock=Standing())
    with pytest.raises(ProviderError, match=POINTS):
        runner.run(provider.start(asked()))


def test_without_dlib_the_provider_is_there_but_cannot_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An extra that was not installed is named."""
    monkeypatch.setenv("PYTHONPATH", os.environ["PYTHONPATH"].removeprefix(str(beside())))
    ready = tried(FaceSpec(models=str(models())))
    assert ready.state == UNAVAILABLE
    assert "holdfast[face]" in ready.why


def test_a_model_that_was_changed_is_refused(tmp_path: Path) -> None:
    """A model with another hash stops the start."""
    shutil.copy(models() / POINTS, tmp_path / POINTS)
    (tmp_path / DESCRIPTOR).write_bytes(b"another")
    with pytest.raises(SettingError, match=DESCRIPTOR):
        face_provider("faces", FaceSpec(models=str(tmp_path)), clock=Standing())


def test_only_the_two_free_models_are_needed(tmp_path: Path) -> None:
    """A folder with the 5-point model and the descriptor alone is enough: no other model is ever opened."""
    for name in (POINTS, DESCRIPTOR):
        shutil.copy(models() / name, tmp_path / name)
    assert tried(FaceSpec(models=str(tmp_path))).state == READY
