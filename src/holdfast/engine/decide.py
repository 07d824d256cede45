"""One pure function from facts and versions to a judgement."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace

from holdfast.engine.abroad import abroad_notice, noticed
from holdfast.engine.gaps import find_gaps, with_skipped
from holdfast.engine.proposals import Proposal, Proposer
from holdfast.engine.repeat import settle
from holdfast.engine.tenant import Tenant
from holdfast.features.standing import LASTS, REPEAT_OF
from holdfast.holds.terms import terms
from holdfast.rules.checks import DutyCheck, RuleCheck, SignCheck, in_force
from holdfast.rules.regime import Regime
from holdfast.rules.voice import cite
from holdfast.scoring.scorer import Scored
from holdfast.vocabulary.errors import Bug
from holdfast.vocabulary.facts import Facts
from holdfast.vocabulary.instants import HOUR_MS, rfc3339
from holdfast.vocabulary.judgement import HoldTerms, Judgement, Measure, RuleResult, Scalar, Score, SignResult, Versions
from holdfast.vocabulary.models import SCORE
from holdfast.vocabulary.outcome import MeasureKind, Mode, Outcome
from holdfast.vocabulary.trilean import Trilean

REASONS = "score_reasons"
_VERSIONS_MAX = 64
_CHECK = MeasureKind.VERIFY_IDENTITY.value
_KINDS = sorted(str(kind.value) for kind in MeasureKind)


def decide(
    facts: Facts, regime: Regime, tenant: Tenant, *, ruleset: str, facts_hash: str, scored: Scored | None = None
) -> Judgement:
    """Judge one event by the law of its day; equal arguments give an equal judgement.

    `scored` is the score of these facts by the regime's model, where the caller asked for it already.

    The outcome is the strongest of the enforced proposals, each of which carries its ground. What is only observed
    or advised shows in `would_be`; what is advised also asks a person, by the measure `open_case`. A listing always
    carries the notice where it was placed from.
    """
    scored = scored or score(facts, regime)
    if scored is not None and regime.scored:
        facts = _with_score(facts, scored)
    seen = regime.usual.look(facts)
    versions = _versions(facts, regime, tenant, ruleset=ruleset)
    notice = abroad_notice(facts.type, facts.values, tenant.home)
    if seen.quiet and REPEAT_OF not in facts.values and not regime.outside.lacks(facts):
        return Judgement(
            outcome=Outcome.ALLOW.word,
            would_be=None,
            ground=None,
            signs=seen.signs or (),
            rules=(),
            score=None if scored is None else _score(scored, regime, tenant, proposals=()),
            hold=None,
            measures=noticed((), notice),
            versions=versions,
            facts_hash=facts_hash,
        )
    lacks = regime.outside.checks
    answers = regime.program(facts.values) if lacks else regime.usual.answers(facts, seen)
    gaps = find_gaps(facts, regime, answers) if lacks else ()
    rules = [regime.rules[number] for number in seen.acts if number < len(regime.rules)]
    made = Proposer(regime, tenant, facts=facts, answers=answers, rules=rules).all(gaps)
    repeated = settle(made, facts, regime, answers=answers, tenant=tenant)
    proposals = repeated.proposals
    acting = [proposal for proposal in proposals if proposal.mode is Mode.ENFORCE]
    strongest = _strongest(acting)
    would_be = _strongest(proposals)
    outcome = strongest.outcome if strongest else Outcome.ALLOW
    imagined = would_be.outcome if would_be else Outcome.ALLOW
    found = None if scored is None else _score(scored, regime, tenant, proposals=made)
    judgement = Judgement(
        outcome=outcome.word,
        would_be=imagined.word if imagined != outcome else None,
        ground=strongest.ground if strongest and outcome >= Outcome.HOLD else None,
        signs=seen.signs or tuple(_signs(regime.usual.reported(facts, seen.state), made)),
        rules=tuple(_rules(rules, facts, made, score=found)),
        score=found,
        hold=_hold(strongest, facts, regime=regime, tenant=tenant) if outcome is Outcome.HOLD else None,
        measures=noticed(tuple(_asked(regime, answers, proposals, facts=facts, tenant=tenant)), notice),
        versions=versions,
        facts_hash=facts_hash,
        repeat=repeated.terms,
    )
    return with_skipped(judgement, gaps, facts) if gaps else judgement


def _versions(facts: Facts, regime: Regime, tenant: Tenant, *, ruleset: str) -> Versions:
    """Name what the judgement uses; events for which all of it is the same share one object."""
    made = regime.made
    key = (id(facts.matches), ruleset, tenant.engine_version)
    kept = made.get(key)
    if kept is not None:
        return kept[1]
    model = regime.scorer.model.version if regime.scorer else None
    lists = {probe.list: _list_version(facts, probe.name) for probe in regime.probes}
    versions = Versions(engine=tenant.engine_version, packs=regime.packs, ruleset=ruleset, lists=lists, model=model)
    if len(made) >= _VERSIONS_MAX:
        made.clear()
    made[key] = (facts.matches, versions)
    return versions


def score(facts: Facts, regime: Regime) -> Scored | None:
    """Ask the model that is in force for these facts, if there is one; nothing where its answer cannot be known."""
    return regime.scorer.score(facts.values) if regime.scorer is not None else None


def _with_score(facts: Facts, scored: Scored) -> Facts:
    """Give facts in which the score stands, as rules read it."""
    return Facts(
        type=facts.type,
        occurred_ms=facts.occurred_ms,
        decided_ms=facts.decided_ms,
        values={**facts.values, SCORE: scored.value},
        matches=facts.matches,
    )


def _score(scored: Scored, regime: Regime, tenant: Tenant, *, proposals: Sequence[Proposal]) -> Score | None:
    """Write the score, with its reasons where it is high or a rule that reads it was true."""
    if regime.scorer is None:
        return None
    model = regime.scorer.model
    asked = not regime.scored.isdisjoint([proposal.source for proposal in proposals])
    reasons: tuple[str, ...] = ()
    if asked or scored.value >= model.reasons_from:
        reasons = tuple(tenant.voice.title(feature.title) for feature in regime.scorer.strongest(scored))
    return Score(value=scored.value, model=model.version, reasons=reasons)


def _list_version(facts: Facts, name: str) -> str | None:
    match = facts.matches.get(name)
    return match.version if match else None


def _strongest(proposals: Sequence[Proposal]) -> Proposal | None:
    """Give the first of the strongest proposals."""
    return max(proposals, key=lambda proposal: proposal.outcome, default=None)


def _signs(reported: Iterable[tuple[SignCheck, SignResult]], proposals: Sequence[Proposal]) -> Iterator[SignResult]:
    """Report the signs in force; a fired one with the mode in which it acted, which may be that of its rail."""
    modes = {proposal.source: proposal.mode for proposal in proposals}
    for check, result in reported:
        mode = modes.get(check.sign.id, check.mode)
        yield result if mode is check.mode else replace(result, mode=mode.value)


def _asked(
    regime: Regime, answers: Sequence[Trilean], proposals: Sequence[Proposal], *, facts: Facts, tenant: Tenant
) -> Iterator[Measure]:
    """Give the measures: of what acts, then of what is only advised."""
    acting = [proposal for proposal in proposals if proposal.mode is Mode.ENFORCE]
    yield from _measures(regime, answers, acting, facts=facts, tenant=tenant)
    yield from _advice(proposals)


def _advice(proposals: Sequence[Proposal]) -> Iterator[Measure]:
    """Ask a person about the strongest of what is only advised."""
    best = _strongest([one for one in proposals if one.mode is Mode.ADVISE and one.outcome > Outcome.ALLOW])
    if best is not None:
        yield {"kind": MeasureKind.OPEN_CASE.value, "advised": best.outcome.word, "source": best.source}


def _rules(
    checks: Iterable[RuleCheck], facts: Facts, proposals: Sequence[Proposal], *, score: Score | None
) -> Iterable[RuleResult]:
    """Report the rules that were true and not quietened; one that reads the score shows it with its reasons."""
    reached = {proposal.source: proposal for proposal in proposals}
    for check in checks:
        proposal = reached.get(check.rule.id)
        if proposal is not None:
            shown: dict[str, Scalar] = {}
            if check.scored and score is not None:
                shown = {SCORE: score.value, REASONS: "; ".join(score.reasons)}
            yield RuleResult(
                id=check.rule.id,
                title=check.title,
                proposed=check.rule.proposes,
                reached=proposal.outcome.word,
                ground=proposal.ground,
                mode=proposal.mode.value,
                evidence=check.condition.evidence(facts) | shown,
            )


def _hold(strongest: Proposal | None, facts: Facts, *, regime: Regime, tenant: Tenant) -> HoldTerms:
    """Take the hold's terms from the policy that the strongest proposal names."""
    policy = regime.policies.get(strongest.policy) if strongest and strongest.policy else None
    if strongest is None or policy is None:
        raise Bug(f"a hold was decided without a policy in force (proposed by `{strongest and strongest.source}`)")
    calendar = regime.calendars.get(strongest.under or strongest.pack.jurisdiction)
    start = facts.values.get(policy.count_from) if policy.count_from else None
    start_ms = start if isinstance(start, int) else facts.decided_ms
    return terms(policy, start_ms, zone=tenant.zone, calendar=calendar)


