"""Kleene's three values: true, false, unknown.

Source: S. C. Kleene, Introduction to Metamathematics (1952), section 64, the strong tables.
"""

from collections.abc import Iterable
from typing import Final

Trilean = bool | None
UNKNOWN: Final = None


def all_of(values: Iterable[Trilean]) -> Trilean:
    """Conjunction: false when any is false, else unknown when any is unknown, else true."""
    seen_unknown = False
    for value in values:
        if value is False:
            return False
        seen_unknown = seen_unknown or value is UNKNOWN
    return UNKNOWN if seen_unknown else True


def any_of(values: Iterable[Trilean]) -> Trilean:
    """Disjunction: true when any is true, else unknown when any is unknown, else false."""
    seen_unknown = False
    for value in values:
        if value is True:
            return True
        seen_unknown = seen_unknown or value is UNKNOWN
    return UNKNOWN if seen_unknown else False


def negate(value: Trilean) -> Trilean:
    """Negation: unknown stays unknown."""
    return UNKNOWN if value is UNKNOWN else not value
