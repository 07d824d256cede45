"""The decorator that turns a function over flat arrays into machine code for one signature.

Where the machine code is kept, and what makes it out of date, is told at the windows' decorators.
"""

from collections.abc import Callable
from typing import Any

from holdfast.windows.compiled import kept


def compiled(signature: str) -> Any:
    """Compile for one signature when the module is loaded, and keep the machine code where a folder can be written."""

    def turn(function: Callable[..., object]) -> Any:
        made = kept(function)
        made.compile(signature)
        made.disable_compile()
        return made

    return turn
