"""What the law says when a refused operation comes again: it passes whatever signs fire, unless the payee is listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from holdfast.engine.proposals import Proposal
from holdfast.engine.tenant import Tenant
from holdfast.features.standing import ALLOWED_FROM, REPEAT_OF
from holdfast.holds.terms import until
from holdfast.rules.checks import RepeatLaw
from holdfast.rules.regime import Regime
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.instants import from_ms
from holdfast.vocabulary.judgement import RepeatTerms
from holdfast.vocabulary.outcome import Mode, Outcome
from holdfast.vocabulary.trilean import Trilean

_ONE_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The proposals that are left of a repeat, and what is to be said of repeating."""

    proposals: list[Proposal]
    terms: RepeatTerms | None = None


def settle(
    proposals: list[Proposal], facts: Facts, regime: Regime, *, answers: Sequence[Trilean], tenant: Tenant
) -> Repeated:
    """Apply the law on repeats (161-FZ art. 8 p. 3.6, 3.8, 3.10, 3.11 as the pack states it) to what was proposed.

    A repeat takes the force from signs and rules; limits stay, and so does what another jurisdiction asks. An
    operation that is refused by a sign of the law that knows repeats is open to be repeated.
    """
    law = regime.repeats.get(str(facts.values.get("rail", facts.type)))
    if law is None:
        return Repeated(proposals=proposals)
    of = facts.values.get(REPEAT_OF)
    if of is None:
        return Repeated(proposals=proposals, terms=_opened(proposals, law))
    left = [proposal for proposal in proposals if _stays(proposal, law)]
    refusals = [proposal for proposal in proposals if _refuses(proposal, law)]
    if refusals and _closed(facts, law, answers):
        terms = _closes(facts, law, regime=regime, tenant=tenant)
        return Repeated(proposals=[*refusals, *left], terms=terms)
    passes = not any(proposal.mode is Mode.ENFORCE for proposal in left)
    used = RepeatTerms(policy=law.policy.id, state="used", of=str(of)) if passes else None
    return Repeated(proposals=left, terms=used)


def _refuses(proposal: Proposal, law: RepeatLaw) -> bool:
    """Tell whether a sign of this law refuses the operation."""
    acts = proposal.mode is Mode.ENFORCE and proposal.repeatable
    return acts and proposal.outcome is Outcome.REFUSE and proposal.under == law.jurisdiction


def _stays(proposal: Proposal, law: RepeatLaw) -> bool:
    """Tell whether a proposal keeps its force against a repeat: limits do, and what another jurisdiction stops."""
    if proposal.outcome < Outcome.HOLD:
        return False
    return not proposal.repeatable or proposal.under != law.jurisdiction


def _opened(proposals: Sequence[Proposal], law: RepeatLaw) -> RepeatTerms | None:
    """Say that a refusal by a sign of this law may be repeated at once."""
    if not any(_refuses(proposal, law) for proposal in proposals):
        return None
    return RepeatTerms(policy=law.policy.id, state="open")


def _closed(facts: Facts, law: RepeatLaw, answers: Sequence[Trilean]) -> bool:
    """Tell whether this repeat is refused: the payee is listed now, and the term since the first such refusal runs."""
    allowed_from = facts.values.get(ALLOWED_FROM)
    if isinstance(allowed_from, int) and facts.decided_ms >= allowed_from:
        return False
    return any(answers[place] is True for place in law.listed)


def _closes(facts: Facts, law: RepeatLaw, *, regime: Regime, tenant: Tenant) -> RepeatTerms:
    """Say from when a repeat passes; a further refused one does not move that instant."""
    known = facts.values.get(ALLOWED_FROM)
    if isinstance(known, int):
        first = from_ms(known, tenant.zone)
    else:
        calendar = regime.calendars.get(law.jurisdiction)
        first = until(law.policy, facts.decided_ms, zone=tenant.zone, calendar=calendar) + _ONE_TICK
    of = str(facts.values[REPEAT_OF])
    return RepeatTerms(policy=law.policy.id, state="closed", of=of, allowed_from=first.isoformat())
