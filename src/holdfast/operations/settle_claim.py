"""Settle a claim: the bank paid or refused, or the client withdrew; who said so, when, and on which paper."""

from dataclasses import dataclass, replace

from msgspec import structs

from holdfast.claims import settle
from holdfast.operations.assess_claim import claim_record, standing
from holdfast.operations.read_claims import Row, claim_view
from holdfast.operations.shard import Shard, commit, settled
from holdfast.vocabulary.claims import ClaimAct, ClaimActKind, ClaimState, Liability
from holdfast.vocabulary.errors import ConflictError, InvalidError, NotFoundError
from holdfast.vocabulary.records import ClaimRow, ExposureRow
from holdfast.wire.canonical import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How a claim ended: `document` names the paper, `reason` says why; both are kept under the client's key."""

    result: ClaimState
    by: str
    amount_minor: int | None = None
    document: dict[str, str] | None = None
    reason: str | None = None


async def settle_claim(shard: Shard, claim_id: str, said: Settlement) -> Row:
    """Settle a claim, and give it as it then stands; the same settlement again changes nothing.

    Raises ConflictError for a claim that was settled otherwise, InvalidError for a payment without its amount or a
    refusal of what is owed without a reason.
    """
    await settled(shard, claim_id)
    found = standing(shard, claim_id)
    if found is None:
        raise NotFoundError(f"there is no claim `{claim_id}`")
    state = settle(found.row, said.result, amount_minor=said.amount_minor)
    if found.row.state != ClaimState.OPEN:
        paid = found.acts[-1].amount_minor
        if said.amount_minor != paid and state is ClaimState.PAID:
            raise ConflictError(f"the claim `{claim_id}` was paid with another amount", pointer="/amount_minor")
        return claim_view(shard, claim_id)
    _check_reason(found.row, said)
    act = ClaimAct(
        claim_id=claim_id,
        act=ClaimActKind.SETTLE,
        at_ms=shard.ports.clock.now_ms(),
        by=said.by,
        state=state,
        amount_minor=said.amount_minor if state is ClaimState.PAID else None,
        details={"against_assessment": _is_against(found.row, state)},
    )
    row = replace(found.row, state=state.value)
    personal = {"document": said.document, "reason": said.reason}
    kept = {name: value for name, value in personal.items() if value}
    record = claim_record(shard, row, act, exposures=_returned(row, act))
    await commit(shard, structs.replace(record, event=canonical(kept) if kept else b"")).landed
    return claim_view(shard, claim_id)


def _is_against(row: ClaimRow, state: ClaimState) -> bool:
    """Tell whether a claim is refused although the record says that the bank owes."""
    return state is ClaimState.REFUSED and row.liability == Liability.OWED


def _check_reason(row: ClaimRow, said: Settlement) -> None:
    if _is_against(row, said.result) and not said.reason:
        raise InvalidError(
            f"the record says that `{row.id}` is owed; a refusal needs `reason`",
            pointer="/reason",
            hint="say on what the bank relies; it is kept with the claim",
        )


def _returned(row: ClaimRow, act: ClaimAct) -> tuple[ExposureRow, ...]:
    """Count what was paid back."""
    if not act.amount_minor:
        return ()
    return (
        ExposureRow(
            decision_id=row.decision_id,
            kind="returned",
            amount_minor=act.amount_minor,
            currency=row.currency,
            at_ms=act.at_ms,
            reason="claim_paid",
        ),
    )
