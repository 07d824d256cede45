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
    assert compiled.entrance(lambda number: -number)(-3) == 3


def test_a_changed_part_makes_kept_code_out_of_date() -> None:
    """What is kept bears the digest of all that was compiled before it, with the constants that this uses."""
    stamps = {compiled.note(function) for function in (lambda: 1, lambda: 2, lambda: FACTOR)}
    globals()["FACTOR"] = 4
    assert len(stamps | {compiled.note(lambda: FACTOR)}) == 4


FACTOR = 3
