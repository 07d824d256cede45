"""The screen that tables are printed on."""

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

_WIDE = 180
_LONG = {"title": 60, "cite": 48, "unknown without": 44, "missing": 80}


def screen() -> Console:
    """Give standard output; what is piped into a file is as wide as a table needs."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDE)


def one_line_table(*columns: str, title: str | None = None) -> Table:
    """Make a table in which only columns of prose give way when the screen is narrow."""
    table = Table(title=title, title_justify="left", box=SIMPLE)
    for name in columns:
        table.add_column(name, no_wrap=name not in _LONG, max_width=_LONG.get(name))
    return table
