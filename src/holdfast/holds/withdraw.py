"""A withdrawal: a fact behind the hold was wrong. Two people say so, with evidence; the kernel decides again."""

from holdfast.holds.refusal import forbidden
from holdfast.holds.standing import Standing
from holdfast.holds.step import UNDECIDED, follow
from holdfast.vocabulary.holds import ActKind, Actor, HoldAct, HoldState, Instruction
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, Outcome


def check_withdraw(standing: Standing) -> None:
    """Raise ForbiddenByLawError when the hold has already ended."""
    last = standing.last
    if last.to_state not in UNDECIDED or last.executed:
        raise forbidden(f"a hold that is `{last.to_state.value}` cannot be withdrawn", last.provision)
    if standing.restraint is not None:
        raise forbidden("a notice of an authority keeps the money", standing.restraint.provision)


def propose(last: HoldAct, *, at_ms: int, person: str, proposal: str) -> HoldAct:
    """Give the first person's word; `proposal` is the hash of what is proposed."""
    details = {"person": person, "proposal": proposal}
    return follow(last, ActKind.PROPOSE_WITHDRAWAL, at_ms=at_ms, by=Actor.BANK, details=details)


def withdraw(last: HoldAct, *, at_ms: int, outcome: str, revision: str) -> HoldAct:
    """Give the withdrawal; what must be done follows the new outcome."""
    refused = OUTCOME_BY_WORD[outcome] >= Outcome.HOLD
    return follow(
        last,
        ActKind.WITHDRAW,
        at_ms=at_ms,
        by=Actor.BANK,
        to_state=HoldState.WITHDRAWN,
        instruction=Instruction.DO_NOT_EXECUTE if refused else Instruction.EXECUTE,
        due_ms=None,
        details={"outcome": outcome, "decision_id": revision},
    )