def _measures(
    regime: Regime, answers: Sequence[Trilean], acting: Sequence[Proposal], *, facts: Facts, tenant: Tenant
) -> Iterable[Measure]:
    """Unite the measures of all acting proposals, of the outcome, and of duties whose own condition is true.

    A duty that is not enforced, itself or with its pack, never comes; nor does one beside another that it gives way to.
    """
    strongest = _strongest(acting)
    outcome = strongest.outcome if strongest else Outcome.ALLOW
    named = {name for proposal in acting for name in proposal.measures}
    reached = {(proposal.under, proposal.outcome.word) for proposal in acting if proposal.outcome is outcome}
    due = [
        check
        for check in regime.duties
        if in_force(check, answers)
        and (
            _named(check, named, outcome) or _due(check, answers, reached) or f"{LASTS}{check.duty.id}" in facts.values
        )
        and tenant.voice.mode((check.pack.id, check.pack.mode), (check.duty.id, Mode.ENFORCE)) is Mode.ENFORCE
    ]
    ids = {check.duty.id for check in due}
    due = [check for check in due if ids.isdisjoint(check.duty.gives_way_to)]
    kinds = {check.duty.kind for check in due}
    plain = [kind for kind in _KINDS if kind in named and kind not in kinds]
    if outcome is Outcome.CHALLENGE and _CHECK not in {*kinds, *plain}:
        plain.append(_CHECK)
    fresh = {name for proposal in acting for name in proposal.measures if name != proposal.source}
    written = [_measure(check, facts, fresh=check.duty.id in fresh, tenant=tenant) for check in due]
    return [*written, *({"kind": name} for name in plain)]


def _named(check: DutyCheck, named: Container[str], outcome: Outcome) -> bool:
    """A duty comes with what names it; one with outcomes of its own only where the event comes to one of them."""
    return check.duty.id in named and (not check.duty.after or outcome.word in check.duty.after)


def _due(check: DutyCheck, answers: Sequence[Trilean], reached: set[tuple[str | None, str]]) -> bool:
    """A duty is due when its own condition is true, or after an outcome that was reached under its law."""
    if any((check.pack.jurisdiction, word) in reached for word in check.duty.after):
        return True
    return check.condition is not None and answers[check.condition.place] is True


def _measure(check: DutyCheck, facts: Facts, *, fresh: bool, tenant: Tenant) -> Measure:
    """Write a duty as a measure; one that lasts says until when, which only a new cause of it moves."""
    duty = check.duty
    row = {"kind": duty.kind, **duty.details, "duty": duty.id, "cite": cite(duty.cite)}
    if duty.lasts_hours is None:
        return row
    standing = facts.values.get(f"{LASTS}{duty.id}")
    known = standing if isinstance(standing, int) and not fresh else facts.decided_ms + duty.lasts_hours * HOUR_MS
    return row | {"until": rfc3339(known, tenant.zone)}
