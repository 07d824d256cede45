"""Money that went through because a sign or a rule was switched to act less, noted on the record of its decision."""

from typing import Final

from msgspec import structs

from holdfast.engine.decide import decide
from holdfast.operations.ruling import Span
from holdfast.operations.shard import OPERATIONS, Shard
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.judgement import Judgement
from holdfast.vocabulary.outcome import OUTCOME_BY_WORD, Outcome
from holdfast.vocabulary.records import ExposureRow, Record
from holdfast.vocabulary.switches import Switch

LET_THROUGH: Final = "let_through"


def with_let_through(shard: Shard, record: Record, facts: Facts, *, judgement: Judgement) -> Record:
    """Add to a decision's record what a switch let through, if it did."""
    row = let_through(shard, facts, judgement, decision_id=record.decision_id)
    return record if row is None else structs.replace(record, exposures=(*record.exposures, row))


def let_through(shard: Shard, facts: Facts, judgement: Judgement, *, decision_id: str) -> ExposureRow | None:
    """Judge an operation that a switch may have let through as if none ran; what would stand then is exposure."""
    span = shard.switches.span(facts.decided_ms)
    if span is None or facts.type not in OPERATIONS or not _may_be(judgement):
        return None
    regime = shard.law.regime(facts.type, facts.occurred_ms)
    alone = decide(facts, regime, shard.tenant, ruleset=shard.ruleset, facts_hash=judgement.facts_hash)
    cause = _cause(span, judgement, alone) if OUTCOME_BY_WORD[alone.outcome] >= Outcome.HOLD else None
    if cause is None:
        return None
    amount = facts.values.get("amount")
    row = ExposureRow(
        decision_id=decision_id,
        kind=LET_THROUGH,
        amount_minor=amount if isinstance(amount, int) else 0,
        currency=str(facts.values.get("currency") or ""),
        at_ms=max(facts.decided_ms, cause.at_ms),
        reason=reason_of(cause),
    )
    shard.figures.pass_by_switch(cause.sign, row)
    return row


def reason_of(switch: Switch) -> str:
    """Say what let an operation through: the sign or rule, and its switch."""
    return f"{switch.sign} switched by {switch.id}"


def _may_be(judgement: Judgement) -> bool:
    """Tell whether an operation that passes would be stopped if everything acted that only watches."""
    words = (judgement.outcome, judgement.would_be or judgement.outcome)
    passes, stopped = (OUTCOME_BY_WORD[word] < Outcome.HOLD for word in words)
    return passes and not stopped


def _cause(span: Span, judgement: Judgement, alone: Judgement) -> Switch | None:
    """Find the switch by which an operation passed: of the ground that it would have had, else of what spoke first."""
    running = {one.sign: one for one in span.running}
    spoke = [*(one.id for one in judgement.signs if one.state == "fired"), *(one.id for one in judgement.rules)]
    return next((running[name] for name in (alone.ground, *spoke) if name in running), None)
