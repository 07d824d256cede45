"""When requests are due: instants fixed before the first is sent, whatever the server does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

NS: Final = 1_000_000_000
Arrivals = Literal["poisson", "even"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """A share of every period in which requests come `times` as often."""

    every_s: float = 60.0
    lasts_s: float = 1.0
    times: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stretch of time with one rate a second."""

    rate: float
    seconds: float


def due_ns(
    steps: Sequence[Step], *, arrivals: Arrivals = "poisson", burst: Burst | None = None, seed: int = 1
) -> NDArray[np.int64]:
    """Give the instants of all requests in nanoseconds after the start, in order.

    The expected number of requests until an instant is a broken line over time. Even arrivals cross it at every whole
    number; Poisson arrivals at the sums of independent exponential gaps.
    """
    at_s, expected = _expectation(steps, burst)
    whole = int(np.floor(expected[-1] + 1e-9))
    marks = np.arange(whole) if arrivals == "even" else _poisson(float(expected[-1]), seed)
    instants: NDArray[np.int64] = (np.interp(marks, expected, at_s) * NS).astype(np.int64)
    return instants


def _expectation(steps: Sequence[Step], burst: Burst | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the corners of the broken line: seconds after the start, and requests expected until then."""
    ends = np.cumsum([step.seconds for step in steps])
    corners = {0.0, *map(float, ends)}
    if burst is not None:
        starts = np.arange(0.0, float(ends[-1]), burst.every_s)
        corners |= {float(at) for at in (*starts, *(starts + burst.lasts_s)) if at < ends[-1]}
    at_s = np.array(sorted(corners))
    middles = (at_s[:-1] + at_s[1:]) / 2
    rates = np.array([step.rate for step in steps])[np.searchsorted(ends, middles)]
    if burst is not None:
        rates = np.where(middles % burst.every_s < burst.lasts_s, rates * burst.times, rates)
    return at_s, np.concatenate(([0.0], np.cumsum(rates * np.diff(at_s))))


def _poisson(expected: float, seed: int) -> NDArray[np.float64]:
    """Draw the crossings of a Poisson process of rate one until `expected`."""
    chance = np.random.default_rng(seed)
    drawn = np.empty(0)
    while not drawn.size or drawn[-1] < expected:
        more = np.cumsum(chance.exponential(size=int(expected) + 64))
        drawn = np.concatenate((drawn, more + (drawn[-1] if drawn.size else 0.0)))
    return drawn[drawn < expected]
