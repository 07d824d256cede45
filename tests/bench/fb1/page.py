"""Writes docs/performance.md: what FB-1 is, on what machine it ran, every figure against its goal, and pictures."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Final

from tests.bench.fb1.names import FIGURES, WINDOWS, Figure
from tests.bench.fb1.plots import PICTURES, draw

_VERDICTS: Final = {"target": "target met", "floor": "floor met", "short": "**falls short**", "": ""}
_PAGE: Final = Path(__file__).with_suffix(".md")


def write(figures: Mapping[str, float], described: Mapping[str, str], docs: Path, *, quick: bool) -> None:
    """Write the page and its pictures."""
    draw(figures, docs / "images")
    (docs / "performance.md").write_text(page(figures, described, quick=quick))


def page(figures: Mapping[str, float], described: Mapping[str, str], *, quick: bool) -> str:
    """Write the page."""
    known = [one for one in (*FIGURES, *WINDOWS) if one.name in figures]
    goals = [one for one in known if one.floor is not None]
    pictures = [f"![{title}](images/bench-{name}.svg)" for name, title in PICTURES.items()]
    return Template(_PAGE.read_text()).substitute(
        machine=_machine(figures, described, quick=quick),
        goals=_goals(goals, figures, quick=quick),
        pictures="\n\n".join(pictures),
        figures=_all(known, figures),
    )


def _machine(figures: Mapping[str, float], described: Mapping[str, str], *, quick: bool) -> str:
    words = ", ".join(f"{name}: {text}" for name, text in described.items())
    others = (
        f"Others took {number(figures['machine.neighbours_percent'])} % of the processors meanwhile, the host "
        f"{number(figures['machine.steal_percent'])} %; a turn of a plain loop took "
        f"{number(figures['machine.loop_ns'])} ns."
    )
    kind = "a quick run" if quick else "a whole run"
    return f"{words}.\n\n{others}\n\nMeasured on {datetime.now(UTC):%Y-%m-%d}, {kind}."


def _goals(goals: Iterable[Figure], figures: Mapping[str, float], *, quick: bool) -> str:
    rows = (
        f"| {one.meaning} | `{one.name}` | {number(figures[one.name])} {one.unit} | {number(one.floor or 0)} "
        f"| {number(one.target or 0)} | {_verdict(one, figures[one.name], quick=quick)} |"
        for one in goals
    )
    return "\n".join(["| what | figure | measured | floor | target | |", "|---|---|---|---|---|---|", *rows])


def _verdict(figure: Figure, value: float, *, quick: bool) -> str:
    """Say how a figure stands; what a quick run measured in small is compared with nothing."""
    return "only in small" if quick and figure.whole else _VERDICTS[figure.verdict(value)]


def _all(known: Iterable[Figure], figures: Mapping[str, float]) -> str:
    rows = (f"| `{one.name}` | {number(figures[one.name])} {one.unit} | {one.meaning} |" for one in known)
    return "\n".join(["| figure | value | meaning |", "|---|---|---|", *rows])


def number(value: float) -> str:
    """Write a figure as a person reads it."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.3g}"
