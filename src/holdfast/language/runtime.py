"""What a generated program calls for the rarer operations; unknown is `None`, bounds are pairs."""

from collections.abc import Callable, Sequence
from math import inf, isnan
from typing import Any, Final

from holdfast.language.limits import MAX_NUMBER
from holdfast.vocabulary.trilean import UNKNOWN, Trilean

Bounds = tuple[Any, Any]
NO_BOUNDS: Final[Bounds] = (-inf, inf)


def settle(number: Any, whole: bool) -> Any:
    """Round a computed number where its type has no fractions; beyond the greatest number it is unknown."""
    if not -MAX_NUMBER <= number <= MAX_NUMBER:
        return UNKNOWN
    return round(number) if whole else number


def add(a: Any, b: Any, whole: bool) -> Any:
    """Add two known numbers."""
    return settle(a + b, whole)


def subtract(a: Any, b: Any, whole: bool) -> Any:
    """Subtract two known numbers."""
    return settle(a - b, whole)


def multiply(a: Any, b: Any, whole: bool) -> Any:
    """Multiply two known numbers."""
    return settle(a * b, whole)


def divide(a: Any, b: Any, whole: bool) -> Any:
    """Divide two known numbers; by zero nothing is known."""
    return UNKNOWN if b == 0 else settle(a / b, whole)


def settle_bounds(low: Any, high: Any, whole: bool) -> Bounds:
    """Round bounds, and give them up where either is no number or too large."""
    if -MAX_NUMBER <= low <= high <= MAX_NUMBER:
        return (round(low), round(high)) if whole else (low, high)
    for end in (low, high):
        if isnan(end) or (not -MAX_NUMBER <= end <= MAX_NUMBER and end not in NO_BOUNDS):
            return NO_BOUNDS
    if not whole:
        return low, high
    return (low if low in NO_BOUNDS else round(low)), (high if high in NO_BOUNDS else round(high))


def add_bounds(a: Bounds, b: Bounds, whole: bool) -> Bounds:
    """Add bounds."""
    return NO_BOUNDS if NO_BOUNDS in (a, b) else settle_bounds(a[0] + b[0], a[1] + b[1], whole)


def subtract_bounds(a: Bounds, b: Bounds, whole: bool) -> Bounds:
    """Subtract bounds."""
    return NO_BOUNDS if NO_BOUNDS in (a, b) else settle_bounds(a[0] - b[1], a[1] - b[0], whole)


def multiply_bounds(a: Bounds, b: Bounds, whole: bool) -> Bounds:
    """Multiply bounds by the one side that is known exactly."""
    factor = collapse(*b)
    if factor is UNKNOWN:
        a, factor = b, collapse(*a)
    if factor is UNKNOWN or a == NO_BOUNDS or (factor == 0 and collapse(*a) is UNKNOWN):
        return NO_BOUNDS
    low, high = a[0] * factor, a[1] * factor
    return settle_bounds(low, high, whole) if factor >= 0 else settle_bounds(high, low, whole)


def divide_bounds(a: Bounds, b: Bounds, whole: bool) -> Bounds:
    """Divide bounds by a number that is known exactly."""
    divisor = collapse(*b)
    if a == NO_BOUNDS or divisor is UNKNOWN or divisor == 0:
        return NO_BOUNDS
    low, high = a[0] / divisor, a[1] / divisor
    return settle_bounds(low, high, whole) if divisor > 0 else settle_bounds(high, low, whole)


def collapse(low: Any, high: Any) -> Any:
    """Give the number that both bounds agree on, else unknown."""
    return low if low == high and -inf < low < inf else UNKNOWN


def spread(number: Any) -> Bounds:
    """Take a known or unknown number as bounds."""
    return NO_BOUNDS if number is UNKNOWN else (number, number)


def bounds_since(now: Any, at: Bounds, unit_ms: int) -> Bounds:
    """Bound the time from an instant to now."""
    if now is UNKNOWN or at == NO_BOUNDS:
        return NO_BOUNDS
    return (now - at[1]) / unit_ms, (now - at[0]) / unit_ms


def less(a: Bounds, b: Bounds) -> Trilean:
    """Decide `a < b`."""
    if NO_BOUNDS in (a, b):
        return UNKNOWN
    return True if a[1] < b[0] else False if a[0] >= b[1] else UNKNOWN


def less_or_equal(a: Bounds, b: Bounds) -> Trilean:
    """Decide `a <= b`."""
    if NO_BOUNDS in (a, b):
        return UNKNOWN
    return True if a[1] <= b[0] else False if a[0] > b[1] else UNKNOWN


def equal(a: Bounds, b: Bounds) -> Trilean:
    """Decide `a == b`."""
    if NO_BOUNDS in (a, b):
        return UNKNOWN
    if a[1] < b[0] or a[0] > b[1]:
        return False
    return True if a[0] == a[1] == b[0] == b[1] else UNKNOWN


def unequal(a: Bounds, b: Bounds) -> Trilean:
    """Decide `a != b`."""
    found = equal(a, b)
    return UNKNOWN if found is UNKNOWN else not found


def any_known(get: Callable[[str], Any], names: Sequence[str]) -> bool:
    """Tell whether any of some facts is known."""
    for name in names:  # noqa: SIM110 - a generator costs more than what it asks
        if get(name) is not UNKNOWN:
            return True
    return False


def latest_of(*instants: Any) -> Any:
    """Give the greatest instant; unknown when any is."""
    return UNKNOWN if UNKNOWN in instants else max(instants)


def bounds_of_last(seen: Any, complete: bool, period: Bounds) -> Bounds:
    """Bound the instant of the last event: what is not seen may lie before the complete period.

    `period` is the instant since which all is complete, and now.
    """
    since, now = period
    if complete:
        return (-inf, -inf) if seen is UNKNOWN else (seen, seen)
    newest = inf if now is UNKNOWN else now
    if since is not UNKNOWN:
        newest = min(newest, since - 1)
    return (-inf, newest) if seen is UNKNOWN else (seen, max(seen, newest))


def bounds_of_first(seen: Any, complete: bool) -> Bounds:
    """Bound the instant of the first event: an earlier one may not have been seen."""
    if complete:
        return (inf, inf) if seen is UNKNOWN else (seen, seen)
    return NO_BOUNDS if seen is UNKNOWN else (-inf, seen)
