"""The emergency switch: two people let one sign or rule act less, for a bounded time."""

from dataclasses import dataclass
from enum import StrEnum

from holdfast.vocabulary.outcome import Mode


class SwitchState(StrEnum):
    """How a switch stands; one that is only `asked` waits for a second person's word and changes nothing."""

    ASKED = "asked"
    RUNNING = "running"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One switch as it stands after an act on it. Instants are epoch milliseconds.

    `sign` is the id of a sign or of a rule, `was` the mode in which it acted, `mode` the weaker one in which it acts
    before `until_ms`. `ended_ms` is when two people switched it back before that.
    """

    id: str
    sign: str
    pack: str
    was: Mode
    mode: Mode
    reason: str
    by: tuple[str, ...]
    at_ms: int
    until_ms: int
    ended_ms: int | None = None
    ended_by: tuple[str, ...] = ()
    ended_reason: str = ""

    def state(self, now_ms: int) -> SwitchState:
        """Tell how it stands at an instant."""
        if self.ended_ms is not None:
            return SwitchState.ENDED
        return SwitchState.RUNNING if now_ms < self.until_ms else SwitchState.EXPIRED
