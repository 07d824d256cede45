"""Bounds are compared and worked with alike in the runtime and in the oracle, on a whole grid."""

from collections.abc import Callable
from itertools import product
from math import inf

import pytest

from holdfast.language import runtime
from holdfast.language.reading import Reading, compare_bounds
from holdfast.vocabulary.trilean import Trilean

ENDS = (-inf, -1, 0, 1, 2, inf)
BOUNDS = [(low, high) for low, high in product(ENDS, ENDS) if low <= high]
Compare = Callable[[runtime.Bounds, runtime.Bounds], Trilean]


@pytest.mark.parametrize(
    ("operator", "compare"),
    [
        ("<", runtime.less),
        ("<=", runtime.less_or_equal),
        (">", lambda a, b: runtime.less(b, a)),
        (">=", lambda a, b: runtime.less_or_equal(b, a)),
        ("==", runtime.equal),
        ("!=", runtime.unequal),
    ],
)
def test_comparisons_agree(operator: str, compare: Compare) -> None:
    """For every pair of bounds the runtime decides as the oracle does."""
    for a, b in product(BOUNDS, BOUNDS):
        assert compare(a, b) is compare_bounds(operator, Reading(*a), Reading(*b))


@pytest.mark.parametrize(("operator", "truth"), [("<", int.__lt__), ("<=", int.__le__), ("==", int.__eq__)])
def test_comparisons_are_sound(operator: str, truth: Callable[[int, int], bool]) -> None:
    """Bounds decide true or false exactly when every pair of values between them agrees."""
    finite = [(low, high) for low, high in BOUNDS if abs(low) < inf and abs(high) < inf]
    for a, b in product(finite, finite):
        pairs = product(range(int(a[0]), int(a[1]) + 1), range(int(b[0]), int(b[1]) + 1))
        answers = {truth(x, y) for x, y in pairs}
        expected = answers.pop() if len(answers) == 1 else None
        assert compare_bounds(operator, Reading(*a), Reading(*b)) is expected


@pytest.mark.parametrize("work", [runtime.add_bounds, runtime.subtract_bounds, runtime.multiply_bounds])
def test_bounds_stay_in_order(work: Callable[[runtime.Bounds, runtime.Bounds, bool], runtime.Bounds]) -> None:
    """Whatever is done with bounds, the least stays below the greatest, and nothing is no number."""
    for a, b in product(BOUNDS, BOUNDS):
        low, high = work(a, b, True)
        assert low <= high
