"""`./dev bench [--quick] [--json FILE] [NAME ...]`: run the benches and print every figure under its stable name."""

import argparse
import json
import os
import platform
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def main() -> None:
    """Run the chosen benches, by default all."""
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measure; figures are of this machine, now.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which benches: {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="smaller sizes: minutes become seconds")
    parser.add_argument("--json", metavar="FILE", help="write the figures to a file")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often `crash` kills the server")
    options = parser.parse_args()
    strange = sorted(set(options.names) - set(NAMES))
    if strange:
        parser.error(f"there is no bench `{strange[0]}`; there are {', '.join(NAMES)}")
    console = Console()
    figures: dict[str, float] = {}
    for name in options.names or NAMES:
        with console.status(f"measuring {name}"):
            more = {"rounds": options.rounds} if name == "crash" else {}
            figures |= import_module(f"tests.bench.{name}").measure(quick=options.quick, **more)
    table = Table(
        "figure", "value", title=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    for name, value in figures.items():
        table.add_row(name, f"{value:,.4g}" if abs(value) < 100 else f"{value:,.0f}")
    console.print(table)
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=2) + "\n")


main()
