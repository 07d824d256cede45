"""A restart goes on where the server was: from the log, from a snapshot and the log's tail, after any accident."""

import json
import signal
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from shutil import rmtree

import pytest

from holdfast.simulation.stream import stream
from holdfast.simulation.world import World
from tests.acceptance.conftest import Json, Server, StartServer
from tests.cradle import Born, begin

START = datetime(2026, 5, 4, tzinfo=UTC)
CLOCK = START.isoformat()
COUNT = 2_400
DAYS_TO_COME = 3


@pytest.fixture(scope="module")
def events() -> list[Json]:
    """Give two weeks of an invented bank with much fraud, so that every kind of event is among them."""
    world = World(seed=11, clients=60, start=START, frauds_per_100k=3_000)
    return [one.event for one in islice(stream(world, count=COUNT), COUNT)]


def feed(server: Server, events: Iterable[Json]) -> list[str]:
    """Send events in hourly batches, the clock following them; give the hash of the facts of each."""
    hours: dict[datetime, list[Json]] = {}
    for event in events:
        at = datetime.fromisoformat(event["occurred_at"])
        hours.setdefault(at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), []).append(event)
    hashes = []
    for hour in sorted(hours):
        server.move_clock(hour.isoformat())
        answer = server.post("/v1/decisions:batch", "\n".join(map(json.dumps, hours[hour])))
        hashes += [json.loads(line)["facts_hash"] for line in answer.text.splitlines()]
    return hashes


def compact(data: Path) -> Born:
    """Start a compactor as an operator would."""
    return begin("compact", "--data", data)


def finish(process: Born) -> str:
    """Wait for a compactor that must succeed, and give what it said."""
    out, _ = process.communicate(timeout=90)
    assert process.returncode == 0, out
    return out


def snapshots(data: Path) -> list[Path]:
    """Give the snapshots of a data directory, oldest first."""
    return sorted((data / "snapshots").glob("*.snapshot"))


def test_a_restart_from_snapshots_changes_no_answer(start: StartServer, events: list[Json]) -> None:
    """Whether a server ran on, was compacted and killed, or lost its snapshots: the next answers are the same."""
    steady, compacted, bare = (start(clock=CLOCK) for _ in range(3))
    first, second, last = events[:1_000], events[1_000:1_900], events[1_900:]
    expected = [feed(steady, part) for part in (first, second, last)]
    assert feed(compacted, first) == expected[0]
    said = finish(compact(compacted.data))
    assert "snapshot=0" not in said
    assert feed(compacted, second[:500]) == expected[1][:500]
    compacted.restart(signal.SIGKILL)
    assert any("rebuilt" in line and "snapshot=0" not in line for line in compacted.said)
    assert feed(compacted, second[500:]) == expected[1][500:]
    finish(compact(compacted.data))
    compacted.stop(signal.SIGKILL)
    finish(compact(compacted.data))
    compacted.restart()
    assert feed(compacted, last) == expected[2]
    feed(bare, [*first, *second])
    bare.restart(signal.SIGKILL)
    assert any("rebuilt" in line and "snapshot=0" in line for line in bare.said)
    assert feed(bare, last) == expected[2]


def test_a_killed_compactor_leaves_the_old_snapshot(start: StartServer, events: list[Json]) -> None:
    """A compactor killed at any moment, and a half-written file, neither harm the server nor the snapshot before."""
    steady, server = start(clock=CLOCK), start(clock=CLOCK)
    assert feed(server, events[:800]) == feed(steady, events[:800])
    finish(compact(server.data))
    whole = snapshots(server.data)[-1].read_bytes()
    assert feed(server, events[800:1_400]) == feed(steady, events[800:1_400])
    for delay in (0.0, 0.6, 1.2, 1.8):
        process = compact(server.data)
        time.sleep(delay)
        process.kill()
        process.communicate(timeout=30)
    (server.data / "snapshots" / "00000000000000000900.part").write_bytes(whole[: len(whole) // 2])
    assert whole in [path.read_bytes() for path in snapshots(server.data)]
    server.restart(signal.SIGKILL)
    assert feed(server, events[1_400:1_700]) == feed(steady, events[1_400:1_700])


def test_a_damaged_snapshot_is_passed_over_with_a_line_in_the_log(start: StartServer, events: list[Json]) -> None:
    """A damaged snapshot costs a longer start and is named in the log; the answers stay the same."""
    steady, server = start(clock=CLOCK), start(clock=CLOCK)
    for part in (events[:500], events[500:900]):
        assert feed(server, part) == feed(steady, part)
        finish(compact(server.data))
    older, newest = snapshots(server.data)
    damaged = bytearray(newest.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    newest.write_bytes(damaged)
    server.restart(signal.SIGKILL)
    assert any("passed over" in line and newest.name in line for line in server.said)
    assert any("rebuilt" in line and f"snapshot={int(older.stem)}" in line for line in server.said)
    assert feed(server, events[900:1_200]) == feed(steady, events[900:1_200])


def test_new_rules_are_filled_from_the_log(start: StartServer, events: list[Json]) -> None:
    """A snapshot made for other statistics is not used: the windows of new rules hold what the log holds."""
    servers = [start(packs="ru/od-2506", clock=CLOCK) for _ in range(2)]
    for one in servers:
        feed(one, events[:700])
    finish(compact(servers[0].data))
    for one in servers:
        one.words = ("--packs", "ru,kz", *one.words[2:])
    rmtree(servers[1].data / "snapshots")
    for one in servers:
        one.restart()
    assert any("snapshot not used" in line for line in servers[0].said)
    assert feed(servers[0], events[700:900]) == feed(servers[1], events[700:900])


def test_the_server_has_snapshots_made_while_it_answers(start: StartServer, events: list[Json]) -> None:
    """After so many records the server starts a compactor of its own."""
    server = start("--compact-records", "200", clock=CLOCK)
    feed(server, events[:300])
    deadline = time.monotonic() + 240
    while not snapshots(server.data) and time.monotonic() < deadline:
        time.sleep(0.3)
    assert snapshots(server.data)


def test_a_compactor_refuses_a_directory_without_data(tmp_path: Path) -> None:
    """A directory that no server has used is refused in plain words, and left as it is."""
    process = compact(tmp_path / "nothing")
    out, _ = process.communicate(timeout=90)
    assert process.returncode == 2
    assert "holds no data yet" in out
    assert not (tmp_path / "nothing").exists()


def test_a_server_that_is_stopped_at_once_ends(start: StartServer) -> None:
    """A request to stop that comes the moment the address is told is not lost: the process ends in order."""
    server = start()
    server.restart()
    server.stop()
    assert server.process.returncode == 0
