"""The house's limits: sizes of files and functions, banned words, and a test tree that mirrors the source."""

import ast
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "holdfast"
FILES = sorted(SOURCE.rglob("*.py"))
FILE_CAP = 400
FUNCTION_CAP = 60
MEDIAN_CAP = 8
KERNELS = ("windows", "lists", "features")
VAGUE = ("Manager", "Service", "Helper", "Util", "Common", "Handler", "Processor", "Base")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> list[Function]:
    """List the functions of one file."""
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, Function)]


def length(node: Function) -> int:
    """Count the lines of a function below its signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_kernel(node: Function) -> bool:
    """Tell whether a function is compiled by Numba, where length is speed."""
    marks = [ast.unparse(mark) for mark in node.decorator_list]
    return any("njit" in mark or "compiled" in mark for mark in marks)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_file_is_longer_than_the_cap(path: Path) -> None:
    """A file holds one idea: at most 400 lines."""
    assert len(path.read_text().splitlines()) <= FILE_CAP


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_function_is_longer_than_the_cap(path: Path) -> None:
    """A function has at most 60 lines; a compiled kernel may have more."""
    long = [node.name for node in functions(path) if length(node) > FUNCTION_CAP]
    kernels = {node.name for node in functions(path) if is_kernel(node)} if path.parts[-2] in KERNELS else set()
    assert set(long) <= kernels


def test_the_median_function_is_short() -> None:
    """Half of all functions have at most eight lines."""
    lengths = [length(node) for path in FILES for node in functions(path)]
    assert median(lengths) <= MEDIAN_CAP


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_name_stands_for_a_wish_to_be_vague(path: Path) -> None:
    """No class is called a manager, service, helper and the like."""
    names = [node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
    assert not [name for name in names if any(name.endswith(word) for word in VAGUE)]


def test_the_test_tree_mirrors_the_source() -> None:
    """Every folder of unit tests belongs to a room."""
    rooms = {path.name for path in SOURCE.iterdir() if path.is_dir()} | {path.stem for path in SOURCE.glob("*.py")}
    folders = {path.name for path in (ROOT / "tests" / "unit").iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders <= rooms
