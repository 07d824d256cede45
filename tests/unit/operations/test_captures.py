"""Captures as they run: commands after the camera is on, in no known order, in their time; pictures stay nowhere."""

import asyncio
from collections import Counter
from itertools import pairwise

import msgspec
import pytest

from holdfast.operations.captures import ANEW, MOST, Captures, Try
from holdfast.operations.ports import FrameJudge
from holdfast.verification.course import COMMAND_MS, COMMANDS, KINDS, STRAIGHT_MS
from holdfast.vocabulary.capture import Captured, Command, Flaw
from holdfast.vocabulary.errors import Bug, FormError, OverloadedError, ProviderError
from holdfast.wire.capture import CaptureReply
from tests.unit.operations.capturing import JPEG, TOLD, CaptureWorld, told


class Room:
    """The captures of a world, and what came of them."""

    def __init__(self, world: CaptureWorld, *, more: bool = True, idle_s: float = 30) -> None:
        self.world = world
        self.settled: list[tuple[Try, Captured]] = []
        self.more = more
        self.over = asyncio.Event()
        self.captures = Captures(world.shard, settle=self._settle, idle_s=idle_s)

    async def _settle(self, attempt: Try, captured: Captured) -> bool:
        self.settled.append((attempt, captured))
        await attempt.judge.end(attempt.reference, captured)
        self.over.set()
        return self.more

    async def begin(self, session: str = "ver_1", attempt: int = 1) -> CaptureReply:
        """Begin an attempt."""
        return await self.captures.begin(
            Try(session_id=session, reference=f"r-{session}", judge=self.world.judge, attempt=attempt, told=TOLD)
        )

    async def look(self, session: str = "ver_1", after_ms: int = 200) -> CaptureReply:
        """Send the next picture after some time."""
        self.world.tick_ms += after_ms
        return await self.captures.look(session, JPEG)

    async def whole(self, session: str = "ver_1") -> CaptureReply:
        """Send pictures until the capture ends."""
        reply = await self.begin(session)
        while not reply.ended:
            reply = await self.look(session)
        return reply


def test_the_scripted_judge_is_one() -> None:
    """The fake has every part of the port."""

    async def story(world: CaptureWorld) -> None:
        assert isinstance(world.judge, FrameJudge)

    told(story)


def test_nothing_is_asked_before_the_camera_is_on() -> None:
    """The first answer names no command; it comes only after pictures of a face that looks straight."""

    async def story(world: CaptureWorld) -> None:
        room = Room(world)
        assert (await room.begin()).command == ""
        assert (await room.look()).command == ""
        reply = await room.look()
        assert Command(reply.command) in world.judge.commands
        assert (reply.step, reply.of, reply.left_ms) == (1, COMMANDS, COMMAND_MS)

    told(story)


def test_a_whole_capture_passes() -> None:
    """At least three commands one after another, a straight look between them, and the words of the capture."""

    async def story(world: CaptureWorld) -> None:
        room = Room(world)
        reply = await room.whole()
        assert (reply.ended, reply.more) == ("done", True)
        ((attempt, captured),) = room.settled
        assert captured.passed
        assert len(captured.steps) == COMMANDS >= 3
        asked = [one for one in world.judge.seen if one is not None]
        assert [step.command for step in captured.steps] == list(dict.fromkeys(asked)) or len(set(asked)) < COMMANDS
        assert captured.signals["commands"] == "done"
        assert captured.signals["liveness"] == "weak"
        assert captured.signals["pictures"] == "as_seen"
        assert captured.signals["camera"] == "front"
        assert attempt.attempt == 1
        assert not len(room.captures)

    told(story)


def test_the_order_of_commands_is_not_known() -> None:
    """Over many captures every kind comes in every place, and none comes twice in a row."""

    async def story(world: CaptureWorld) -> None:
        world.judge.pictures = 1
        room = Room(world)
        for number in range(300):
            await room.whole(f"ver_{number}")
        orders = [[step.command for step in captured.steps] for _, captured in room.settled]
        assert all(first is not second for order in orders for first, second in pairwise(order))
        for place in range(COMMANDS):
            counted = Counter(order[place] for order in orders)
            assert set(counted) == world.judge.commands
            assert max(counted.values()) < 300 * 0.3
        assert len({tuple(order) for order in orders}) > 150

    told(story)


def test_a_judge_of_too_few_kinds_is_refused() -> None:
    """From fewer than six kinds nobody is asked anything."""

    async def story(world: CaptureWorld) -> None:
        world.judge.commands = frozenset(list(Command)[: KINDS - 1])
        with pytest.raises(Bug):
            await Room(world).begin()

    told(story)


def test_a_command_that_is_not_done_in_time_ends_the_attempt() -> None:
    """The time of a command begins when it is shown, and a picture after it does not count."""

    async def story(world: CaptureWorld) -> None:
        world.judge.never = world.judge.commands
        room = Room(world, more=False)
        await room.begin()
        await room.look()
        asked = await room.look()
        assert asked.command
        assert not (await room.look(after_ms=COMMAND_MS)).ended
        late = await room.look(after_ms=1)
        assert (late.ended, late.more) == ("late", False)
        ((_, captured),) = room.settled
        assert (captured.passed, captured.signals["commands"]) == (False, "late")
        with pytest.raises(FormError):
            await room.look()

    told(story)


