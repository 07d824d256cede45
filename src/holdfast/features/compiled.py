"""The decorator that turns a function over flat arrays into machine code for one signature.

Numba keeps what it compiled beside the module or in the user's cache folder; where neither can be written, the code
is compiled anew in every process. Its cache notices a change only in the file of the function itself, so constants
that a kernel uses stand in its own file.
"""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(signature: str) -> Any:
    """Compile for one signature when the module is loaded, and keep the machine code where a folder can be written."""

    def turn(function: Callable[..., object]) -> Any:
        try:
            return njit(signature, cache=True)(function)
        except RuntimeError:  # Numba found no folder that it may write
            return njit(signature)(function)

    return turn
