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
    """What is kept bears a stamp that changes with the function, its constants, and what it calls, to any depth."""

    def stamps(factor: int, change: int) -> tuple[str, ...]:
        space: dict[str, Any] = {"FACTOR": factor}
        exec(f"def inner(x): return x * FACTOR + {change}\ndef outer(x): return inner(x)", space)  # noqa: S102 - fixed text
        inner, outer = space["inner"], space["outer"]
        space["inner"] = compiled.compiled(inner)
        return compiled.stamp(inner), compiled.stamp(outer)

    assert stamps(2, 1) == stamps(2, 1)
    for other in (stamps(3, 1), stamps(2, 2)):
        assert not set(other) & set(stamps(2, 1))
