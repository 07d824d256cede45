"""An appeal: once against each strike, while it lives, and heard by another person than the one who gave it."""

from holdfast.sellers.standing import SellerStanding, Strike
from holdfast.vocabulary.errors import ConflictError, InvalidError, NotFoundError
from holdfast.vocabulary.sellers import AppealResult


def check_strike(standing: SellerStanding, strike_id: str, *, pointer: str = "/strike") -> Strike:
    """Give a strike; raises NotFoundError where the seller has none of this id."""
    strike = standing.strikes.get(strike_id)
    if strike is None:
        raise NotFoundError(f"the seller has no strike `{strike_id}`", pointer=pointer)
    return strike


def check_appeal(standing: SellerStanding, strike_id: str, *, now_ms: int) -> None:
    """Raise ConflictError where the strike counts no more, or an appeal against it was made before."""
    strike = check_strike(standing, strike_id)
    state = strike.state(now_ms)
    if state != "live":
        raise ConflictError(f"the strike `{strike_id}` is {state}", pointer="/strike", hint="it counts no more")
    earlier = next((one for one in standing.appeals.values() if one.strike == strike_id), None)
    if earlier is not None:
        hint = "each strike can be appealed once; add what is new to the appeal that there is"
        raise ConflictError(f"the strike is appealed by `{earlier.id}` already", pointer="/strike", hint=hint)


def may_settle(standing: SellerStanding, appeal_id: str, result: AppealResult, *, by: str) -> bool:
    """Tell whether hearing an appeal changes anything; the same result again does not.

    Raises NotFoundError, ConflictError for another result, InvalidError for the person who gave the strike.
    """
    appeal = standing.appeals.get(appeal_id)
    if appeal is None:
        raise NotFoundError(f"the seller has no appeal `{appeal_id}`")
    if appeal.result == result:
        return False
    if appeal.result:
        raise ConflictError(f"the appeal `{appeal_id}` was {appeal.result} already", pointer="/result")
    if same_person(by, standing.strikes[appeal.strike].by):
        hint = "let another person hear it"
        raise InvalidError("nobody hears an appeal against their own strike", pointer="/by", hint=hint)
    return True


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are one person's, however they are written."""
    return one.strip().casefold() == other.strip().casefold()
