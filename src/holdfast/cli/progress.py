"""Shows on standard error how far a run over a file is; says nothing where nobody watches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_EVERY: Final = 2_000


class Counting(Protocol):
    """What counts its rows."""

    rows: int


def following(items: Iterable[Any], run: Counting, *, total: int | None, quiet: bool) -> Iterator[Any]:
    """Hand the items on, with a bar that shows rows and rate."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield from items
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total, rate="")
        for number, item in enumerate(items, 1):
            if number % _EVERY == 0:
                speed = progress.tasks[0].speed
                progress.update(task, completed=run.rows, rate=f"{speed:,.0f} events/s" if speed else "")
            yield item


@dataclass
class _Steps:
    """How many steps were made."""

    rows: int = 0


def walk(steps: Iterable[None], *, total: int | None, quiet: bool) -> None:
    """Make all steps of a run, with a bar that shows how many they are."""
    made = _Steps()
    for _ in following(steps, made, total=total, quiet=quiet):
        made.rows += 1
