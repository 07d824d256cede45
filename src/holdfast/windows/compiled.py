"""The decorators that turn plain functions over flat arrays into machine code.

Numba keeps what it compiled on disk: in `__pycache__` beside the module, where the package is read-only in the
user's cache folder, or in `NUMBA_CACHE_DIR` when that is set. Where none of them can be written, the code is
compiled anew in every process (about half a minute); nothing else changes.

Its cache notices a change only in the file of the function itself. A kernel spreads over files, so what is kept
also bears the digest of every function that was compiled in its package before, with the constants they use.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any, TypeVar, cast

import numba

_njit: Any = numba.njit  # its published types lack the two options used here
_digests: dict[str, Any] = {}
Function = TypeVar("Function", bound=Callable[..., Any])


def note(function: Any) -> str:
    """Add a function to its package's digest, and give the digest of all so far."""
    digest = _digests.setdefault(function.__module__.rpartition(".")[0], blake2b(digest_size=16))
    code = function.__code__
    digest.update(repr((function.__qualname__, code.co_code, code.co_consts, list(_constants(function)))).encode())
    return str(digest.hexdigest())


def _constants(function: Any) -> Iterator[tuple[str, object]]:
    """Give the module's constants that a function uses; they are frozen into its machine code."""
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, int | float | tuple | str):
            yield name, value


def compiled(function: Function) -> Function:
    """Compile `function` for use by other compiled functions; Python itself does not call it."""
    note(function)
    return cast("Function", _njit(function, no_cpython_wrapper=True, no_cfunc_wrapper=True))


def kept(function: Callable[..., Any], **options: bool) -> Any:
    """Make a function that is compiled when first called, and whose machine code is kept where a folder is found."""
    stamp = note(function)
    try:
        made = _njit(function, cache=True, **options)
    except RuntimeError:  # Numba found no folder that it may write
        return _njit(function, **options)
    file = made._cache._cache_file  # noqa: SLF001 - Numba has no public way to widen what its cache depends on
    file._source_stamp = (*file._source_stamp, stamp)  # noqa: SLF001 - as above
    return made


def entrance(function: Function) -> Function:
    """Compile `function` for Python at its first call, and keep the machine code where a folder can be written."""
    return cast("Function", kept(function, no_cfunc_wrapper=True))
