"""The measured server: `holdfast serve` in a process of its own, with FB-1's rules; the words are those of `serve`.

With `--providers` some of the rules ask the provider.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.request import urlopen

from holdfast.cli import main
from holdfast.vocabulary.instants import rfc3339
from tests.bench.fb1.bank import own_rules
from tests.bench.provider import declaration

ROOT: Final = Path(__file__).parents[3]
_DECISIONS: Final = "holdfast_decisions_total{"
_PATIENCE_S: Final = 30
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

    def decisions(self) -> int:
        """Give how many decisions the server has made, by its own count."""
        host, port = self.address
        with urlopen(f"http://{host}:{port}/metrics", timeout=_PATIENCE_S) as answer:
            lines = answer.read().decode().splitlines()
        return round(sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(_DECISIONS)))

    def written_bytes(self) -> int:
        """Give the bytes that the process has caused to be written to storage."""
        lines = Path(f"/proc/{self.pid}/io").read_text().splitlines()
        return int(dict(line.split(": ") for line in lines)["write_bytes"])

    def resident_bytes(self) -> int:
        """Give the memory that the process holds."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def started(command: list[str]) -> Iterator[tuple[int, str]]:
    """Run a program while the `with` lasts; gives its process and the address that it prints as `url=http://...`."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if "url=http://" in line:
                break
        else:
            raise RuntimeError(f"{command} did not start:\n{''.join(said)}")
        threading.Thread(target=process.stdout.read, daemon=True).start()
        try:
            yield process.pid, said[-1].partition("url=")[2].split()[0]
        finally:
            process.terminate()


@contextmanager
def running(data: Path, *, now_ms: int, more: tuple[str, ...] = ()) -> Iterator[Running]:
    """Run the server on a data directory while the `with` lasts."""
    words = ["--data", str(data), "--port", "0", "--dev", "--packs", "ru", "--clock", rfc3339(now_ms), *more]
    command = [sys.executable, "-m", "tests.bench.fb1.server", "serve", *words, "--compact-records", "0"]
    with started(command) as (pid, url):
        host, _, port = url.removeprefix("http://").partition(":")
        yield Running(address=(host, int(port)), pid=pid)


@contextmanager
def slow_provider(folder: Path, slow_ms: int) -> Iterator[tuple[str, ...]]:
    """Run a provider that answers late; gives the words by which a server knows it."""
    command = [sys.executable, "-m", "tests.bench.provider", "--slow-ms", str(slow_ms)]
    with started(command) as (_, url):
        file, more = folder / "providers.yaml", f"    timeout_ms: {slow_ms + 50}\n    connections: 256\n"
        file.write_bytes(declaration(url, more=more))
        yield ("--providers", str(file))


if __name__ == "__main__":
    with own_rules(outside="--providers" in sys.argv):
        main()
