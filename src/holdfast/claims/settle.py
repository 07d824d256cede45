"""The state machine of a claim: open until it is paid, refused or withdrawn, once and for all."""

from holdfast.vocabulary.claims import ClaimState
from holdfast.vocabulary.errors import ConflictError, InvalidError
from holdfast.vocabulary.records import ClaimRow


def settle(row: ClaimRow, result: ClaimState, *, amount_minor: int | None) -> ClaimState:
    """Give the state after a settlement; the same settlement again changes nothing.

    Raises ConflictError for a claim that was settled otherwise, InvalidError for an amount that does not fit.
    """
    if result is ClaimState.OPEN:
        raise InvalidError("a claim is not settled by `open`", pointer="/result", hint="paid, refused or withdrawn")
    _check_amount(row, result, amount_minor)
    if row.state not in {ClaimState.OPEN, result}:
        raise ConflictError(f"the claim `{row.id}` is already {row.state}", hint="a settled claim stays as it is")
    return result


def _check_amount(row: ClaimRow, result: ClaimState, amount_minor: int | None) -> None:
    """Ask for an amount where money moved, and for none where it did not."""
    hint = f"at most {row.amount_minor} minor units of {row.currency}"
    if result is not ClaimState.PAID:
        if amount_minor:
            raise InvalidError("`amount_minor` is for a claim that is paid", pointer="/amount_minor")
    elif amount_minor is None or amount_minor <= 0:
        raise InvalidError("a paid claim needs `amount_minor`", pointer="/amount_minor", hint=hint)
    elif amount_minor > row.amount_minor:
        raise InvalidError("more was paid than the transfer took", pointer="/amount_minor", hint=hint)


def is_overdue(row: ClaimRow, now_ms: int) -> bool:
    """Tell whether a claim is still open after its last day."""
    return row.state == ClaimState.OPEN and row.due_ms is not None and now_ms > row.due_ms
