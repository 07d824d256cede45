"""An authority's notice: it keeps the money where it is, for its own term, or sends it back."""

from dataclasses import dataclass
from typing import Final

from holdfast.holds.refusal import forbidden
from holdfast.holds.standing import KEEP, Standing
from holdfast.holds.step import follow
from holdfast.holds.terms import instant_ms
from holdfast.vocabulary.holds import ActKind, Actor, HoldAct, HoldState, Instruction

RETURN: Final = "return"
_OPEN: Final = frozenset({HoldState.PLACED, HoldState.PAUSED_AGAIN, HoldState.CONFIRMED, HoldState.RELEASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restraint:
    """What a notice orders: `effect` is `keep` or `return`; `until` (RFC 3339, tenant's offset) may be open."""

    effect: str
    provision: str
    until: str | None = None


def check_restrain(standing: Standing) -> None:
    """Raise ForbiddenByLawError when the money is no longer there to be kept."""
    last = standing.last
    if last.executed or last.to_state not in _OPEN:
        said = "executed" if last.executed else last.to_state.value
        raise forbidden(f"the operation is `{said}`; there is nothing to keep", last.provision)


def restrain(standing: Standing, notice: Restraint, *, at_ms: int) -> HoldAct:
    """Give the act of a notice; one that keeps the money never makes the hold shorter than its own term."""
    last, details = standing.last, {"effect": notice.effect}
    if notice.effect == KEEP:
        due_ms, until = _longer(last, notice.until)
        return follow(
            last,
            ActKind.RESTRAIN,
            at_ms=at_ms,
            by=Actor.AUTHORITY,
            instruction=Instruction.WAIT,
            provision=notice.provision,
            until=until,
            due_ms=due_ms,
            details=details,
        )
    return follow(
        last,
        ActKind.RESTRAIN,
        at_ms=at_ms,
        by=Actor.AUTHORITY,
        to_state=HoldState.NOT_ACCEPTED,
        instruction=Instruction.DO_NOT_EXECUTE,
        provision=notice.provision,
        due_ms=None,
        details=details,
    )


def _longer(last: HoldAct, until: str | None) -> tuple[int | None, str | None]:
    """Give the later of the hold's own end and the notice's; a notice without an end has none."""
    if until is None:
        return None, None
    ends_ms = instant_ms(until)
    return (last.due_ms, last.until) if last.due_ms is not None and last.due_ms > ends_ms else (ends_ms, until)
