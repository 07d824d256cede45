"""What may be done with a session now, and the error that names why it may not."""

from holdfast.verification.alternative import MONEY
from holdfast.verification.consent import check_consent
from holdfast.verification.freshness import is_fresh
from holdfast.verification.standing import Standing
from holdfast.vocabulary.errors import ConsumedError, InvalidError, SessionStateError, StaleError
from holdfast.vocabulary.identity import Consent, Operation, Purpose, SessionState


def check_operation(purpose: Purpose, operation: Operation) -> None:
    """Refuse a session that would not bind what it is for: money needs its sum and payee, other purposes carry none."""
    money = operation.amount_minor is not None and bool(operation.currency)
    if purpose in MONEY and not money:
        raise InvalidError(f"`{purpose}` needs `amount_minor` and `currency`", pointer="/operation/amount_minor")
    if purpose in {Purpose.TRANSFER, Purpose.WITHDRAW} and not operation.payee:
        raise InvalidError(f"`{purpose}` needs `payee_ref`", pointer="/operation/payee_ref")
    if purpose is Purpose.LISTING_PUBLISH and not operation.listing_id:
        raise InvalidError(f"`{purpose}` needs `listing_id`", pointer="/operation/listing_id")
    if purpose not in MONEY and (operation.amount_minor is not None or operation.payee):
        hint = "money moves under `receive`, `transfer` or `withdraw` only"
        raise InvalidError(f"`{purpose}` takes no amount and no payee", pointer="/purpose", hint=hint)


def check_start(standing: Standing, consent: Consent | None, *, now_ms: int) -> None:
    """Refuse to begin what has ended or goes on without a camera, and to begin before the person agreed.

    A link that is opened again while an attempt is under way begins the next one, and only that one's result counts.
    """
    if not standing.is_open(now_ms):
        raise SessionStateError(f"the session is `{standing.state_at(now_ms)}`", hint="open a new one")
    if standing.way is not None:
        raise SessionStateError(f"the session goes on by `{standing.way}`", hint="people say there what they found")
    if consent is not None or standing.consent is None:
        check_consent(consent, now_ms=now_ms)


def may_cancel(standing: Standing, *, now_ms: int) -> bool:
    """Tell whether cancelling changes anything; raises SessionStateError where another end came first."""
    state = standing.state_at(now_ms)
    if state is SessionState.CANCELLED:
        return False
    if not standing.is_open(now_ms):
        raise SessionStateError(f"the session is `{state}`", hint="what has ended cannot be cancelled")
    return True


def check_consume(standing: Standing, *, now_ms: int) -> None:
    """Refuse to use what did not pass, was used before, or is not fresh any more."""
    state = standing.state_at(now_ms)
    if state is SessionState.CONSUMED:
        raise ConsumedError("the verification was used before")
    if state is not SessionState.PASSED:
        raise SessionStateError(f"the session is `{state}`", hint="only what `passed` can be used")
    auth_ms = standing.result.auth_ms if standing.result else None
    if not is_fresh(auth_ms, age_s=standing.terms.auth_age_s, now_ms=now_ms):
        raise StaleError(f"the authentication is older than {standing.terms.auth_age_s} seconds")
