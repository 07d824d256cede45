"""The command behind `./dev bench`: which benches run, how far they are, and where their figures go."""

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.bench.fb1 import machine, page, run
from tests.bench.fb1.gate import GateError
from tests.bench.fb1.told import Told

FB1: Final = "fb1"
_APART: Final = {"command", "provider"}
SMALL: Final = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if not path.stem.startswith("_") and path.stem not in _APART
)
MAIN: Final = (FB1, "windows")
DOCS: Final = Path(__file__).parents[2] / "docs"


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measure; figures are of this machine, now.")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"which benches: {', '.join([FB1, *SMALL])}; without a name all, with --quick {', '.join(MAIN)}",
    )
    parser.add_argument("--quick", action="store_true", help="the main figures in two minutes")
    parser.add_argument("--json", metavar="FILE", help="write every figure to a file under its stable name")
    parser.add_argument("--variant", default="", choices=run.VARIANTS, help=run.VARIANT_HELP)
    parser.add_argument("--rounds", type=int, metavar="N", help="how often `crash` kills the server")
    parser.add_argument("--pictures", metavar="DIR", help="`faces` on your own pictures: a folder for each person")
    parser.add_argument("--docs", action="store_true", help="write docs/performance.md and its pictures")
    chosen = parser.parse_args()
    strange = sorted(set(chosen.names) - {FB1, *SMALL})
    if strange:
        parser.error(f"there is no bench `{strange[0]}`; there are {', '.join([FB1, *SMALL])}")
    return chosen


@contextmanager
def steps(console: Console) -> Iterator[run.Step]:
    """Show every step with a bar, and how long it took."""
    columns = (SpinnerColumn(), TextColumn("{task.description:28}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:

        def step(name: str) -> Told:
            for one in progress.tasks:
                progress.update(one.id, completed=one.total)
            task = progress.add_task(name, total=1)
            return lambda done, of: progress.update(task, completed=done, total=of)

        yield step


def measured(chosen: argparse.Namespace, step: run.Step) -> dict[str, float]:
    """Run the chosen benches."""
    found: dict[str, float] = {}
    for name in chosen.names or (MAIN if chosen.quick else [FB1, *SMALL]):
        if name == FB1:
            found |= run.measure(run.QUICK if chosen.quick else run.FULL, step=step, variant=chosen.variant)
        else:
            step(name)(0, 1)
            more: dict[str, object] = {"rounds": chosen.rounds} if name == "crash" else {}
            if name == "faces" and chosen.pictures:
                more["pictures"] = chosen.pictures
            found |= import_module(f"tests.bench.{name}").measure(quick=chosen.quick, **more)
    return found


def shown(figures: Mapping[str, float], described: Mapping[str, str]) -> Table:
    """Put every figure into a table."""
    table = Table("figure", "value", title=", ".join(described.values()))
    for name, value in figures.items():
        table.add_row(name, f"{value:,.4g}" if abs(value) < 100 else f"{value:,.0f}")
    return table


def main() -> None:
    """Run the chosen benches, print the figures, and write them where that is asked."""
    chosen, console = options(), Console()
    described = machine.described(Path(tempfile.gettempdir()))
    try:
        with steps(Console(stderr=True)) as step:
            found = measured(chosen, step)
    except GateError as error:
        console.print(f"nothing was measured: {error}", markup=False, soft_wrap=True)
        raise SystemExit(1) from None
    console.print(shown(found, described))
    if chosen.docs:
        page.write(found, described, DOCS, quick=chosen.quick)
    if chosen.json:
        told = {**found, **{f"machine.{name}": text for name, text in described.items()}}
        Path(chosen.json).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
