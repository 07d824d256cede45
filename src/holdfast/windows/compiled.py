"""The decorators that turn plain functions over flat arrays into machine code.

Numba keeps what it compiled on disk: in `__pycache__` beside the module, where the package is read-only in the
user's cache folder, or in `NUMBA_CACHE_DIR` when that is set. Where none of them can be written, the code is
compiled anew in every process (about half a minute); nothing else changes.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_njit: Any = numba.njit  # its published types lack the two options used here
Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile `function` for use by other compiled functions; Python itself does not call it."""
    return cast("Function", _njit(function, no_cpython_wrapper=True, no_cfunc_wrapper=True))


def entrance(function: Function) -> Function:
    """Compile `function` for Python at its first call, and keep the machine code where a folder can be written."""
    try:
        return cast("Function", _njit(function, cache=True, no_cfunc_wrapper=True))
    except RuntimeError:  # Numba found no folder that it may write
        return cast("Function", _njit(function, no_cfunc_wrapper=True))