def test_a_bad_picture_says_what_to_change_and_does_not_count() -> None:
    """The flaw goes to the page; without a face in time the attempt ends unspent and may begin anew."""

    async def story(world: CaptureWorld) -> None:
        room = Room(world)
        world.judge.flaw = Flaw.DARK
        await room.begin()
        assert (await room.look()).flaw == "dark"
        reply = await room.look(after_ms=STRAIGHT_MS)
        assert (reply.ended, reply.more) == ("unseen", True)
        assert not room.settled
        assert world.judge.dropped == ["r-ver_1"]
        assert room.captures.unspent("ver_1") is not None
        world.judge.flaw = None
        await room.begin()
        await room.look()
        await room.look()
        assert room.captures.unspent("ver_1") is None

    told(story)


def test_a_capture_that_is_left_ends_by_itself() -> None:
    """When no more pictures come, the attempt is over and the judge forgets its pictures."""

    async def story(world: CaptureWorld) -> None:
        room = Room(world, idle_s=0.01)
        await room.begin()
        await room.look()
        await room.look()
        assert world.judge.held
        await asyncio.wait_for(room.over.wait(), timeout=5)
        ((_, captured),) = room.settled
        assert (captured.passed, captured.signals["commands"]) == (False, "left")
        assert not world.judge.held

    told(story)


def test_a_new_attempt_ends_the_one_before() -> None:
    """After a second begin the first capture's pictures count for nothing."""

    async def story(world: CaptureWorld) -> None:
        room = Room(world)
        await room.begin()
        await room.look()
        await room.look()
        assert (await room.begin(attempt=2)).command == ""
        assert world.judge.begun == [("r-ver_1", 1), ("r-ver_1", 2)]
        assert len(room.captures) == 1

    told(story)


def test_a_picture_that_comes_meanwhile_is_left_out() -> None:
    """While one picture is looked at, another one is answered with where the capture stands and is not looked at."""

    async def story(world: CaptureWorld) -> None:
        room = Room(world)
        await room.begin()
        look, gate = world.judge.look, asyncio.Event()

        async def slow(reference: str, frame: object) -> object:
            await gate.wait()
            return await look(reference, frame)  # type: ignore[arg-type] # passes through

        world.judge.look = slow  # type: ignore[method-assign,assignment] # a test's delay
        first = asyncio.create_task(room.look())
        await asyncio.sleep(0)
        assert (await room.look()).command == ""
        gate.set()
        await first
        assert len(world.judge.seen) == 1

    told(story)


def test_whoever_is_too_many_is_turned_away() -> None:
    """There is a bound on captures at once; one of a session that runs already is no more."""

    async def story(world: CaptureWorld) -> None:
        room = Room(world)
        for number in range(MOST):
            await room.begin(f"ver_{number}")
        with pytest.raises(OverloadedError):
            await room.begin("ver_more")
        await room.begin("ver_0")
        await room.captures.close()
        assert not len(room.captures)
        assert not world.judge.held

    told(story)


def test_a_judge_that_fails_ends_nothing() -> None:
    """The picture is lost, and the capture goes on with the next one."""

    async def story(world: CaptureWorld) -> None:
        room = Room(world)
        await room.begin()
        world.judge.blind = True
        with pytest.raises(ProviderError):
            await room.look()
        world.judge.blind = False
        await room.look()
        assert (await room.look()).command

    told(story)


def test_more_time_is_given_to_who_asks() -> None:
    """With the wish for more time a command has three times as long, and the result says so."""

    async def story(world: CaptureWorld) -> None:
        room = Room(world)
        slow = msgspec.structs.replace(TOLD, slow=True)
        attempt = Try(session_id="ver_1", reference="r", judge=world.judge, attempt=1, told=slow)
        await room.captures.begin(attempt)
        await room.look()
        assert (await room.look()).left_ms == 3 * COMMAND_MS

    told(story)


def test_a_judge_that_cannot_begin_leaves_no_capture_behind() -> None:
    """What failed to begin does not run, and the attempt may begin anew without being spent."""

    async def story(world: CaptureWorld) -> None:
        room = Room(world)
        world.judge.blind = True
        with pytest.raises(ProviderError):
            await room.begin()
        assert not len(room.captures)
        assert room.captures.unspent("ver_1") is not None
        world.judge.blind = False
        await room.begin()
        assert len(room.captures) == 1

    told(story)


def test_an_attempt_begins_anew_only_so_often() -> None:
    """Who begins again and again without doing anything spends the attempt: each time fetches the reference."""

    async def story(world: CaptureWorld) -> None:
        room = Room(world)
        await room.begin()
        for _ in range(ANEW - 1):
            again = room.captures.unspent("ver_1")
            assert again is not None
            await room.captures.begin(again)
        assert room.captures.unspent("ver_1") is None

    told(story)
