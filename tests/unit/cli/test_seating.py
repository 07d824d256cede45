"""The threads that decide and write sit on one core; everything else, and what is started, runs where it likes."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
import uvloop

from holdfast.cli.seating import Seat, SeatedLoop, keep_seated, roomier, used_of
from holdfast.store.sqlite.writer import WRITER

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system seats nobody")

_SAYS: Final = "import os; print(sorted(os.sched_getaffinity(0)))"


@contextmanager
def waiting(name: str) -> Iterator[int]:
    """Run a thread of a name while the `with` lasts; gives the system's number of it."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait, name=name)
    thread.start()
    try:
        assert thread.native_id is not None
        yield thread.native_id
    finally:
        over.set()
        thread.join()


@pytest.fixture
def everywhere() -> Iterator[set[int]]:
    """Give where this process may run, and let all its threads run there again."""
    cores = os.sched_getaffinity(0)
    yield cores
    for task in os.listdir("/proc/self/task"):  # noqa: PTH208 - names, not paths
        os.sched_setaffinity(int(task), cores)


@pytest.mark.parametrize(
    ("used", "own", "wall", "expected"),
    [
        ({0: 1.0, 1: 0.0}, 1.0, 1.0, None),  # all of it is ours
        ({0: 1.0, 1: 0.0}, 0.5, 1.0, 1),  # others take half, and the other core is free
        ({0: 2.0, 1: 0.2}, 1.0, 2.0, 1),  # the same over two seconds
        ({0: 1.0, 1: 1.0}, 0.5, 1.0, None),  # the other core is no better
        ({0: 1.0, 1: 0.4}, 0.5, 1.0, None),  # hardly better
        ({0: 0.2, 1: 0.0}, 0.0, 1.0, None),  # others take little
        ({0: 1.0, 1: 0.2, 2: 0.1, 3: 0.1}, 0.2, 1.0, 2),  # the first of those with most room
        ({0: 1.0}, 0.2, 1.0, None),  # there is no other core
    ],
)
def test_a_core_is_left_only_for_a_better_one(
    used: dict[int, float], own: float, wall: float, expected: int | None
) -> None:
    """Where others stay on the core and another has clearly more room, that one is named, and else nothing."""
    assert roomier(0, used=used, own=own, wall=wall) == expected


def test_two_threads_sit_and_others_are_free(everywhere: set[int]) -> None:
    """The main thread and the writer share one core, a writer that comes later too; no other thread is bound."""
    seat = Seat()
    with waiting("another") as other, waiting(WRITER) as writer:
        seat.take()
        assert seat.core in everywhere
        assert os.sched_getaffinity(0) == os.sched_getaffinity(writer) == {seat.core}
        assert os.sched_getaffinity(other) == everywhere
    with waiting(WRITER) as anew, waiting("started by who sits") as inheriting:
        os.sched_setaffinity(anew, everywhere)
        seat.look()
        assert os.sched_getaffinity(anew) == {seat.core}
        assert os.sched_getaffinity(inheriting) == everywhere


def test_a_crowded_core_is_left_after_three_looks(everywhere: set[int]) -> None:
    """Others that stay on the core for three looks drive us away, and those that only pass do not."""
    if len(everywhere) == 1:
        pytest.skip("there is one core")
    first, second = sorted(everywhere)[:2]
    used = dict.fromkeys(everywhere, 1e6)
    used |= {first: 0.0, second: 1.0}
    seat = Seat(lambda _cores: dict(used))
    used[second] += 1e3
    seat.take()
    found = []
    for busy in (first, first, second, first, first, first):
        used[busy] += 1e6
        for core in everywhere - {first, second}:
            used[core] += 1e6
        seat.look()
        found.append(seat.core)
    assert found == [first] * 5 + [second]
    assert os.sched_getaffinity(0) == {second}


def test_what_is_used_of_cores_grows(everywhere: set[int]) -> None:
    """The system's own count is read for each core that is allowed, in seconds that never fall."""
    before, after = used_of(everywhere), used_of(everywhere)
    assert set(before) == set(after) == everywhere
    assert all(0 < before[core] <= after[core] for core in everywhere)
    assert used_of(()) == {}


def test_a_process_that_is_started_runs_everywhere(everywhere: set[int]) -> None:
    """What the server starts does not inherit its seat, and the server has it again afterwards."""
    seat = Seat()

    async def whole() -> str:
        seat.take()
        keeper = asyncio.create_task(keep_seated(seat, seconds=0.01))
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", _SAYS, stdout=asyncio.subprocess.PIPE)
        said, _ = await child.communicate()
        keeper.cancel()
        return said.decode().strip()

    assert uvloop.run(whole(), loop_factory=lambda: SeatedLoop(seat)) == str(sorted(everywhere))
    assert os.sched_getaffinity(0) == {seat.core}


def test_where_the_system_does_not_let_us_nothing_changes(
    everywhere: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sandbox that forbids it, or a system that does not know it, leaves a server that runs everywhere."""

    def forbidden(_task: int, _cores: set[int]) -> None:
        raise PermissionError("not here")

    monkeypatch.setattr(os, "sched_setaffinity", forbidden)
    seat = Seat()
    seat.take()
    seat.look()
    assert os.sched_getaffinity(0) == everywhere
    monkeypatch.undo()
    monkeypatch.delattr(os, "sched_setaffinity")
    nowhere = Seat()
    nowhere.take()
    nowhere.look()
    nowhere.leave()
    nowhere.come_back()
    assert nowhere.core is None
    monkeypatch.undo()
