"""A disk that is full or fails: nothing false is acknowledged, the reason is shown, and it passes without a restart."""

import json
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.acceptance.conftest import NOON, Json, Server, transfer
from tests.cradle import Born, begin

_OK, _AWAY = httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE
_BYTES_MB = 24
_SECONDS = 60
_TRIES_SECONDS = 2.5  # of recovery, each of which must leave the door open for the next
_WORDS = ("--packs", "ru", "--dev", "--clock", NOON)
Disk = tuple[Callable[[], object], Callable[[], object]]
"""How the disk is made sick, and how it gets well."""


class SickServer(Server):
    """A server whose commits fail while a file beside its data says so."""

    def _start(self) -> Born:
        words = (f"{self.data}.sick", "serve", "--data", self.data, "--port", "0", *self.words)
        return begin(*words, module="tests.chaos.sick")


@contextmanager
def serving(kind: type[Server], data: Path) -> Iterator[Server]:
    """Start a server and stop it in the end."""
    server = kind(data, *_WORDS)
    try:
        yield server
    finally:
        server.end()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Give a folder of a few megabytes; where no file system can be mounted, one on the common disk."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_BYTES_MB}m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def filled(server: Server) -> Disk:
    """Fill the disk to the last byte, where it is small; else let no file of the server grow any more."""
    ballast = server.data.parent / "ballast"

    def fill() -> None:
        try:
            with ballast.open("wb", buffering=0) as file:
                for _ in range(_BYTES_MB * 512):
                    file.write(b"\0" * 4096)
        except OSError:
            return
        limited(server)[0]()

    def free() -> None:
        ballast.unlink()
        limited(server)[1]()

    return fill, free


def limited(server: Server) -> Disk:
    """Let no file of the running server grow beyond a limit, as a quota does."""
    free = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

    def limit(pair: tuple[int, int]) -> None:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, pair)

    return (lambda: limit((4096, resource.RLIM_INFINITY))), (lambda: limit(free))


def failing(server: Server, word: str) -> Disk:
    """Let every commit fail, before or after it reached the disk."""
    sign = Path(f"{server.data}.sick")
    return (lambda: sign.write_text(word)), sign.unlink


def send(server: Server, numbers: range) -> dict[str, httpx.Response]:
    """Decide transfers on many connections at once; give the answer of each."""
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda number: server.post("/v1/decisions", transfer(f"tr-{number}")), numbers)
        return {f"tr-{number}": answer for number, answer in zip(numbers, answers, strict=True)}


def until_refused(server: Server) -> dict[str, httpx.Response]:
    """Decide until the disk takes no more; give every answer."""
    answers: dict[str, httpx.Response] = {}
    for start in range(100, 20_000, 40):
        answers |= send(server, range(start, start + 40))
        if any(answer.status_code == _AWAY for answer in answers.values()):
            return answers
    pytest.fail("the disk took everything")


def well_again(server: Server) -> None:
    """Wait until decisions can be made, without a restart."""
    deadline = time.monotonic() + _SECONDS
    while unwritten(server) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not unwritten(server)


def unwritten(server: Server) -> list[str]:
    """Give what the server says of a log that cannot be written."""
    said: Json = server.client.get("/readyz").json()
    return [fault for fault in said["degraded"] if fault.startswith("the log cannot be written: ")]


def suffers(server: Server, disk: Disk) -> None:
    """Tell the whole story of a sick disk that gets well, and check each answer."""
    before = send(server, range(40))
    make_sick, make_well = disk
    make_sick()
    during = until_refused(server)
    assert {answer.status_code for answer in during.values()} <= {_OK, _AWAY}
    refused = [answer for answer in during.values() if answer.status_code == _AWAY]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert all(answer.json()["code"] == "unavailable" for answer in refused)
    ready = server.client.get("/readyz")
    assert (ready.status_code, server.client.get("/healthz").status_code) == (_AWAY, _OK)
    assert unwritten(server)
    time.sleep(_TRIES_SECONDS)
    assert unwritten(server)
    again = server.post("/v1/decisions", transfer("tr-0"))
    assert (again.status_code, again.content) == (_OK, before["tr-0"].content)
    make_well()
    well_again(server)
    answered = before | {name: answer for name, answer in during.items() if answer.status_code == _OK}
    stands(server, answered)
    for name in set(during) - set(answered):
        first, second = (server.post("/v1/decisions", transfer(name)) for _ in range(2))
        assert (first.status_code, first.content) == (second.status_code, second.content)
        answered[name] = first
    stands(server, answered)
    server.restart()
    stands(server, answered)


def stands(server: Server, answered: dict[str, httpx.Response]) -> None:
    """Each acknowledged answer is given again to the byte, and each event was decided once."""
    for name, answer in answered.items():
        assert server.post("/v1/decisions", transfer(name)).content == answer.content
    ids = [json.loads(answer.content)["id"] for answer in answered.values()]
    assert len(set(ids)) == len(ids)


def test_a_full_disk_is_told_and_passes(tmp_path: Path) -> None:
    """On a disk without a free byte calls are answered 503, and taken again when there is room."""
    with small_disk(tmp_path / "disk") as disk, serving(Server, disk / "data") as server:
        suffers(server, filled(server))


def test_a_quota_is_told_and_passes(tmp_path: Path) -> None:
    """When no file may grow any more calls are answered 503, and taken again when they may."""
    with serving(Server, tmp_path / "data") as server:
        suffers(server, limited(server))


@pytest.mark.parametrize("word", ["before", "after"])
def test_a_failing_fsync_is_told_and_passes(tmp_path: Path, word: str) -> None:
    """A commit that failed is never acknowledged, whether or not its bytes are on the disk, and decided once."""
    with serving(SickServer, tmp_path / "data") as server:
        suffers(server, failing(server, word))


def test_a_stop_closes_the_database(tmp_path: Path) -> None:
    """After SIGTERM the process ends by itself with 0, and the write-ahead log is inside the database."""
    with serving(Server, tmp_path / "data") as server:
        send(server, range(10))
        server.stop()
        assert server.process.returncode == 0
        assert not (tmp_path / "data" / "holdfast.db-wal").exists()
