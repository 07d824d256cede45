"""Compilation works also where nothing can be written."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from holdfast import features, windows
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


@pytest.mark.parametrize("room", [windows, features])
def test_what_is_called_stands_above_its_caller(room: Any) -> None:
    """A stamp knows only what is compiled before it, so no compiled function calls one further down its file."""
    seen = 0
    for module in (import_module(f"{room.__name__}.{found.name}") for found in iter_modules(room.__path__)):
        mine = {name: one.py_func.__code__ for name, one in vars(module).items() if hasattr(one, "py_func")}
        for name, code in mine.items():
            below = {other for other in code.co_names if other in mine and mine[other].co_filename == code.co_filename}
            below = {other for other in below if mine[other].co_firstlineno >= code.co_firstlineno}
            assert not below, f"{module.__name__}.{name} calls {below}"
            seen += 1
    assert seen
