"""The measured server: `holdfast serve` in a process of its own, with FB-1's rules; the words are those of `serve`."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from holdfast.cli import main
from holdfast.vocabulary.instants import rfc3339
from tests.bench.fb1.bank import own_rules

ROOT: Final = Path(__file__).parents[3]
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that answers: where, and its process."""

    address: tuple[str, int]
    pid: int

    def cpu_s(self) -> float:
        """Give the CPU seconds that the process has used, all its threads together."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def main_thread_s(self) -> float:
        """Give the CPU seconds of the thread that decides; the others write to disk and call outside."""
        fields = Path(f"/proc/{self.pid}/task/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def written_bytes(self) -> int:
        """Give the bytes that the process has caused to be written to storage."""
        lines = Path(f"/proc/{self.pid}/io").read_text().splitlines()
        return int(dict(line.split(": ") for line in lines)["write_bytes"])

    def resident_bytes(self) -> int:
        """Give the memory that the process holds."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running(data: Path, *, now_ms: int, more: tuple[str, ...] = ()) -> Iterator[Running]:
    """Run the server on a data directory while the `with` lasts."""
    words = ["--data", str(data), "--port", "0", "--dev", "--packs", "ru", "--clock", rfc3339(now_ms), *more]
    command = [sys.executable, "-m", "tests.bench.fb1.server", "serve", *words, "--compact-records", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if "url=http://" in line:
                break
        else:
            raise RuntimeError("the server did not start:\n" + "".join(said))
        host, _, port = said[-1].partition("url=http://")[2].split()[0].partition(":")
        threading.Thread(target=process.stdout.read, daemon=True).start()
        try:
            yield Running(address=(host, int(port)), pid=process.pid)
        finally:
            process.terminate()


if __name__ == "__main__":
    with own_rules():
        main()
