"""A confirmation: in its window, by who may, once; a match of the payee at that moment pauses a second time."""

from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.holds.refusal import forbidden
from holdfast.holds.standing import Standing
from holdfast.holds.step import follow
from holdfast.holds.terms import instant_ms
from holdfast.rules.voice import cite
from holdfast.vocabulary.holds import ActKind, Actor, HoldAct, HoldState, Instruction
from holdfast.vocabulary.judgement import HoldTerms, Scalar
from holdfast.vocabulary.packs import HoldPolicy

CONSENT = "consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The second pause that a confirmation starts: its policy, and its terms from the instant of the confirmation."""

    policy: HoldPolicy
    terms: HoldTerms


def may_confirm(standing: Standing, policy: HoldPolicy, *, by: Actor, now_ms: int) -> bool:
    """Tell whether a confirmation changes anything; raises ForbiddenByLawError when the law forbids it.

    The same confirmation again changes nothing, as long as the operation was not cancelled since.
    """
    if by.value not in policy.confirmed_by:
        who = " or ".join(f"`{word}`" for word in policy.confirmed_by)
        raise forbidden(f"only {who} can confirm this hold", _provision(policy))
    confirmed = standing.confirmed
    if confirmed is not None and confirmed.by is by and standing.state in {confirmed.to_state, HoldState.CONFIRMED}:
        return False
    _check_open(standing, policy)
    _check_window(standing.last, policy, now_ms)
    return True


def _check_open(standing: Standing, policy: HoldPolicy) -> None:
    """Refuse when there is nothing left to confirm, or an authority keeps the money."""
    last = standing.last
    if last.to_state is not HoldState.PLACED:
        raise forbidden(f"a hold that is `{last.to_state.value}` cannot be confirmed", last.provision)
    if last.executed:
        raise forbidden("the operation was executed; there is nothing to confirm", cite(policy.cite))
    if standing.restraint is not None:
        raise forbidden("a notice of an authority keeps the money", standing.restraint.provision)


def _check_window(last: HoldAct, policy: HoldPolicy, now_ms: int) -> None:
    """Refuse outside the client's window."""
    if policy.at_expiry == CONSENT:
        if last.until is not None and now_ms <= instant_ms(last.until):
            raise forbidden(f"a consent counts only after {last.until}", _provision(policy))
    elif last.confirm_by is None:
        raise forbidden("the law opens no window to confirm", _provision(policy))
    elif now_ms > instant_ms(last.confirm_by):
        raise forbidden(f"the client could confirm until {last.confirm_by}", cite(policy.cite))


def _provision(policy: HoldPolicy) -> str:
    """Cite what forbids a confirmation as such: the provision that the policy names, else its own."""
    return policy.forbids.get("confirm", cite(policy.cite))


def confirm(
    last: HoldAct, policy: HoldPolicy, *, by: Actor, at_ms: int, again: Again | None, details: Mapping[str, Scalar]
) -> HoldAct:
    """Give the confirmation: the operation is executed, or paused `again`."""
    if again is None:
        return follow(
            last,
            ActKind.CONFIRM,
            at_ms=at_ms,
            by=by,
            to_state=HoldState.CONFIRMED,
            instruction=Instruction.EXECUTE,
            provision=cite(policy.cite),
            due_ms=None,
            details=details,
        )
    return follow(
        last,
        ActKind.CONFIRM,
        at_ms=at_ms,
        by=by,
        to_state=HoldState.PAUSED_AGAIN,
        instruction=Instruction.WAIT,
        provision=cite(again.policy.cite),
        policy=again.policy.id,
        until=again.terms.until,
        confirm_by=None,
        due_ms=instant_ms(again.terms.until),
        details=details,
    )
