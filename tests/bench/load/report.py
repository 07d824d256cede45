"""What a run of the generator measured, and how it becomes histograms."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

_LONGEST_US: Final = 3_600_000_000
_DIGITS: Final = 3
PERCENTILES: Final = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99_9": 99.9, "max": 100.0}


def histogram(nanoseconds: NDArray[np.int64]) -> HdrHistogram:
    """Record durations in whole microseconds, none below one."""
    made = HdrHistogram(1, _LONGEST_US, _DIGITS)
    values, counts = np.unique(np.clip(nanoseconds // 1_000, 1, _LONGEST_US), return_counts=True)
    for value, count in zip(values.tolist(), counts.tolist(), strict=True):
        made.record_value(value, count)
    return made


def percentiles_ms(recorded: HdrHistogram) -> dict[str, float]:
    """Give the usual percentiles in milliseconds; nothing for an empty histogram."""
    if not recorded.get_total_count():
        return {}
    return {name: recorded.get_value_at_percentile(at) / 1_000 for name, at in PERCENTILES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """One row a request, in the order in which they were due; nanoseconds.

    `due` counts from the start of the run. `lag` is how late the generator itself was, `waited` how long the request
    then waited for a free connection, `took` the whole time from `due` to the end of the answer, or to the end of the
    run when there was none. `status` is 0 where no answer came; `kind` is the place of the request's kind in `kinds`.
    """

    due: NDArray[np.int64]
    lag: NDArray[np.int64]
    waited: NDArray[np.int64]
    took: NDArray[np.int64]
    status: NDArray[np.int64]
    kind: NDArray[np.int64]
    kinds: tuple[str, ...]

    def chosen(
        self, *, status: int | None = None, kind: str | None = None, since_s: float = 0.0, until_s: float = 1e9
    ) -> NDArray[np.bool_]:
        """Mark the requests of a status, a kind and a stretch of due instants."""
        marks: NDArray[np.bool_] = (self.due >= since_s * 1e9) & (self.due < until_s * 1e9)
        if status is not None:
            marks &= self.status == status
        if kind is not None:
            marks &= self.kind == (self.kinds.index(kind) if kind in self.kinds else -1)
        return marks

    def latency(self, **chosen: Any) -> HdrHistogram:
        """Give the histogram of the chosen requests from their intended send time."""
        return histogram(self.took[self.chosen(**chosen)])

    def count(self, **chosen: Any) -> int:
        """Count the chosen requests."""
        return int(self.chosen(**chosen).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A run: `histogram` holds every request in microseconds from its intended send time, unanswered ones too.

    `start_ns` is the instant of the monotonic clock from which `samples.due` counts; `cpu_s` is what the generator's
    own thread used; `fsync` and `hiccup` are what the probes beside the run saw, if they were asked for.
    """

    start_ns: int
    seconds: float
    histogram: HdrHistogram
    send_lag: HdrHistogram
    waited: HdrHistogram
    by_status: Counter[int]
    errors: Counter[str]
    samples: Samples
    cpu_s: float
    fsync: HdrHistogram | None = None
    hiccup: HdrHistogram | None = None
