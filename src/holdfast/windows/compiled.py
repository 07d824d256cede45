"""The one decorator that turns plain functions over flat arrays into machine code.

Numba keeps what it compiled on disk: in `__pycache__` beside the module, where the package is read-only in the
user's cache folder, or in `NUMBA_CACHE_DIR` when that is set. Where none of them can be written, the code is
compiled anew in every process (about half a minute); nothing else changes.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile `function` at its first call and keep the machine code on disk where a folder can be written."""
    try:
        return cast("Function", numba.njit(function, cache=True))
    except RuntimeError:  # Numba found no folder that it may write
        return cast("Function", numba.njit(function))
