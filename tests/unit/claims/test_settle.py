"""The state machine of a claim."""

from dataclasses import replace

import pytest

from holdfast.claims import is_overdue, settle
from holdfast.vocabulary.claims import ClaimState
from holdfast.vocabulary.errors import ConflictError, InvalidError
from holdfast.vocabulary.records import ClaimRow

ROW = ClaimRow(
    id="claim_1",
    decision_id="dec_1",
    kind="ru.161-fz.8.3.13",
    state="open",
    liability="owed",
    amount_minor=1_000,
    currency="RUB",
    received_ms=0,
    due_ms=100,
)
ENDS = (ClaimState.PAID, ClaimState.REFUSED, ClaimState.WITHDRAWN)


def amount_for(state: ClaimState) -> int | None:
    """Give the amount that a settlement needs."""
    return 1_000 if state is ClaimState.PAID else None


@pytest.mark.parametrize("state", ENDS)
def test_an_open_claim_can_be_settled(state: ClaimState) -> None:
    """Open goes to each end, and the same settlement again changes nothing."""
    assert settle(ROW, state, amount_minor=amount_for(state)) is state
    assert settle(replace(ROW, state=state), state, amount_minor=amount_for(state)) is state


@pytest.mark.parametrize("first", ENDS)
@pytest.mark.parametrize("second", ENDS)
def test_a_settled_claim_stays_settled(first: ClaimState, second: ClaimState) -> None:
    """No end leads to another."""
    if first is second:
        return
    with pytest.raises(ConflictError):
        settle(replace(ROW, state=first), second, amount_minor=amount_for(second))


@pytest.mark.parametrize(
    ("state", "amount"),
    [
        (ClaimState.PAID, None),
        (ClaimState.PAID, 0),
        (ClaimState.PAID, -1),
        (ClaimState.PAID, 1_001),
        (ClaimState.REFUSED, 1),
        (ClaimState.OPEN, None),
    ],
)
def test_a_settlement_that_cannot_be_is_refused(state: ClaimState, amount: int | None) -> None:
    """A payment has an amount of at most what was taken, a refusal has none, and open is no settlement."""
    with pytest.raises(InvalidError):
        settle(ROW, state, amount_minor=amount)


def test_a_claim_is_overdue_after_its_last_instant() -> None:
    """On its last millisecond it is not, a millisecond later it is; a settled one and one without a clock never are."""
    assert not is_overdue(ROW, 100)
    assert is_overdue(ROW, 101)
    assert not is_overdue(replace(ROW, state="paid"), 101)
    assert not is_overdue(replace(ROW, due_ms=None), 101)
