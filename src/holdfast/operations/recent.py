"""Operations decided lately, at hand for what the bank reports of them: most results come soon after.

Only operations of which nothing is to be said but that they were decided: without a hold, not refused, and with no
record of their story since, other than results. All others are read from the log.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from holdfast.vocabulary.event import Event

_REMEMBERED: Final = 16_384


class Known(Struct, frozen=True, kw_only=True):
    """An event that a later result may speak about, and whether it stands in the past as executed."""

    event: Event
    seq: int
    executed: bool


class Lately(Struct, frozen=True, kw_only=True):
    """An operation as it was decided; `decision_id` is empty for one that was only reported."""

    known: Known
    decision_id: str


@dataclass(slots=True)
class Recent:
    """The newest operations by their event ids; the oldest goes first."""

    _operations: OrderedDict[str, Lately] = field(default_factory=OrderedDict)
    _decided: dict[str, str] = field(default_factory=dict)

    def get(self, event_id: str) -> Lately | None:
        """Give an operation, if it is at hand."""
        return self._operations.get(event_id)

    def note(self, known: Known, decision_id: str = "") -> None:
        """Keep an operation at hand."""
        if len(self._operations) >= _REMEMBERED:
            _, oldest = self._operations.popitem(last=False)
            self._decided.pop(oldest.decision_id, None)
        self._operations[known.event.id] = Lately(known=known, decision_id=decision_id)
        if decision_id:
            self._decided[decision_id] = known.event.id

    def forget(self, decision_id: str) -> None:
        """Let go of an operation whose story goes on."""
        self._operations.pop(self._decided.pop(decision_id, ""), None)

    def clear(self) -> None:
        """Let go of all, before the memory is built again, or when personal data is erased."""
        self._operations.clear()
        self._decided.clear()
