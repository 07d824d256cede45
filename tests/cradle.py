"""A cradle of commands: the product is loaded once for each worker of the tests, and every command is a fork of it.

What is forked is the whole `holdfast` command with its own arguments, folder, environment, output and process id, which
a signal ends like any other; only the seconds of loading are shared. `./dev demo`, the crash tests and some of the
others start the command as a user does.
"""

import gc
import importlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

ROOT: Final = Path(__file__).parents[1]
MODULE: Final = "holdfast.cli"
_LINE: Final = 65_536
_LOOK_S: Final = 0.005


class Born:
    """One running command, spoken to as to a `subprocess.Popen` whose output is one pipe of text."""

    def __init__(self, cradle: "Cradle", pid: int, stdout: IO[str]) -> None:
        self.pid, self.stdout, self.returncode = pid, stdout, None
        self._cradle = cradle

    returncode: int | None

    def poll(self) -> int | None:
        """Give the exit code, nothing while it runs."""
        if self.returncode is None:
            self.returncode = self._cradle.ask({"bury": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and give the exit code."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            time.sleep(_LOOK_S)
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """Read the output to its end, and wait for the end."""
        with self.stdout:
            said = self.stdout.read()
        self.wait(timeout)
        return said, None

    def send_signal(self, how: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, how)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process."""
        self.send_signal(signal.SIGKILL)


class Cradle:
    """The process that everything is forked from; it ends with whoever made it."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair()
        self._turn = threading.Lock()
        command = [sys.executable, "-m", "tests.cradle", str(theirs.fileno())]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()], env=clean())
        theirs.close()

    def ask(self, order: Mapping[str, Any], *streams: int) -> Any:
        """Give an order, with the streams that go with it, and take its answer."""
        with self._turn:
            socket.send_fds(self._line, [f"{json.dumps(order)}\n".encode()], streams)
            return json.loads(self._line.recv(_LINE))

    def bear(self, order: Mapping[str, Any], *, err: int | None = None) -> Born:
        """Start a command; its errors go to `err`, or where its output goes."""
        ours, theirs = os.pipe()
        pid = self.ask(order, theirs, theirs if err is None else err)
        os.close(theirs)
        return Born(self, pid, os.fdopen(ours, encoding="utf-8", errors="replace"))


@cache
def _cradle(_pid: int) -> Cradle:
    return Cradle()


def clean() -> dict[str, str]:
    """Give the environment without settings of Holdfast."""
    return {name: text for name, text in os.environ.items() if not name.startswith("HOLDFAST_")}


def begin(*words: object, module: str = MODULE) -> Born:
    """Start `holdfast`, or another module's `main`, with words; its errors stand among its output."""
    return _cradle(os.getpid()).bear(_order(words, ROOT, module))


def run(*words: object, cwd: Path = ROOT, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run `holdfast` with words to its end."""
    ours, theirs = os.pipe()
    born = _cradle(os.getpid()).bear(_order(words, cwd, MODULE), err=theirs)
    os.close(theirs)
    wrong: list[str] = []
    with os.fdopen(ours, encoding="utf-8", errors="replace") as errors:
        reading = threading.Thread(target=lambda: wrong.append(errors.read()))
        reading.start()
        said, _ = born.communicate(timeout)
        reading.join()
    return subprocess.CompletedProcess(list(map(str, words)), born.wait(), said, "".join(wrong))


def _order(words: Iterable[object], cwd: Path, module: str) -> dict[str, Any]:
    environment = clean() | {"NO_COLOR": "1"}
    return {"words": list(map(str, words)), "cwd": str(cwd), "environment": environment, "module": module}


def _be_born(order: Mapping[str, Any], streams: list[int]) -> None:
    """Become the command: what is this process's own is put in the place of what was the cradle's."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, stream in enumerate((nothing, *streams)):
        os.dup2(stream, number)
    for stream in {nothing, *streams}:
        os.close(stream)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["holdfast", *order["words"]]
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - it lives as long as the process
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115 - as above
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115 - as above
    main = sys.modules["__main__"]  # what a process of this process loads first
    main.__package__, main.__spec__ = "holdfast", importlib.util.find_spec("holdfast.__main__")


def _orders(line: socket.socket) -> str:
    """Take orders until the line ends; returns in a child, with the module whose command it is to become."""
    held = b""
    streams: list[int] = []
    while True:
        data, more, _, _ = socket.recv_fds(line, _LINE, 2)
        if not data:
            os._exit(0)
        held += data
        streams += more
        if not held.endswith(b"\n"):
            continue
        order, held = json.loads(held), b""
        if "bury" in order:
            gone, status = os.waitpid(order["bury"], os.WNOHANG)
            line.sendall(json.dumps(os.waitstatus_to_exitcode(status) if gone else None).encode())
            continue
        pid = os.fork()
        if not pid:
            line.close()
            _be_born(order, streams)
            return str(order["module"])
        for stream in streams:
            os.close(stream)
        streams = []
        line.sendall(json.dumps(pid).encode())


def main() -> None:
    """Load everything, then fork."""
    importlib.import_module(MODULE)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    importlib.import_module("holdfast.cli.warming").warm()
    gc.collect()
    gc.freeze()
    module = _orders(socket.socket(fileno=int(sys.argv[1])))
    importlib.import_module(module).main()


if __name__ == "__main__":
    main()
