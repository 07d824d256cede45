"""Compilation works also where nothing can be written."""

from typing import Any

import pytest

from holdfast.windows import compiled


def test_without_a_folder_for_the_cache_code_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Numba finds no folder that it may write, the function is compiled in memory instead of failing."""

    def njit(function: Any, *, cache: bool = False, **_options: object) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return function

    monkeypatch.setattr(compiled, "_njit", njit)
    assert compiled.entrance(abs)(-3) == 3
