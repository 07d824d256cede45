"""Tables to draw from: hours of the day by habit, and amounts with heavy tails.

Drawing from a table costs a tenth of what drawing from the distribution costs, and the stream is told
twenty thousand events a second.
"""

from itertools import accumulate
from math import exp
from statistics import NormalDist
from typing import Final

_STEPS: Final = 2048
_DAYLIGHT: Final = (1, 1, 1, 1, 1, 2, 8, 22, 40, 52, 60, 64, 70, 68, 62, 60, 62, 70, 80, 78, 62, 42, 20, 6)
_EARLY: Final = (1, 1, 1, 1, 3, 14, 40, 62, 76, 80, 78, 70, 62, 56, 50, 48, 46, 44, 38, 28, 16, 7, 3, 1)
_EVENING: Final = (10, 5, 3, 1, 1, 1, 2, 8, 18, 26, 32, 38, 46, 50, 48, 46, 50, 62, 78, 90, 92, 84, 56, 24)
_NIGHT: Final = (58, 56, 50, 44, 38, 34, 24, 14, 8, 6, 6, 8, 14, 22, 30, 34, 36, 38, 42, 48, 52, 56, 60, 60)
SHAPES: Final = (_DAYLIGHT, _EARLY, _EVENING, _NIGHT)


def _hours_table(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Turn weights of the 24 hours into equally likely seconds of the day."""
    ends = list(accumulate(shape))
    table, hour = [], 0
    for step in range(_STEPS):
        position = (step + 0.5) / _STEPS * ends[-1]
        while ends[hour] < position:
            hour += 1
        within = 1 - (ends[hour] - position) / shape[hour]
        table.append(int((hour + within) * 3600))
    return tuple(table)


def _tail_table(sigma: float) -> tuple[float, ...]:
    """Turn a log-normal of median one into equally likely multipliers."""
    normal = NormalDist(sigma=sigma)
    return tuple(exp(normal.inv_cdf((step + 0.5) / _STEPS)) for step in range(_STEPS))


HOURS: Final = tuple(_hours_table(shape) for shape in SHAPES)
CALM: Final = _tail_table(0.55)
WILD: Final = _tail_table(1.15)


def second_of_day(chance: float, habit: int) -> int:
    """Give the second of the day that `chance` (0 to 1) points at, for one of the four habits."""
    return HOURS[habit][int(chance * _STEPS)]


def calm(chance: float) -> float:
    """Give a multiplier of median one that rarely exceeds four: groceries, bills."""
    return CALM[int(chance * _STEPS)]


def wild(chance: float) -> float:
    """Give a multiplier of median one with a heavy tail: transfers between people."""
    return WILD[int(chance * _STEPS)]


def weekly_rhythm(weekday: int) -> float:
    """Give how busy a day of the week is against the mean; Monday is 0."""
    return (0.94, 0.95, 0.97, 1.02, 1.16, 1.09, 0.87)[weekday]
