"""A hold's state is the fold of its acts."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.vocabulary.holds import ActKind, HoldAct, HoldState, Instruction

_REPORTS = frozenset({ActKind.EXECUTE, ActKind.FAIL, ActKind.NOTIFY, ActKind.SHOW})
KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a hold stands after its acts.

    `confirmed` is the client's confirmation, `restraint` an authority's notice in force that keeps the money,
    `due_ms` the timer as the law set it last, which runs again when an execution turns out not to have been one.
    """

    last: HoldAct
    confirmed: HoldAct | None = None
    restraint: HoldAct | None = None
    due_ms: int | None = None

    @property
    def state(self) -> HoldState:
        """Give the hold's state."""
        return self.last.to_state


def stand(acts: Sequence[HoldAct]) -> Standing:
    """Fold a hold's acts, of which there is at least the one that placed it."""
    confirmed = restraint = None
    due_ms: int | None = None
    for act in acts:
        if act.act not in _REPORTS:
            due_ms = act.due_ms
        if act.act is ActKind.CONFIRM:
            confirmed = act
        if act.act is ActKind.RESTRAIN:
            restraint = act if act.details.get("effect") == KEEP else None
        elif act.act is ActKind.LAPSE:
            restraint = None
    return Standing(last=acts[-1], confirmed=confirmed, restraint=restraint, due_ms=due_ms)


def instruction_at(acts: Sequence[HoldAct], at_ms: int) -> Instruction:
    """Give what the bank had to do at an instant: what the last act that had its effect by then says.

    Notices and reports change no instruction; they repeat the one of the moment in which they were written.
    """
    before = [act for act in acts if act.at_ms <= at_ms and act.act not in _REPORTS]
    return before[-1].instruction if before else acts[0].instruction
