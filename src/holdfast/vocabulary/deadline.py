"""How long an answer may take, and what is left of that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LONGEST_MS: Final = 60_000
OTHER_MS: Final = 1_000
DEFAULT_MS: Final[Mapping[str, int]] = {"transfer": 300, "cash_withdrawal": 300, "cash_deposit": 300}
"""The time of an answer by event type where its caller names none; all other types have `OTHER_MS`."""

_NS_PER_MS: Final = 1_000_000
_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Deadline:
    """The time of one answer: from `started_ns`, by the injected tick, for `budget_ms` milliseconds."""

    started_ns: int
    budget_ms: int

    @property
    def ends_ns(self) -> int:
        """Give the tick at which the answer must be out."""
        return self.started_ns + self.budget_ms * _NS_PER_MS

    def left_s(self, now_ns: int) -> float:
        """Give the seconds that are left, never less than none."""
        return max(0, self.ends_ns - now_ns) / _NS_PER_S

    def is_over(self, now_ns: int) -> bool:
        """Tell whether no time is left."""
        return now_ns >= self.ends_ns
