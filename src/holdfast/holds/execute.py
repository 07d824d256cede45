"""What the bank reports of the operation: executed or not. A report is recorded, never rejected."""

from collections.abc import Sequence
from typing import Final

from holdfast.holds.standing import instruction_at, stand
from holdfast.holds.step import follow
from holdfast.vocabulary.holds import ActKind, Actor, HoldAct, Instruction

_EXECUTED: Final = "executed"


def reported(acts: Sequence[HoldAct], result: str, *, occurred_ms: int, at_ms: int) -> HoldAct:
    """Give the act of a report that came at `at_ms` about what happened at `occurred_ms`.

    `result` is a word of `transfer_result`. An execution while the instruction was another one is a breach of the
    procedure. The state stays as it is; the timer rests while the operation counts as executed, and runs again when it
    turns out not to be.
    """
    standing = stand(acts)
    if result != _EXECUTED:
        return follow(
            standing.last,
            ActKind.FAIL,
            at_ms=at_ms,
            by=Actor.BANK,
            executed=False,
            due_ms=standing.due_ms,
            details={"result": result},
        )
    told = instruction_at(acts, occurred_ms)
    return follow(
        standing.last,
        ActKind.EXECUTE,
        at_ms=at_ms,
        by=Actor.BANK,
        executed=True,
        due_ms=None,
        details={"breach": told is not Instruction.EXECUTE, "instruction": told.value, "occurred_ms": occurred_ms},
    )
