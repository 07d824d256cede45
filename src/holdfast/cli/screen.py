"""The screen that tables are printed on."""

from rich.console import Console

_WIDE = 160


def screen() -> Console:
    """Give standard output; what is piped into a file is as wide as a table needs."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDE)
