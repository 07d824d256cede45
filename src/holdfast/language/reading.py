"""What the oracle knows of a quantity: bounds, and how two of them compare."""

from math import inf
from typing import Any, Final, NamedTuple

from holdfast.vocabulary.trilean import UNKNOWN, Trilean, negate


class Reading(NamedTuple):
    """What is known of a quantity: its least and greatest possible value, and an amount's currency."""

    low: float
    high: float
    currency: str | None = None

    @property
    def exact(self) -> Any:
        """The value itself where the bounds meet, else unknown."""
        return self.low if self.low == self.high and -inf < self.low < inf else UNKNOWN

    @property
    def blank(self) -> bool:
        """Tell whether nothing at all is known."""
        return self.low == -inf and self.high == inf


NOTHING: Final = Reading(-inf, inf)


def compare_bounds(operator: str, a: Reading, b: Reading) -> Trilean:
    """Decide a comparison from the bounds of both sides where they suffice."""
    if a.blank or b.blank:
        return UNKNOWN
    if operator in (">", ">="):
        return compare_bounds({">": "<", ">=": "<="}[operator], b, a)
    if operator == "<":
        return True if a.high < b.low else False if a.low >= b.high else UNKNOWN
    if operator == "<=":
        return True if a.high <= b.low else False if a.low > b.high else UNKNOWN
    apart = a.high < b.low or a.low > b.high
    equal = False if apart else True if a.low == a.high == b.low == b.high else UNKNOWN
    return equal if operator == "==" else negate(equal)
