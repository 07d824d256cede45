"""What the page of the crash shows: a server that was killed under load, and what was found when it was back."""

from dataclasses import dataclass
from typing import Final, Protocol

RUNNING: Final = ("starting", "load", "dead", "back", "verify")


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One crash, as far as it has come; `phase` is `never`, one of `RUNNING`, `over` or `failed`.

    `acknowledged` are the answers that callers had in their hands when the server died, `unanswered` the calls that it
    left without one, after `lived_s` seconds of load; it was away for `away_s`. Asked again, `kept` of the acknowledged
    gave the same answer byte by byte, `lost` were unknown and `twice` differed; of the unanswered `landed` stood on
    disk already and `fresh` were decided now. `records` were walked by `holdfast verify`, which was content or not.
    """

    phase: str = "never"
    sent: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    lived_s: float = 0.0
    away_s: float = 0.0
    kept: int = 0
    lost: int = 0
    twice: int = 0
    landed: int = 0
    fresh: int = 0
    records: int = 0
    verified: bool = False
    fault: str = ""

    @property
    def is_running(self) -> bool:
        """Tell whether it is not over yet."""
        return self.phase in RUNNING

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing was lost, nothing decided twice, and no record differs."""
        return self.phase == "over" and self.verified and not (self.lost or self.twice)


class Crash(Protocol):
    """Kills a server under load, one at a time."""

    @property
    def course(self) -> Course:
        """Give the crash that runs, or the last one."""
        ...

    def start(self) -> None:
        """Begin another crash; does nothing while one runs."""
        ...
