"""Silence has its legal effect: what becomes of a hold when its term ends."""

from collections.abc import Mapping
from typing import Final

from holdfast.holds.step import follow
from holdfast.rules.voice import cite
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.holds import ActKind, Actor, HoldAct, HoldState, Instruction
from holdfast.vocabulary.packs import HoldPolicy

_End = tuple[HoldState, Instruction]
_UNCONFIRMED: Final[Mapping[str, _End]] = {
    "not_accepted": (HoldState.NOT_ACCEPTED, Instruction.DO_NOT_EXECUTE),
    "execute": (HoldState.RELEASED, Instruction.EXECUTE),
    "consent": (HoldState.PLACED, Instruction.WAIT),
}


def _end(last: HoldAct, policy: HoldPolicy) -> _End:
    """Give state and instruction after the term: of an unconfirmed hold the policy's, of any other execution."""
    if last.to_state is HoldState.PLACED:
        found = _UNCONFIRMED.get(policy.at_expiry)
        if found is None:
            raise Bug(f"hold policy `{policy.id}` ends in the unknown way `{policy.at_expiry}`")
        return found
    if last.to_state is HoldState.PAUSED_AGAIN:
        return HoldState.CONFIRMED, Instruction.EXECUTE
    return last.to_state, Instruction.EXECUTE


def lapse(last: HoldAct, policy: HoldPolicy, now_ms: int) -> HoldAct | None:
    """Give the lapse of a hold whose term has ended by now, dated on the first instant after the term.

    `policy` is the one of `last`. Nothing when no timer runs or the term has not ended.
    """
    if last.due_ms is None or now_ms <= last.due_ms:
        return None
    state, instruction = _end(last, policy)
    return follow(
        last,
        ActKind.LAPSE,
        at_ms=last.due_ms + 1,
        by=Actor.CLOCK,
        to_state=state,
        instruction=instruction,
        provision=cite(policy.cite),
        due_ms=None,
    )
