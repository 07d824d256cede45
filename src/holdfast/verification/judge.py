"""What a provider's result is worth for one session: passed only when everything that was required is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from holdfast.verification.freshness import is_fresh, is_of_session
from holdfast.verification.standing import DECLINED
from holdfast.vocabulary.identity import Bound, Check, Checked, IdentityResult, Purpose, SessionState, Terms, Verdict

OWNED: Final = frozenset({Purpose.WITHDRAW, Purpose.OWNER_RECHECK})
"""The purposes for which it must be known whose account it is."""

_MISSING: Final = Checked(verdict=Verdict.NOT_PERFORMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Where a result leads, and why it did not pass; `again` says that another attempt may help."""

    state: SessionState
    reasons: tuple[str, ...] = ()
    again: bool = False


def judge(result: IdentityResult, terms: Terms, bound: Bound, *, opened_ms: int, now_ms: int) -> Judged:
    """Judge a final result against what the session required and what it is bound to."""
    if result.error == DECLINED:
        return Judged(state=SessionState.CANCELLED, reasons=(DECLINED,))
    wrong = [*_others(result, terms, bound)]
    if _finished_well(result, terms):
        wrong += _badly_reached(result, terms, opened_ms=opened_ms, now_ms=now_ms)
    if wrong:
        return Judged(state=SessionState.FAILED, reasons=tuple(wrong))
    failed = tuple(f"{check}_fail" for check, one in sorted(result.checks.items()) if one.verdict is Verdict.FAIL)
    if failed:
        return Judged(state=SessionState.FAILED, reasons=failed, again=True)
    missing = tuple(_missing(result, terms))
    if missing or result.error:
        error = ("provider_said_error",) if result.error else ()
        return Judged(state=SessionState.INCONCLUSIVE, reasons=(*error, *missing), again=True)
    unknown = tuple(_unknown(result, terms, bound))
    if unknown:
        return Judged(state=SessionState.INCONCLUSIVE, reasons=unknown)
    return Judged(state=SessionState.PASSED)


def owners(bound: Bound) -> frozenset[str]:
    """Give every owner that the verified person must be: the account's, and that of the account it pays to."""
    operation_owner = bound.operation.payee_owner
    return frozenset(one for one in (bound.subject.iin_hash, operation_owner) if one)


def _others(result: IdentityResult, terms: Terms, bound: Bound) -> Iterator[str]:
    """Name what says that the result is another person's, or of another operation."""
    if result.owner and any(result.owner != one for one in expected_owners(terms, bound)):
        yield "owner_mismatch"
    if result.operation_hash and result.operation_hash != bound.operation_hash:
        yield "operation_mismatch"


def _badly_reached(result: IdentityResult, terms: Terms, *, opened_ms: int, now_ms: int) -> Iterator[str]:
    """Name what is wrong with the way in which every required check was passed."""
    if terms.acr and result.acr != terms.acr:
        yield "acr_too_low"
    if not is_fresh(result.auth_ms, age_s=terms.auth_age_s, now_ms=now_ms):
        yield "auth_time_unknown" if result.auth_ms is None else "auth_time_not_fresh"
    elif not is_of_session(terms.purpose, result.auth_ms, opened_ms):
        yield "auth_time_before_session"


def _finished_well(result: IdentityResult, terms: Terms) -> bool:
    """Tell whether every required check passed, so that how it was reached is worth a look."""
    return all(result.checks.get(check, _MISSING).verdict is Verdict.PASS for check in terms.checks)


def expected_owners(terms: Terms, bound: Bound) -> frozenset[str]:
    """Give whom the person must be: for a payout also the owner of the account that is paid."""
    if terms.purpose in OWNED:
        return owners(bound)
    return frozenset(one for one in (bound.subject.iin_hash,) if one)


def _missing(result: IdentityResult, terms: Terms) -> Iterator[str]:
    """Name every required check without a verdict that counts; what was not performed is never enough."""
    for check in terms.checks:
        verdict = result.checks.get(Check(check), _MISSING).verdict
        if verdict is not Verdict.PASS:
            yield f"{check}_{verdict}"


def _unknown(result: IdentityResult, terms: Terms, bound: Bound) -> Iterator[str]:
    """Name what is not known and would have to be."""
    expected = expected_owners(terms, bound)
    if (expected and not result.owner) or (terms.purpose in OWNED and not expected):
        yield "owner_unknown"
