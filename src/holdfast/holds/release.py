"""A release: the ground is gone, or the owner passed the check that was asked for.

Where the law forbids the bank to release, only the feed does.
"""

from collections.abc import Mapping
from typing import Final

from holdfast.holds.refusal import forbidden
from holdfast.holds.standing import Standing
from holdfast.holds.step import UNDECIDED, follow
from holdfast.rules.voice import cite
from holdfast.vocabulary.holds import ActKind, Actor, HoldAct, HoldState, Instruction
from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.packs import HoldPolicy

_FOR_BANK: Final = frozenset({Actor.BANK, Actor.VERIFICATION})  # a check that the bank asks for can do no more than it


def check_release(standing: Standing, policy: HoldPolicy, *, by: Actor) -> None:
    """Raise ForbiddenByLawError when this hold cannot be released by this actor."""
    last = standing.last
    if by in _FOR_BANK and "release" in policy.forbids:
        raise forbidden(f"the {by} cannot release this hold", policy.forbids["release"])
    if by is Actor.FEED and not policy.while_on:
        raise forbidden("no list carries this hold", cite(policy.cite))
    if last.to_state not in UNDECIDED or last.executed:
        raise forbidden(f"a hold that is `{last.to_state.value}` cannot be released", last.provision)
    if standing.restraint is not None:
        raise forbidden("a notice of an authority keeps the money", standing.restraint.provision)


def release(last: HoldAct, policy: HoldPolicy, *, by: Actor, at_ms: int, details: Mapping[str, Scalar]) -> HoldAct:
    """Give the release: the operation is executed."""
    return follow(
        last,
        ActKind.RELEASE,
        at_ms=at_ms,
        by=by,
        to_state=HoldState.RELEASED,
        instruction=Instruction.EXECUTE,
        provision=cite(policy.cite),
        due_ms=None,
        details=details,
    )
