"""A cancellation works until the operation is executed, also in the second pause and after the confirmation."""

from collections.abc import Mapping

from holdfast.holds.refusal import forbidden
from holdfast.holds.standing import Standing
from holdfast.holds.step import UNDECIDED, follow
from holdfast.rules.voice import cite
from holdfast.vocabulary.holds import ActKind, Actor, HoldAct, HoldState, Instruction
from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.packs import HoldPolicy

CANCELLABLE = UNDECIDED | {HoldState.CONFIRMED}


def may_cancel(standing: Standing, policy: HoldPolicy, *, by: Actor) -> bool:
    """Tell whether a cancellation changes anything; raises ForbiddenByLawError when it comes too late.

    The client can always cancel, and so can whoever else may confirm.
    """
    last = standing.last
    if by is not Actor.CLIENT and by.value not in policy.confirmed_by:
        raise forbidden(f"`{by.value}` cannot cancel this hold", cite(policy.cite))
    if last.to_state is HoldState.CANCELLED:
        return False
    if last.executed:
        raise forbidden("the operation was executed and cannot be cancelled", last.provision)
    if last.to_state not in CANCELLABLE:
        raise forbidden(f"a hold that is `{last.to_state.value}` cannot be cancelled", last.provision)
    return True


def cancel(last: HoldAct, policy: HoldPolicy, *, by: Actor, at_ms: int, details: Mapping[str, Scalar]) -> HoldAct:
    """Give the cancellation: the operation must not be executed."""
    return follow(
        last,
        ActKind.CANCEL,
        at_ms=at_ms,
        by=by,
        to_state=HoldState.CANCELLED,
        instruction=Instruction.DO_NOT_EXECUTE,
        provision=cite(policy.cite),
        due_ms=None,
        details=details,
    )
