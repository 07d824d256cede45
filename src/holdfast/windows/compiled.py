"""The decorators that turn plain functions over flat arrays into machine code.

Numba keeps what it compiled on disk: in `__pycache__` beside the module, where the package is read-only in the
user's cache folder, or in `NUMBA_CACHE_DIR` when that is set. Where none of them can be written, the code is
compiled anew in every process (50 s of CPU time); nothing else changes.

Its cache notices a change only in the file of the function itself. A kernel spreads over files, so what is kept also
bears a stamp: the digest of the function, of the constants that it uses and of all compiled functions that it calls.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any, TypeVar, cast

import numba

_njit: Any = numba.njit  # its published types lack the two options used here
_stamps: dict[int, str] = {}  # by the identity of compiled functions, which live as long as the process
Function = TypeVar("Function", bound=Callable[..., Any])


def stamp(function: Any) -> str:
    """Give the digest of a function, its constants and what it calls; all of that is frozen into machine code."""
    code = function.__code__
    text = repr((function.__qualname__, code.co_code, code.co_consts, list(_used(function))))
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _used(function: Any) -> Iterator[tuple[str, object]]:
    """Give the module's constants and compiled functions that a function uses."""
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, int | float | tuple | str):
            yield name, value
        elif id(value) in _stamps:
            yield name, _stamps[id(value)]


def compiled(function: Function) -> Function:
    """Compile `function` for use by other compiled functions; Python itself does not call it."""
    made = _njit(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)
    _stamps[id(made)] = stamp(function)
    return cast("Function", made)


def kept(function: Callable[..., Any], **options: bool) -> Any:
    """Make a function that is compiled when first called, and whose machine code is kept where a folder is found."""
    mine = stamp(function)
    try:
        made = _njit(function, cache=True, **options)
    except RuntimeError:  # Numba found no folder that it may write
        return _njit(function, **options)
    _stamps[id(made)] = mine
    file = made._cache._cache_file  # noqa: SLF001 - Numba has no public way to widen what its cache depends on
    file._source_stamp = (*file._source_stamp, mine)  # noqa: SLF001 - as above
    return made


def entrance(function: Function) -> Function:
    """Compile `function` for Python at its first call, and keep the machine code where a folder can be written."""
    return cast("Function", kept(function, no_cfunc_wrapper=True))
