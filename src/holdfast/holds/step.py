"""One act after another: what an act does not change stays as it was."""

from typing import Any

from holdfast.holds.terms import instant_ms
from holdfast.rules.voice import cite
from holdfast.vocabulary.holds import ActKind, Actor, HoldAct, HoldState, Instruction
from holdfast.vocabulary.judgement import HoldTerms
from holdfast.vocabulary.packs import HoldPolicy

UNDECIDED = frozenset({HoldState.PLACED, HoldState.PAUSED_AGAIN})


def place(hold_id: str, policy: HoldPolicy, terms: HoldTerms, *, at_ms: int) -> HoldAct:
    """Give a hold's first act."""
    return HoldAct(
        hold_id=hold_id,
        act=ActKind.PLACE,
        at_ms=at_ms,
        by=Actor.BANK,
        from_state=None,
        to_state=HoldState.PLACED,
        instruction=Instruction.WAIT,
        provision=cite(policy.cite),
        policy=policy.id,
        until=terms.until,
        confirm_by=terms.confirm_by,
        due_ms=instant_ms(terms.until),
    )


def follow(last: HoldAct, act: ActKind, *, at_ms: int, by: Actor, **changes: Any) -> HoldAct:
    """Give the act that comes after `last`, with what it changes."""
    standing = {name: getattr(last, name) for name in _KEPT}
    return HoldAct(act=act, at_ms=at_ms, by=by, from_state=last.to_state, **(standing | changes))


_KEPT = (
    "hold_id",
    "to_state",
    "instruction",
    "provision",
    "policy",
    "until",
    "confirm_by",
    "due_ms",
    "executed",
)
