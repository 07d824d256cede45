"""Read claims back: who owes what, by when, on which findings, and how it ended."""

from collections.abc import Mapping, Sequence

from holdfast.claims import is_overdue
from holdfast.operations.assess_claim import Standing, standing
from holdfast.operations.record import subject_named
from holdfast.operations.shard import Shard
from holdfast.vocabulary.claims import Assessment, ClaimAct, ClaimActKind, ClaimState, Finding
from holdfast.vocabulary.errors import InvalidError, NotFoundError
from holdfast.vocabulary.instants import rfc3339
from holdfast.vocabulary.judgement import Scalar
from holdfast.vocabulary.records import ClaimRow

Row = dict[str, object]
_WORDS = {True: "true", False: "false", None: "unknown"}


def claim_page(
    shard: Shard, *, limit: int, cursor: str | None, states: Sequence[str] = (), customer_id: str | None = None
) -> Row:
    """Give claims as they stand, the newest first, a page at a time."""
    strange = sorted(set(states) - {state.value for state in ClaimState})
    if strange:
        hint = f"one of {', '.join(f'`{state.value}`' for state in ClaimState)}"
        raise InvalidError(f"`state` cannot be `{strange[0]}`", pointer="/state", hint=hint)
    client = None if customer_id is None else subject_named(shard.ports.store, "customer_id", customer_id)
    page = shard.ports.store.claims(limit, cursor, states=states, client=client)
    return {"items": [_head(shard, row) for row in page.items], "next": page.next}


def claim_view(shard: Shard, claim_id: str) -> Row:
    """Give one claim with its assessments and its history; raises NotFoundError."""
    found = standing(shard, claim_id)
    if found is None:
        raise NotFoundError(f"there is no claim `{claim_id}`")
    return {
        **_head(shard, found.row),
        "event_id": _made(found).details.get("event_id"),
        "report_id": _made(found).details.get("report_id"),
        "paid_minor": _paid(found.acts),
        "assessments": [assessment_row(shard, one) for one in newest(found.acts)],
        "history": [_act_row(shard, act) for act in found.acts],
    }


def newest(acts: Sequence[ClaimAct]) -> tuple[Assessment, ...]:
    """Give the assessments that stand: those of the last act that made any."""
    return next((act.assessments for act in reversed(acts) if act.act is not ClaimActKind.SETTLE), ())


def _made(found: Standing) -> ClaimAct:
    return found.acts[0]


def _paid(acts: Sequence[ClaimAct]) -> int | None:
    return next((act.amount_minor for act in reversed(acts) if act.state is ClaimState.PAID), None)


def _head(shard: Shard, row: ClaimRow) -> Row:
    """Give what a list of claims shows of one."""
    zone, now_ms = shard.tenant.zone, shard.ports.clock.now_ms()
    return {
        "id": row.id,
        "state": row.state,
        "overdue": is_overdue(row, now_ms),
        "kind": row.kind,
        "liability": row.liability,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "received_at": rfc3339(row.received_ms, zone),
        "due_at": rfc3339(row.due_ms, zone) if row.due_ms is not None else None,
        "decision_id": row.decision_id or None,
        "as_of": rfc3339(now_ms, zone),
    }


def assessment_row(shard: Shard, one: Assessment) -> Row:
    """Give what one rule of refund says of the transfer."""
    return {
        "rule": one.rule,
        "pack": one.pack,
        "pack_version": one.pack_version,
        "cite": one.cite,
        "liability": one.liability,
        "reason": one.reason,
        "amount_minor": one.amount_minor,
        "currency": one.currency,
        "due_at": rfc3339(one.due_ms, shard.tenant.zone) if one.due_ms is not None else None,
        "findings": [_finding_row(shard, finding) for finding in one.findings],
    }


def _finding_row(shard: Shard, finding: Finding) -> Row:
    return {
        "finding": finding.name,
        "state": _WORDS[finding.state],
        "reason": finding.reason,
        "provision": finding.provision,
        "evidence": finding.evidence,
        "details": _readable(shard, finding.details),
    }


def _readable(shard: Shard, details: Mapping[str, Scalar]) -> Row:
    """Write instants in the tenant's zone: `loaded_ms` becomes `loaded_at`."""
    found: Row = {}
    for name, value in details.items():
        if name.endswith("_ms"):
            written = rfc3339(value, shard.tenant.zone) if isinstance(value, int) else None
            found[f"{name.removesuffix('_ms')}_at"] = written
        else:
            found[name] = value
    return found


def _act_row(shard: Shard, act: ClaimAct) -> Row:
    return {
        "at": rfc3339(act.at_ms, shard.tenant.zone),
        "act": act.act,
        "by": act.by,
        "state": act.state,
        "liability": act.assessments[0].liability if act.assessments else None,
        "amount_minor": act.amount_minor,
        "details": _readable(shard, act.details),
    }
