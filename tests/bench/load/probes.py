"""What the machine itself does beside a run: how long its disk takes to sync, and how late it wakes a sleeper.

They run in a process of their own, so that neither the generator nor the server is measured with them.
"""

import os
import subprocess
import sys
import threading
import time
from array import array
from pathlib import Path
from typing import Final, Self

import numpy as np

from tests.bench.load.report import histogram

_SLEEP_S: Final = 0.002
_SYNC_EVERY_S: Final = 0.05
_BLOCK: Final = b"\0" * 4_096
_ROOM: Final = 64


class Probes:
    """Measures while the `with` lasts; then `fsync` and `hiccup` are histograms in microseconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.fsync = histogram(np.empty(0, dtype=np.int64))
        self.hiccup = histogram(np.empty(0, dtype=np.int64))

    def __enter__(self) -> Self:
        """Start the process and wait until it measures."""
        command = [sys.executable, "-m", "tests.bench.load.probes", str(self._folder)]
        self._process = subprocess.Popen(
            command, cwd=Path(__file__).parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop it by the end of its input, and read what it saw."""
        said, _ = self._process.communicate()
        syncs, late = int.from_bytes(said[:8], "little"), array("q")
        late.frombytes(said[8:])
        self.fsync = histogram(np.array(late[:syncs], dtype=np.int64))
        self.hiccup = histogram(np.array(late[syncs:], dtype=np.int64))


def _sync(folder: Path, until: threading.Event) -> "array[int]":
    """Write one block and sync it, twenty times a second; nanoseconds of each."""
    took, path = array("q"), folder / f".probe-{os.getpid()}"
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        while not until.wait(_SYNC_EVERY_S):
            start = time.perf_counter_ns()
            os.pwrite(file, _BLOCK, len(took) % _ROOM * len(_BLOCK))
            os.fdatasync(file)
            took.append(time.perf_counter_ns() - start)
    finally:
        os.close(file)
        path.unlink()
    return took


def _oversleep(until: threading.Event) -> "array[int]":
    """Sleep two milliseconds again and again; by how many nanoseconds each was too long."""
    late = array("q")
    while not until.is_set():
        start = time.perf_counter_ns()
        time.sleep(_SLEEP_S)
        late.append(max(0, time.perf_counter_ns() - start - int(_SLEEP_S * 1e9)))
    return late


def main() -> None:
    """Measure until the input ends, then write the number of syncs and all durations."""
    over, late = threading.Event(), list["array[int]"]()
    meter = threading.Thread(target=lambda: late.append(_oversleep(over)))
    syncer = threading.Thread(target=lambda: took.extend(_sync(Path(sys.argv[1]), over)))
    took = array("q")
    meter.start()
    syncer.start()
    sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()
    sys.stdin.buffer.read()
    over.set()
    meter.join()
    syncer.join()
    sys.stdout.buffer.write(len(took).to_bytes(8, "little") + took.tobytes() + late[0].tobytes())


if __name__ == "__main__":
    main()
