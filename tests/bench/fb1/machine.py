"""On what machine figures were measured, and what its neighbours did meanwhile."""

import os
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

_LOOPS: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The machine's counters at one instant, in ticks: of all processors, of ours, and what was stolen."""

    all_ticks: int
    busy_ticks: int
    stolen_ticks: int
    own_s: float


def mark() -> Mark:
    """Read the counters."""
    ticks = [int(text) for text in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    own = os.times()
    return Mark(
        all_ticks=sum(ticks),
        busy_ticks=sum(ticks) - ticks[3] - ticks[4],
        stolen_ticks=ticks[7],
        own_s=own.user + own.system + own.children_user + own.children_system,
    )


def neighbours(before: Mark) -> dict[str, float]:
    """Say how busy others kept the machine since a mark, in percent of all its processors."""
    now, tick_s = mark(), 1 / os.sysconf("SC_CLK_TCK")
    whole = max(1, now.all_ticks - before.all_ticks)
    busy_s = (now.busy_ticks - before.busy_ticks) * tick_s
    others = max(0.0, busy_s - (now.own_s - before.own_s)) / (whole * tick_s)
    return {
        "machine.neighbours_percent": round(100 * others, 1),
        "machine.steal_percent": round(100 * (now.stolen_ticks - before.stolen_ticks) / whole, 2),
        "machine.load_1m": round(os.getloadavg()[0], 2),
        "machine.loop_ns": round(loop_ns(), 1),
    }


def loop_ns() -> float:
    """Give what one turn of a plain loop costs here now: the yardstick by which runs of different hours compare."""
    turns = []
    for _ in range(15):
        start, total = time.process_time_ns(), 0
        for number in range(_LOOPS):
            total += number & 7
        turns.append((time.process_time_ns() - start) / _LOOPS)
    return median(turns)


def described(folder: Path) -> Mapping[str, str]:
    """Describe the machine, and the disk that holds `folder`."""
    return {
        "processor": _line("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "disk": _disk(folder),
    }


def _line(path: str, name: str) -> str:
    """Read one `name : value` line of a file of the kernel."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _disk(folder: Path) -> str:
    """Name the file system and the device that hold a folder."""
    whole = folder.resolve()
    best, said = "", "unknown"
    for line in Path("/proc/self/mounts").read_text().splitlines():
        device, place, kind = line.split()[:3]
        if (whole == Path(place) or Path(place) in whole.parents) and len(place) >= len(best):
            best, said = place, f"{kind} on {Path(device).name}"
    return said
